"""Files with lists of companies: encodings, Excel workbooks, and files of every other kind."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.review.invitation_list import MAX_BYTES, MAX_LINES, read_file, read_list, sheet_xml, table
from marketoverview.review.invitation_list.table import Row
from marketoverview.review.invitation_list.workbook import MAX_MEMBERS, MAX_UNPACKED

LIST = "Virksomhed;E-mail\nBøg & Ær ÆØÅ ApS;ki@boeg.example\nÅben Sø A/S;ki@aaben.example\n"
NAMES = ["Bøg & Ær ÆØÅ ApS", "Åben Sø A/S"]


def names(data: bytes) -> list[str]:
    companies = read_list(read_file(data)).companies
    return [
        "problem" if company.problem else "question" if company.questions else company.name for company in companies
    ]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_the_encodings_of_spreadsheets(encoding, line_end):
    assert names(LIST.replace("\n", line_end).encode(encoding)) == NAMES


def test_utf16_with_its_mark_in_the_other_order_is_read():
    assert names(b"\xfe\xff" + LIST.encode("utf-16-be")) == NAMES


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "cp865"])
@pytest.mark.parametrize(
    "name", ["Bøgehuset ApS", "Søren Ærlig ApS", "Gåsehuset ApS", "Ølhuset ApS", "Ællingen ApS", "Blåbær ApS"]
)
def test_a_line_with_impossible_letters_is_a_problem_or_a_question(encoding, name):
    assert names(f"Nord ApS;a@test.example\n{name};ki@test.example".encode(encoding))[0] == "Nord ApS"
    assert names(f"Nord ApS;a@test.example\n{name};ki@test.example".encode(encoding))[1] in ("problem", "question")


@pytest.mark.parametrize(
    "name",
    [
        "O’Neill ApS",
        "Café Noël A/S",
        "Über AI GmbH",
        "Œuvre ApS",
        "Data® ApS",
        "“Huset” ApS",
        "Hvem? ApS",
        "5½ ApS",
        "Łódź AB",
    ],
)
def test_letters_that_names_have_are_no_doubt(name):
    assert names(f"{name};a@test.example".encode()) == [name]


# Workbooks ----------------------------------------------------------------------------------------


def workbook(*rows: list, prepare=None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if prepare:
        prepare(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


HEAD = ["Virksomhed", "E-mail", "CVR"]
NORD = ["Nord ApS", "a@test.example", 13585628]


@pytest.mark.parametrize("number", [13585628, 13585628.0, "13585628", "DK 13 58 56 28", "13585628\u00a0"])
def test_a_workbook_gives_its_numbers_as_text(number):
    (company,) = read_list(read_file(workbook(HEAD, ["Nord ApS", "a@test.example", number]))).companies
    assert (company.name, company.email, company.cvr_number, company.line_number) == (
        "Nord ApS",
        "a@test.example",
        "13585628",
        2,
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 11, 29), "2026-11-29"), (datetime(2026, 11, 29, 8, 30), "2026-11-29 08:30:00"), (True, "true"),
        (1.5, "1.5"), ("=13585628", "=13585628"), ("#N/A", "#N/A"), ("a\nb", "a b"), (1e20, "1e+20"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_number_is_a_problem_that_names_it(value, text):
    with override("en"):
        (company,) = read_list(read_file(workbook(HEAD, ["Nord ApS", "a@test.example", value]))).companies
    assert f"“{text}”" in company.problem


def test_a_name_with_quotation_marks_tabs_and_breaks_is_one_cell():
    data = workbook(HEAD, ['"Huset"\t– Data\n& KI I/S', "h@test.example", None], ['="x', "i@test.example"])
    assert names(data) == ['"Huset" – Data & KI I/S', '="x']


def test_empty_rows_count_as_lines():
    companies = read_list(read_file(workbook(HEAD, [], [None, None], NORD))).companies
    assert [company.line_number for company in companies] == [4]


def test_the_first_visible_sheet_is_read():
    def prepare(book):
        book.active.sheet_state = "hidden"
        book.create_sheet("Liste").append(["Syd ApS", "s@test.example"])
        book.create_sheet("Andet").append(["Øst ApS", "o@test.example"])

    assert names(workbook(HEAD, NORD, prepare=prepare)) == ["Syd ApS"]


def test_formats_far_below_the_list_are_passed_over():
    def prepare(book):
        book.active.cell(row=900_000, column=300).number_format = "0.00"

    assert names(workbook(HEAD, NORD, prepare=prepare)) == ["Nord ApS"]


def assert_refused(data: bytes, part: str) -> None:
    with override("en"), pytest.raises(ValidationError) as refusal:
        read_list(read_file(data))
    assert part in refusal.value.messages[0]


def test_a_workbook_may_have_so_many_rows_and_columns_and_no_more():
    rows = [["Nord ApS", f"a{number}@test.example"] for number in range(MAX_LINES)]
    assert len(names(workbook(*rows))) == MAX_LINES
    assert_refused(workbook(*rows, NORD), "at most 2,000 lines")
    assert_refused(workbook(["x"] * 201), "at most 200 columns")


def packed(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return data.getvalue()


def repacked(data: bytes, change) -> bytes:
    """The workbook with each member's bytes as `change(name, content)` gives them."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return result.getvalue()


def test_a_workbook_that_would_grow_without_end_is_refused():
    bomb = repacked(workbook(HEAD, NORD), lambda name, content: content + b" " * (MAX_UNPACKED // 5))
    assert_refused(bomb, "holds too much")
    many = packed(xl__workbook_dot_xml=b"<x/>", **{f"a{number}": b"" for number in range(MAX_MEMBERS)})
    assert_refused(many, "holds too much")
    entities = repacked(
        workbook(HEAD, NORD),
        lambda name, content: (
            content.replace(b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook')
            if name == "xl/workbook.xml"
            else content
        ),
    )
    assert_refused(entities, "cannot be read")


def test_a_workbook_that_is_damaged_is_refused():
    whole = workbook(HEAD, NORD)
    assert_refused(whole[: len(whole) // 2], "cannot be read")
    assert_refused(repacked(whole, lambda name, content: b"<" if "sheet1" in name else content), "cannot be read")
    assert_refused(
        repacked(whole, lambda name, content: b"" if name == "xl/workbook.xml" else content), "cannot be read"
    )
    assert_refused(packed(xl__workbook_dot_xml=b"<workbook/>"), "cannot be read")


@hypothesis_settings(max_examples=60)
@given(changes=st.dictionaries(st.integers(0, 5_000), st.integers(0, 255), min_size=1, max_size=20))
def test_a_workbook_with_any_wrong_bytes_is_read_or_refused_with_a_sentence(changes):
    whole = bytearray(workbook(HEAD, NORD))
    for place, byte in changes.items():
        whole[place % len(whole)] = byte
    with suppress(ValidationError):
        read_list(read_file(bytes(whole)))


# Files that claim to hold more than they do ---------------------------------------------------------


def excel_workbook(*rows: list, fill=None) -> bytes:
    """A workbook with the parts that Excel writes: the cells share their strings."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if fill:
            fill(book, sheet)
    return data.getvalue()


def test_cells_that_share_their_texts_are_read_with_formats_formulas_and_dates():
    def fill(book, sheet):
        bold = book.add_format({"bold": True})
        sheet.write_rich_string(2, 0, "Bøg & ", bold, "Ær", " ApS")
        sheet.write(2, 1, "ki@boeg.example")
        sheet.write_formula(2, 2, "=1+1", None, 24256790)
        sheet.write(3, 0, "Syd ApS")
        sheet.write(3, 1, "s@test.example")
        sheet.write_datetime(3, 2, datetime(2026, 11, 29), book.add_format({"num_format": "d. mmmm yyyy"}))

    lines = read_file(excel_workbook(HEAD, NORD, fill=fill)).splitlines()
    assert lines == [
        "Virksomhed\tE-mail\tCVR",
        "Nord ApS\ta@test.example\t13585628",
        "Bøg & Ær ApS\tki@boeg.example\t24256790",
        "Syd ApS\ts@test.example\t2026-11-29",
    ]


NORD_ROW = (
    '<row r="1"><c t="inlineStr"><is><t>Nord ApS</t></is></c><c t="inlineStr"><is><t>a@test.example</t></is></c></row>'
)


def with_sheet(rows: str, before: str = "", **parts: str) -> bytes:
    """A workbook whose sheet holds these rows; `parts` are the contents of other parts by the end of their names."""
    namespace = b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

    def change(name: str, content: bytes) -> bytes:
        if name.endswith("sheet1.xml"):
            return b"<worksheet%b>%b<sheetData>%b</sheetData></worksheet>" % (namespace, before.encode(), rows.encode())
        return next((text.encode() for end, text in parts.items() if name.endswith(f"{end}.xml")), content)

    return repacked(excel_workbook(HEAD, NORD), change)


def count_elements(monkeypatch, limit: int) -> None:
    """Fail at more elements than this: the work of a file, whatever the machine."""
    number = 0
    take = sheet_xml.Budget.take

    def counted(budget):
        nonlocal number
        number += 1
        assert number <= limit
        take(budget)

    monkeypatch.setattr(sheet_xml.Budget, "take", counted)


@pytest.mark.parametrize(
    "data",
    [
        with_sheet(NORD_ROW, '<dimension ref="A1:XFD1048576"/>'), with_sheet(f'{NORD_ROW}<row r="1048576"><c r="XFD1048576"/></row>'),
        with_sheet(NORD_ROW, sharedStrings=f"<sst>{'<si><t/></si>' * 300_000}</sst>"),
    ],
)  # fmt: skip
def test_what_a_sheet_says_of_its_size_costs_nothing(data, monkeypatch):
    count_elements(monkeypatch, 500)
    assert names(data) == ["Nord ApS"]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (with_sheet(NORD_ROW + "<row/>" * 400_000), "holds too much"), (with_sheet(("<row>" + "<c/>" * 2_000 + "</row>") * 200), "holds too much"),
        (with_sheet(NORD_ROW, before="<a>" * 300_000 + "</a>" * 300_000), "holds too much"),
        (with_sheet('<row><c t="s"><v>299999</v></c></row>', sharedStrings=f"<sst>{'<si/>' * 300_000}</sst>"), "holds too much"),
        (with_sheet(NORD_ROW, styles=f"<styleSheet><cellXfs>{'<xf/>' * 300_000}</cellXfs></styleSheet>"), "holds too much"),
        (with_sheet(f"<row>{'<c><v>1</v></c>' * 16_384}</row>"), "at most 200 columns"),
        (with_sheet(f'<row><c t="inlineStr"><is><t>{"x" * 9_000_000}</t></is></c></row>'), "at most 500 KB"),
        (with_sheet(('<row>' + '<c t="s"><v>0</v></c>' * 9 + '</row>') * 1_000, sharedStrings=f"<sst><si><t>{'x' * 400_000}</t></si></sst>"), "at most 500 KB"),
        (with_sheet(f'{NORD_ROW}<row r="1048576"><c><v>1</v></c></row>'), "far below the list, in row 1048576"),
        (with_sheet("<row><c><v>" + "9" * 400_000 + "</v></c></row>"), "cannot be read"),
        (with_sheet('<row><c t="s"><v>7</v></c></row>'), "cannot be read"), (with_sheet('<row r="x"/>'), "cannot be read"),
        (with_sheet('<!DOCTYPE a SYSTEM "http://127.0.0.1/"><row/>'), "cannot be read"),
        (b"1;" * 199 + b"\n" + (b"1;" * 199 + b"\n") * 1_000, "too many cells"),
    ],
)  # fmt: skip
def test_a_file_that_takes_too_much_work_is_refused_within_the_limits(data, part, monkeypatch):
    assert len(data) < MAX_BYTES
    count_elements(monkeypatch, sheet_xml.MAX_ELEMENTS + sheet_xml.MAX_PARTS)
    assert_refused(data, part)


def test_a_list_may_have_many_columns_of_something_else():
    line = ";".join(["Nord ApS", "a{}@test.example", *["x"] * 90])
    text = "\n".join([";".join(["Virksomhed", "E-mail", *["Note"] * 90]), *(line.format(n) for n in range(1_500))])
    assert len(read_list(text).companies) == 1_500


@pytest.mark.parametrize("line", ["", " ", ";;", "\t", "\u00a0;"])
def test_lines_without_a_text_count_as_lines_and_make_no_rows(line, monkeypatch):
    text = f"{line}\n" * 50_000 + "Nord ApS;a@test.example\n" + f"{line}\n" * 50_000
    made = []
    monkeypatch.setattr(table, "Row", lambda *values: made.append(values) or Row(*values))
    (company,) = read_list(text).companies
    assert company.line_number == 50_001
    assert len(made) < 5


# Other files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 500, "an older Office file"),
        (b"%PDF-1.7\n", "a PDF document"), (b"\x89PNG\r\n\x1a\n", "a picture"), (b"{\\rtf1", "a text document"),
        (b"\x1f\x8b\x08", "a packed file"), (b"BEGIN:VCARD\n", "a file of contacts"),
        (b"<!DOCTYPE html><table>", "a web page"), (b"<?xml version='1.0'?>", "a web page or an XML file"),
        (packed(word__document_dot_xml=b"x"), "a Word document"), (packed(content_dot_xml=b"x"), "an OpenDocument file"),
        (packed(a=b"x"), "a packed file"), (packed(xl__workbook_dot_bin=b"x"), "a binary Excel file"),
        (bytes(range(256)) * 4, "no text"), (b"SQLite format 3\x00\x01\x02", "no text"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_with_what_to_do(data, kind):
    assert_refused(data, f"The file is {kind}")
    assert_refused(data, "Save the list as an Excel file (.xlsx) or CSV")


@pytest.mark.parametrize("name", ["BMC Software", "GIF8 Media", "Rar! ApS", "%PDF Huset"])
def test_a_company_may_begin_as_a_picture_does(name):
    assert read_file(f"{name};ki@test.example;\n".encode()) == f"{name};ki@test.example;\n"


def test_a_bitmap_is_a_picture():
    with pytest.raises(ValidationError):
        read_file(b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36")


def test_a_file_that_is_too_large_is_refused():
    assert_refused(b"a" * 500_001, "at most 500 KB")


@hypothesis_settings(max_examples=300)
@given(
    data=st.binary()
    | st.sampled_from([b"PK\x03\x04", b"%PDF", b"\xff\xfe", b"\xef\xbb\xbf"]).flatmap(
        lambda start: st.binary().map(start.__add__)
    )
)
def test_any_file_is_read_or_refused_with_a_sentence(data):
    with suppress(ValidationError):
        read_list(read_file(data))
