"""Whom an annex is sent to: a company with a link of its own, or one that answers on paper."""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.addresses import AddressField, canonical_address, readable_address, validate_typed
from kl_ai.search.database import DanishOrder
from kl_ai.text import clean_line
from kl_ai.validators import validate_line, validate_name

from .annexes import READ_FOR, Annex, AnnexStatus
from .events import ProjectEvent
from .vendor_answers import AnsweringRecipient

What = ProjectEvent.What
MOST_RECIPIENTS = 50
"""Of an annex."""
SENT_TWICE = timedelta(minutes=1)
_signer = signing.Signer(sep=".", salt="projects.annex-recipient")
"""Signs the key of a recipient and the number of its link: a new link makes the old one invalid."""


class NewRecipient(NamedTuple):
    """A recipient that is to be added."""

    company: str
    email: str = ""
    language: str = "da"


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def with_token(self, token: str) -> "Recipient | None":
        """The recipient whose link this is, with its annex, project and municipality; None for a link that is none, not any more or not yet.

        A link ends when it is revoked or a new one is made, and `READ_FOR` after the deadline. At most one query.
        """
        key, number = read_token(token)
        if not key:
            return None
        rows = self.select_related("annex__project__municipality").exclude(annex__status=AnnexStatus.DRAFT)
        last = timezone.localdate() - READ_FOR
        return rows.filter(pk=key, link_number=number, revoked_at=None, annex__deadline__gte=last, email__gt="").first()

    def alphabetical(self) -> "RecipientQuerySet":
        """A to Å by company, alike on both databases. No query of its own."""
        return self.order_by(DanishOrder("company"), "pk")

    def with_link(self) -> "RecipientQuerySet":
        """Those who get mails. No query of its own."""
        return self.filter(revoked_at=None).exclude(email="")

    def record_mailed(self, addresses: Iterable[str]) -> int:
        """Store that the mail with the link is queued for these addresses, in the caller's transaction. One query."""
        return self.with_link().filter(email__in=list(addresses)).update(mailed_at=timezone.now())


class Recipient(AnsweringRecipient):
    """A company that is asked to answer an annex."""

    annex = models.ForeignKey(Annex, on_delete=models.CASCADE, related_name="recipients", verbose_name=_("annex"))
    company = models.CharField(_("company"), max_length=120, validators=[validate_line, validate_name])
    email = AddressField(_("e-mail address"), blank=True)
    """"" where the company answers on paper: then there is no link."""
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="da")
    link_number = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects: ClassVar = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient of an annex")
        verbose_name_plural = _("recipients of annexes")
        constraints = (
            models.UniqueConstraint(fields=("annex", "company"), name="company_once_per_annex"),
            models.UniqueConstraint(
                fields=("annex", "email"), condition=~models.Q(email=""), name="address_once_per_annex"
            ),
        )

    def __str__(self) -> str:
        return self.company

    @property
    def readable_email(self) -> str:
        """The address as pages show it. No query."""
        return readable_address(self.email)

    @property
    def token(self) -> str:
        """The part of the link that names this recipient; for its mail alone, nobody at the municipality sees it."""
        return _signer.sign(f"{self.pk}-{self.link_number}")

    @property
    def is_on_paper(self) -> bool:
        return not self.email

    def revoke(self, by: Any) -> bool:
        """End the link; whether this call did. What was handed in stays. Raises as `Project.lock`."""
        with self._managing():
            if self.revoked_at is not None or self.is_on_paper:
                return False
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])
            self._record(What.LINK_REVOKED, by)
            return True

    def renew_link(self, by: Any, seen: int | None = None) -> bool:
        """Make a new link, which ends the old one; whether this call did. The caller queues its mail in the same transaction.

        `seen` is the `link_number` that the page had shown: a second click makes no second link. Raises `ValidationError`
        for a recipient on paper, for a draft, and when the links have ended.
        """
        with self._managing():
            if seen is not None and seen != self.link_number:
                return False
            if self.is_on_paper:
                raise ValidationError(gettext("This recipient has no e-mail address, and answers on paper."))
            if self.annex.is_draft or self.annex.is_expired:
                raise ValidationError(gettext("There are no links to this requirement annex now."))
            self.link_number, self.revoked_at, self.mailed_at = self.link_number + 1, None, None
            self.save(update_fields=["link_number", "revoked_at", "mailed_at"])
            self._record(What.LINK_RENEWED, by)
            return True

    def withdraw(self, by: Any) -> None:
        """Take the recipient off a draft. A second click changes nothing. Raises `ValidationError` once it is sent."""
        with self.annex.holding():
            if not self.annex.is_draft:
                raise ValidationError(gettext("The requirement annex is sent. End the recipient’s link instead."))
            if Recipient.objects.filter(pk=self.pk).delete()[0]:
                self._record(What.RECIPIENT_REMOVED, by)

    def record_opened(self) -> None:
        """Store the first time that somebody read the page of the link (`is_read_by_person`). One query."""
        Recipient.objects.filter(pk=self.pk, opened_at=None).update(opened_at=timezone.now())

    @contextmanager
    def _managing(self) -> Any:
        """A transaction in which the project is locked, and the recipient read anew with its annex. Raises as `Project.lock`."""
        with transaction.atomic():
            self.annex.project.lock()
            self.read_anew()
            yield

    def _record(self, what: str, by: Any) -> None:
        ProjectEvent.record(self.annex.project, what, by, self.annex.place, new=self.company)
        self.annex.project.touch()

    @classmethod
    def add_many(cls, annex: Annex, by: Any, added: Sequence[NewRecipient]) -> "list[Recipient]":
        """Add these recipients to a draft, or to an annex that is open; all of them or none. Their rows, in their order.

        Of an annex that is sent the caller queues the mails in the same transaction. The same again within a minute, as by
        a double click, gives the rows that there are. Raises `ValidationError` for who is there already, or too many.
        """
        with annex.holding():
            if not annex.is_draft and not annex.is_open:
                raise ValidationError(gettext("The time for answers is over, and nobody can be added."))
            existing = list(annex.recipients.all())
            if again := _sent_twice(existing, added):
                return again
            if len(existing) + len(added) > MOST_RECIPIENTS:
                raise ValidationError(
                    gettext("A requirement annex can have %(most)s recipients at most.") % {"most": MOST_RECIPIENTS}
                )
            rows = [_new_row(annex, each) for each in added]
            _refuse_twice([*existing, *rows])
            for row in rows:
                row.full_clean(validate_constraints=False)
                row.save()
            ProjectEvent.objects.bulk_create(
                ProjectEvent.unsaved(annex.project, What.RECIPIENT, by, annex.place, new=row.company) for row in rows
            )
            annex.project.touch()
            return rows


def read_token(token: str) -> tuple[int, int]:
    """The key and the number of the link that the token was made for; zeros for any other text. No query."""
    try:
        key, _dash, number = _signer.unsign(token).partition("-")
        return int(key), int(number)
    except (signing.BadSignature, ValueError):
        return 0, 0


def _new_row(annex: Annex, added: NewRecipient) -> Recipient:
    """The row that is to be stored. Raises `ValidationError` for an address that is none. No query."""
    if added.email:
        validate_typed(added.email)
    email = canonical_address(added.email)
    return Recipient(annex=annex, company=clean_line(added.company, 200), email=email, language=added.language)


def _refuse_twice(rows: Iterable[Recipient]) -> None:
    """Raise `ValidationError` where two of the rows have the same company or the same address. No query."""
    companies: set[str] = set()
    addresses: set[str] = set()
    for row in rows:
        if row.company.casefold() in companies:
            raise ValidationError(gettext("“%(company)s” is among the recipients already.") % {"company": row.company})
        if row.email and row.email in addresses:
            raise ValidationError(gettext("%(email)s is among the recipients already.") % {"email": row.readable_email})
        companies.add(row.company.casefold())
        addresses.add(row.email)


def _sent_twice(existing: Iterable[Recipient], added: Sequence[NewRecipient]) -> list[Recipient]:
    """The rows that the same form has made a moment ago; none where it adds anything. No query."""
    since = timezone.now() - SENT_TWICE
    recent = {(row.company, row.email): row for row in existing if row.created_at >= since}
    keys = [(clean_line(each.company, 200), canonical_address(each.email)) for each in added]
    return [recent[key] for key in keys] if keys and set(keys) <= recent.keys() else []
