"""Files with lists of companies: encodings, Excel workbooks, and files of every other kind."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.review.invitation_list import MAX_LINES, read_file, read_list
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
