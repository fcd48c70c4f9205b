"""Validators of model fields: they refuse text that is invisible or holds invisible characters."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .text import has_unseen, has_web_address, may_be_link


def validate_text(value: str) -> None:
    """Raise `ValidationError` for text without a visible character, or with one that `clean_text` takes away."""
    if has_unseen(value):
        raise ValidationError(_("The text holds invisible characters. Type it again instead of pasting it."))
    if value and all(character.isspace() or unicodedata.category(character)[0] == "M" for character in value):
        raise ValidationError(_("The text has nothing in it that can be seen."))


def validate_line(value: str) -> None:
    """As `validate_text`; also for text with line breaks or tabs."""
    if any(character in "\r\n\t" for character in value):
        raise ValidationError(_("Write the text on one line."))
    validate_text(value)


def validate_name(value: str) -> None:
    """Raise `ValidationError` for the name of a company that holds a web or mail address, other than its name with “.dk”.

    Names stand in mails that the portal sends to people who do not know the sender.
    """
    if has_web_address(value):
        raise ValidationError(_("Write the name alone, without a web address, e-mail address or @."))


def validate_person_name(value: str) -> None:
    """Raise `ValidationError` for the name of a person that holds an address, or what a mail program takes for one.

    Names stand in mails that the portal sends to people who do not know the person.
    """
    if may_be_link(value):
        raise ValidationError(
            _(
                "Write the name alone, with a space after each full stop, and without a web address, e-mail address or @."
            )
        )
