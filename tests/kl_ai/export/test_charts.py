"""The downloadable chart: what is drawn, and that any text at all can be drawn."""

import re
import struct
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.export import charts
from kl_ai.export.charts import MARGIN, WIDTH, bar_chart, png
from kl_ai.export.typesetting import text_width

SVG = "{http://www.w3.org/2000/svg}"
BARS = [
    ("Forudsigelse – udlede konklusioner og foreslå beslutninger baseret på information", 27),
    ("Andet", 14),
    ("Talegenkendelse og syntese – omsætte lyde til ord og omvendt", 10),
    ("Ingen", 0),
]
HOSTILE = "<script>alert('x')</script> & \" ]]> \x00\x0b\ud800 🙂 \u202eåbe\u0301"


def drawn(bars, total=35, title="Hvad?", subtitle="Alle", caption="35 af 35", source="Kilde: KL"):
    return ET.fromstring(bar_chart(title, subtitle, bars, total, caption, source))


def texts(svg) -> list[str]:
    return [" ".join(span.text for span in element.iter(f"{SVG}tspan")) for element in svg.iter(f"{SVG}text")]


def widths(svg, fill: str) -> list[float]:
    return [float(element.get("width")) for element in svg.iter(f"{SVG}rect") if element.get("fill") == fill]


def lines(svg):
    """Each drawn line of text: left edge, right edge, baseline and size, by the chart's own estimate."""
    for element in svg.iter(f"{SVG}text"):
        size = float(element.get("font-size"))
        for span in element.iter(f"{SVG}tspan"):
            x, width = float(span.get("x")), text_width(span.text, size)
            left = x - width if element.get("text-anchor") == "end" else x
            yield left, left + width, float(span.get("y")), size


def test_a_chart_says_title_labels_numbers_caption_and_source():
    numbers_and_labels = [text for label, count in BARS for text in (label, str(count))]
    assert texts(drawn(BARS)) == ["Hvad?", "Alle", *numbers_and_labels, "35 af 35", "Kilde: KL"]


def test_a_bar_is_its_share_of_the_track():
    svg = drawn(BARS)
    (track,) = set(widths(svg, charts.TRACK))
    assert widths(svg, charts.BAR) == pytest.approx([track * count / 35 for _, count in BARS if count], abs=0.1)


def test_one_of_very_many_still_shows_and_too_many_stay_on_the_track():
    svg = drawn([("En", 1), ("Alle", 200_000)], total=100_000)
    assert widths(svg, charts.BAR) == [2, widths(svg, charts.TRACK)[0]]


def test_numbers_are_grouped_as_the_language_does_it():
    with translation.override("da"):
        assert "12.345" in texts(drawn([("A", 12_345)], total=20_000))
    with translation.override("en"):
        svg = drawn([("A", 12_345)], total=20_000)
    assert "12,345" in texts(svg)
    assert svg.get("lang") == "en"


def test_a_reader_of_screens_hears_the_numbers():
    svg = drawn(BARS)
    assert svg.get("role") == "img"
    assert svg.findtext(f"{SVG}title") == "Hvad?"
    assert "Andet: 14; Talegenkendelse" in svg.findtext(f"{SVG}desc")


@pytest.mark.parametrize("bars", [BARS, [], [("Lang" * 100, 1)], [(f"Mulighed {'og ' * n}{n}", n) for n in range(30)]])
def test_nothing_is_drawn_outside_or_over_another(bars):
    svg = drawn(bars, title="Hvilke former " * 15, subtitle="Virksomheder, der " * 20)
    drawn_lines = sorted(lines(svg), key=lambda line: line[2])
    assert len(drawn_lines) > len(bars)
    assert all(MARGIN <= left < right <= WIDTH - MARGIN for left, right, _, _ in drawn_lines)
    assert max(baseline for *_, baseline, _ in drawn_lines) < float(svg.get("height"))
    tracks = [element for element in svg.iter(f"{SVG}rect") if element.get("fill") == charts.TRACK]
    assert all(float(above.get("y")) + 28 < float(below.get("y")) for above, below in pairwise(tracks))
    labels = [line for line in drawn_lines if line[3] == 16]
    assert len(tracks) == len(bars) <= len(labels)
    assert all(right < float(tracks[0].get("x")) for _, right, _, _ in labels)
    assert all(below - above >= 20 for (*_, above, _), (*_, below, _) in pairwise(labels))


def test_a_label_wraps_and_is_never_cut():
    word = "Donaudampskibsfartsselskabskaptajnsuniformsknapper" * 2
    wrapped = texts(drawn([(word, 1)]))[2]
    assert wrapped.replace("- ", "") == word


def test_a_long_address_wraps_without_hyphens():
    address = "https://portal.example/markedsoverblik/figurer/technologies/?" + "&".join(["services=advisory"] * 12)
    assert texts(drawn(BARS, source=address))[-1].replace(" ", "") == address


@pytest.mark.parametrize("total", [0, 35])
def test_a_chart_without_answers_is_a_chart(total):
    assert texts(drawn([], total=total)) == ["Hvad?", "Alle", "35 af 35", "Kilde: KL"]
    assert widths(drawn([("A", 0)], total=total), charts.BAR) == []


def test_hostile_text_is_text():
    svg = drawn([(HOSTILE, 1)], title=HOSTILE, subtitle=HOSTILE, caption=HOSTILE, source=HOSTILE)
    assert {element.tag for element in svg.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "path", "text", "tspan")
    }
    assert texts(svg)[0].startswith("<script>alert('x')</script> & \" ]]>")
    assert png(bar_chart(HOSTILE, "", [(HOSTILE, 1)], 1, HOSTILE, "")).startswith(b"\x89PNG")


@given(st.text(), st.lists(st.tuples(st.text(), st.integers(0, 10**9)), max_size=4), st.integers(0, 10**9))
def test_any_text_and_number_gives_well_formed_xml(text, bars, total):
    drawn(bars, total=total, title=text, subtitle=text, caption=text, source=text)


def test_a_chart_needs_no_styles_that_a_policy_forbids():
    assert not re.search(r"style|class=|href|url\(|<script", bar_chart("Hvad?", "Alle", BARS, 35, "35 af 35", "Kilde"))


def test_a_picture_is_twice_the_size_of_the_drawing():
    svg = bar_chart("Hvad?", "Alle", BARS, 35, "35 af 35", "Kilde: KL")
    height = float(ET.fromstring(svg).get("height"))
    picture = png(svg)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (1920, pytest.approx(2 * height, abs=1))
    assert struct.unpack(">I", png(svg, scale=1)[16:20]) == (960,)


def test_the_typeface_is_used():
    svg = bar_chart("Ærø", "", [], 0, "", "")
    assert png(svg) != png(svg.replace("Ærø", "")), "no letters were drawn"
    assert png(svg) != png(svg.replace("600", "400")), "the weights are the same"
