"""The readings of one cell: mail addresses, a CVR number, a country."""

import re
from dataclasses import dataclass
from enum import Enum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

from kl_ai.addresses import MAX_LENGTH, canonical_address, validate_address
from kl_ai.text import clean_line, normalize

from ...models.vendors import validate_cvr
from .countries import COUNTRIES

MAX_CELL = 2_000
"""Characters; in a longer cell no address is looked for."""
ADDRESS = re.compile(r"[^\s<>;,/|()\[\]\"“”„’:]+@[^\s<>;,/|()\[\]\"“”„:@]+\.[^\s<>;,/|()\[\]\"“”„:@]+")
"""What stands where an address would, with a full stop after its @; `address_problem` says whether it is one."""
MAILTO = re.compile(r"mailto:([^\s?<>]+)[^\s<>]*", re.IGNORECASE)
BETWEEN = re.compile(r"[\s<>;,/|()\[\]\"“”„'’:]|\b(?:og|and|eller|or|samt)\b", re.IGNORECASE)
"""What may stand beside addresses in a cell of addresses."""


@dataclass(frozen=True, slots=True)
class AddressCell:
    """The addresses in a cell, each once and as it is written, and what else stands there: a person's or a company's name."""

    addresses: tuple[str, ...]
    rest: str
    is_bracketed: bool
    """Whether the addresses stand in angle brackets, with the rest before them."""

    @property
    def is_pure(self) -> bool:
        """Whether the cell is one of addresses, and no name with an @ in it."""
        return bool(self.addresses) and (self.is_bracketed or not self.rest)


def read_addresses(cell: str) -> AddressCell:
    if "@" not in cell or len(cell) > MAX_CELL:
        return AddressCell((), cell, is_bracketed=False)
    cell = MAILTO.sub(r"\1", cell)
    matches = [match.strip(".'!") for match in ADDRESS.findall(cell)]
    unique = {canonical_address(address): address for address in reversed(matches)}
    rest = clean_line(BETWEEN.sub(" ", ADDRESS.sub(" ", cell)).replace(".", " ")) if matches else cell
    is_bracketed = bool(re.search(r"<[^<>]*@[^<>]*>", cell))
    return AddressCell(tuple(reversed(unique.values())), rest, is_bracketed)


def address_problem(address: str) -> str:
    """Why the text is no mail address; "" where it is one."""
    if len(address) > MAX_LENGTH:
        return gettext("The e-mail address is too long.")
    try:
        validate_address(canonical_address(address))
    except ValidationError as error:
        if error.code in ("local_part", "domain"):
            return str(error.message)
        return gettext("This is not an e-mail address. Write it like this: name@example.dk.")
    return ""


# CVR numbers --------------------------------------------------------------------------------------


class NumberCertainty(Enum):
    SURE = "sure"
    POSSIBLE = "possible"
    """A valid number in a writing that amounts, dates and telephone numbers have too."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A cell read as a CVR number: the number where it is one, or else the sentence that says why not."""

    number: str
    certainty: NumberCertainty
    problem: str = ""
    is_numeric: bool = True
    """Whether the cell is a number of some kind."""


NO_NUMBER = NumberCell("", NumberCertainty.NONE, is_numeric=False)
"""A cell without a digit, in a list whose columns have no headings."""
MAX_NUMBER = 60
"""Characters of a cell that can be a number."""
PREFIX = re.compile(
    r"(?:(?:cvr|dk|se|vat|moms|nummer|number|nr|no)(?![a-zæøå])|(?:cvr|se|vat|moms)(?=nr|nummer))[\s.:/#-]*",
    re.IGNORECASE,
)
SURE_WRITINGS = re.compile(r"\d{8}(?:\.0)?|\d{2}([ .-])\d{2}\1\d{2}\1\d{2}|\d{4}[ ]\d{4}", re.ASCII)
OTHER_WRITINGS = re.compile(r"\d{2}([ .,])\d{3}\1\d{3}|\d{8}[.,]00?|\d[\d ]*\d", re.ASCII)
"""Thousands, decimals and spaces anywhere."""
SHORTENED = re.compile(r"\d+(?:[.,]\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)
NUMERIC = re.compile(r"[+(]?\d[\d\s().,:/+-]*(?:kr\.?|eur|dkk)?", re.ASCII | re.IGNORECASE)
DATE = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
)
PHONE_START = re.compile(r"\+|00\d|tlf|tel|mob|phone|telefon", re.IGNORECASE)


def has_digit(cell: str) -> bool:
    """Whether a digit of any script, or a sign such as ½, stands in the cell."""
    return any(character.isnumeric() for character in cell)


def read_number(cell: str) -> NumberCell:
    """The cell read as a CVR number, in the writings of people and spreadsheets."""
    text = normalize("NFKC", cell).strip().removeprefix("'").strip().rstrip(".,;")[:MAX_NUMBER]
    if SHORTENED.fullmatch(text):
        sentence = gettext(
            "“%(cell)s” is a number that a spreadsheet has shortened. Write the CVR number with its eight digits."
        )
        return NumberCell("", NumberCertainty.NONE, sentence % {"cell": cell})
    rest, has_prefix = _without_prefix(text)
    digits = re.sub(r"\D", "", rest[:-2] if rest.endswith((".0", ",0")) else re.sub(r"(?<=\d{8})[.,]00$", "", rest))
    is_sure, is_other = SURE_WRITINGS.fullmatch(rest), OTHER_WRITINGS.fullmatch(rest)
    if (is_sure or is_other) and len(digits) == 8:
        return _checked(cell, digits, is_sure=has_prefix or bool(is_sure and not DATE.fullmatch(digits)))
    is_numeric = bool(NUMERIC.fullmatch(rest)) or (has_prefix and rest[:1].isdecimal())
    return NumberCell("", NumberCertainty.NONE, _number_problem(cell, rest), is_numeric)


def _without_prefix(text: str) -> tuple[str, bool]:
    rest = text
    while match := PREFIX.match(rest):
        rest = rest[match.end() :]
    return (rest, True) if rest and rest != text else (text, False)


def _checked(cell: str, digits: str, *, is_sure: bool) -> NumberCell:
    try:
        validate_cvr(digits)
    except ValidationError:
        sentence = gettext("“%(cell)s” is not a valid CVR number: its check digit is wrong.")
        return NumberCell("", NumberCertainty.NONE, sentence % {"cell": cell})
    return NumberCell(digits, NumberCertainty.SURE if is_sure else NumberCertainty.POSSIBLE)


def _number_problem(cell: str, rest: str) -> str:
    digits = len(re.sub(r"\D", "", rest)) if NUMERIC.fullmatch(rest) else 0
    if digits == 7:
        sentence = gettext("“%(cell)s” has seven digits, a CVR number has eight. Is one missing?")
    elif digits == 10:
        sentence = gettext("“%(cell)s” has ten digits, a CVR number has eight. Is it a production unit (P number)?")
    elif digits:
        sentence = ngettext(
            "“%(cell)s” is no CVR number: it has %(digits)d digit, or is written in another way than eight digits.",
            "“%(cell)s” is no CVR number: it has %(digits)d digits, or is written in another way than eight digits.",
            digits,
        )
    else:
        sentence = gettext("“%(cell)s” is not understood as a CVR number.")
    return sentence % {"cell": clean_line(cell, 60), "digits": digits}


# Other cells --------------------------------------------------------------------------------------


def read_country(cell: str) -> str:
    """The code of the country that the cell names; "" where it names none."""
    return COUNTRIES.get(clean_line(cell).strip(".").casefold(), "")


def is_blank(cell: str) -> bool:
    """Whether nothing but dashes and the like stands in the cell, as for a value that there is not."""
    return bool(cell) and not any(character.isalnum() or character == "@" for character in cell)


def is_phone(cell: str) -> bool:
    """Whether the cell can only be a telephone number."""
    return bool(PHONE_START.match(cell)) and sum(character.isdecimal() for character in cell) >= 6


def is_website(cell: str) -> bool:
    text = cell.casefold()
    return text.startswith(("http://", "https://", "www.")) and " " not in text


LEGAL_FORM = re.compile(
    r"(?<![\w/])(?:a/s|aps|ivs|i/s|k/s|p/s|g/s|s/i|[asf]\.?m\.?b\.?a|ab|asa|oyj?|gmbh|ag|ltd|limited|llc|inc|plc|bv|b\.v|sarl|srl)"
    r"(?![\w/])",
    re.IGNORECASE,
)


def has_legal_form(text: str) -> bool:
    """Whether the text names a company for certain: “ApS”, “A/S” and the like stand in it."""
    return bool(LEGAL_FORM.search(text))
