"""The headings of a list: in which row they stand, and what each says its column holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kl_ai.text import clean_line

from .cells import has_legal_form, read_addresses
from .heading_words import COMPANY, COUNTRY, CVR, EMAIL, NAME, NUMBER, OTHER, PERSON, PHONE, UNIT, WEBSITE
from .table import Row

SEARCHED_ROWS = 20
"""So many rows are searched for headings, at most to the first one with an address."""
MAX_HEADING = 80
"""Characters; a longer text is no heading."""


class ColumnKind(StrEnum):
    """What a column holds; of the last seven nothing is used."""

    NAME = "name"
    EMAIL = "email"
    CVR = "cvr"
    COUNTRY = "country"
    PERSON = "person"
    PHONE = "phone"
    UNIT = "unit"
    """The number of a production unit."""
    NUMBER = "number"
    WEBSITE = "website"
    OTHER = "other"
    UNKNOWN = "unknown"
    """Words that are no known heading, or no heading at all."""


USED = (ColumnKind.NAME, ColumnKind.EMAIL, ColumnKind.CVR, ColumnKind.COUNTRY)


@dataclass(frozen=True, slots=True)
class ListColumn:
    number: int
    heading: str
    kind: ColumnKind


CVR_IN_PARTS = re.compile(
    r"\bcvr|\bse[ ./-]*(?:cvr|nr|nummer)|\b(?:vat|org|moms|company reg\w*)[ .-]*(?:n[ro]|number|num|nummer|id)\b"
)
MAIL_IN_PARTS = re.compile(r"\be[ -]?(?:mail|post)|\w*mail\b|\w*mailadresse\w*")
UNIT_IN_PARTS = re.compile(r"\bp[ .-]*(?:nr|nummer|enhed)|produktionsenhed")


def heading_kind(text: str) -> ColumnKind:
    """What a column with this heading holds; `UNKNOWN` for text that is no known heading."""
    text = clean_line(text.casefold()).strip(" :.*")
    if not text or len(text) > MAX_HEADING or has_legal_form(text):
        return ColumnKind.UNKNOWN
    words = {*re.findall(r"[\w-]+|#", text), *re.findall(r"\w+", text)}
    is_named = bool(words & NAME) or any(word.endswith(("navn", "name", "namn")) for word in words)
    for kind, is_it in (
        (ColumnKind.EMAIL, words & EMAIL or MAIL_IN_PARTS.search(text)),
        (ColumnKind.PHONE, words & PHONE),
        (ColumnKind.WEBSITE, words & WEBSITE),
        (ColumnKind.UNIT, words & UNIT or UNIT_IN_PARTS.search(text)),
        (ColumnKind.CVR, not is_named and not words & OTHER and (words & CVR or CVR_IN_PARTS.search(text))),
        (ColumnKind.COUNTRY, words & COUNTRY and not words & COMPANY),
        (ColumnKind.PERSON, words & PERSON and not words & NUMBER),
        (ColumnKind.OTHER, words & OTHER),
        (ColumnKind.NUMBER, words & NUMBER),
        (ColumnKind.NAME, words & (COMPANY | NAME) or (is_named and words & CVR)),
    ):
        if is_it:
            return kind
    return ColumnKind.UNKNOWN


def _is_weak_name(text: str) -> bool:
    """Whether the heading says “name” without saying whose."""
    words = set(re.findall(r"[\w-]+", text.casefold()))
    return not words & COMPANY and not CVR_IN_PARTS.search(text.casefold())


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns that the headings name, and the rows above the first company."""

    columns: tuple[ListColumn, ...]
    heading_rows: int
    """How many rows hold the headings; more than one where they go over several lines."""
    first: int
    """The index of the first row of headings; the rows above are titles."""

    @property
    def end(self) -> int:
        """The index of the first row below the headings."""
        return self.first + self.heading_rows


def find_headings(rows: Sequence[Row]) -> Headings | None:
    """The headings of the list; None where it has none.

    They are in the row that names most kinds of columns, and in the rows below it of which every cell is a heading.
    """
    candidates = list(range(min(_first_company(rows), SEARCHED_ROWS)))
    numbers = {index: len(_kinds(rows[index])) for index in candidates}
    most = max(numbers.values(), default=0)
    if not most:
        return None
    best = [index for index in candidates if numbers[index] == most]
    if most == 1:  # a title or a company may hold such a word, too
        best = [index for index in best if _is_all_headings(rows[index])][-1:]
    if not best:
        return None
    first = best[0]
    last = first
    while last + 1 in candidates and _is_all_headings(rows[last + 1]):
        last += 1
    return Headings(_columns(rows[first : last + 1]), last + 1 - first, first)


def _first_company(rows: Sequence[Row]) -> int:
    """The index of the first row with a cell that is an address and nothing else; their number where there is none."""
    has_address = (index for index, row in enumerate(rows) if any(read_addresses(cell).is_pure for cell in row.cells))
    return next(has_address, len(rows))


def _kinds(row: Row) -> set[ColumnKind]:
    return {heading_kind(cell) for cell in row.cells} - {ColumnKind.UNKNOWN}


def _is_all_headings(row: Row) -> bool:
    return all(heading_kind(cell) is not ColumnKind.UNKNOWN for cell in row.cells if cell)


def _columns(rows: Sequence[Row]) -> tuple[ListColumn, ...]:
    width = max(len(row.cells) for row in rows)
    texts = [" ".join(row.cells[index] for row in rows if index < len(row.cells)).strip() for index in range(width)]
    columns = [ListColumn(number, text, heading_kind(text)) for number, text in enumerate(texts, 1)]
    names = [column for column in columns if column.kind is ColumnKind.NAME]
    if any(not _is_weak_name(column.heading) for column in names):
        # “Firma; Navn”: the name is that of a person.
        weak = {column.number for column in names if _is_weak_name(column.heading)}
        columns = [
            ListColumn(column.number, column.heading, ColumnKind.PERSON) if column.number in weak else column
            for column in columns
        ]
    return tuple(columns)
