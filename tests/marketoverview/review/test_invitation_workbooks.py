"""Excel workbooks with lists of companies: what their cells say, and those that would take too much work."""

import bz2
import io
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.workbooks.bounded_archive import MAX_MEMBERS, MAX_NAMES_WORK, MAX_UNPACKED, MAX_WORK, BoundedArchive
from marketoverview.review.invitation_list import MAX_BYTES, MAX_LINES, read_file, read_list, sheets_left_out
from tests.marketoverview.review.company_files import LIST, NAMES, assert_refused, names, packed, repacked
from tests.office import convert, needs_office


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


def claiming_little(method: int, data: bytes) -> bytes:
    """A workbook whose sheet is compressed so, and whose headers claim that it has ten bytes."""
    packed_data = zlib.compress(data, 9, -15) if method == zipfile.ZIP_DEFLATED else bz2.compress(data)
    sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(NORD))) as book, zipfile.ZipFile(stream, "w") as archive:
        for member in book.namelist():
            archive.writestr(
                member if member != sheet.filename else sheet,
                packed_data if member == sheet.filename else book.read(member),
            )
        local, central = sheet.header_offset, archive.start_dir
    archive_bytes = bytearray(stream.getvalue())
    struct.pack_into("<H", archive_bytes, local + 8, method)
    struct.pack_into("<I", archive_bytes, local + 22, 10)
    entry = archive_bytes.index(sheet.filename.encode(), central) - 46
    struct.pack_into("<H", archive_bytes, entry + 10, method)
    struct.pack_into("<I", archive_bytes, entry + 24, 10)
    return bytes(archive_bytes)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_workbook_is_not_unpacked_beyond_what_it_claims(method):
    data = claiming_little(method, b" " * 100_000_000)
    tracemalloc.start()
    try:
        assert_refused(data, "cannot be read")
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


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


def test_a_workbook_may_have_so_many_rows_and_columns_and_no_more():
    rows = [["Nord ApS", f"a{number}@test.example"] for number in range(MAX_LINES)]
    assert len(names(workbook(*rows))) == MAX_LINES
    assert_refused(workbook(*rows, NORD), "at most 2,000 lines")
    assert_refused(workbook(["x"] * 201), "at most 200 columns")


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


def excel_workbook(*rows: list, fill=None, **options: bool) -> bytes:
    """A workbook with the parts that Excel writes: the cells share their strings."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True} | options) as book:
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


def fill_with_all_kinds(book, sheet) -> None:
    """Row 2 to 10 of the column “CVR” with every kind of value that a cell can have."""
    sheet.write_column(1, 0, [f"Firma {number} ApS" for number in range(1, 10)])
    sheet.write_column(1, 1, [f"a{number}@test.example" for number in range(1, 10)])
    formats = [
        book.add_format({"num_format": code})
        for code in ("d. mmmm yyyy", "yyyy-mm-dd hh:mm", "hh:mm:ss", "0 %", "[h]:mm")
    ]
    sheet.write_datetime(1, 2, datetime(2026, 11, 29), formats[0])
    sheet.write_datetime(2, 2, datetime(2026, 11, 29, 8, 30), formats[1])
    sheet.write_datetime(3, 2, time(8, 30), formats[2])
    sheet.write_number(4, 2, 0.25, formats[3])
    sheet.write_number(5, 2, 1.5, formats[4])
    sheet.write_boolean(6, 2, True)
    sheet.write_formula(7, 2, "=13585628+0", None, 13585628)
    sheet.write_number(8, 2, 13585628.0)
    sheet.write_rich_string(9, 2, "DK", book.add_format({"bold": True}), "13585628", " (ny)")


KINDS = [
    "CVR", "2026-11-29", "2026-11-29 08:30:00", "08:30:00", "0.25", "1 day, 12:00:00", "true", "13585628", "13585628", "DK13585628 (ny)",
]  # fmt: skip


def column(data: bytes, index: int = 2) -> list[str]:
    with override("en"):
        return [line.split("\t")[index] for line in read_file(data).splitlines()]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}, {"constant_memory": True}, {"use_zip64": True}])
def test_every_kind_of_value_is_read_as_a_person_sees_it(options):
    assert column(excel_workbook(HEAD, fill=fill_with_all_kinds, **options)) == KINDS


def test_every_kind_of_value_is_read_after_openpyxl_has_saved_the_workbook():
    book = openpyxl.load_workbook(
        io.BytesIO(excel_workbook(HEAD, fill=fill_with_all_kinds)), rich_text=True, data_only=True
    )
    data = io.BytesIO()
    book.save(data)
    assert column(data.getvalue()) == KINDS


@needs_office
@pytest.mark.parametrize(
    "saved_as", ["xlsx:Calc MS Excel 2007 XML", "xlsx:Calc Office Open XML", "xlsm:Calc MS Excel 2007 VBA XML"]
)
@pytest.mark.parametrize("is_1904", [False, True])
def test_every_kind_of_value_is_read_after_libreoffice_has_saved_the_workbook(saved_as, is_1904, tmp_path):
    (tmp_path / "list.xlsx").write_bytes(excel_workbook(HEAD, fill=fill_with_all_kinds, date_1904=is_1904))
    convert(tmp_path / "list.xlsx", "ods")
    convert(tmp_path / "list.ods", saved_as)
    ending = saved_as.partition(":")[0]
    assert zipfile.ZipFile(tmp_path / f"list.{ending}").read("docProps/app.xml").find(b"LibreOffice") > 0
    assert column((tmp_path / f"list.{ending}").read_bytes()) == KINDS


@needs_office
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_list_that_libreoffice_has_made_of_a_text_file_is_read(encoding, tmp_path):
    (tmp_path / "list.csv").write_bytes(LIST.encode(encoding))
    number = {"utf-8": 76, "cp1252": 1}[encoding]
    convert(tmp_path / "list.csv", "xlsx:Calc MS Excel 2007 XML", f"--infilter=CSV:59,34,{number}")
    assert names((tmp_path / "list.xlsx").read_bytes()) == NAMES


STRICT_NAMESPACES = [
    (b"schemas.openxmlformats.org/spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        b"schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"purl.oclc.org/ooxml/officeDocument/relationships",
    ),
]


def test_a_strict_workbook_is_read():
    def change(name, content):
        for transitional, strict in STRICT_NAMESPACES:
            content = content.replace(transitional, strict)
        return content

    data = repacked(excel_workbook(HEAD, fill=fill_with_all_kinds), change)
    assert b"purl.oclc.org" in zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml")
    assert column(data) == KINDS


def test_a_line_break_of_two_characters_is_a_space():
    assert names(excel_workbook(HEAD, ["Nord\r\nlys ApS", "n@test.example", 13585628])) == ["Nord lys ApS"]


def test_hidden_sheets_are_passed_over_and_the_others_are_named():
    def fill(book, sheet):
        sheet.hide()
        book.add_worksheet("Liste").write_row(0, 0, ["Syd ApS", "s@test.example"])
        book.add_chartsheet("Figur")
        book.add_worksheet("Andet æøå").write_row(0, 0, ["Øst ApS", "o@test.example"])
        book.get_worksheet_by_name("Liste").activate()
        book.get_worksheet_by_name("Liste").set_first_sheet()

    data = excel_workbook(HEAD, NORD, fill=fill)
    assert names(data) == ["Syd ApS"]
    assert sheets_left_out(data) == ["Andet æøå"]


NORD_ROW = (
    '<row r="1"><c t="inlineStr"><is><t>Nord ApS</t></is></c><c t="inlineStr"><is><t>a@test.example</t></is></c></row>'
)


def with_sheet(rows: str, before: str = "", **parts: str) -> bytes:
    """A workbook whose sheet holds these rows; `parts` are the contents of other parts by the end of their names."""
    namespace = b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

    def change(name: str, content: bytes) -> bytes:
        if name.endswith("sheet1.xml"):
            return b"<worksheet%b>%b<sheetData>%b</sheetData></worksheet>" % (namespace, before.encode(), rows.encode())
        part = next((text.encode() for end, text in parts.items() if name.endswith(f"{end}.xml")), content)
        return part.replace(b"<sst>", b"<sst%b>" % namespace).replace(b"<styleSheet>", b"<styleSheet%b>" % namespace)

    return repacked(excel_workbook(HEAD, NORD), change)


def count_elements(monkeypatch, limit: int) -> None:
    """Fail at more elements than this: the work of a file, whatever the machine."""
    number = 0
    count_element = BoundedArchive.count_element

    def counted(archive, name, attributes):
        nonlocal number
        number += 1
        assert number <= limit
        count_element(archive, name, attributes)

    monkeypatch.setattr(BoundedArchive, "count_element", counted)


@pytest.mark.parametrize(
    "data",
    [
        with_sheet(NORD_ROW, '<dimension ref="A1:XFD1048576"/>'), with_sheet(f'{NORD_ROW}<row r="1048576"><c r="XFD1048576"/></row>'),
        with_sheet(NORD_ROW, sharedStrings=f"<sst>{'<si><t/></si>' * 300_000}</sst>"),
        with_sheet(f'{NORD_ROW}</sheetData><dataValidations><dataValidation sqref="{"no range " * 90_000}"/></dataValidations><sheetData>'),
        with_sheet(f'{NORD_ROW}<row><dataValidations><dataValidation sqref="{"no range " * 90_000}"/></dataValidations></row>'),
        with_sheet(NORD_ROW, before=f'<conditionalFormatting sqref="{"no range " * 90_000}"/>'),
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
        (with_sheet(NORD_ROW, styles=f"<styleSheet><cellXfs>{'<xf/>' * 14_000}</cellXfs></styleSheet>"), "holds too much"),
        (with_sheet(NORD_ROW, styles=f"<styleSheet><fonts>{'<f/>' * 84_000}</fonts></styleSheet>"), "holds too much"),
        (with_sheet(NORD_ROW, styles=f"<styleSheet><fonts>{'<row><t/></row>' * 42_000}</fonts></styleSheet>"), "holds too much"),
        (with_sheet(f"<row>{'<f/>' * 84_000}</row>"), "holds too much"), (with_sheet(f"<row><c>{'<t/>' * 84_000}</c></row>"), "holds too much"),
        (with_sheet(NORD_ROW, styles=f'<styleSheet><numFmts><numFmt numFmtId="200" formatCode="{"[" * 256}"/></numFmts></styleSheet>'), "holds too much"),
        (with_sheet(NORD_ROW, workbook=f"<workbook><sheets>{'<sheet/>' * 5_001}</sheets></workbook>"), "holds too much"),
        (with_sheet(NORD_ROW, **{"[Content_Types]": f"<Types>{'<Override/>' * 5_001}</Types>"}), "holds too much"),
        (with_sheet(f"<row>{'<c><v>1</v></c>' * 16_384}</row>"), "at most 200 columns"),
        (with_sheet(f'<row><c t="inlineStr"><is><t>{"x" * 9_000_000}</t></is></c></row>'), "at most 500 KB"),
        (with_sheet(('<row>' + '<c t="s"><v>0</v></c>' * 9 + '</row>') * 1_000, sharedStrings=f"<sst><si><t>{'x' * 400_000}</t></si></sst>"), "at most 500 KB"),
        (with_sheet(f'{NORD_ROW}<row r="1048576"><c><v>1</v></c></row>'), "far below the list, in row 1048576"),
        (with_sheet("<row><c><v>" + "9" * 400_000 + "</v></c></row>"), "cannot be read"),
        (with_sheet('<row><c t="s"><v>7</v></c></row>'), "cannot be read"), (with_sheet('<row r="x"/>'), "cannot be read"),
        (with_sheet('<row><c t="s"><v>-1</v></c></row>'), "cannot be read"), (with_sheet(f'<row r="9"><c><v>1</v></c></row>{NORD_ROW}'), "cannot be read"),
        (with_sheet('<!DOCTYPE a SYSTEM "http://127.0.0.1/"><row/>'), "cannot be read"),
        (b"1;" * 199 + b"\n" + (b"1;" * 199 + b"\n") * 1_000, "too many cells"),
    ],
)  # fmt: skip
def test_a_file_that_takes_too_much_work_is_refused_within_the_limits(data, part, monkeypatch):
    assert len(data) < MAX_BYTES
    count_elements(monkeypatch, MAX_WORK + MAX_NAMES_WORK)
    assert_refused(data, part)


def test_a_workbook_may_have_thirty_columns_with_a_text_of_its_own_in_each_cell():
    head = ["Virksomhed", "E-mail", *(f"Note {number}" for number in range(28))]
    rows = ((f"Firma {n} ApS", f"a{n}@b.dk", *(f"{n}-{column}" for column in range(28))) for n in range(MAX_LINES - 1))
    assert len(names(excel_workbook(head, *rows))) == MAX_LINES - 1
