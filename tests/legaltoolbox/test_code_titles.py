"""A code in running text has the title of its item beside it, where the text itself does not name the thing."""

import pytest

from legaltoolbox.code_titles import CodeTitles
from legaltoolbox.linking import linker, url

P1, A25, S08 = "Beslut, om idéen skal fortsætte", "Lav konsekvensanalysen", "Hjemmelsnotat for hver fase"


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
    titles._titles["P1"] = "<b>"
    assert titles.expand("Før P1.") == "Før P1 (<b>)."
