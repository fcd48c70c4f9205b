"""Synonyms of an option: other words for what it offers, one per line, by which the directory's search finds it."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_SYNONYMS = 40
MAX_LETTERS = 60
"""Of one synonym."""
MAX_TEXT = MAX_SYNONYMS * (MAX_LETTERS + 1)
_DIVIDER = re.compile(r"[\n,;]")


def read_synonyms(text: str) -> list[str]:
    """The synonyms in `text`, divided by line breaks, commas or semicolons; each once, capitals aside."""
    synonyms: dict[str, str] = {}
    for line in _DIVIDER.split(text):
        synonym = " ".join(line.split())
        synonyms.setdefault(synonym.casefold(), synonym)
    return [synonym for synonym in synonyms.values() if synonym]


def validate_synonyms(text: str) -> None:
    """Raise `ValidationError` for too many synonyms, a long one, and one without a letter or digit."""
    synonyms = read_synonyms(text)
    if len(synonyms) > MAX_SYNONYMS:
        raise ValidationError(_("Write at most %(most)d synonyms.") % {"most": MAX_SYNONYMS})
    for synonym in synonyms:
        if len(synonym) > MAX_LETTERS:
            text = _("“%(synonym)s…” has more than %(most)d letters. Write one synonym per line.")
            raise ValidationError(text % {"synonym": synonym[:20], "most": MAX_LETTERS})
        if not any(character.isalnum() for character in synonym):
            raise ValidationError(
                _("“%(synonym)s” has no letter. Write words that people search for.") % {"synonym": synonym}
            )
