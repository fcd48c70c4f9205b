"""Word documents: what python-docx and LibreOffice find in them when they open them again."""

import io
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from django.utils import translation
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kl_ai.export.document import (
    Document,
    Facts,
    Field,
    Heading,
    Link,
    PageBreak,
    Prose,
    Table,
    Together,
    Wording,
)
from kl_ai.export.docx import docx_bytes, docx_response
from tests.office import convert, needs_office
from tests.texts import letters
from tests.word import FIELD_KINDS, element_text, every_block, open_document, paragraphs, values, xml_parts

HOSTILE = [
    '<select> & "Søren"',
    "</w:t></w:r>]]>&amp;&#x0;",
    "linje\nlinje\r\nlinje\rlinje",
    "\x00nul \x0b\x0c\x1f \ud800 \ufffe \x7f",
    "  luft omkring\t ",
    "{{ x }} {page} %s _x000D_",
    "x" * 5_000,
    "🙂 é æøå",
    "",
]
BLOCK_PLACES = [
    *("Afgrænsning", "Uden nummer", "Brødtekst", "anden", "Vejledning", "Hjælp", "Standardtekst", "Kolonne", "celle"),
    *("overskrift", "Tabel", *(f"Felt {kind}" for kind in FIELD_KINDS)),
]
"""What stands before the text in each place of the blocks of `every_block`."""
PLACES = ["Titel", "Undertitel", "Oplysning", "værdi", *BLOCK_PLACES]


def controls(*blocks) -> list[etree._Element]:
    return list(open_document(Document("T", blocks=blocks)).element.body.iter(qn("w:sdt")))


# Text from anywhere -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_stands_in_the_document_wherever_it_is_put(text):
    word = open_document(every_block(text))
    body = letters(element_text(word.element.body))
    for place in PLACES:
        assert letters(f"{place} {text}") in body
    section = word.sections[0]
    assert letters(f"Hoved {text}") in letters(element_text(section.header._element))
    assert letters(f"Fod {text}") in letters(element_text(section.footer._element))


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_no_text_breaks_a_document(text):
    content = docx_bytes(every_block(text))
    xml_parts(content)
    assert letters(f"celle {text}") in letters(element_text(docx.Document(io.BytesIO(content)).element.body))


def test_line_breaks_tabs_and_blanks_of_a_value_stay():
    ((_style, label), *_rest) = paragraphs(Field("  a\r\nb\t c ", "line"))
    assert label == "  a\nb\t c "


# Headings, prose and lists ----------------------------------------------------------------------


def test_headings_are_headings_that_word_numbers():
    word = open_document(every_block())
    styles = [paragraph.style.name for paragraph in word.paragraphs]
    assert styles[:2] == ["Title", "Subtitle"]
    assert [name for name in styles if name.startswith("Heading")] == [
        "Heading 1",
        "Heading 2",
        "Heading 2",
        "Heading 3",
    ]
    assert word.styles["Heading 1"].next_paragraph_style.name == "Body Text"
    numbering = word.part.numbering_part.element
    number = word.styles["Heading 2"].element.find(".//" + qn("w:numId")).get(qn("w:val"))
    linked = numbering.find(f"{qn('w:num')}[@{qn('w:numId')}='{number}']/{qn('w:abstractNumId')}").get(qn("w:val"))
    levels = numbering.find(f"{qn('w:abstractNum')}[@{qn('w:abstractNumId')}='{linked}']")
    assert values(levels, "w:lvlText") == ["%1", "%1.%2", "%1.%2.%3"]
    assert values(levels, "w:pStyle") == ["Heading1", "Heading2", "Heading3"]


def test_a_heading_can_go_without_a_number():
    numbered, plain = open_document(Document("T", blocks=[Heading("a"), Heading("b", numbered=False)])).paragraphs[1:]
    assert (values(numbered._p, "w:numId"), values(plain._p, "w:numId")) == ([], ["0"])


def test_there_are_three_levels_of_headings():
    with pytest.raises(ValueError, match="level 4"):
        docx_bytes(Document("T", blocks=[Heading("a", 4)]))


def test_prose_has_real_lists_and_guidance_has_its_own_style():
    assert paragraphs(Prose("a\n\n- b\n- c"), Prose("d\n- e", "guidance")) == [
        ("BodyText", "a"),
        ("ListBullet", "b"),
        ("ListBullet", "c"),
        ("Guidance", "d"),
        ("GuidanceList", "e"),
    ]
    styles = open_document(Document("T")).styles
    assert styles["List Bullet"].element.find(".//" + qn("w:numId")) is not None
    guidance = next(style for style in styles if style.style_id == "Guidance")
    assert guidance.element.find(".//" + qn("w:pBdr") + "/" + qn("w:left")) is not None
    assert not guidance.font.italic


# What one fills in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("line", ["text"]),
        ("text", ["text"]),
        ("date", ["date"]),
        ("choice", ["dropDownList"]),
        ("yes_no", ["checkbox", "checkbox"]),
        ("check", ["checkbox"]),
    ],
)
def test_a_field_is_a_content_control_named_by_its_label(kind, expected):
    boxes = controls(Field("Systemets navn", kind, "Hjælp", ("Lav", "Høj")))
    assert [etree.QName(control.find(qn("w:sdtPr"))[-1]).localname for control in boxes] == expected
    for control in boxes:
        assert values(control, "w:tag") == ["Systemets navn"]
        assert values(control, "w:alias")[0].startswith("Systemets navn")
        assert (control.find(".//" + qn("w:showingPlcHdr")) is None) == (expected[0] == "checkbox")
        assert element_text(control.getparent())


def test_a_date_is_danish_and_a_choice_has_each_option_once():
    (date,) = controls(Field("Dato", "date"))
    assert (values(date, "w:dateFormat"), values(date, "w:lid")) == (["dd-MM-yyyy"], ["da-DK"])
    (choice,) = controls(Field("Valg", "choice", options=["Lav", "", "Lav ", "x" * 300]))
    assert values(choice, "w:listItem", "w:displayText") == ["Lav", "x" * 254 + "…"]
    assert values(choice, "w:listItem", "w:value") == ["1", "2"]


def test_boxes_to_tick_are_empty_and_named():
    yes, no = controls(Field("x" * 80, "yes_no"))
    with translation.override("da"):
        assert [values(box, "w:alias")[0][-6:] for box in (yes, no)] == ["… – Ja", " – Nej"]
    assert max(len(value) for tag in ("w:alias", "w:tag") for value in values(yes, tag) + values(no, tag)) <= 64
    assert values(yes, "w14:checked", "w14:val") == ["0"]
    assert element_text(yes.getparent().getparent()).count("☐") == 2


def test_wording_has_a_control_where_one_writes():
    blocks = [Wording("Aftale med [skriv leverandørens\nnavn] og [andet].\n\n- Fra [Skriv dato]")]
    box = open_document(Document("T", blocks=blocks)).tables[0]
    assert element_text(box._tbl) == "Aftale med [skriv leverandørens navn] og [andet].\nFra [Skriv dato]"
    assert values(box._tbl, "w:alias") == ["skriv leverandørens navn", "Skriv dato"]


def test_controls_have_ids_of_their_own_and_say_what_to_do():
    body = open_document(every_block("x")).element.body
    ids = [control.find(qn("w:sdtPr")).find(qn("w:id")).get(qn("w:val")) for control in body.iter(qn("w:sdt"))]
    assert len(ids) == len(set(ids)) == 12
    assert values(body, "w:alias").count("Skriv vurdering") == 1
    with translation.override("da"):
        assert translation.gettext("Click and write") in element_text(body)


# The page and the file --------------------------------------------------------------------------


def test_each_page_has_header_footer_and_its_number():
    section = open_document(every_block()).sections[0]
    assert section.header.paragraphs[0].text == "Hoved "
    footer = section.footer._element
    assert values(footer, "w:fldSimple", "w:instr") == ["PAGE", "NUMPAGES"]
    with translation.override("da"):
        sentence = translation.gettext("Page {page} of {pages}").format(page=1, pages=1)
    assert element_text(footer) == f"Fod \t{sentence}"
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert {round(side.cm, 1) for side in (section.left_margin, section.right_margin, section.top_margin)} == {2.0}


def test_a_document_can_be_in_landscape():
    section = open_document(every_block(landscape=True)).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (29.7, 21.0)
    assert values(section.footer._element, "w:tab", "w:pos")[0] == "14570"


def test_the_document_says_its_language_everywhere():
    word = open_document(every_block(language="da-DK"))
    assert values(word.styles.element, "w:lang") == ["da-DK"]
    assert values(word.settings.element, "w:themeFontLang") == ["da-DK"]
    assert word.core_properties.language == "da-DK"


def test_words_that_are_added_follow_the_document_not_the_visitor():
    with translation.override("da"):
        english = element_text(open_document(every_block(language="en-GB")).element.body)
    assert "Click and write" in english
    assert "Nej" not in english


def test_properties_are_the_documents_own():
    properties = open_document(every_block(subject="e" * 300)).core_properties
    assert (properties.title, properties.subject) == ("Titel", "e" * 254 + "…")
    assert (properties.author, properties.comments) == ("", "")
    created = datetime.fromisoformat("2026-11-26T12:00:00+01:00")
    content = docx_bytes(every_block(), created=created)
    assert docx.Document(io.BytesIO(content)).core_properties.created == datetime(2026, 11, 26, 11, tzinfo=UTC)


def test_equal_content_gives_equal_bytes():
    first = docx_bytes(every_block())
    assert first == docx_bytes(every_block())
    assert first != docx_bytes(every_block("x"))
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}


def test_the_file_holds_what_it_needs_and_nothing_of_the_template():
    parts = xml_parts(docx_bytes(every_block()))
    assert sorted(parts) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/core.xml",
        "word/_rels/document.xml.rels",
        "word/document.xml",
        "word/footer1.xml",
        "word/header1.xml",
        "word/numbering.xml",
        "word/settings.xml",
        "word/styles.xml",
        "word/theme/theme1.xml",
    ]


def test_a_document_is_a_download():
    response = docx_response("ærø\n skabelon.docx", Document("T"))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A6r%C3%B8%20skabelon.docx"
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert docx.Document(io.BytesIO(response.content)).paragraphs[0].text == "T"


@needs_office
def test_libreoffice_opens_a_document_and_loses_no_text(tmp_path):
    document = every_block(blocks=[block for hostile in HOSTILE for block in every_block(hostile).blocks])
    (tmp_path / "alt.docx").write_bytes(docx_bytes(document))
    convert(tmp_path / "alt.docx", "txt:Text (encoded):UTF8")
    text = letters((tmp_path / "alt.txt").read_text("utf-8-sig"))
    for hostile in HOSTILE:
        for place in BLOCK_PLACES:
            assert letters(f"{place} {hostile}") in text
    assert "[skrivkommunensnavn]" in text


# Facts and links --------------------------------------------------------------------------------


def test_facts_are_labels_and_lines_and_their_links_can_be_clicked():
    mail = Link("post@a.example", "mailto:post@a.example")
    block = Facts([("Kontakt", ["Salg", mail, mail]), ("Telefon", []), ("Web", [Link("x", "javascript:alert(1)")])])
    word = open_document(Document("T", blocks=[block]))
    (facts,) = word.tables
    assert [[cell.text for cell in row.cells] for row in facts.rows] == [
        ["Kontakt", "Salg\npost@a.example\npost@a.example"],
        ["Web", "x"],
    ]
    links = {rel.target_ref for rel in word.part.rels.values() if rel.is_external}
    assert links == {"mailto:post@a.example"}
    assert len(list(word.element.body.iter(qn("w:hyperlink")))) == 2


def test_facts_without_a_line_leave_no_table():
    assert not open_document(Document("T", blocks=[Facts([("Telefon", [])])])).tables


def test_columns_of_numbers_stand_to_the_right():
    word = open_document(Document("T", blocks=[Table(["a", "b"], [["x", "1"]], numbers=(1,))]))
    for row in word.tables[0].rows:
        assert [values(cell._tc, "w:jc") for cell in row.cells] == [[], ["right"]]


# Pages --------------------------------------------------------------------------------------------


def kept(element) -> list[str]:
    """The texts of the paragraphs below `element` that stay in one piece on the page of the next one."""
    paragraphs = [each for each in element.iter(qn("w:p")) if list(each.find(qn("w:pPr")).iter(qn("w:keepNext")))]
    assert all(list(each.find(qn("w:pPr")).iter(qn("w:keepLines"))) for each in paragraphs)
    return [text for text in map(element_text, paragraphs) if text]


def test_what_belongs_together_is_kept_on_one_page():
    table = Table(["a", "b"], [["c", "d"]])
    blocks = [Prose("før"), Together([Heading("Hoved", 2), Prose("Tekst"), table, Prose("Note")]), Prose("efter")]
    assert kept(open_document(Document("T", blocks=blocks)).element.body) == ["Hoved", "Tekst", "a", "b", "c", "d"]
    blocks = [Together([Heading("Hoved", 2), Facts([("Et", ["1"]), ("To", ["2"])])]), Together([PageBreak()])]
    assert kept(open_document(Document("T", blocks=blocks)).element.body) == ["Hoved", "Et", "1"]


def test_prose_before_a_table_stays_with_it():
    blocks = [Prose("Et\n\nTo"), Table(["a"], [["c"]]), Prose("Tre"), Prose("Fire", "guidance"), Table(["a"], [])]
    assert kept(open_document(Document("T", blocks=blocks)).element.body) == ["To", "Fire"]
