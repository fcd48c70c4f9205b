"""What the cells of one row say: by the headings of their columns, or, without headings, by themselves."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from kl_ai.text import clean_line

from .cells import (
    NO_NUMBER,
    AddressCell,
    NumberCertainty,
    address_problem,
    has_digit,
    has_legal_form,
    is_blank,
    is_phone,
    is_website,
    read_addresses,
    read_country,
    read_number,
)
from .headings import USED, ColumnKind, ListColumn
from .table import Row

NAME_WITH_NUMBER = re.compile(
    r"(?P<name>.*?\S)[\s,;(–-]+cvr[\s.:-]*(?:nr|nummer|no)?[\s.:-]*(?P<number>\d[\d ]{6,10})\)?", re.IGNORECASE
)


@dataclass(slots=True)
class RowContent:
    """What was found in a row, each value once; more than one name, address or number is for KL to choose from."""

    names: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    """Valid CVR numbers."""
    is_number_sure: bool = True
    country: str = ""
    names_at_addresses: list[str] = field(default_factory=list)
    """“Anna Prøve” of “Anna Prøve <anna@test.example>”: of a person or of a company."""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_addresses(self, cell: AddressCell) -> None:
        add_new(self.addresses, *cell.addresses)
        if any(character.isalnum() for character in cell.rest):
            add_new(self.names_at_addresses, cell.rest)

    def add_unused(self, cell: str) -> None:
        add_new(self.notes, gettext("“%(cell)s” is not used.") % {"cell": clean_line(cell, 60)})


def add_new(values: list[str], *new: str) -> None:
    """Append those that are not in the list yet, in whatever letters."""
    known = {value.casefold() for value in values}
    values.extend(value for value in dict.fromkeys(new) if value.casefold() not in known)


def number_of_name(content: RowContent) -> None:
    """Take a CVR number out of the company's name, where the row has none of its own."""
    if content.numbers or len(content.names) != 1:
        return
    if match := NAME_WITH_NUMBER.fullmatch(content.names[0]):
        number = read_number(match["number"])
        if number.number:
            content.notes.append(gettext("The CVR number is taken out of “%(name)s”.") % {"name": content.names[0]})
            content.names, content.numbers = [match["name"]], [number.number]


def read_cells(rows: Sequence[Row], columns: Sequence[ListColumn]) -> int:
    """The number of cells that are read: not those that are empty, or below a heading of something else."""
    passed = {column.number - 1 for column in columns if column.heading and column.kind not in USED}
    return sum(bool(cell) and index not in passed for row in rows for index, cell in enumerate(row.cells))


# With headings ------------------------------------------------------------------------------------


def read_by_headings(row: Row, columns: Sequence[ListColumn]) -> RowContent:
    """The cells as the headings say. A cell without a heading gives at most a further address to choose."""
    content, numbers = RowContent(), []
    for index, cell in enumerate(row.cells):
        column = columns[index] if index < len(columns) else ListColumn(index + 1, "", ColumnKind.UNKNOWN)
        if not cell or (column.heading and column.kind not in USED):
            continue
        if is_blank(cell) and column.kind is not ColumnKind.NAME:
            content.add_unused(cell)
            continue
        match column.kind:
            case ColumnKind.NAME:
                add_new(content.names, cell)
            case ColumnKind.EMAIL:
                _read_address_cell(content, cell)
            case ColumnKind.CVR:
                numbers.append((cell, read_number(cell)))
            case ColumnKind.COUNTRY:
                _read_country_cell(content, cell)
            case _:
                _read_cell_without_heading(content, cell)
    for cell, number in numbers:
        if number.number:
            add_new(content.numbers, number.number)
        elif content.country in ("", "DK"):
            add_new(content.problems, number.problem)
        else:
            sentence = gettext("“%(cell)s” is not used: only Danish companies have a CVR number.")
            add_new(content.notes, sentence % {"cell": clean_line(cell, 60)})
    number_of_name(content)
    return content


def _read_address_cell(content: RowContent, cell: str) -> None:
    addresses = read_addresses(cell)
    content.add_addresses(addresses)
    if not addresses.addresses:
        content.problems.append(not_an_address(cell))
    elif addresses.rest and not addresses.is_bracketed:
        content.add_unused(addresses.rest)


def not_an_address(cell: str) -> str:
    """A sentence that names the cell; `address_problem` says what is wrong."""
    problem = address_problem(cell) or gettext("It is not understood as an e-mail address.")
    return f"“{clean_line(cell, 60)}”: {problem}"


def _read_country_cell(content: RowContent, cell: str) -> None:
    if country := read_country(cell):
        content.country = content.country or country
    else:
        content.problems.append(gettext("“%(cell)s” is not understood as a country.") % {"cell": clean_line(cell, 60)})


def _read_cell_without_heading(content: RowContent, cell: str) -> None:
    addresses = read_addresses(cell)
    if addresses.is_pure:
        content.add_addresses(addresses)
    else:
        content.add_unused(cell)


# Without headings ---------------------------------------------------------------------------------


def doubtful_columns(rows: Sequence[Row]) -> frozenset[int]:
    """The indexes of columns with more numbers of eight digits that are no CVR numbers than such that are.

    They are telephone numbers or dates, and one in eleven of those passes for a CVR number.
    """
    balance: Counter[int] = Counter()
    for row in rows:
        for index, cell in enumerate(row.cells):
            if sum(character.isdecimal() for character in cell) == 8 and "@" not in cell:
                balance[index] += 1 if read_number(cell).number else -1
    return frozenset(index for index, number in balance.items() if number < 0)


def read_by_content(row: Row, doubtful: frozenset[int]) -> RowContent:
    """The cells as what they look like: addresses, CVR numbers, a country; a name is what is left."""
    content = RowContent()
    texts: list[tuple[int, str]] = []
    unread: list[tuple[str, str]] = []
    addresses_end = 0
    for index, cell in enumerate(row.cells):
        if not cell:
            continue
        addresses, number = read_addresses(cell), read_number(cell) if has_digit(cell) else NO_NUMBER
        if addresses.is_pure:
            content.add_addresses(addresses)
            addresses_end = index
        elif number.number:
            add_new(content.numbers, number.number)
            content.is_number_sure &= number.certainty is NumberCertainty.SURE and index not in doubtful
        elif number.is_numeric and not is_phone(cell):
            unread.append((cell, number.problem))
        elif is_blank(cell) or is_phone(cell) or is_website(cell):
            content.add_unused(cell)
        else:
            texts.append((index, cell))
    if not content.addresses:
        texts = _find_address(content, texts)
        addresses_end = min((index for index, _cell in texts), default=0)
    _read_numbers_left(content, row, unread, has_text=bool(texts))
    _read_texts(content, texts, addresses_end)
    number_of_name(content)
    return content


def _find_address(content: RowContent, texts: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Read the address out of a text that holds one beside other words; returns the texts that are left."""
    for index, cell in texts:
        if (addresses := read_addresses(cell)).addresses:
            left = [text for text in texts if text[0] != index]
            content.add_addresses(addresses)
            if not left:
                content.problems.append(
                    gettext("The cells of “%(line)s” cannot be told apart. Put a semicolon between them.")
                    % {"line": clean_line(cell, 100)}
                )
            return left
    for index, cell in reversed(texts):
        if "@" in cell and " " not in cell:
            content.problems.append(not_an_address(cell))
            return [text for text in texts if text[0] != index]
    return texts


def _read_numbers_left(content: RowContent, row: Row, unread: list[tuple[str, str]], *, has_text: bool) -> None:
    """A number that is no CVR number: a note where the row has one beside it, else a problem."""
    if not has_text and not content.names_at_addresses and (unread or content.numbers):
        cell = next(cell for cell in row.cells if cell and read_number(cell).is_numeric)
        content.problems.append(gettext("“%(cell)s” has no letters, so it is no company's name.") % {"cell": cell})
        return
    for cell, problem in unread:
        if content.numbers:
            content.add_unused(cell)
        else:
            content.problems.append(problem)


def _read_texts(content: RowContent, texts: list[tuple[int, str]], addresses_end: int) -> None:
    """The company's name among the texts: the one with a legal form, or all of them, to be chosen from."""
    if len(texts) > 1 and not content.country:
        country = next(((index, cell) for index, cell in reversed(texts) if read_country(cell)), None)
        if country:
            content.country = read_country(country[1])
            texts = [text for text in texts if text != country]
    if len(texts) > 1 and not content.numbers and texts[-1][0] > addresses_end and content.addresses:
        sentence = gettext("“%(cell)s” is not understood as a CVR number.")
        content.problems.append(sentence % {"cell": clean_line(texts.pop()[1], 60)})
    with_form = [cell for _index, cell in texts if has_legal_form(cell)]
    names = with_form if len(with_form) == 1 else [cell for _index, cell in texts]
    add_new(content.names, *names)
    for _index, cell in texts:
        if cell not in names:
            content.add_unused(cell)
