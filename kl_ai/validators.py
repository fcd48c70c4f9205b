"""What people may type into a text that is published."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LINE_BREAKS = "\r\n\t"
JOINERS = "\u200d\ufe0f"
"""Emoji are made with these."""


def validate_text(value: str) -> None:
    """At least one visible character, and no invisible or control characters but line breaks."""
    kept = [character for character in value if character not in LINE_BREAKS + JOINERS]
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs") for character in kept):
        raise ValidationError(_("The text holds invisible characters. Type it again instead of pasting it."))
    if value and not any(unicodedata.category(character)[0] in "LNSP" and character != "\u3164" for character in kept):
        raise ValidationError(_("The text has nothing in it that can be seen."))


def validate_line(value: str) -> None:
    """As `validate_text`, on one line."""
    if any(character in LINE_BREAKS for character in value):
        raise ValidationError(_("Write the text on one line."))
    validate_text(value)
