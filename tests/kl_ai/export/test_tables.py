"""Files of rows: what a spreadsheet makes of them when it opens them again."""

import csv
import io
import json
import unicodedata
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.http import FileResponse
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from kl_ai.export.tables import MAX_CELL, Sheet, TooManyRows, csv_response, json_stream, safe, xlsx_response

HOSTILE = [
    "=1+1",
    "+45 12345678",
    "-2+3",
    '@SUM(A1:A2)"',
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example";"Klik")',
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tindrykket",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
]
HARMLESS = ["Ærø; Østerbro", "a=b", "1-2", 'citat "her"', "linje\nlinje", "'apostrof", "", "æøå ÆØÅ", "🙂", "_x000D_"]
DANGEROUS = tuple("=+-@＝＋－＠\t\r\n")


def sent(response) -> bytes:
    """All that the client gets."""
    content = b"".join(response.streaming_content)
    if isinstance(response, FileResponse):
        response.file_to_stream.close()
    return content


def rows_of_csv(response) -> list[list[str]]:
    content = sent(response).decode("utf-8")
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:], newline=""), delimiter=";"))


def workbook_of(response):
    return openpyxl.load_workbook(io.BytesIO(sent(response)))


def visible(text: str) -> str:
    """`text` without what a spreadsheet may skip before it looks for a formula."""
    return text.lstrip("".join(c for c in text if c.isspace() or unicodedata.category(c) in ("Cc", "Cf")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_becomes_text_in_csv(text):
    ((cell,),) = rows_of_csv(csv_response("f.csv", [text], []))
    assert cell == "'" + text.replace("\x00", "")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is_in_csv(text):
    assert rows_of_csv(csv_response("f.csv", ["h", "i"], [[text, ""]]))[1] == [text, ""]


@given(st.text() | st.tuples(st.sampled_from([*DANGEROUS, " ", "\x00"]), st.text()).map("".join))
def test_no_cell_of_a_csv_starts_a_formula(text):
    cell = rows_of_csv(csv_response("f.csv", ["h"], [[text, "x"]]))[1][0]
    assert not cell.startswith(DANGEROUS)
    assert not visible(cell).startswith(DANGEROUS)
    assert safe(cell) == cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_a_csv_keeps_its_rows_and_columns(rows):
    assert [len(row) for row in rows_of_csv(csv_response("f.csv", ["a", "b"], rows))] == [2] * (len(rows) + 1)


def test_numbers_and_dates_stay_numbers_and_dates():
    moment = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert [safe(value) for value in (-5, -0.5, Decimal("-1.5"), date(2026, 11, 23), True)] == [
        -5, -0.5, Decimal("-1.5"), date(2026, 11, 23), True,
    ]  # fmt: skip
    values = [-5, -0.5, date(2026, 11, 23), moment, None, float("nan"), lazystr("=x")]
    assert rows_of_csv(csv_response("f.csv", [], [values]))[1] == [
        "-5", "-0,5", "2026-11-23", "2026-11-23 12:30:00", "", "", "'=x",
    ]  # fmt: skip


def test_a_csv_has_the_form_that_danish_excel_reads():
    response = csv_response("udtræk æøå.csv", ["Navn", "Ærø"], [["Åse; Bo", 'a "b"']])
    assert sent(response) == '\ufeffNavn;Ærø\r\n"Åse; Bo";"a ""b"""\r\n'.encode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''udtr%C3%A6k%20%C3%A6%C3%B8%C3%A5.csv"


def test_rows_of_a_csv_are_read_as_the_client_reads():
    left = iter(range(100_000))
    content = iter(csv_response("f.csv", ["h"], (["x" * 100] for _ in left)).streaming_content)
    next(content)
    assert 99_000 < sum(1 for _ in left) < 100_000


def test_text_in_a_workbook_is_text_whatever_it_looks_like():
    texts = [*HOSTILE, *HARMLESS, "http://x.example", "0012", "1e5"]
    sheet = workbook_of(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], ([text] for text in texts))]))["Ark"]
    for text, (cell,) in zip(texts, sheet.iter_rows(min_row=2, max_row=len(texts) + 1), strict=True):
        # openpyxl leaves the escapes that Excel undoes.
        assert unescape(cell.value or "") == text.replace("\x00", "").replace("\r", "\n")
        assert cell.data_type in ("s", "inlineStr") or not text
        assert cell.hyperlink is None


def test_numbers_and_dates_of_a_workbook_are_numbers_and_dates():
    values = [7, -0.5, Decimal("1.5"), date(2026, 11, 23), datetime(2026, 11, 23, 11, 30, tzinfo=UTC), True, None]
    sheet = workbook_of(xlsx_response("f.xlsx", [Sheet("Ark", list("abcdefg"), [values])])).active
    assert [cell.value for cell in sheet[2]] == [
        7, -0.5, 1.5, datetime(2026, 11, 23), datetime(2026, 11, 23, 12, 30), True, None,
    ]  # fmt: skip


def test_sheets_of_data_and_of_notes():
    response = xlsx_response(
        "f.xlsx",
        [
            Sheet("Virksomheder", ["Navn", "Antal"], iter([["Åse", 1], ["Bo", 2]]), widths=[40, 10]),
            Sheet("Om udtrækket", [], [["Kriterier", "alle"], ["Kilde", "http://x.example"]], kind="notes"),
        ],
    )
    data, notes = workbook_of(response)
    assert (data.freeze_panes, data.auto_filter.ref) == ("A2", "A1:B3")
    assert (data["A1"].font.bold, data["A1"].alignment.wrap_text, data["A2"].font.bold) == (True, True, False)
    assert data.column_dimensions["A"].width > 40 > data.column_dimensions["B"].width
    assert (notes.freeze_panes, notes.auto_filter.ref) == (None, None)
    assert [[cell.value for cell in row] for row in notes] == [["Kriterier", "alle"], ["Kilde", "http://x.example"]]
    assert (notes["A1"].font.bold, notes["B1"].font.bold) == (True, False)


def test_a_workbook_without_rows_opens():
    sheet = workbook_of(xlsx_response("f.xlsx", [Sheet("Tom", ["a", "b"], [])])).active
    assert [cell.value for cell in sheet[1]] == ["a", "b"]


def test_names_of_sheets_are_made_to_fit():
    names = ["Teknologi/område: [alle]?", "x" * 40, "X" * 40, "'", "", "History", "Æ\x00"]
    found = workbook_of(xlsx_response("f.xlsx", [Sheet(name, ["h"], []) for name in names])).sheetnames
    assert found == ["Teknologi område alle", "x" * 31, "X" * 27 + " (2)", "-", "- (2)", "History (2)", "Æ"]


def test_a_column_can_offer_its_values():
    values = ["Opfyldt", 'Delvist "opfyldt"', "Ikke <relevant> & æøå"]
    sheet = workbook_of(
        xlsx_response("f.xlsx", [Sheet("Krav", ["Nr.", "Svar"], [[1, ""], [2, ""]], validations={1: values})])
    )
    (validation,) = sheet.active.data_validations.dataValidation
    assert (validation.type, str(validation.sqref)) == ("list", "B2:B3")
    assert validation.formula1 == '"Opfyldt,Delvist ""opfyldt"",Ikke <relevant> & æøå"'


def test_a_sheet_without_rows_offers_nothing():
    sheet = workbook_of(xlsx_response("f.xlsx", [Sheet("Tom", ["Svar"], [], validations={0: ["Ja"]})])).active
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
        content = sent(xlsx_response("f.xlsx", [Sheet("Ark", ["h", "i"], [[1, text]], widths=[8, 20], kind=kind)]))
        assert openpyxl.load_workbook(io.BytesIO(content)).active.row_dimensions[2].height == points
        assert b"customHeight" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["æ" * 40_000, "🙂" * 20_000])
def test_text_too_long_for_a_cell_is_cut_with_a_mark(text):
    value = workbook_of(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], [[text]])])).active["A2"].value
    assert value[-1] == "…"
    assert text.startswith(value[:-1])
    assert MAX_CELL - 2 < len(value.encode("utf-16-le")) / 2 <= MAX_CELL


def test_more_rows_than_a_sheet_holds_are_refused():
    def sheet(rows):
        return [Sheet("Ark", ["h"], ([n] for n in range(rows)))]

    with pytest.raises(TooManyRows):
        xlsx_response("f.xlsx", sheet(11), max_rows=10)
    assert workbook_of(xlsx_response("f.xlsx", sheet(10), max_rows=10)).active.max_row == 11


def test_equal_content_gives_equal_bytes():
    moment = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    first, second = (sent(xlsx_response("f.xlsx", [Sheet("Ark", ["h"], [["æ", 1]])], created=moment)) for _ in range(2))
    assert first == second
    assert openpyxl.load_workbook(io.BytesIO(first)).properties.created == datetime(2026, 11, 23, 11, 30)


def test_a_workbook_is_a_download_of_known_length():
    response = xlsx_response("udtræk.xlsx", [Sheet("Ark", ["h"], [])])
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''udtr%C3%A6k.xlsx"
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert int(response["Content-Length"]) == len(sent(response))


@pytest.mark.parametrize("rows", [[], [{"navn": "Åse", "tal": [1, 2]}], [{"n": n} for n in range(20_000)]])
def test_json_is_one_object_with_the_rows_in_it(rows):
    response = json_stream({"total": len(rows), "date": date(2026, 11, 23), "q": "\ud800"}, "vendors", iter(rows))
    content = sent(response)
    assert json.loads(content) == {"total": len(rows), "date": "2026-11-23", "q": "?", "vendors": rows}
    assert response["Content-Type"] == "application/json"


def test_json_keeps_danish_letters_and_refuses_to_overwrite():
    assert "Åse".encode() in sent(json_stream({}, "rows", [{"navn": "Åse"}], filename="f.json"))
    with pytest.raises(ValueError, match="rows"):
        json_stream({"rows": 1}, "rows", [])
