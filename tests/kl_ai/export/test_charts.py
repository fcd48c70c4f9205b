"""The downloadable chart: what is drawn, and that any text at all can be drawn."""

import random
import re
import struct
import time
import unicodedata
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.export import charts, hyphenation
from kl_ai.export.charts import FONTS, MARGIN, WIDTH, bar_chart, png

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
            x, width = float(span.get("x")), charts._text_width(span.text, size)
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
    found = sorted(lines(svg), key=lambda line: line[2])
    assert all(MARGIN <= left < right <= WIDTH - MARGIN for left, right, _, _ in found)
    assert max(baseline for *_, baseline, _ in found) < float(svg.get("height"))
    tracks = [element for element in svg.iter(f"{SVG}rect") if element.get("fill") == charts.TRACK]
    assert all(float(above.get("y")) + 28 < float(below.get("y")) for above, below in pairwise(tracks))
    labels = [line for line in found if line[3] == 16]
    assert all(right < float(tracks[0].get("x")) for _, right, _, _ in labels)
    assert all(below - above >= 20 for (*_, above, _), (*_, below, _) in pairwise(labels))


def test_a_label_wraps_and_is_never_cut():
    word = "Donaudampskibsfartsselskabskaptajnsuniformsknapper" * 2
    wrapped = texts(drawn([(word, 1)]))[2]
    assert wrapped.replace("- ", "") == word


def test_a_long_word_is_divided_between_syllables():
    assert charts.wrap("informationssikkerheden", 13.5, 100, "da") == ["informations-", "sikkerheden"]
    assert charts.wrap("(underdatabehandlere)", 13.5, 110, "da") == ["(underdatabe-", "handlere)"]
    assert charts.wrap("interoperability", 13.5, 80, "en") == ["interoper-", "ability"]


@pytest.mark.parametrize(
    "text", ["", "-", "---", "æ" * 9, "\N{WOMAN}\N{ZERO WIDTH JOINER}" * 9, "a/b" * 9, "…" * 30, "a-" * 30]
)
@pytest.mark.parametrize("width", [-1, 0, 1, 50])
def test_whatever_the_width_no_letter_is_lost(text, width):
    broken = "".join(charts.wrap(text, 13.5, width, "da"))
    assert broken.replace("-", "") == text.replace("-", "")


def test_a_text_of_any_length_is_broken_at_once_and_not_remembered():
    """What a visitor searches for stands in a figure: it must cost neither time nor memory."""
    begun = time.process_time()
    for number in range(30):
        letters = random.Random(number)
        charts.wrap("".join(letters.choices("abcdefghijklmnoprstuvæøå", k=5000)), 13.5, 88, "da")
    assert time.process_time() - begun < 5
    assert len(hyphenation._patterns("da_DK").hd.cache) <= hyphenation.MAX_REMEMBERED + 1


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


def test_widths_are_never_estimated_too_small():
    letters = [chr(code) for code in range(32, 127)] + list("æøåÆØÅéüäöÉÜÄÖ–—“”…·»«§")
    for name in FONTS:
        advances = advances_of(Path(finders.find(name)).read_bytes())
        for letter in letters:
            assert charts._advance(letter) >= advances[letter] - 0.001, (name, letter, unicodedata.name(letter))
        text = "Rådgivning om anskaffelse, anvendelse og udvikling af løsninger"
        assert charts._text_width(text, 1) < 1.1 * sum(advances[letter] for letter in text)


def advances_of(font: bytes) -> dict[str, float]:
    """The advance width in em of each character of a TrueType font, by its tables cmap and hmtx."""

    def shorts(offset: int, count: int, kind: str = "H") -> tuple[int, ...]:
        return struct.unpack_from(f">{count}{kind}", font, offset)

    records = [struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(shorts(4, 1)[0])]
    table = {tag.decode(): offset for tag, _, offset, _ in records}
    em = shorts(table["head"] + 18, 1)[0]
    metrics = shorts(table["hhea"] + 34, 1)[0]
    advances = shorts(table["hmtx"], 2 * metrics)[::2]
    subtables = [
        table["cmap"] + struct.unpack_from(">HHI", font, table["cmap"] + 4 + 8 * number)[2]
        for number in range(shorts(table["cmap"] + 2, 1)[0])
    ]
    start = next(offset for offset in subtables if shorts(offset, 1)[0] == 4)
    count = shorts(start + 6, 1)[0] // 2
    lasts, firsts = shorts(start + 14, count), shorts(start + 16 + 2 * count, count)
    deltas, ranges = shorts(start + 16 + 4 * count, count, "h"), start + 16 + 6 * count
    found = {}
    for segment, (first, last, delta) in enumerate(zip(firsts, lasts, deltas, strict=True)):
        indirect = shorts(ranges + 2 * segment, 1)[0]
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code if not indirect else shorts(ranges + 2 * segment + indirect + 2 * (code - first), 1)[0]
            if glyph := (glyph + delta) & 0xFFFF if glyph or not indirect else 0:
                found[chr(code)] = advances[min(glyph, metrics - 1)] / em
    return found
