"""Requirement annexes as files: what they say, and what is read back of one that was filled in."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from kl_ai.export.docx import docx_bytes
from legaltoolbox.projects.files import annex_document, annex_workbook
from legaltoolbox.projects.models import Annex
from tests.legaltoolbox.projects import annexes
from tests.legaltoolbox.projects.annex_workbooks import changed, content_of, excel, fill, lines_of, points_of, read
from tests.legaltoolbox.projects.annexes import make_sent
from tests.legaltoolbox.projects.builders import Team
from tests.office import convert, needs_office

pytestmark = pytest.mark.database
HOSTILE = "Æ & <b>ø</b> å\n=1+1 “x”"


@pytest.fixture
def annex(team: Team) -> Annex:
    return make_sent(team)


def problems(annex: Annex, data: bytes) -> list[tuple[str, str]]:
    return [tuple(problem) for problem in read(annex, data).problems]


def test_what_is_filled_in_is_read_back(annex):
    result = read(annex, changed(excel(annex), fill))
    answer = {"value": "yes", "how": "Sådan", "reference": "Bilag 2, s. 4"}
    assert result.answers == dict.fromkeys(points_of(annex), answer)
    assert not result.problems
    assert not result.missing


def test_answers_that_were_exported_are_read_back_as_they_are(annex):
    answers = {point: {"value": "yes", "how": HOSTILE, "reference": "=A1 & <x>"} for point in points_of(annex)}
    assert read(annex, excel(annex, answers)).answers == answers


def test_an_answer_that_begins_like_a_formula_is_text_in_the_workbook(annex):
    answers = {points_of(annex)[0]: {"value": "yes", "how": '=HYPERLINK("http://x")', "reference": "+1"}}
    sheet = openpyxl.load_workbook(io.BytesIO(excel(annex, answers))).worksheets[0]
    assert [(sheet.cell(2, column).value, sheet.cell(2, column).data_type) for column in (6, 7)] == [
        ('=HYPERLINK("http://x")', "s"),
        ("+1", "s"),
    ]


def test_an_empty_form_has_no_answer_and_the_texts_are_locked(annex):
    data = excel(annex)
    assert read(annex, data).is_empty
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.protection.sheet
    assert not sheet.protection.sort or sheet.protection.sort is False
    assert [sheet.column_dimensions[letter].hidden for letter in "ABCDEFGH"] == [False] * 7 + [True]
    choices = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert set(choices.values()) == {'"Ja,Nej"', '"Ja,Delvist,Nej"'}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Ja ", "yes"),
        ("JA", "yes"),
        ("yes", "yes"),
        ("delvis", "partly"),
        ("Nej.", "no"),
        ("", ""),
        ("\u00a0nej", "no"),
    ],
)
def test_an_answer_is_understood_as_people_type_it(team, typed, value):
    annex = make_sent(team, uses={"K31": "competition"})
    assert (
        read(annex, changed(excel(annex), lambda sheet: fill(sheet, typed))).answers[points_of(annex)[0]]["value"]
        == value
    )


def test_an_answer_that_is_none_names_its_cell(annex):
    data = changed(excel(annex), lambda sheet: sheet.cell(2, 5, "måske"))
    ((place, text),) = problems(annex, data)
    assert place == "E2"
    assert "måske" in text


def test_a_minimum_requirement_is_met_or_not(annex):
    data = changed(excel(annex), lambda sheet: sheet.cell(2, 5, "Delvist"))
    ((place, text),) = problems(annex, data)
    assert place == "E2"
    assert "K10" in text
    assert "value" not in read(annex, data).answers[points_of(annex)[0]]


def test_numbers_days_and_rich_text_are_read_as_they_are_seen(annex):
    def change(sheet):
        sheet.cell(2, 6, 42.0)
        sheet.cell(2, 7, date(2026, 12, 3))
        sheet.cell(3, 6, CellRichText("Helt ", TextBlock(InlineFont(b=True), "sikkert")))

    result = read(annex, changed(excel(annex), change))
    first, second = points_of(annex)[:2]
    assert (result.answers[first]["how"], result.answers[first]["reference"]) == ("42", "2026-12-03")
    assert result.answers[second]["how"] == "Helt sikkert"


def test_a_formula_without_a_result_and_an_error_are_named(annex):
    def change(sheet):
        sheet.cell(2, 6, "=1+1")
        sheet.cell(3, 6, "#N/A").data_type = "e"

    assert [place for place, _text in problems(annex, changed(excel(annex), change))] == ["F2", "F3"]


def test_moved_added_sorted_and_empty_rows_and_columns_are_no_matter(annex):
    def change(sheet):
        fill(sheet)
        sheet.insert_cols(1, 2)
        sheet["A1"], sheet["A2"] = "Noter", "vores egne"
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for place, row in enumerate(reversed(rows), 5):
            for column, value in enumerate(row, 1):
                sheet.cell(place, column, value)
        for row in range(2, 5):
            for column in range(1, sheet.max_column + 1):
                sheet.cell(row, column).value = None
        sheet.column_dimensions["G"].hidden = True
        sheet.insert_rows(1, 2)

    result = read(annex, changed(excel(annex), change))
    assert sorted(result.answers) == sorted(points_of(annex))
    assert all(answer["how"] == "Sådan" for answer in result.answers.values())
    assert not result.problems


def test_a_row_of_no_point_and_a_point_that_stands_twice_are_named(annex):
    def change(sheet):
        sheet.append(["K99.1", "", "", "", "Ja", "x"])
        sheet.append([None, None, None, None, "Ja"])
        sheet.append([sheet["A2"].value, "", "", "", "Nej"])
        sheet.cell(2, 5, "Ja")

    data = changed(excel(annex), change)
    places = [place for place, _text in problems(annex, data)]
    assert len(places) == 3
    assert read(annex, data).answers[points_of(annex)[0]]["value"] == "yes"


def test_a_row_that_is_deleted_is_missing_and_no_empty_answer(annex):
    result = read(annex, changed(excel(annex), lambda sheet: sheet.delete_rows(2)))
    assert result.missing == points_of(annex)[:1]
    assert points_of(annex)[0] not in result.answers


def test_merged_answers_count_for_the_first_point_and_are_named(annex):
    def change(sheet):
        sheet.cell(2, 6, "Ens")
        sheet.merge_cells("F2:F4")

    data = changed(excel(annex), change)
    ((place, text),) = problems(annex, data)
    assert place == "F2:F4"
    assert points_of(annex)[0] in text
    assert [read(annex, data).answers[point]["how"] for point in points_of(annex)[:2]] == ["Ens", ""]


def test_a_text_that_is_too_long_is_named_and_not_cut(annex):
    data = changed(excel(annex), lambda sheet: sheet.cell(2, 6, "x" * 4_001))
    ((place, text),) = problems(annex, data)
    assert place == "F2"
    assert "4" in text
    assert "how" not in read(annex, data).answers[points_of(annex)[0]]


def test_the_file_of_another_annex_is_refused_by_its_name(team, annex):
    other = make_sent(team, title="Krav til tolkning", page="x" * 32)
    with pytest.raises(ValidationError, match="Krav til tolkning"):
        read(annex, excel(other))


def test_a_file_that_does_not_say_whose_it_is_is_refused(annex):
    def change(sheet):
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, 8).value = None

    with pytest.raises(ValidationError):
        read(annex, changed(excel(annex), change))


def test_other_files_are_refused_with_what_they_are(annex):
    book = io.BytesIO()
    docx.Document().save(book)
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(excel(annex))) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + b" " * 5_000_000)
    starts = (b"", b"a;b\n1;2", b"%PDF-1.7", b"PK\x03\x04x", b"\xd0\xcf\x11\xe0", b"x" * 1_000_000)
    for data in (*starts, book.getvalue(), bomb.getvalue(), excel(annex)[:-200]):
        with pytest.raises(ValidationError):
            read(annex, data)


def with_sheet(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its first sheet's XML changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "xl/worksheets/sheet1.xml" else content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * 200_000 + b"</a>" * 200_000),
        lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml,
        lambda xml: xml.replace(b"</sheetData>", b'<row r="9"><c r="A9"/></row>' * 50_000 + b"</sheetData>"),
        lambda xml: xml.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="no"/></mergeCells>'),
        lambda xml: xml[: len(xml) // 2],
    ],
)
def test_a_hostile_sheet_is_refused(annex, change):
    with pytest.raises(ValidationError):
        read(annex, with_sheet(excel(annex), change))


def test_links_to_other_workbooks_are_not_followed(annex):
    data = changed(excel(annex), lambda sheet: sheet.cell(2, 6, "='[http://evil.example/x.xlsx]A'!A1"))
    ((place, _text),) = problems(annex, data)
    assert place == "F2"


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    damage=st.lists(st.tuples(st.integers(0, 100_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
    inside=st.booleans(),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(annex, damage, inside):
    def damaged(content: bytes) -> bytes:
        changed_content = bytearray(content)
        for place, piece in damage:
            at = place % len(changed_content)
            changed_content[at : at + len(piece)] = piece
        return bytes(changed_content)

    data = FILLED.setdefault("data", changed(excel(annex), fill))
    data = with_sheet(data, damaged) if inside else damaged(data)
    try:
        result = read(annex, data)
    except ValidationError:
        return
    assert result.answers.keys() <= set(points_of(annex))


FILLED: dict[str, bytes] = {}


# Word -------------------------------------------------------------------------------------------


def words(document: Any) -> str:
    content = docx_bytes(document, author="x")
    book = docx.Document(io.BytesIO(content))
    return "\n".join(cell.text for table in book.tables for row in table.rows for cell in row.cells)


def test_the_document_says_what_was_pinned_and_has_fields_to_fill_in(annex):
    content = docx_bytes(annex_document.annex_document(annex, lines_of(annex)), author="x")
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert xml.count("<w:dropDownList") == len(points_of(annex))
    text = words(annex_document.annex_document(annex, lines_of(annex)))
    assert all(line.title in text for line in lines_of(annex))


def test_answers_stand_in_the_document_as_they_were_written(annex):
    answers = {points_of(annex)[0]: {"value": "partly", "how": HOSTILE, "reference": "<s. 4> & æ"}}
    text = words(annex_document.annex_document(annex, lines_of(annex), "Alfa & Ø", answers, is_form=False))
    for piece in ("Delvist", "Æ & <b>ø</b> å", "<s. 4> & æ", "Alfa & Ø", "Ikke oplyst"):
        assert piece in text


def test_all_answers_stand_beside_each_other_from_a_to_aa(annex):
    submission = annexes.hand_in(annexes.loaded(annex.recipients.get(company="Beta Prøve")))
    recipients = list(annex.recipients.alphabetical())
    submissions = {submission.recipient_id: submission}
    text = words(annex_document.answers_document(annex, lines_of(annex), recipients, submissions))
    assert text.index("Alfa Prøve") < text.index("Beta Prøve")
    assert "Ikke oplyst" in text
    assert "Sådan" in text
    response = annex_workbook.answers_workbook(annex, lines_of(annex), recipients, submissions)
    sheet = openpyxl.load_workbook(io.BytesIO(content_of(response))).worksheets[0]
    assert [cell.value for cell in sheet[1]][4::3] == ["Alfa Prøve: svar", "Beta Prøve: svar"]
    assert (sheet.cell(2, 5).value, sheet.cell(2, 8).value) == ("Ikke oplyst", "Ja")


# Other programs ---------------------------------------------------------------------------------


@needs_office
def test_a_file_that_libreoffice_has_saved_is_read(annex, tmp_path: Path):
    file = tmp_path / "svar.xlsx"
    file.write_bytes(changed(excel(annex), fill))
    convert(file, "ods")
    (tmp_path / "svar.xlsx").unlink()
    convert(tmp_path / "svar.ods", "xlsx:Calc MS Excel 2007 XML")
    result = read(annex, (tmp_path / "svar.xlsx").read_bytes())
    assert set(result.answers) == set(points_of(annex))
    assert not result.problems
