"""Workbooks: what a spreadsheet finds in them when it opens them again."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from xlsxwriter.worksheet import Worksheet

from kl_ai.export import xlsx
from kl_ai.export.document import Link
from kl_ai.export.xlsx import MAX_CELL, Sheet, TooManyRows, xlsx_response
from tests.spreadsheets import CLEANED, FORMULAS, NO_FORMULAS, open_workbook, response_bytes


def test_text_in_a_workbook_is_text_whatever_it_looks_like():
    texts = [*FORMULAS, *NO_FORMULAS, "http://x.example", "0012", "1e5"]
    sheet = open_workbook(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], ([text] for text in texts))]))["Ark"]
    for text, (cell,) in zip(texts, sheet.iter_rows(min_row=2, max_row=len(texts) + 1), strict=True):
        # openpyxl leaves the escapes that Excel undoes.
        assert unescape(cell.value or "") == text.translate(CLEANED)
        assert cell.data_type in ("s", "inlineStr") or not text
        assert cell.hyperlink is None


def test_numbers_and_dates_of_a_workbook_are_numbers_and_dates():
    values = [7, -0.5, Decimal("1.5"), date(2026, 11, 23), datetime(2026, 11, 23, 11, 30, tzinfo=UTC), True, None]
    sheet = open_workbook(xlsx_response("f.xlsx", [Sheet("Ark", list("abcdefg"), [values])])).active
    assert [cell.value for cell in sheet[2]] == [
        7,
        -0.5,
        1.5,
        datetime(2026, 11, 23),
        datetime(2026, 11, 23, 12, 30),
        True,
        None,
    ]


def test_sheets_of_data_and_of_notes():
    response = xlsx_response(
        "f.xlsx",
        [
            Sheet("Virksomheder", ["Navn", "Antal"], iter([["Åse", 1], ["Bo", 2]]), widths=[40, 10]),
            Sheet("Om udtrækket", [], [["Kriterier", "alle"], ["Kilde", "http://x.example"]], kind="notes"),
        ],
    )
    data, notes = open_workbook(response)
    assert (data.freeze_panes, data.auto_filter.ref) == ("A2", "A1:B3")
    assert (data["A1"].font.bold, data["A1"].alignment.wrap_text, data["A2"].font.bold) == (True, True, False)
    assert data.column_dimensions["A"].width > 40 > data.column_dimensions["B"].width
    assert (notes.freeze_panes, notes.auto_filter.ref) == (None, None)
    assert [[cell.value for cell in row] for row in notes] == [["Kriterier", "alle"], ["Kilde", "http://x.example"]]
    assert (notes["A1"].font.bold, notes["B1"].font.bold) == (True, False)


def test_a_workbook_without_rows_opens():
    sheet = open_workbook(xlsx_response("f.xlsx", [Sheet("Tom", ["a", "b"], [])])).active
    assert [cell.value for cell in sheet[1]] == ["a", "b"]


@pytest.mark.parametrize(("widths", "pages"), [([100, 100], 1), ([200, 31], 2), ([200, 200, 61], 3)])
def test_a_printed_page_holds_no_more_columns_than_can_be_read(widths, pages):
    sheet = open_workbook(xlsx_response("f.xlsx", [Sheet("Data", ["a"] * len(widths), [], widths)])).active
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.orientation) == (pages, "landscape")
    assert sheet.oddFooter.right.text == "&P / &N"


def test_names_of_sheets_are_made_to_fit():
    names = ["Teknologi/område: [alle]?", "x" * 40, "X" * 40, "'", "", "History", "Æ\x00"]
    sheet_names = open_workbook(xlsx_response("f.xlsx", [Sheet(name, ["h"], []) for name in names])).sheetnames
    assert sheet_names == ["Teknologi område alle", "x" * 31, "X" * 27 + " (2)", "-", "- (2)", "History (2)", "Æ"]


def test_a_column_can_offer_its_values():
    values = ["Opfyldt", 'Delvist "opfyldt"', "Ikke <relevant> & æøå"]
    sheet = open_workbook(
        xlsx_response("f.xlsx", [Sheet("Krav", ["Nr.", "Svar"], [[1, ""], [2, ""]], validations={1: values})])
    )
    (validation,) = sheet.active.data_validations.dataValidation
    assert (validation.type, str(validation.sqref)) == ("list", "B2:B3")
    assert validation.formula1 == '"Opfyldt,Delvist ""opfyldt"",Ikke <relevant> & æøå"'


def test_a_sheet_without_rows_offers_nothing():
    sheet = open_workbook(xlsx_response("f.xlsx", [Sheet("Tom", ["Svar"], [], validations={0: ["Ja"]})])).active
    assert sheet.data_validations.dataValidation == []


@pytest.mark.parametrize("values", [[], [""], [" "], ["Ja, delvist"], ["x" * 256], ["🙂" * 128]])
def test_values_that_no_drop_down_can_hold_are_refused(values):
    with pytest.raises(ValueError, match="drop-down"):
        xlsx_response("f.xlsx", [Sheet("Ark", ["h"], [["x"]], validations={0: values})])


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("kort", None),
        ("tyve tegn i en linje", None),
        ("en\nto\r\ntre", 45),
        ("x" * 45, 45),
        ("ord " * 10, 30),
        ("x" * 18 + " " + "y" * 18, 30),
        ("a " * 5_000, 408.75),  # Excel's highest, in whole pixels
    ],
)
def test_a_row_is_as_high_as_its_longest_text(text, points):
    """LibreOffice opens a file with the heights it has; Excel makes a row fit when somebody edits it."""
    for kind in ("data", "notes"):
        content = response_bytes(
            xlsx_response("f.xlsx", [Sheet("Ark", ["h", "i"], [[1, text]], widths=[8, 20], kind=kind)])
        )
        assert openpyxl.load_workbook(io.BytesIO(content)).active.row_dimensions[2].height == points
        assert b"customHeight" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["æ" * 40_000, "🙂" * 20_000])
def test_text_too_long_for_a_cell_is_cut_with_a_mark(text):
    value = open_workbook(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], [[text]])])).active["A2"].value
    assert value[-1] == "…"
    assert text.startswith(value[:-1])
    assert MAX_CELL - 2 < len(value.encode("utf-16-le")) / 2 <= MAX_CELL


def test_more_rows_than_a_sheet_holds_are_refused():
    def sheet(rows):
        return [Sheet("Ark", ["h"], ([n] for n in range(rows)))]

    with pytest.raises(TooManyRows):
        xlsx_response("f.xlsx", sheet(11), max_rows=10)
    assert open_workbook(xlsx_response("f.xlsx", sheet(10), max_rows=10)).active.max_row == 11


def test_equal_content_gives_equal_bytes():
    moment = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    first, second = (
        response_bytes(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], [["æ", 1]])], created=moment)) for _ in range(2)
    )
    assert first == second
    assert openpyxl.load_workbook(io.BytesIO(first)).properties.created == datetime(2026, 11, 23, 11, 30)


def test_a_workbook_is_a_download_of_known_length():
    response = xlsx_response("udtræk.xlsx", [Sheet("Ark", ["h"], [])])
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''udtr%C3%A6k.xlsx"
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert int(response["Content-Length"]) == len(response_bytes(response))


def test_the_private_names_of_xlsxwriter_are_still_there():
    """`FittingWorksheet` uses them."""
    names = "_write_single_row _check_dimensions _escape_data _prepare_formula _convert_date_time"
    assert [name for name in names.split() if not callable(getattr(Worksheet, name, None))] == []


def test_excel_fits_a_row_to_its_text_when_somebody_edits_it():
    """It does not where a height is marked as set by hand."""
    content = response_bytes(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], [["to\nlinjer"]])]))
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert 'ht="30"' in xml
    assert "customHeight" not in xml


def test_every_kind_of_value_stands_in_its_cell_beside_a_link_and_a_formula():
    row = [
        "<r>&fed</r> _x0041_ ",
        7,
        2.5,
        Decimal("1.25"),
        True,
        False,
        date(2026, 11, 30),
        None,
        Link("kort", "https://a.example/"),
    ]
    sheet = Sheet("Ark", list("abcdefghij"), [row, ["næste"], []], formulas={9: "=IF(B{row}<8,1,2)"})
    cells = open_workbook(xlsx_response("f.xlsx", [sheet])).active
    values = [unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in cells[2]]
    assert values == [*row[:6], datetime(2026, 11, 30), None, "kort", "=IF(B2<8,1,2)"]
    assert cells["I2"].hyperlink.target == "https://a.example/"
    assert [cell.value for cell in cells[3]] == ["næste", *[None] * 8, "=IF(B3<8,1,2)"]
    assert cells["J4"].value == "=IF(B4<8,1,2)"


def test_links_can_be_clicked_as_many_as_excel_allows_and_the_rest_is_text(monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_LINKS", 2)
    links = [
        Link("post@a.example", "mailto:post@a.example"),
        Link("javascript", "javascript:alert(1)"),
        Link("for lang", f"https://a.example/{'x' * 2_080}"),
        Link("=1+1", "https://a.example/?b=ø&c"),
        Link("tredje", "https://c.example/"),
    ]
    sheet = open_workbook(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], ([link] for link in links))])).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [link.text for link in links]
    targets = [cell.hyperlink.target if cell.hyperlink else "" for cell in cells]
    assert targets == ["mailto:post@a.example", "", "", "https://a.example/?b=%C3%B8&c", ""]
    assert {cell.data_type for cell in cells} == {"s"}


def test_sheets_are_written_side_by_side_in_one_pass():
    sheets = [Sheet("A", ["h"], [["først"]]), Sheet("B", ["h"]), Sheet("C", (), [["x", "y"]], kind="notes")]
    rows = [(0, ["a1"]), (1, ["b1"]), (0, ["a2"]), (1, ["b2"])]
    book = open_workbook(xlsx_response("f.xlsx", sheets, more_rows=iter(rows)))
    columns = [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    assert columns == [["h", "først", "a1", "a2"], ["h", "b1", "b2"], ["x"]]
    assert book["B"].auto_filter.ref == "A1:A3"
    with pytest.raises(TooManyRows, match="“B” has more than 1 rows"):
        xlsx_response("f.xlsx", sheets[1:], more_rows=[(0, ["b1"]), (0, ["b2"])], max_rows=1)
