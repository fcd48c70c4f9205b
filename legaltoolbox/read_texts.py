"""What `Item.read_in` says of the texts that a wording was checked in: from when they are, and whether they are its own.

"Checked in the text of the source" is said only of what was read in the source itself. A walkthrough, a summary, a news
item, quotations or a part of it are not the source: such an item is recalled, and says so in `unread_reason`.
"""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from .models import Certainty, Item, LegalSource, LegalStatus, Sourced
from .rules import Content

SECONDARY = (
    r"\w*gennemgang(?:en|e)?",
    r"\w*nyhed(?:en|er)?",
    r"pressemeddelelse\w*",
    r"resum[éeè]\w*",
    r"sammendrag\w*",
    r"sammenfatning\w*",
    r"om\w*tal(?:e|en|er|t|te)",
    r"indledning\w*",
    r"uddrag\w*",
    r"begyndelsen",
    r"første del",
    r"gengiv\w*",
    r"citat\w*",
    r"citeret",
    r"beskrivelser",
    r"høringssvar\w*",
    r"\w*advokat\w*",
    r"artikel(?:en)? (?:fra|hos|om|på)",
    r"gdprhub\w*",
    r"\w*oversættelse",
    r"ikke læst",
    r"kun læst",
    r"ved søgning",
)
"""Patterns of the words by which `read_in` tells that something else than the source was read, or only a part of it."""
_SECONDARY = re.compile(rf"(?<!\w)(?:{'|'.join(SECONDARY)})(?!\w)", re.IGNORECASE)
MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip
_DAY = re.compile(rf"(?<!\d)(\d{{1,2}})\. ({'|'.join(MONTHS)}) (\d{{4}})(?!\d)", re.IGNORECASE)


def secondary_words(read_in: str) -> list[str]:
    """The words that tell that something else than the source was read, each once, as they stand there."""
    return list(dict.fromkeys(match[0] for match in _SECONDARY.finditer(read_in)))


def latest_day(read_in: str) -> date | None:
    """The latest day that the texts are from, "kopi fra 15. februar 2026"; None where no day is named.

    The day of an act, "lov nr. 502 af 23. maj 2018", is before that of its copy.
    """
    days = []
    for day, month, year in _DAY.findall(read_in):
        try:
            days.append(date(int(year), MONTHS.index(month.lower()) + 1, int(day)))
        except ValueError:  # no day of the calendar
            continue
    return max(days, default=None)


def is_read(item: Item) -> bool:
    """Whether the item says in which text, and when, its wording was read."""
    return bool(item.read_in.strip()) and item.read_on is not None


def problems(item: Item, content: Content) -> Iterator[str]:
    """What is wrong with what an item says of where it was read, as sentences without a subject."""
    if item.certainty == Certainty.VERIFIED:
        for word in secondary_words(item.read_in):
            yield _("is checked in the text of its source, but read in something else: “%(word)s”.") % {"word": word}
    if isinstance(item, LegalSource) and item.certainty != Certainty.RECALLED and is_read(item):
        yield from _dates(item)
    if isinstance(item, Sourced):
        yield from _sources(item, content)


def _dates(source: LegalSource) -> Iterator[str]:
    """A source that was read says from when the text is, and does not claim to be checked as of a later day."""
    day = latest_day(source.read_in)
    if day is None:
        yield _("was read, and does not say from which day the text is.")
    elif source.checked_on is None or source.checked_on > day:
        yield _("says that it was checked as of %(checked)s; the text that was read is from %(day)s.") % {
            "checked": source.checked_on or "–",
            "day": day,
        }


def _sources(item: Sourced, content: Content) -> Iterator[str]:
    """Nothing rests on repealed law. What is checked has only sources that were read.

    What rests on an uncertain one says what is not settled.
    """
    for source in content.linked(item, LegalSource.KIND):
        if source.status == LegalStatus.REPEALED:
            yield _("rests on %(source)s, which is repealed.") % {"source": source.name}
        if item.certainty != Certainty.VERIFIED:
            continue
        if source.certainty == Certainty.RECALLED or not is_read(source):
            yield _("is checked in the text of its sources, but %(source)s was not read.") % {"source": source.name}
        elif source.certainty == Certainty.UNCERTAIN and not item.unsettled.strip():
            yield _("rests on %(source)s, which is uncertain, without a text on what is not settled.") % {
                "source": source.name
            }
