"""Reads lists of companies to invite, as people paste them or save them from a spreadsheet. No database access.

Columns are separated by semicolons, tabs or commas and may stand in any order: the mail address is the cell with an @,
the CVR number the one of eight digits, the company's name the first of the rest. A row of headings is left out.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from kl_ai.text import clean_line, clean_text
from kl_ai.validators import validate_line

from ..models.vendors import compact_cvr, validate_cvr

MAX_LINES = 2_000
MAX_BYTES = 500_000
MAX_NAME_LENGTH = 120
MAX_ADDRESS_LENGTH = 254
CVR_CELL = re.compile(r"(dk)?[\d\s.-]+", re.ASCII | re.IGNORECASE)
"""A CVR number as people write it, with spaces, full stops and hyphens; a number with other signs is something else."""
HEADINGS = frozenset({
    "virksomhed", "virksomhedsnavn", "firma", "navn", "leverandør", "company", "name", "vendor", "e-mail",
    "email", "mail", "e-mailadresse", "mailadresse", "cvr", "cvr-nr", "cvr-nr.", "cvr-nummer", "cvrnr",
    "cvr_number", "cvr-number",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedCompany:
    """One line of the list; `problem` is a sentence that says why it cannot be invited, or ""."""

    line_number: int
    name: str
    email: str
    cvr_number: str
    problem: str = ""


def decode(data: bytes) -> str:
    """The text of a spreadsheet's file: UTF-8 with or without byte-order mark, UTF-16, or else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_companies(text: str) -> list[ListedCompany]:
    """The companies in the order of the text, empty lines left out. Raises `ValidationError` for a text too long."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ValidationError(_("The list is too long: at most 500 KB can be read at once."))
    rows = [(number, row) for number, row in enumerate(clean_text(text).split("\n"), 1) if row.strip(" ;,\t")]
    if len(rows) > MAX_LINES:
        raise ValidationError(_("The list is too long: at most 2,000 lines can be read at once."))
    return list(_companies(rows, _delimiter([row for _number, row in rows])))


def _delimiter(rows: list[str]) -> str:
    """The separator of the columns: of tab, semicolon and comma the one in most of the rows, the earlier at a tie."""
    return max("\t;,", key=lambda delimiter: sum(delimiter in row for row in rows))


def _companies(rows: list[tuple[int, str]], delimiter: str) -> Iterator[ListedCompany]:
    """A company for each (line number, row) but the heading; the second line of an address is a problem."""
    first_lines: dict[str, int] = {}
    for index, (number, row) in enumerate(rows):
        cells = _cells(row, delimiter)
        if index == 0 and _is_heading(cells):
            continue
        name, email, cvr_number = _assign_cells(cells)
        problem = _problem(name, email, cvr_number)
        if not problem and (first_line := first_lines.get(email.lower())):
            problem = _("The address stands on line %(number)s already.") % {"number": first_line}
        first_lines.setdefault(email.lower(), number)
        yield ListedCompany(number, name, email, cvr_number, problem)


def _cells(row: str, delimiter: str) -> list[str]:
    """The cells of one row. Rows are read one by one, so that a missing quotation mark damages one row only."""
    try:
        cells = next(csv.reader([row], delimiter=delimiter), [])
    except csv.Error:
        cells = row.split(delimiter)
    return [clean_line(cell) for cell in cells]


def _is_heading(cells: list[str]) -> bool:
    return not any("@" in cell for cell in cells) and any(cell.casefold() in HEADINGS for cell in cells)


def _assign_cells(cells: list[str]) -> tuple[str, str, str]:
    """Name, mail address and CVR number of a row, "" for each that is missing."""
    email_cell = next((cell for cell in cells if "@" in cell), "")
    number_cell = next((cell for cell in cells if CVR_CELL.fullmatch(cell) and len(compact_cvr(cell)) == 8), "")
    name = next((cell for cell in cells if cell and cell not in (email_cell, number_cell)), "")
    return name, email_cell.removeprefix("mailto:").strip("<> "), compact_cvr(number_cell)


def _problem(name: str, email: str, cvr_number: str) -> str:
    """Why a company of these cells cannot be invited; "" where it can."""
    if not email:
        return _("There is no e-mail address.")
    if not name:
        return _("There is no company name.")
    if len(name) > MAX_NAME_LENGTH:
        return _("The company name is too long.")
    for validator, value in ((validate_line, name), (_validate_address, email), (validate_cvr, cvr_number)):
        try:
            if value:
                validator(value)
        except ValidationError as error:
            return " ".join(error.messages)
    return ""


def _validate_address(email: str) -> None:
    if len(email) > MAX_ADDRESS_LENGTH:
        raise ValidationError(_("The e-mail address is too long."))
    validate_email(email)
