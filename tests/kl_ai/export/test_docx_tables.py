"""The tables of Word documents: headings, cells, what stays on one page, and what is refused."""

import sys

import pytest
from docx.oxml.ns import qn

from kl_ai.export.document import (
    Blank,
    Document,
    Labelled,
    Stack,
    Table,
    Tick,
    Titled,
    Wording,
    short_rows,
)
from kl_ai.export.docx import docx_bytes
from tests.word import element_text, every_block, open_document, values

# Tables -----------------------------------------------------------------------------------------


def test_a_table_repeats_its_headings_and_keeps_rows_whole():
    word = open_document(every_block())
    table = word.tables[-1]
    assert [element_text(cell._tc) for cell in table.rows[0].cells] == ["Kolonne ", "Vurdering", "Udført"]
    rows = list(table._tbl.iter(qn("w:tr")))
    assert [row.find(".//" + qn("w:tblHeader")) is not None for row in rows] == [True, False, False, False]
    assert all(row.find(".//" + qn("w:cantSplit")) is not None for row in rows)
    assert values(table._tbl, "w:tblCaption") == ["Tabel"]
    assert values(table._tbl, "w:gridCol", "w:w") == ["4819", "2409", "2410"]
    assert element_text(table.cell(2, 2)._tc) == ""


def test_a_cell_holds_paragraphs_lists_and_what_one_fills_in():
    table = open_document(
        Document("T", blocks=[Table(["a", "b"], [["x\n\ny\n- z", Blank("Skriv her")], [Tick(), "- "]])])
    )
    cell, blank, tick, plain = table.tables[0].cell(1, 0), *table.tables[0]._cells[3:]
    assert [p.style.style_id for p in cell.paragraphs] == ["TableText", "TableText", "TableList"]
    assert (element_text(blank._tc), element_text(tick._tc), element_text(plain._tc)) == ("Skriv her", "☐", "-")


def test_a_title_and_the_text_below_it_are_one_paragraph_of_which_no_page_holds_one_line():
    """A row may be divided by a page; a title of its own would be left at the foot of it."""
    word = open_document(
        Document(
            "T", blocks=[Table(["a", "b"], [[Titled("K1 Krav", "Tekst."), Titled("K2", "- punkt")]], row_breaks=True)]
        )
    )
    text, bullets = word.tables[0].rows[1].cells
    assert [element_text(p._p) for p in text.paragraphs] == ["K1 Krav\nTekst."]
    assert [run.bold for run in text.paragraphs[0].runs] == [True, None]
    assert [element_text(p._p) for p in bullets.paragraphs] == ["K2", "punkt"]
    normal = next(style for style in word.styles if style.name == "Normal")
    assert normal.paragraph_format.widow_control


def test_a_short_row_stays_on_one_page_and_a_long_one_may_be_divided():
    rows = [
        ["ord " * 100, ""],
        ["ord " * 400, ""],
        [Stack([Titled("T", "ord " * 200), Labelled("L", "ord " * 200)]), ""],
    ]
    word = open_document(Document("T", blocks=[Table(["a", "b"], rows, (1, 1), row_breaks=True)]))
    whole = [row._tr.find(".//" + qn("w:cantSplit")) is not None for row in word.tables[0].rows]
    assert whole == [True, True, False, False]
    narrow = Table(["a", "b"], [["ord " * 100, ""]], (1, 9))
    assert short_rows(narrow) == [False]


def test_a_row_of_seventeen_lines_in_a_narrow_column_stays_on_one_page():
    """As one of a legal basis with a reason of 400 letters, in a column of a quarter of the page."""
    assert short_rows(Table(["a", "b"], [["ord " * 100, ""]], (1, 3))) == [True]


def test_the_help_of_a_table_stands_below_its_caption_and_stays_with_it():
    table = Table(["a"], [["b"]], caption="Tabel", help="Sådan udfyldes den.")
    caption, help_text = open_document(Document("T", blocks=[table])).paragraphs[1:3]
    assert (caption.text, help_text.text) == ("Tabel", "Sådan udfyldes den.")
    assert help_text.style.style_id == "FieldHelp"
    assert help_text.paragraph_format.keep_with_next


@pytest.mark.parametrize(("letters", "is_whole"), [(900, True), (1_500, False)])
def test_the_box_of_a_short_wording_is_not_divided(letters, is_whole):
    (row,) = open_document(Document("T", blocks=[Wording("ord " * (letters // 4))])).tables[0].rows
    assert (row._tr.find(".//" + qn("w:cantSplit")) is not None) is is_whole


@pytest.mark.parametrize(
    "table", [Table([], []), Table(["a"], [["b", "c"]]), Table(["a", "b"], [], [1]), Table(["a"], [], [1, 2])]
)
def test_a_table_that_does_not_fit_its_headings_is_refused(table):
    with pytest.raises(ValueError, match="headings"):
        docx_bytes(Document("T", blocks=[table]))


def test_the_work_for_a_table_grows_with_its_rows():
    """A table of twice the rows takes no more than twice the calls."""

    def calls(rows: int) -> int:
        table = Table(list("abcdefg"), [["Lang tekst om krav og ansvar. " * 15] * 7] * rows)
        document = Document("Krav", blocks=[table], landscape=True)
        count = 0

        def profile(_frame, event, _argument):
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(profile)
        try:
            docx_bytes(document)
        finally:
            sys.setprofile(None)
        return count

    docx_bytes(Document("T"))  # what is imported and remembered at first use
    without_rows = calls(0)
    assert calls(80) - without_rows < 2.1 * (calls(40) - without_rows)
