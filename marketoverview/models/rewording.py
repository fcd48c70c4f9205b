"""Which readers a change of words concerns: those who read the survey in the language whose text has changed.

Answers are the same for both languages, but everybody has read the question and its options in one of them. An English
text that is missing shows the Danish one; its first English text is a translation, and no new wording.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from kl_ai.pages.bilingual import language

Texts = tuple[str, str]
"""The Danish and the English text of one thing; the English one may be empty."""


def reads_differently(former: Texts, now: Texts, code: str) -> bool:
    """Whether somebody who reads in the language `code` sees another wording now."""
    danish, english = former
    if code == "en" and english:
        return english != (now[1] or now[0])
    return danish != now[0]


def reworded_day(item: Any) -> date | None:
    """The day from which on a question or option has its present words in the active language; None: from the beginning."""
    day: date | None = item.reworded_en_on if language() == "en" else item.reworded_on
    return day


def record_day(item: Any, stored: Any, names: Iterable[str], day: date) -> None:
    """Note in a question or option, which is not saved here, that its texts of these names differ from the stored ones."""
    for code, field in (("da", "reworded_on"), ("en", "reworded_en_on")):
        if any(reads_differently(_texts(stored, name), _texts(item, name), code) for name in names):
            setattr(item, field, day)


def _texts(item: Any, name: str) -> Texts:
    return getattr(item, f"{name}_da"), getattr(item, f"{name}_en")
