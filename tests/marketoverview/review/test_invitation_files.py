"""Files with lists of companies: encodings, lines, and files of every other kind than workbooks."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.review.invitation_list import read_file, read_list, table
from marketoverview.review.invitation_list.table import Row
from tests.marketoverview.review.company_files import LIST, NAMES, assert_refused, names, packed


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
