"""What `Item.read_in` says of the texts that a wording was checked in: from when they are, and whether they are its own.

"Checked in the text of the source" is said only of what was read in the source itself. A walkthrough, a summary, a news
item or a machine translation is not the source: such an item is recalled, and says so in `unread_reason`. A part of the
source is enough for what rests on that part alone: then the line says that it was read word for word (`ordret`) and
names the places. A source that is listed for further reading only is named in a line of its own (`FURTHER_READING`).
"""

import re
from collections.abc import Iterable, Iterator
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
    r"beskrivelser",
    r"høringssvar\w*",
    r"\w*advokat\w*",
    r"artikel(?:en)? (?:fra|hos|om|på)",
    r"gdprhub\w*",
    r"\w*oversættelse",
    r"ikke læst",
    r"ved søgning",
)
"""Patterns of the words by which `read_in` tells that something else than the source was read. Never enough."""
PARTIAL = (
    r"indledning\w*",
    r"uddrag\w*",
    r"begyndelsen",
    r"første del",
    r"gengiv\w*",
    r"citat\w*",
    r"citeret",
    r"kun læst",
    r"kun disse steder",
    r"ordret",
)
"""Patterns of the words by which a line tells that a part of the source was read. Enough word for word, the places named."""
FURTHER_READING = "Kun til videre læsning:"
"""Begins the line with the names of the sources that nothing in the item rests on."""


def _words(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_SECONDARY = _words(SECONDARY)
_PARTIAL = _words(PARTIAL)
_WORD_FOR_WORD = _words(["ordret"])
_PLACES = re.compile(
    r"(?<!\w)(?:punkt|pkt\.|præmis|betragtning|afsnit|side|artikel|art\.|bestemmelse|bilag|eksempel|brugstilfælde|§)\s\d"
    r"|afsnit(?:tet|tene)? “",
    re.IGNORECASE,
)
_UNNAMED_COPY = re.compile(r"github\.com(?!/)")
"""A copy that nobody can look up."""
MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip
_DAY = re.compile(
    r"(?<!\d)(?<!læst )(?<!læst den )(?<!gælder fra )(?<!gælder fra den )(?<!hentet )(?<!hentet den )"
    rf"(\d{{1,2}})\. ({'|'.join(MONTHS)}) (\d{{4}})(?!\d)",
    re.IGNORECASE,
)


def _lines(read_in: str) -> list[str]:
    """The lines on what was read."""
    return [line for line in read_in.splitlines() if not line.startswith(FURTHER_READING)]


def secondary_words(read_in: str) -> list[str]:
    """The words that tell that something else than the source was read, each once, as they stand there.

    Those that tell of a part too, unless the line says that it was read word for word, and where it stands.
    """
    found = []
    for line in _lines(read_in):
        found += [match[0] for match in _SECONDARY.finditer(line)]
        if not (_WORD_FOR_WORD.search(line) and _PLACES.search(line)):
            found += [match[0] for match in _PARTIAL.finditer(line)]
    return list(dict.fromkeys(found))


def is_further_reading(source: LegalSource, read_in: str) -> bool:
    """Whether the item lists the source, and rests nothing on it."""
    return any(line.startswith(FURTHER_READING) and source.name in line for line in read_in.splitlines())


def latest_day(read_in: str) -> date | None:
    """The latest day that the texts are from, "kopi fra 15. februar 2026"; None where no day is named.

    The day of an act, "lov nr. 502 af 23. maj 2018", is before that of its copy. The day on which somebody read the copy, or
    from which a rule applies, is no day of a text.
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
        if _UNNAMED_COPY.search(item.read_in):
            yield _("is checked in the text of its source, and does not name the repository of the copy.")
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
    """Nothing rests on repealed law. What is checked has only sources that were read, and that are certain."""
    for source in content.linked(item, LegalSource.KIND):
        if source.status == LegalStatus.REPEALED:
            yield _("rests on %(source)s, which is repealed.") % {"source": source.name}
        if item.certainty != Certainty.VERIFIED or is_further_reading(source, item.read_in):
            continue
        if source.certainty == Certainty.RECALLED or not is_read(source):
            yield _("is checked in the text of its sources, but %(source)s was not read.") % {"source": source.name}
        elif source.certainty == Certainty.UNCERTAIN:
            yield _("is checked in the text of its sources, but %(source)s is uncertain.") % {"source": source.name}
