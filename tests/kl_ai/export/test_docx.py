"""Word documents: what python-docx and LibreOffice find in them when they open them again."""

import io
import os
import shutil
import subprocess
import time
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from django.utils import translation
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kl_ai.export import docx_markup
from kl_ai.export.docx import (
    Blank,
    Document,
    Field,
    Heading,
    PageBreak,
    Prose,
    Table,
    Tick,
    Wording,
    docx_bytes,
    docx_response,
)
from tests.word import letters, opened, parts_of, text_of, values

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
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
KINDS = ["line", "text", "date", "choice", "yes_no", "check"]


def everything(text: str = "", **changes) -> Document:
    """A document with each kind of block, `text` wherever text may stand."""
    content = {
        "title": f"Titel {text}",
        "subtitle": f"Undertitel {text}",
        "header": f"Hoved {text}",
        "footer": f"Fod {text}",
        "facts": [("Kommune", "Ærø"), (f"Oplysning {text}", f"værdi {text}")],
        "blocks": [
            Heading("Formål"),
            Heading(f"Afgrænsning {text}", 2),
            Heading(f"Uden nummer {text}", 2, numbered=False),
            Prose(f"Brødtekst {text}\n\nog en liste\n- første\n- anden {text}"),
            Prose(f"Vejledning {text}\n- punkt", "guidance"),
            PageBreak(),
            *(Field(f"Felt {kind} {text}", kind, f"Hjælp {text}", ("Lav", "Høj", "Lav")) for kind in KINDS),
            Wording(f"Standardtekst {text} fra [skriv kommunens navn] til [Skriv dato]."),
            Table(
                [f"Kolonne {text}", "Vurdering", "Udført"],
                [["Celle", Blank("Skriv vurdering"), Tick()], [f"celle {text}", Blank()]],
                [2, 1, 1],
                f"Tabel {text}",
            ),
        ],
        "subject": f"Emne {text}",
    }
    return Document(**(content | changes))


def controls(*blocks) -> list[etree._Element]:
    return list(opened(Document("T", blocks=blocks)).element.body.iter(qn("w:sdt")))


def paragraphs(*blocks) -> list[tuple[str, str]]:
    """Style and text of each paragraph after the title."""
    word = opened(Document("T", blocks=blocks))
    return [(p.style.style_id, text_of(p._p)) for p in word.paragraphs[1:] if p.style.style_id != "Spacer"]


# Text from anywhere -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_stands_in_the_document_wherever_it_is_put(text):
    word = opened(everything(text))
    body = letters(text_of(word.element.body))
    for place in (
        "Titel", "Undertitel", "Oplysning", "værdi", "Afgrænsning", "Uden nummer", "Brødtekst", "anden", "Vejledning",
        "Hjælp", "Standardtekst", "Kolonne", "celle", "Tabel", *(f"Felt {kind}" for kind in KINDS),
    ):  # fmt: skip
        assert letters(f"{place} {text}") in body
    section = word.sections[0]
    assert letters(f"Hoved {text}") in letters(text_of(section.header._element))
    assert letters(f"Fod {text}") in letters(text_of(section.footer._element))


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_no_text_breaks_a_document(text):
    content = docx_bytes(everything(text))
    parts_of(content)
    assert letters(f"celle {text}") in letters(text_of(docx.Document(io.BytesIO(content)).element.body))


def test_line_breaks_tabs_and_blanks_of_a_value_stay():
    ((_style, label), *_rest) = paragraphs(Field("  a\r\nb\t c ", "line"))
    assert label == "  a\nb\t c "


# Headings, prose and lists ----------------------------------------------------------------------


def test_headings_are_headings_that_word_numbers():
    word = opened(everything())
    styles = [paragraph.style.name for paragraph in word.paragraphs]
    assert styles[:2] == ["Title", "Subtitle"]
    assert [name for name in styles if name.startswith("Heading")] == ["Heading 1", "Heading 2", "Heading 2"]
    assert word.styles["Heading 1"].next_paragraph_style.name == "Body Text"
    numbering = word.part.numbering_part.element
    number = word.styles["Heading 2"].element.find(".//" + qn("w:numId")).get(qn("w:val"))
    linked = numbering.find(f"{qn('w:num')}[@{qn('w:numId')}='{number}']/{qn('w:abstractNumId')}").get(qn("w:val"))
    levels = numbering.find(f"{qn('w:abstractNum')}[@{qn('w:abstractNumId')}='{linked}']")
    assert values(levels, "w:lvlText") == ["%1", "%1.%2", "%1.%2.%3"]
    assert values(levels, "w:pStyle") == ["Heading1", "Heading2", "Heading3"]


def test_a_heading_can_go_without_a_number():
    numbered, plain = opened(Document("T", blocks=[Heading("a"), Heading("b", numbered=False)])).paragraphs[1:]
    assert (values(numbered._p, "w:numId"), values(plain._p, "w:numId")) == ([], ["0"])


def test_there_are_three_levels_of_headings():
    with pytest.raises(ValueError, match="level 4"):
        docx_bytes(Document("T", blocks=[Heading("a", 4)]))


def test_prose_has_real_lists_and_guidance_has_its_own_style():
    assert paragraphs(Prose("a\n\n- b\n- c"), Prose("d\n- e", "guidance")) == [
        ("BodyText", "a"), ("ListBullet", "b"), ("ListBullet", "c"), ("Guidance", "d"), ("GuidanceList", "e"),
    ]  # fmt: skip
    styles = opened(Document("T")).styles
    assert styles["List Bullet"].element.find(".//" + qn("w:numId")) is not None
    guidance = next(style for style in styles if style.style_id == "Guidance")
    assert guidance.element.find(".//" + qn("w:pBdr") + "/" + qn("w:left")) is not None
    assert not guidance.font.italic


def test_every_style_that_is_used_is_there():
    parts = parts_of(docx_bytes(everything()))
    there = set(values(parts["word/styles.xml"], "w:style", "w:styleId"))
    for name, part in parts.items():
        for tag in ("w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn"):
            assert set(values(part, tag)) <= there, name


@pytest.mark.parametrize(
    ("ink", "paper"), [("MUTED", "ffffff"), ("MUTED", "PALE"), ("PETROL", "PALE"), ("INK", "ffffff")]
)
def test_colours_can_be_read(ink, paper):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""

    def light(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = (light(getattr(docx_markup, colour, colour)) for colour in (ink, paper))
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


# Tables -----------------------------------------------------------------------------------------


def test_a_table_repeats_its_headings_and_keeps_rows_whole():
    word = opened(everything())
    table = word.tables[-1]
    assert [text_of(cell._tc) for cell in table.rows[0].cells] == ["Kolonne ", "Vurdering", "Udført"]
    rows = list(table._tbl.iter(qn("w:tr")))
    assert [row.find(".//" + qn("w:tblHeader")) is not None for row in rows] == [True, False, False]
    assert all(row.find(".//" + qn("w:cantSplit")) is not None for row in rows)
    assert values(table._tbl, "w:tblCaption") == ["Tabel"]
    assert values(table._tbl, "w:gridCol", "w:w") == ["4819", "2409", "2410"]
    assert text_of(table.cell(2, 2)._tc) == ""


def test_a_cell_holds_paragraphs_lists_and_what_one_fills_in():
    table = opened(Document("T", blocks=[Table(["a", "b"], [["x\n\ny\n- z", Blank("Skriv her")], [Tick(), "- "]])]))
    cell, blank, tick, plain = table.tables[0].cell(1, 0), *table.tables[0]._cells[3:]
    assert [p.style.style_id for p in cell.paragraphs] == ["TableText", "TableText", "TableList"]
    assert (text_of(blank._tc), text_of(tick._tc), text_of(plain._tc)) == ("Skriv her", "☐", "-")


@pytest.mark.parametrize(
    "table", [Table([], []), Table(["a"], [["b", "c"]]), Table(["a", "b"], [], [1]), Table(["a"], [], [1, 2])]
)
def test_a_table_that_does_not_fit_its_headings_is_refused(table):
    with pytest.raises(ValueError, match="headings"):
        docx_bytes(Document("T", blocks=[table]))


def test_a_large_table_is_quick():
    table = Table(list("abcdefg"), [["Lang tekst om krav og ansvar. " * 15] * 7] * 44)
    taken = []
    for _round in range(3):
        start = time.perf_counter()
        docx_bytes(Document("Krav", blocks=[table], landscape=True))
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.15


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
    found = controls(Field("Systemets navn", kind, "Hjælp", ("Lav", "Høj")))
    assert [etree.QName(control.find(qn("w:sdtPr"))[-1]).localname for control in found] == expected
    for control in found:
        assert values(control, "w:tag") == ["Systemets navn"]
        assert values(control, "w:alias")[0].startswith("Systemets navn")
        assert (control.find(".//" + qn("w:showingPlcHdr")) is None) == (expected[0] == "checkbox")
        assert text_of(control.getparent())


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
    assert text_of(yes.getparent().getparent()).count("☐") == 2


def test_wording_has_a_control_where_one_writes():
    blocks = [Wording("Aftale med [skriv leverandørens\nnavn] og [andet].\n\n- Fra [Skriv dato]")]
    box = opened(Document("T", blocks=blocks)).tables[0]
    assert text_of(box._tbl) == "Aftale med [skriv leverandørens navn] og [andet].\nFra [Skriv dato]"
    assert values(box._tbl, "w:alias") == ["skriv leverandørens navn", "Skriv dato"]


def test_controls_have_ids_of_their_own_and_say_what_to_do():
    body = opened(everything("x")).element.body
    ids = [control.find(qn("w:sdtPr")).find(qn("w:id")).get(qn("w:val")) for control in body.iter(qn("w:sdt"))]
    assert len(ids) == len(set(ids)) == 12
    assert values(body, "w:alias").count("Skriv vurdering") == 1
    with translation.override("da"):
        assert translation.gettext("Click and write") in text_of(body)


# The page and the file --------------------------------------------------------------------------


def test_each_page_has_header_footer_and_its_number():
    section = opened(everything()).sections[0]
    assert section.header.paragraphs[0].text == "Hoved "
    footer = section.footer._element
    assert values(footer, "w:fldSimple", "w:instr") == ["PAGE", "NUMPAGES"]
    with translation.override("da"):
        sentence = translation.gettext("Page {page} of {pages}").format(page=1, pages=1)
    assert text_of(footer) == f"Fod \t{sentence}"
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert {round(side.cm, 1) for side in (section.left_margin, section.right_margin, section.top_margin)} == {2.0}


def test_a_page_can_lie():
    section = opened(everything(landscape=True)).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (29.7, 21.0)
    assert values(section.footer._element, "w:tab", "w:pos")[0] == "14570"


def test_the_document_says_its_language_everywhere():
    word = opened(everything(language="da-DK"))
    assert values(word.styles.element, "w:lang") == ["da-DK"]
    assert values(word.settings.element, "w:themeFontLang") == ["da-DK"]
    assert word.core_properties.language == "da-DK"


def test_words_that_are_added_follow_the_document_not_the_visitor():
    with translation.override("da"):
        english = text_of(opened(everything(language="en-GB")).element.body)
    assert "Click and write" in english
    assert "Nej" not in english


def test_properties_are_the_documents_own():
    properties = opened(everything(subject="e" * 300)).core_properties
    assert (properties.title, properties.subject) == ("Titel", "e" * 254 + "…")
    assert (properties.author, properties.comments) == ("", "")
    created = datetime.fromisoformat("2026-11-26T12:00:00+01:00")
    content = docx_bytes(everything(), created=created)
    assert docx.Document(io.BytesIO(content)).core_properties.created == datetime(2026, 11, 26, 11, tzinfo=UTC)


def test_equal_content_gives_equal_bytes():
    first = docx_bytes(everything())
    assert first == docx_bytes(everything())
    assert first != docx_bytes(everything("x"))
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}


def test_the_file_holds_what_it_needs_and_nothing_of_the_template():
    parts = parts_of(docx_bytes(everything()))
    assert sorted(parts) == [
        "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels", "word/document.xml",
        "word/footer1.xml", "word/header1.xml", "word/numbering.xml", "word/settings.xml", "word/styles.xml",
        "word/theme/theme1.xml",
    ]  # fmt: skip


def test_a_document_is_a_download():
    response = docx_response("ærø\n skabelon.docx", Document("T"))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A6r%C3%B8%20skabelon.docx"
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert docx.Document(io.BytesIO(response.content)).paragraphs[0].text == "T"


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not on the PATH")
def test_libreoffice_opens_a_document_and_loses_no_text(tmp_path):
    document = everything(blocks=[block for text in HOSTILE for block in everything(text).blocks])
    (tmp_path / "alt.docx").write_bytes(docx_bytes(document))
    subprocess.run(
        [
            OFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "txt:Text (encoded):UTF8", "--outdir", tmp_path, tmp_path / "alt.docx",
        ],
        check=True, capture_output=True, timeout=120, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    found = letters((tmp_path / "alt.txt").read_text("utf-8-sig"))
    for text in HOSTILE:
        for place in (
            "Afgrænsning", "Brødtekst", "anden", "Vejledning", "Felt date", "Hjælp", "Standardtekst", "Kolonne", "celle",
        ):  # fmt: skip
            assert letters(f"{place} {text}") in found
    assert "[skrivkommunensnavn]" in found
