"""Lists of companies, as they come out of spreadsheets and mails: how each line is read.

A line is new, a problem that names the cell, or a question to KL; nothing is dropped without a word.
"""

from dataclasses import dataclass

import pytest
from django.utils.translation import override

from marketoverview.review.invitation_list import ListedCompany, read_list
from marketoverview.review.invitation_list.headings import ColumnKind, heading_kind


@dataclass(frozen=True)
class New:
    """A company that can be invited; `notes` are parts of the sentences about what is not used."""

    name: str
    email: str
    cvr: str = ""
    country: str = "DK"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A line that cannot be invited, with a part of the sentence."""

    text: str


@dataclass(frozen=True)
class Asked:
    """A line with a question about this field, and the values to choose from."""

    field: str
    values: tuple[str, ...]


Expected = New | Problem | Asked
NORD = New("Nord ApS", "a@test.example", "13585628")
HEAD = "Virksomhed;E-mail;CVR\n"


def companies(text: str, **answers: str) -> tuple[ListedCompany, ...]:
    with override("en"):
        return read_list(text, answers).companies


def assert_read(text: str, expected: list[Expected]) -> None:
    read = companies(text)
    assert len(read) == len(expected), read
    for company, wanted in zip(read, expected, strict=True):
        match wanted:
            case New():
                assert not company.problem, company
                assert not company.questions, company
                values = (company.name, company.email, company.cvr_number, company.country)
                assert values == (wanted.name, wanted.email, wanted.cvr, wanted.country)
                for note in wanted.notes:
                    assert any(note in sentence for sentence in company.notes), company.notes
            case Problem(part):
                assert part in company.problem, company
            case Asked(field, values):
                assert not company.problem, company
                question = next(question for question in company.questions if question.field == field)
                assert tuple(value for value, _label in question.alternatives) == values
                assert company.is_open


CASES: dict[str, tuple[str, list[Expected]]] = {
    # Quotation marks and line breaks
    "line break in a cell": ('"Nord\nlys Test ApS";n@test.example;13585628', [New("Nord lys Test ApS", "n@test.example", "13585628")]),
    "line breaks in headings": ('"Virksomhed\n(navn)";"E-mail\nadresse";CVR\nNord ApS;a@test.example;13585628', [NORD]),
    "separator in quotation marks": ('"Nord; Syd ApS";a@test.example;13585628', [New("Nord; Syd ApS", "a@test.example", "13585628")]),
    "doubled marks": ('"Nord ""Data"" ApS";a@test.example;13585628', [New('Nord "Data" ApS', "a@test.example", "13585628")]),
    "marks of the name": ('"Huset" – Data & KI I/S;h@test.example;', [New('"Huset" – Data & KI I/S', "h@test.example")]),
    "marks at the end of the name": ('Foreningen "Huset";h@test.example;13585628', [New('Foreningen "Huset"', "h@test.example", "13585628")]),
    "all cells quoted": ('"Nord ApS","a@test.example","13585628"', [NORD]),
    "space before a mark": ('Nord ApS; "a@test.example"; "13585628"', [NORD]),
    "mark not closed": ('"Nord ApS;a@test.example\nEg;ki@eg.example', [Problem("quotation mark"), New("Eg", "ki@eg.example")]),
    "mark closed on a later line": ('"Nord ApS;a@test.example\nEg";ki@eg.example', [Problem("quotation mark"), Problem("quotation mark")]),
    "mark not closed before a quoted line": ('"Nord ApS;a@test.example\n"Eg, Elm";ki@eg.example', [Problem("quotation mark"), New("Eg, Elm", "ki@eg.example")]),
    # Separators
    "tabs": ("Nord ApS\ta@test.example\t13585628", [NORD]),
    "commas": ("Nord ApS,a@test.example,13585628", [NORD]),
    "pipes": ("Nord ApS|a@test.example|13585628", [NORD]),
    "a table of a wiki": ("| Virksomhed | E-mail | CVR |\n|---|---|---|\n| Nord ApS | a@test.example | 13585628 |", [NORD]),
    "commas in names": ("Agern, Data;ki@agern.example\nEg, Elm;ki@eg.example", [New("Agern, Data", "ki@agern.example"), New("Eg, Elm", "ki@eg.example")]),
    "semicolons between addresses in a list of commas": ('"Nord ApS","a@test.example; b@test.example","13585628"', [Asked("email", ("a@test.example", "b@test.example"))]),
    "sep= obeyed": ("sep=;\n" + HEAD + "Nord ApS;a@test.example;13585628", [NORD]),
    "sep=, against the look": ("sep=,\nNord; Syd ApS,a@test.example;,13585628", [New("Nord; Syd ApS", "a@test.example", "13585628")]),
    "no separator": ("Nord ApS a@test.example 13585628", [Problem("cannot be told apart")]),
    "windows line ends and empty lines": ("\r\n;;\r\n" + HEAD + "\r\nNord ApS;a@test.example;13585628\r\n\r\n", [NORD]),
    # Headings
    "number column before": ("Nummer;Navn;E-mail;SE/CVR-nr.\n10000;Bøgeskov Træ A/S;a@test.example;DK13585628", [New("Bøgeskov Træ A/S", "a@test.example", "13585628")]),
    "another number column": ("BS nr;CVR;Virksomhed;E-mail\n17;13585628;Syd ApS;s@test.example", [New("Syd ApS", "s@test.example", "13585628")]),
    "person before the company": ("Kontaktperson;Firma;Mail;CVR\nBo Bæk;Phi A/S;bo@test.example;13585628", [New("Phi A/S", "bo@test.example", "13585628")]),
    "Firma and Navn": ("Navn;Firma;Mail\nBo Bæk;Phi;bo@test.example", [New("Phi", "bo@test.example")]),
    "first and last name": ("Fornavn;Efternavn;Virksomhedsnavn;E-mailadresse\nBo;Bæk;Phi;bo@test.example", [New("Phi", "bo@test.example")]),
    "phone that looks like a CVR number": ("Virksomhed;E-mail;Telefon;CVR\nNord ApS;a@test.example;33703370;13585628", [NORD]),
    "valid number in the column of phones": ("Virksomhed;E-mail;Telefon;CVR\nNord ApS;a@test.example;24256790;13585628", [NORD]),
    "dates and amounts that look like CVR numbers": ("Dato;Virksomhed;Beløb;E-mail;CVR-nummer\n20261129;Nord ApS;24256790;a@test.example;13585628", [NORD]),
    "P number": ("Virksomhed;P-nummer;CVR-nr;Mail\nNord ApS;1012345678;13585628;a@test.example", [NORD]),
    "title line": ("Leverandørliste 2026;;\n;;\n" + HEAD + "Nord ApS;a@test.example;13585628", [NORD]),
    "titles of one cell": ("KL\nFirmaer til ny runde\n" + HEAD + "Nord ApS;a@test.example;13585628", [NORD]),
    "headings on two lines": ("Virksomhed;Kontakt;;CVR\n;Navn;E-mail;\nNord ApS;Anna Prøve;a@test.example;13585628", [NORD]),
    "headings in two languages": ("Virksomhed;E-mail;CVR\nCompany;Email;CVR no.\nNord ApS;a@test.example;13585628", [NORD]),
    "headings again": (HEAD + "Nord ApS;a@test.example;13585628\n" + HEAD + "Eg;ki@eg.example;24256790", [NORD, New("Eg", "ki@eg.example", "24256790")]),
    "English": ("Contact,Company,E-mail address,VAT no.\nBo,Nord ApS,a@test.example,DK13585628", [NORD]),
    "Swedish": ("Företag;E-post;Land\nNord AB;a@test.example;Sverige", [New("Nord AB", "a@test.example", country="SE")]),
    "Navn i CVR": ("CVR-navn;CVR-nummer;E-mail\nNord ApS;13585628;a@test.example", [NORD]),
    "addresses under Kontakt": ("Virksomhed;Kontakt;CVR\nNord ApS;a@test.example;13585628", [NORD]),
    "a company called Land": ("Land & Leverandør A/S;l@test.example;13585628", [New("Land & Leverandør A/S", "l@test.example", "13585628")]),
    "two company columns": ("Firma;Leverandør;E-mail\nNord;Nord Data;a@test.example", [Asked("name", ("Nord", "Nord Data"))]),
    "two address columns": ("Firma;E-mail;E-mail 2\nNord;a@test.example;b@test.example", [Asked("email", ("a@test.example", "b@test.example"))]),
    "address without a heading": (HEAD + "Nord ApS;a@test.example;13585628;b@test.example", [Asked("email", ("a@test.example", "b@test.example"))]),
    "cell without a heading": (HEAD + "Nord ApS;a@test.example;13585628;noget", [New("Nord ApS", "a@test.example", "13585628", notes=("“noget”",))]),
    "column without a heading": (";Virksomhed;E-mail\n7;Nord;a@test.example", [New("Nord", "a@test.example", notes=("“7”",))]),
    "only headings of persons": ("Fornavn;Mail\nBo;bo@test.example", [Problem("no company name")]),
    # Without headings
    "any order": ("13585628;a@test.example;Nord ApS", [NORD]),
    "person and company, legal form": ("Bo Bæk;Nord ApS;a@test.example;13585628", [New("Nord ApS", "a@test.example", "13585628", notes=("“Bo Bæk”",))]),
    "two texts": ("Bo Bæk;Nord Data;a@test.example;13585628", [Asked("name", ("Bo Bæk", "Nord Data"))]),
    "phone beside the number": ("Nord ApS;a@test.example;33703370;13585628", [New("Nord ApS", "a@test.example", "13585628", notes=("“33703370”",))]),
    "two valid numbers": ("Nord ApS;a@test.example;24256790;13585628", [Asked("cvr_number", ("24256790", "13585628", "none"))]),
    "phone with country code": ("Nord ApS;a@test.example;+45 33 70 33 70", [New("Nord ApS", "a@test.example", notes=("“+45 33 70 33 70”",))]),
    "website": ("Nord ApS;a@test.example;https://nord.example;13585628", [New("Nord ApS", "a@test.example", "13585628", notes=("https://nord.example",))]),
    "country": ("Nord ApS;a@test.example;13585628;Danmark", [NORD]),
    "P number beside the number": ("Nord ApS;a@test.example;13585628;1012345678", [New("Nord ApS", "a@test.example", "13585628", notes=("1012345678",))]),
    "date that is a valid number": ("Nord ApS;a@test.example;20261129", [Asked("cvr_number", ("20261129", "none"))]),
    "amount": ("Nord ApS;a@test.example;13.585.628", [Asked("cvr_number", ("13585628", "none"))]),
    "column of phones": (
        "Nord ApS;a@test.example;33703370\nEg;ki@eg.example;33703371\nElm;e@elm.example;24256790",
        [Problem("33703370"), Problem("33703371"), Asked("cvr_number", ("24256790", "none"))],
    ),
    "name of digits": ("13585628;a@test.example;24256790", [Problem("no letters")]),
    "name of seven digits": ("1358562;k@test.example", [Problem("no letters")]),
    "number in the name": ("Nord ApS (CVR 13585628);a@test.example", [New("Nord ApS", "a@test.example", "13585628", notes=("taken out",))]),
    "nothing but text": ("bare noget tekst", [Problem("no e-mail address")]),
    "no address": ("Agern;", [Problem("no e-mail address")]),
    "no name": (";ki@agern.example", [Problem("no company name")]),
    "dashes for nothing": (HEAD + "Nord ApS;a@test.example;-", [New("Nord ApS", "a@test.example", notes=("“-”",))]),
    # Foreign companies
    "foreign": ("Virksomhed;E-mail;CVR;Land\nNord AB;a@test.example;;Sverige", [New("Nord AB", "a@test.example", country="SE")]),
    "foreign with its number": ("Virksomhed;E-mail;CVR;Land\nNord AB;a@test.example;556677-8899;SE", [New("Nord AB", "a@test.example", country="SE", notes=("556677-8899",))]),
    "foreign with a CVR number": ("Virksomhed;E-mail;CVR;Land\nNord AB;a@test.example;13585628;Sverige", [Asked("country", ("DK", "SE"))]),
    "unknown country": ("Virksomhed;E-mail;Land\nNord AB;a@test.example;Utopia", [Problem("Utopia")]),
    "foreign number without country": ("Nord AB;a@test.example;SE556677889901", [Problem("SE556677889901")]),
    # Addresses
    "brackets": ("Nord ApS;Anna Prøve <a@test.example>;13585628", [NORD]),
    "people in a row": ("Anna Prøve <anna@test.example>; Bo <bo@test.example>", [Asked("name", ("Anna Prøve",)), Asked("name", ("Bo",))]),
    "company with brackets": ("Nord ApS <a@test.example>", [New("Nord ApS", "a@test.example", notes=("Nord ApS",))]),
    "two with a semicolon": ('Nord ApS;"a@test.example; b@test.example";13585628', [Asked("email", ("a@test.example", "b@test.example"))]),
    "two with a comma": ('Nord ApS;"a@test.example, b@test.example";13585628', [Asked("email", ("a@test.example", "b@test.example"))]),
    "two with a slash": ('Nord ApS;"a@test.example / b@test.example";13585628', [Asked("email", ("a@test.example", "b@test.example"))]),
    "two on two lines": ('Nord ApS;"a@test.example\nb@test.example";13585628', [Asked("email", ("a@test.example", "b@test.example"))]),
    "two with og": ("Nord ApS;a@test.example og b@test.example;13585628", [Asked("email", ("a@test.example", "b@test.example"))]),
    "twice the same": ("Nord ApS;a@test.example<mailto:A@test.example>;13585628", [NORD]),
    "mailto": ("Nord ApS;mailto:a@test.example?subject=Hej;13585628", [NORD]),
    "no-break spaces around": ("Nord ApS;\u00a0a@test.example\u200b;13585628", [NORD]),
    "full stop behind": ("Nord ApS;a@test.example.;13585628", [NORD]),
    "apostrophe": ("Nord ApS;o'neil@test.example;13585628", [New("Nord ApS", "o'neil@test.example", "13585628")]),
    "domain with Danish letters": ("Nord ApS;info@bøgeskov.example;13585628", [New("Nord ApS", "info@xn--bgeskov-q1a.example", "13585628")]),
    "name with an @": ("Data@Home A/S;info@test.example;13585628", [New("Data@Home A/S", "info@test.example", "13585628")]),
    "name that begins with an @": ("@work Danmark ApS;k@test.example;", [New("@work Danmark ApS", "k@test.example")]),
    "name with a whole address": ("Data@Home.dk A/S;info@test.example;13585628", [New("Data@Home.dk A/S", "info@test.example", "13585628")]),
    "no domain": ("Agern;ki@agern", [Problem("“ki@agern”: After the @")]),
    "no domain under a heading": (HEAD + "Nord ApS;a@test;13585628", [Problem("“a@test”: After the @")]),
    "text under E-mail": (HEAD + "Nord ApS;ring til os;13585628", [Problem("ring til os")]),
    "address with a line in it": ("Agern;ki@agern.example\x0bBcc: x@y.example", [Asked("email", ("ki@agern.example", "x@y.example"))]),
    "local part with Danish letters": ("Nord ApS;søren@test.example;13585628", [Problem("søren@test.example")]),
    "address too long": (f"Agern;{'a' * 250}@agern.example", [Problem("too long")]),
    # Names
    "name too long": ("A" * 121 + ";ki@agern.example", [Problem("name is too long")]),
    "formula": ("=HYPERLINK(1);ki@agern.example", [New("=HYPERLINK(1)", "ki@agern.example")]),
    "tags": ("<b>Agern</b>;ki@agern.example", [New("<b>Agern</b>", "ki@agern.example")]),
    "template": ("{{ 7*7 }} x;ki@agern.example", [New("{{ 7*7 }} x", "ki@agern.example")]),
    "direction marks": ("\u202aNord\u202c ApS\u200b;a@test.example\x00;13\u00a058\u00a056\u00a028\u2028", [NORD]),
    "damaged letters": ("BÃ¸gehuset;ki@boeg.example", [Problem("letters that were damaged")]),
    "question mark for a letter": ("B?gehuset;ki@boeg.example", [Asked("letters", ("too",))]),
    # Repetitions, totals, notes
    "same address": ("Agern;KI@agern.example\nAgern igen;ki@agern.example", [New("Agern", "ki@agern.example"), Problem("on line 1 already")]),
    "same number": ("Nord ApS;a@test.example;13585628\nSyd;s@test.example;13585628", [NORD, Asked("again", ("too",))]),
    "same name": ("Nord ApS;a@test.example\nNORD A/S;b@test.example", [New("Nord ApS", "a@test.example"), Asked("again", ("too",))]),
    "total": (HEAD + "Nord ApS;a@test.example;13585628\nI alt;;1", [NORD]),
    "note at the end": (HEAD + "Nord ApS;a@test.example;13585628\n\nKilde: KL, november;;", [NORD, Problem("no e-mail address")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_list_is_read(name):
    assert_read(*CASES[name])


NUMBERS = [
    "13585628", "CVR 13585628", "CVR-nr. 13 58 56 28", "CVR nr.: 13585628", "cvrnr.13585628", "CVR-nummer 13585628",
    "13585628.0", '="13585628"', "'13585628", "SE 13585628", "SE-nr. 13585628", "DK-13585628", "DK13585628",
    "DK 13 58 56 28", "13\u00a058\u00a056\u00a028", "13 58 56 28", "13.58.56.28", "13-58-56-28", "1358 5628",
    "13585628.", "１３５８５６２８", "VAT no. DK13585628", '"13585628"',
]  # fmt: skip
NO_NUMBERS = [
    "1,36E+07", "1.3585628E7", "1358562", "135856289", "12345678", "ukendt", "29-11-2026", "2026-11-29", "#N/A",
    "1012345678", "0", "13585628 / 24256790", "556677-8899", "DE123456789", "x" * 500, "135856,28", "½",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("heading", ["", HEAD])
def test_a_cvr_number_is_read_in_every_writing(number, heading):
    assert_read(f"{heading}Nord ApS;a@test.example;{number}", [NORD])


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("heading", ["", HEAD])
def test_another_number_is_a_problem_that_names_the_cell(number, heading):
    assert_read(f"{heading}Nord ApS;a@test.example;{number}", [Problem(f"“{number[:50]}")])


@pytest.mark.parametrize("number", ["13.585.628", "13 585 628", "13585628,0", "13585628,00", "135 856 28"])
def test_a_number_written_like_an_amount_is_read_under_its_heading_only(number):
    assert_read(f"{HEAD}Nord ApS;a@test.example;{number}", [NORD])
    assert_read(f"Nord ApS;a@test.example;{number}", [Asked("cvr_number", ("13585628", "none"))])


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Virksomhedsnavn", ColumnKind.NAME), ("Leverandør", ColumnKind.NAME), ("Company name", ColumnKind.NAME), ("Navn", ColumnKind.NAME),
        ("E-mail på kontaktperson", ColumnKind.EMAIL), ("Kontakt e-mail", ColumnKind.EMAIL), ("Mail:", ColumnKind.EMAIL),
        ("E-post", ColumnKind.EMAIL), ("Email address", ColumnKind.EMAIL), ("Kontaktmail", ColumnKind.EMAIL),
        ("CVR", ColumnKind.CVR), ("CVR nr.", ColumnKind.CVR), ("SE/CVR-nr.", ColumnKind.CVR), ("VAT number", ColumnKind.CVR),
        ("Org. nr.", ColumnKind.CVR), ("Moms nr", ColumnKind.CVR), ("Cvr-nummer", ColumnKind.CVR), ("CVR navn", ColumnKind.NAME),
        ("CVR-adresse", ColumnKind.OTHER), ("P-nr.", ColumnKind.UNIT), ("Produktionsenhed", ColumnKind.UNIT),
        ("Telefon", ColumnKind.PHONE), ("Mobil nr.", ColumnKind.PHONE), ("Virksomhedens telefon", ColumnKind.PHONE),
        ("Kontaktperson", ColumnKind.PERSON), ("Navn på kontaktperson", ColumnKind.PERSON), ("Fornavn", ColumnKind.PERSON),
        ("Land", ColumnKind.COUNTRY), ("Country code", ColumnKind.COUNTRY), ("Leverandørnummer", ColumnKind.NUMBER),
        ("Firma nr.", ColumnKind.NUMBER), ("#", ColumnKind.NUMBER), ("Hjemmeside", ColumnKind.WEBSITE), ("Adresse", ColumnKind.OTHER),
        ("Virksomhedstype", ColumnKind.OTHER), ("Stilling", ColumnKind.OTHER), ("Leverandørliste 2026", ColumnKind.UNKNOWN),
        ("Firma Nord A/S", ColumnKind.UNKNOWN), ("", ColumnKind.UNKNOWN),
    ],
)  # fmt: skip
def test_a_heading_says_what_its_column_holds(heading, kind):
    assert heading_kind(heading) is kind


def test_columns_and_passed_lines_are_said():
    with override("en"):
        company_list = read_list(
            "Leverandørliste 2026;;;\nVirksomhed;E-mail;Telefon;SE/CVR-nr.\nNord ApS;a@test.example;33703370;13585628\n"
            "Virksomhed;E-mail;Telefon;SE/CVR-nr.\n---;---;;\nI alt;;;1"
        )
    assert company_list.columns == (
        "Column 1 “Virksomhed” is read as company.",
        "Column 2 “E-mail” is read as e-mail.",
        "Column 3 “Telefon” is not used: telephone.",
        "Column 4 “SE/CVR-nr.” is read as CVR number.",
    )
    assert [(line.line_number, line.reason) for line in company_list.passed] == [
        (1, "It stands above the headings."),
        (4, "The headings again."),
        (5, "It holds no letters and no digits."),
        (6, "A total."),
    ]


def test_a_line_has_the_number_on_which_it_begins():
    text = 'sep=;\nVirksomhed;E-mail\n\n"Nord\nlys";n@test.example\nSyd;s@test.example'
    assert [company.line_number for company in companies(text)] == [4, 6]
