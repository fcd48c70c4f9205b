"""CSV and JSON: what a spreadsheet or a program makes of the rows."""

import csv
import io
import json
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.export.cells import without_formula
from kl_ai.export.tables import csv_response, json_stream
from tests.spreadsheets import CLEANED, FORMULAS, NO_FORMULAS, response_bytes

DANGEROUS = tuple("=+-@＝＋－＠\t\r\n")


def rows_of_csv(response) -> list[list[str]]:
    content = response_bytes(response).decode("utf-8")
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:], newline=""), delimiter=";"))


def visible(text: str) -> str:
    """`text` without what a spreadsheet may skip before it looks for a formula."""
    return text.lstrip("".join(c for c in text if c.isspace() or unicodedata.category(c) in ("Cc", "Cf")))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_in_csv(text):
    ((cell,),) = rows_of_csv(csv_response("f.csv", [text], []))
    assert cell == "'" + text.translate(CLEANED)


@pytest.mark.parametrize("text", NO_FORMULAS)
def test_other_text_stays_as_it_is_in_csv(text):
    assert rows_of_csv(csv_response("f.csv", ["h", "i"], [[text, ""]]))[1] == [text, ""]


@given(st.text() | st.tuples(st.sampled_from([*DANGEROUS, " ", "\x00"]), st.text()).map("".join))
def test_no_cell_of_a_csv_starts_a_formula(text):
    cell = rows_of_csv(csv_response("f.csv", ["h"], [[text, "x"]]))[1][0]
    assert not cell.startswith(DANGEROUS)
    assert not visible(cell).startswith(DANGEROUS)
    assert without_formula(cell) == cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_a_csv_keeps_its_rows_and_columns(rows):
    assert [len(row) for row in rows_of_csv(csv_response("f.csv", ["a", "b"], rows))] == [2] * (len(rows) + 1)


def test_numbers_and_dates_stay_numbers_and_dates():
    moment = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert [without_formula(value) for value in (-5, -0.5, Decimal("-1.5"), date(2026, 11, 23), True)] == [
        -5,
        -0.5,
        Decimal("-1.5"),
        date(2026, 11, 23),
        True,
    ]
    values = [-5, -0.5, date(2026, 11, 23), moment, None, float("nan"), lazystr("=x")]
    assert rows_of_csv(csv_response("f.csv", [], [values]))[1] == [
        "-5",
        "-0,5",
        "2026-11-23",
        "2026-11-23 12:30:00",
        "",
        "",
        "'=x",
    ]


def test_a_csv_has_the_form_that_danish_excel_reads():
    response = csv_response("udtræk æøå.csv", ["Navn", "Ærø"], [["Åse; Bo", 'a "b"']])
    assert response_bytes(response) == '\ufeffNavn;Ærø\r\n"Åse; Bo";"a ""b"""\r\n'.encode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''udtr%C3%A6k%20%C3%A6%C3%B8%C3%A5.csv"


def test_rows_of_a_csv_are_read_as_the_client_reads():
    left = iter(range(100_000))
    content = iter(csv_response("f.csv", ["h"], (["x" * 100] for _ in left)).streaming_content)
    assert next(content).decode() == "\ufeffh\r\n"
    assert next(left) == 0  # the client has the headings before the first row is read
    next(content)
    assert 99_000 < sum(1 for _ in left) < 100_000


@pytest.mark.parametrize("rows", [[], [{"navn": "Åse", "tal": [1, 2]}], [{"n": n} for n in range(20_000)]])
def test_json_is_one_object_with_the_rows_in_it(rows):
    response = json_stream({"total": len(rows), "date": date(2026, 11, 23), "q": "\ud800"}, "vendors", iter(rows))
    content = response_bytes(response)
    assert json.loads(content) == {"total": len(rows), "date": "2026-11-23", "q": "?", "vendors": rows}
    assert response["Content-Type"] == "application/json"


def test_json_keeps_danish_letters_and_refuses_to_overwrite():
    assert "Åse".encode() in response_bytes(json_stream({}, "rows", [{"navn": "Åse"}], filename="f.json"))
    with pytest.raises(ValueError, match="rows"):
        json_stream({"rows": 1}, "rows", [])
