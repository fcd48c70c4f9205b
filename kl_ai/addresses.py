"""E-mail addresses: the one form in which the portal stores and compares them, and which ones it takes.

The form is small letters, with the domain in ASCII as mail servers have it: `post@xn--r-3fa9c.example` for
“post@ÆRØ.example”. Two addresses are the same if, and only if, these forms are equal, letter for letter: the rules by
which databases ignore case take ı for i and ſ for s. The columns are `AddressField`s: what is stored in them, and what is
looked for in them by `=` or `in`, gets the form. Pages show `readable_address`; lists, names of rows and logs of the
administration, and mails that name a person, show what is stored.
"""

import re
from typing import Any
from urllib.parse import quote, urlencode

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, validate_email
from django.db import models
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from .text import normalize

MAX_LENGTH = 254
_LONGEST_READ = 320
"""Characters; no domain is read in a longer text, which is refused anyway."""
_READABLE_LABEL = re.compile(r"[a-z0-9à-öø-ÿ-]+")
"""The letters of western Europe: none of them looks like another, as letters of other alphabets do."""
_LOCAL_PART = re.compile(r"[a-z0-9.'_+-]+")
"""None of these means anything in a link, in a field of several addresses or in a header of a mail."""
_EXPECTED = _("Before the @ only the letters a to z, digits and signs such as . - _ + are possible. Check the address.")


def canonical_address(address: str) -> str:
    """The address in the form that is stored and compared.

    What is no address only loses its capitals and outer spaces, as does one whose form is longer than a column.
    """
    text = address.strip()
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _LONGEST_READ:
        return text.lower()
    form = f"{local.lower()}@{_ascii_domain(domain)}"
    return form if len(form) <= MAX_LENGTH else text.lower()


def _ascii_domain(domain: str) -> str:
    """The domain as Django addresses mails to it (IDNA 2003); in small letters only where it cannot be written so."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.lower()


def validate_address(address: str) -> None:
    """Raise `ValidationError` for what no form stores as an address. `address` is canonical.

    By the standard % ? & = and other signs can stand before the @. In a link they write headers into the mail that it
    opens, `info?bcc=…`, and in a field of several addresses they begin another one.
    """
    local, at, _domain = address.rpartition("@")
    if at and local and not _LOCAL_PART.fullmatch(local):
        raise ValidationError(_EXPECTED, code="local_part")
    validate_login_address(address)


def validate_login_address(address: str) -> None:
    """Raise `ValidationError` for what is no address of one mailbox on the internet. `address` is canonical.

    Whoever has a login since before `validate_address` refused a sign gets in. Quoted texts before the @, numbers and
    names of single computers after it are addresses by the standard. Nobody has one, and they write the same mailbox in
    many ways.
    """
    local, at, domain = address.rpartition("@")
    if at and local and (not local.isascii() or '"' in local or "\\" in local):
        raise ValidationError(_EXPECTED, code="local_part")
    last = domain.rpartition(".")[2]
    if at and local and domain and ("." not in domain or "[" in domain or last == "localhost" or last.isdigit()):
        raise ValidationError(
            _("After the @ the name of a domain is needed, for example example.dk. Check the address."), code="domain"
        )
    if not domain.isascii():  # no mail server has a name like this
        raise ValidationError(validate_email.message, code=validate_email.code)
    validate_email(address)


@deconstructible
class TypedAddressValidator(EmailValidator):
    """Refuses what `validate_address` refuses, of an address as somebody has typed it."""

    def __call__(self, value: str | None) -> None:
        validate_address(canonical_address(value or ""))


validate_typed = TypedAddressValidator()


def is_address(address: str) -> bool:
    """Whether a form stores this address, however it is typed."""
    try:
        validate_address(canonical_address(address))
    except ValidationError:
        return False
    return True


def mailto(address: str, **headers: str) -> str:
    """The link that opens a mail to the address (RFC 6068); "" where no form stores it, as those of earlier versions did.

    `headers` are the subject and the body of the mail. All mail links of the portal to addresses in the database are made here.
    """
    if not is_address(address):
        return ""
    query = urlencode(headers, quote_via=quote)
    return f"mailto:{quote(address.strip(), safe='@')}" + (f"?{query}" if query else "")


class AddressField(models.EmailField):
    """A column of addresses in the form of `canonical_address`. To the database it is an `EmailField`."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return canonical_address(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.get_prep_value(super().pre_save(model_instance, add))
        if isinstance(value, str):
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.EmailField", arguments, options


def readable_address(address: str) -> str:
    """A stored address for people to read: a domain with letters such as æ, ø, å in them, others as they are stored."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        readable = domain.encode("ascii").decode("idna")
    except UnicodeError:
        return address
    is_readable = all(_READABLE_LABEL.fullmatch(label) for label in readable.split("."))
    return local + at + readable if is_readable and _ascii_domain(readable) == domain else address


def unquoted_address(address: str) -> str:
    """The address with all writings of one mailbox made alike, to count by: also of those that `validate_address` refuses."""
    local, at, domain = canonical_address(address).rpartition("@")
    if len(local) > 1 and local.startswith('"') and local.endswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    local = normalize("NFKC", local).casefold().replace("ı", "i")
    return local + at + domain
