"""The downloadable chart: what is drawn, and that any text at all can be drawn."""

import re
import struct
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.export import bars as colours
from kl_ai.export.bars import BarChart, ChartBar
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


def chart(bars, total=35, **texts) -> BarChart:
    texts = {"title": "Hvad?", "subtitle": "Alle", "caption": "35 af 35", "source": "Kilde: KL"} | texts
    return BarChart(bars=[ChartBar(*bar) for bar in bars], total=total, **texts)


def drawn(bars, total=35, **texts):
    return ET.fromstring(bar_chart(chart(bars, total, **texts)))


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


def test_a_chart_says_what_is_left_out_and_what_it_shows_above_its_bars():
    said = texts(drawn(BARS[:1], note="Udeladt.", conclusion="De fleste."))
    assert said == ["Hvad?", "Alle", "Udeladt.", "De fleste.", BARS[0][0], "27", "35 af 35", "Kilde: KL"]


def test_the_share_stands_beside_the_number_and_a_muted_bar_is_paler():
    svg = drawn([("Tale", 10, "29 %"), ("Andet", 14, "40 %", True)])
    assert texts(svg)[2:8] == ["Tale", "10", "29 %", "Andet", "14", "40 %"]
    assert len(widths(svg, colours.BAR)) == len(widths(svg, colours.MUTED_BAR)) == 1
    (track,) = set(widths(svg, colours.TRACK))
    assert widths(svg, colours.MUTED_BAR) == pytest.approx([track * 14 / 35], abs=0.1)


def test_a_bar_is_its_share_of_the_track():
    svg = drawn(BARS)
    (track,) = set(widths(svg, colours.TRACK))
    assert widths(svg, colours.BAR) == pytest.approx([track * count / 35 for _, count in BARS if count], abs=0.1)


def test_one_of_very_many_still_shows_and_too_many_stay_on_the_track():
    svg = drawn([("En", 1), ("Alle", 200_000)], total=100_000)
    assert widths(svg, colours.BAR) == [2, widths(svg, colours.TRACK)[0]]


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
    tracks = [element for element in svg.iter(f"{SVG}rect") if element.get("fill") == colours.TRACK]
    assert all(float(above.get("y")) + 28 < float(below.get("y")) for above, below in pairwise(tracks))
    labels = [line for line in drawn_lines if line[3] == 16]
    assert len(tracks) == len(bars) <= len(labels)
    assert all(right < float(tracks[0].get("x")) for _, right, _, _ in labels)
    assert all(below - above >= 20 for (*_, above, _), (*_, below, _) in pairwise(labels))


def test_numbers_and_shares_stand_right_of_the_bars_and_apart():
    svg = drawn([("A", 12_345, "29 %"), ("B", 3, "<1 %")], total=40_000)
    track = next(element for element in svg.iter(f"{SVG}rect") if element.get("fill") == colours.TRACK)
    end = float(track.get("x")) + float(track.get("width"))
    beside = sorted(line for line in lines(svg) if line[0] > end)
    assert len(beside) == 4
    for baseline in {line[2] for line in beside if line[3] == 18}:
        number, share = (line for line in beside if abs(line[2] - baseline) < 2)
        assert number[1] < share[0]
        assert share[1] <= WIDTH - MARGIN


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
    assert widths(drawn([("A", 0)], total=total), colours.BAR) == []


def test_hostile_text_is_text():
    svg = drawn([(HOSTILE, 1)], title=HOSTILE, subtitle=HOSTILE, caption=HOSTILE, source=HOSTILE)
    assert {element.tag for element in svg.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "path", "text", "tspan")
    }
    assert texts(svg)[0].startswith("<script>alert('x')</script> & \" ]]>")
    assert png(bar_chart(chart([(HOSTILE, 1)], title=HOSTILE))).startswith(b"\x89PNG")


@given(st.text(), st.lists(st.tuples(st.text(), st.integers(0, 10**9)), max_size=4), st.integers(0, 10**9))
def test_any_text_and_number_gives_well_formed_xml(text, bars, total):
    drawn(bars, total=total, title=text, subtitle=text, caption=text, source=text)


def test_a_chart_needs_no_styles_that_a_policy_forbids():
    assert not re.search(r"style|class=|href|url\(|<script", bar_chart(chart(BARS)))


def test_a_picture_is_twice_the_size_of_the_drawing():
    svg = bar_chart(chart(BARS))
    height = float(ET.fromstring(svg).get("height"))
    picture = png(svg)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (1920, pytest.approx(2 * height, abs=1))
    assert struct.unpack(">I", png(svg, scale=1)[16:20]) == (960,)


def test_the_typeface_is_used():
    svg = bar_chart(BarChart(title="Ærø", bars=[], total=0))
    assert png(svg) != png(svg.replace("Ærø", "")), "no letters were drawn"
    assert png(svg) != png(svg.replace("600", "400")), "the weights are the same"
