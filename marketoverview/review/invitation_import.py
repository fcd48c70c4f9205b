"""Lists of companies to invite, as people paste them or save them from a spreadsheet. Reads text, asks nobody.

Columns are divided by semicolons, tabs or commas and may stand in any order: the address is where the @ is, the CVR
number where the eight digits are, the company's name is the first of the rest. A row of headings is passed over.
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

from ..models.vendors import validate_cvr

MOST_LINES = 2_000
MOST_BYTES = 500_000
LONGEST_NAME = 120
HEADINGS = frozenset({
    "virksomhed", "virksomhedsnavn", "firma", "navn", "leverandør", "company", "name", "vendor", "e-mail",
    "email", "mail", "e-mailadresse", "mailadresse", "cvr", "cvr-nr", "cvr-nr.", "cvr-nummer", "cvrnr",
    "cvr_number", "cvr-number",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One company of the list, and why it cannot be invited, or ""."""

    number: int
    company: str
    email: str
    cvr_number: str
    problem: str = ""


def decoded(data: bytes) -> str:
    """The text of a file, as spreadsheets save it: UTF-8 with or without mark, UTF-16, or else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read(text: str) -> list[Line]:
    """The companies in the order of the text, empty lines left out. Raises `ValidationError` where it is too long."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise ValidationError(_("The list is too long: at most 500 KB can be read at once."))
    rows = [(number, row) for number, row in enumerate(clean_text(text).split("\n"), 1) if row.strip(" ;,\t")]
    if len(rows) > MOST_LINES:
        raise ValidationError(_("The list is too long: at most 2,000 lines can be read at once."))
    divided_by = _delimiter([row for _number, row in rows])
    return list(_lines(rows, divided_by))


def _delimiter(rows: list[str]) -> str:
    """What divides the columns: of tab, semicolon and comma the first that stands in most of the rows."""
    return max("\t;,", key=lambda delimiter: sum(delimiter in row for row in rows))


def _lines(rows: list[tuple[int, str]], divided_by: str) -> Iterator[Line]:
    seen: dict[str, int] = {}
    for place, (number, row) in enumerate(rows):
        cells = _cells(row, divided_by)
        if place == 0 and _is_heading(cells):
            continue
        company, email, cvr_number = _sorted_out(cells)
        problem = _problem(company, email, cvr_number)
        if not problem and (earlier := seen.get(email.lower())):
            problem = _("The address stands on line %(number)s already.") % {"number": earlier}
        seen.setdefault(email.lower(), number)
        yield Line(number, company, email, cvr_number, problem)


def _cells(row: str, divided_by: str) -> list[str]:
    """Each line by itself, so that a quotation mark left open spoils one line only."""
    try:
        cells = next(csv.reader([row], delimiter=divided_by), [])
    except csv.Error:
        cells = row.split(divided_by)
    return [clean_line(cell) for cell in cells]


def _is_heading(cells: list[str]) -> bool:
    return not any("@" in cell for cell in cells) and any(cell.casefold() in HEADINGS for cell in cells)


def _sorted_out(cells: list[str]) -> tuple[str, str, str]:
    """Name, address and CVR number of a row."""
    email = next((cell for cell in cells if "@" in cell), "")
    numbers = {cell: plain for cell in cells if re.fullmatch(r"\d{8}", plain := _digits(cell), re.ASCII)}
    found = next(iter(numbers), "")
    names = [cell for cell in cells if cell and cell not in (email, found)]
    return (names[0] if names else ""), email.removeprefix("mailto:").strip("<> "), numbers.get(found, "")


def _digits(cell: str) -> str:
    """A CVR number without the “DK” and the spaces that people write."""
    return re.sub(r"[\s.-]", "", re.sub(r"^dk", "", cell, flags=re.IGNORECASE))


def _problem(company: str, email: str, cvr_number: str) -> str:
    if not email:
        return _("There is no e-mail address.")
    if not company:
        return _("There is no company name.")
    if len(company) > LONGEST_NAME:
        return _("The company name is too long.")
    for validator, value in ((validate_line, company), (_validate_address, email), (validate_cvr, cvr_number)):
        try:
            if value:
                validator(value)
        except ValidationError as error:
            return " ".join(error.messages)
    return ""


def _validate_address(email: str) -> None:
    if len(email) > 254:
        raise ValidationError(_("The e-mail address is too long."))
    validate_email(email)
