"""A figure's files say what its page says: the same title, basis, note, conclusion, bars and caption."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass, replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.export import charts
from tests.reading import Element, figure_section, read, read_bars, read_bytes, read_csv, read_workbook
from tests.selections import SURVEY, count_by_sql, query_string, selections, words

SVG = "{http://www.w3.org/2000/svg}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
OWN_QUESTION = "?services=implementation&technologies=nlp"
"""A selection within the question of the figure `technologies`, and within another."""


@dataclass(frozen=True)
class Said:
    """What a figure says, wherever it stands. Bars are short label, count and share."""

    title: str
    subtitle: str
    note: str
    conclusion: str
    bars: list[tuple[str, int, str]]
    caption: str


def said_by_page(page: Element) -> Said:
    heading = page.find("h1")
    label = heading.find("span", "figure-label").text if heading.has("span", "figure-label") else ""
    return _said(page, f"{label}: {heading.own_text}" if label else heading.text, page.find("h2", id="results-heading"))


def said_in_overview(page: Element, code: str) -> Said:
    """The figure among all; its basis is the heading's where it says no other."""
    section = figure_section(page, code)
    heading = section.find("h3")
    label = heading.find("span", "figure-label").text if heading.has("span", "figure-label") else ""
    has_own = section.has("strong", "figure-subtitle")
    subtitle = section.find("strong", "figure-subtitle") if has_own else page.find("h2", id="results-heading")
    return _said(section, f"{label}: {heading.find('a').text}" if label else heading.text, subtitle)


def _said(part: Element, title: str, subtitle: Element) -> Said:
    note = part.find("p", "figure-note").own_text if part.has("p", "figure-note") else ""
    bars = [(bar.label, bar.count, bar.share) for bar in read_bars(part)]
    caption = re.sub(r" (Kilde|Source): KL\.$", "", part.find("p", "figure-caption").text)
    return Said(title, subtitle.text, note, part.find("p", "figure-conclusion").text, bars, caption)


def drawn_texts(svg: bytes) -> list[str]:
    """The drawing's paragraphs, labels, numbers and shares, as `folded` text."""
    texts = ET.fromstring(svg).iter(f"{SVG}text")
    return [folded(" ".join(span.text or "" for span in text.iter(f"{SVG}tspan"))) for text in texts]


def folded(text: str) -> str:
    """The text without what dividing it into lines changes: blanks and hyphens."""
    return re.sub(r"[\s-]", "", text)


def assert_drawn(svg: bytes, said: Said, source: str) -> None:
    bars = [str(part) for bar in said.bars for part in bar]
    paragraphs = [said.title, said.subtitle, said.note, said.conclusion, *bars, said.caption, source]
    assert drawn_texts(svg) == [folded(text) for text in paragraphs if text]


def assert_charted(book: bytes, said: Said, source: str) -> None:
    """The workbook's chart has the figure's bars with numbers and shares, and all of its texts but the conclusion."""
    archive = zipfile.ZipFile(io.BytesIO(book))
    names = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(names) == bool(said.bars)
    for name in names:
        chart = ET.fromstring(archive.read(name))
        labels, counts = (
            [v.text for v in part.iter(f"{CHART}v")] for tag in ("cat", "val") for part in chart.iter(f"{CHART}{tag}")
        )
        assert (labels, counts) == ([bar[0] for bar in said.bars], [str(bar[1]) for bar in said.bars])
        title, *numbers, below = (text for p in chart.iter(f"{DRAWING}p") if (text := "".join(p.itertext())))
        assert folded(title) == folded(said.title)
        assert [" ".join(text.split()) for text in numbers] == [
            f"{count} ({share})" for _label, count, share in said.bars
        ]
        sentences = [f"{text.removesuffix('.')}." for text in (said.subtitle, said.note, said.caption) if text]
        assert folded(below) == folded("".join([*sentences, source]))


def assert_rows(rows: list, said: Said, code: str) -> None:
    """The rows, full label first, are the figure's bars; zeros where nobody has answered."""
    assert {row[1] for row in rows} == set(SURVEY[code])
    if not said.bars:
        assert not any(int(row[2]) for row in rows)
        return
    assert [(row[4], int(row[2])) for row in rows] == [(label, count) for label, count, _share in said.bars]
    for row, (_label, _count, share) in zip(rows, said.bars, strict=True):
        exact = float(str(row[3]).replace(",", "."))
        shown = {"<1": 0.5, ">99": 99.5}.get(whole := share.rstrip(" %\u00a0")) or float(whole)
        assert abs(exact - shown) <= 0.5, row


@hypothesis_settings(max_examples=15)
@given(selection=selections, q=words, code=st.sampled_from(sorted(SURVEY)), data=st.data())
@pytest.mark.parametrize("market", ["/markedsoverblik/", "/en/markedsoverblik/"])
def test_every_file_says_what_the_page_says(demo, client, market, selection, q, code, data):
    if data.draw(st.booleans(), label="own question chosen"):
        selection = selection | {code: data.draw(st.lists(st.sampled_from(SURVEY[code]), min_size=1, unique=True))}
    query = query_string(selection, q)
    said = said_by_page(read(client, f"{market}figurer/{code}/{query}"))
    assert bool(said.note) == (code in selection)
    assert said_in_overview(read(client, f"{market}figurer/{query}"), code) == said
    others = {key: options for key, options in selection.items() if key != code}
    assert said_by_page(read(client, f"{market}figurer/{code}/{query_string(others, q)}")) == replace(said, note="")

    address = f"http://testserver{market}figurer/{code}/{canonical(query)}"
    source = f"{'Source' if '/en/' in market else 'Kilde'}: KL, {address}"
    svg = read_bytes(client, f"{market}figurer/{code}.svg{query}")
    assert_drawn(svg, said, source)
    headings, *rows = read_csv(client, f"{market}figurer/{code}.csv{query}")
    assert_rows(rows, said, code)
    for row in rows:
        assert row[7:10] == [said.title, said.subtitle, said.note]
        assert row[11] == f"KL, {address}"
        assert said.caption.startswith(f"{row[5]} ")
    assert len(headings) == len(rows[0])
    book = read_bytes(client, f"{market}figurer/{code}.xlsx{query}")
    assert_charted(book, said, source)
    data_sheet, about = openpyxl.load_workbook(io.BytesIO(book)).worksheets
    _headings, *cells = data_sheet.iter_rows(values_only=True)
    assert_rows(cells, said, code)
    facts = [text for row in about.iter_rows(values_only=True) for text in row]
    assert {said.title, said.subtitle, said.conclusion, said.caption, address} <= set(facts)
    assert (said.note in facts) == bool(said.note)

    if not q:
        answered, total = count_by_sql({**others, code: SURVEY[code]}), count_by_sql(others)
        assert re.findall(r"\d+", said.caption)[:2] == [str(answered), str(total)]
        assert re.findall(r"\d+", said.subtitle)[:: -1 if "/en/" in market else 1][0] == str(total)


def canonical(query: str) -> str:
    """The query string as the portal writes it: questions and options in the survey's order."""
    pairs = [tuple(pair.split("=")) for pair in query.removeprefix("?").split("&") if pair]
    written = [pair for pair in pairs if pair[0] == "q"]
    written += [(code, option) for code in SURVEY for option in SURVEY[code] if (code, option) in pairs]
    return f"?{'&'.join('='.join(pair) for pair in written)}" if written else ""


@pytest.mark.parametrize("query", ["", OWN_QUESTION, "?q=findes-slet-ikke"])
def test_the_picture_is_the_drawing(demo, client, query):
    svg = read_bytes(client, f"/markedsoverblik/figurer/technologies.svg{query}").decode()
    assert read_bytes(client, f"/markedsoverblik/figurer/technologies.png{query}") == charts.png(svg)


def test_a_choice_within_the_figures_own_question_is_left_out_everywhere(demo, client):
    said = said_by_page(read(client, f"/en/markedsoverblik/figurer/technologies/{OWN_QUESTION}"))
    basis = count_by_sql({"services": ["implementation"]})
    assert basis != count_by_sql({"services": ["implementation"], "technologies": ["nlp"]})
    assert said.subtitle == f"Companies that offer implementation: {basis}"
    assert said.caption.startswith(f"{basis} of {basis} companies have answered.")
    assert "The choice under Technologies is left out" in said.note
    assert ("Language technology (NLP)", count_by_sql({"services": ["implementation"], "technologies": ["nlp"]})) in [
        bar[:2] for bar in said.bars
    ]
    book = read_workbook(client, f"/en/markedsoverblik/figurer/technologies.xlsx{OWN_QUESTION}")
    facts = dict(book.worksheets[1].iter_rows(values_only=True))
    assert facts["Selection: Services and products"] == "Implementation of specific solutions"
    assert "Selection: Technologies" not in facts
