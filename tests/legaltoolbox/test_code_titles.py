"""A code in running text has the title of its item beside it, where the text itself does not name the thing."""

import io
import re

import docx
import pytest

from kl_ai.export.document import (
    Blank,
    ChoiceCell,
    Document,
    Facts,
    Field,
    Heading,
    Labelled,
    Link,
    PageBreak,
    Prose,
    Stack,
    Table,
    Tick,
    Titled,
    Together,
    Wording,
    with_running_text,
)
from legaltoolbox.code_titles import CodeTitles
from legaltoolbox.kinds import code_pattern
from legaltoolbox.linking import linker, url
from legaltoolbox.views.papers import document_bytes
from tests.checks import not_empty
from tests.word import element_text

P1, A25, S08 = "Beslut, om idéen skal fortsætte", "Lav konsekvensanalysen", "Hjemmelsnotat for hver fase"


def read_document(content: bytes) -> str:
    return element_text(docx.Document(io.BytesIO(content)).element.body)


@pytest.fixture
def expand(content):
    return CodeTitles(content).expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("Gør det før P1.", f"Gør det før P1 ({P1})."),
        ("P1 er en beslutning.", f"P1 ({P1}) er en beslutning."),
        ("Se A25, og svar.", f"Se A25 ({A25}), og svar."),
        ("Ved beslutningspunkt P1 skal", f"Ved beslutningspunkt P1 ({P1}) skal"),
        ("Det står i S08.", f"Det står i S08 ({S08})."),
        # the text names it
        ("Hent det i hjemmelsnotatet S08.", "Hent det i hjemmelsnotatet S08."),
        ("Hent det i hjemmelsnotatet (S08).", "Hent det i hjemmelsnotatet (S08)."),
        ("S08 Hjemmelsnotat for hver fase", "S08 Hjemmelsnotat for hver fase"),
        ("P1 Fortsæt", "P1 Fortsæt"),
        # each title once
        ("Før P1, og igen efter P1.", f"Før P1 ({P1}), og igen efter P1."),
        # no code, or nothing else
        ("P1", "P1"),
        ("Se A99 og version A25-2.", "Se A99 og version A25-2."),
    ],
)
def test_a_title_stands_where_the_text_does_not_name_the_thing(text, expanded, expand):
    assert expand(text) == expanded


def test_a_page_has_the_title_once_for_a_text_of_several_paragraphs(content):
    html = linker(content).blocks("Gør det før P1.\n\n- Ved P1 igen.\n\nOg efter P1.")
    assert html.count(P1) == 1
    assert html.count(f'<a href="{url(content.find("activity", "P1"))}">P1</a>') == 3


def test_markup_in_a_title_stays_text(content):
    titles = CodeTitles(content)
    titles.titles["P1"] = "<b>"
    assert titles.expand("Før P1.") == "Før P1 (<b>)."


def test_a_document_has_each_title_once_and_none_that_a_heading_has(content):
    document = Document(
        title="Prøve",
        facts=[("Hvornår", "Før P1.")],
        blocks=[
            Heading("A25 Lav konsekvensanalysen"),
            Prose("Se A25, og gør det før P1."),
            Field("Svar", "text", "Det står i S08."),
            Table(("Nr.", "Hvad"), [("A25", Stack([Titled("Krav", "Brug S08 igen."), "Slut med A21."]))]),
            Together([Wording("Efter P2.")]),
        ],
    )
    text = read_document(document_bytes(document, "docx", content))
    assert text.count(P1) == 1
    assert text.count(f"S08 ({S08})") == 1
    assert f"A25 ({A25})" not in text
    assert "P2 (Beslut" in text
    assert "A21 (Skriv hjemmelsnotatet" in text


def test_what_is_no_running_text_stays_as_it_is():
    link = Link("A25", "https://example.org")
    document = Document(
        title="A25",
        blocks=[
            Heading("A25"),
            PageBreak(),
            Facts([("A25", ["A25", link])]),
            Table(("A25",), [(Blank("A25"),), (Tick(),), (ChoiceCell("A25", ["A25"]),), (Labelled("A25", "A25"),)]),
        ],
    )
    changed = with_running_text(document, lambda text: "ny")
    assert changed.title == "A25"
    assert changed.blocks[:2] == document.blocks[:2]
    assert changed.blocks[2] == Facts([("A25", ["ny", link])])
    table = changed.blocks[3]
    assert isinstance(table, Table)
    assert table.headings == ("A25",)
    assert [row[0] for row in table.rows] == [Blank("A25"), Tick(), ChoiceCell("A25", ["A25"]), Labelled("A25", "ny")]


def test_what_stands_in_the_fields_of_a_template_names_the_thing_and_not_its_code_alone(content):
    """Options, labels of rows and headings of columns get no title, so that they say it themselves: “sletteplanen (S32)”."""
    alone = []
    for template in not_empty(content.templates):
        for field in (field for section in content.sections(template) for field in content.fields(section)):
            for text in (*field.options, *field.row_labels, *field.columns):
                without = re.sub(rf"\([^)]*\)|^({code_pattern()}) (?=[A-ZÆØÅ])", "", text)
                if re.search(code_pattern(), without):
                    alone.append((template.code, text))
    assert alone == []
