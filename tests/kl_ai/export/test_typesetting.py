"""Text in the portal's typeface: its width, and where its lines end."""

import random
import struct
import unicodedata
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from kl_ai.export import hyphenation, typesetting
from kl_ai.export.typesetting import FONTS


def test_a_long_word_is_divided_between_syllables():
    assert typesetting.wrap("informationssikkerheden", 13.5, 100, "da") == ["informations-", "sikkerheden"]
    assert typesetting.wrap("(underdatabehandlere)", 13.5, 110, "da") == ["(underdatabe-", "handlere)"]
    assert typesetting.wrap("interoperability", 13.5, 80, "en") == ["interoper-", "ability"]


@pytest.mark.parametrize(
    "text", ["", "-", "---", "æ" * 9, "\N{WOMAN}\N{ZERO WIDTH JOINER}" * 9, "a/b" * 9, "…" * 30, "a-" * 30]
)
@pytest.mark.parametrize("width", [-1, 0, 1, 50])
def test_whatever_the_width_no_letter_is_lost(text, width):
    broken = "".join(typesetting.wrap(text, 13.5, width, "da"))
    assert broken.replace("-", "") == text.replace("-", "")


def test_a_text_of_any_length_costs_its_length_and_is_not_remembered(monkeypatch):
    """A visitor's search text is drawn in a figure: it must cost neither time nor memory beyond its length."""
    looked_at = 0

    def count_letters(word, language):
        nonlocal looked_at
        looked_at += len(word)
        return hyphenation.divisions(word, language)

    monkeypatch.setattr(typesetting, "divisions", count_letters)
    for number in range(30):
        letters = random.Random(number)
        typesetting.wrap("".join(letters.choices("abcdefghijklmnoprstuvæøå", k=5000)), 13.5, 88, "da")
    assert looked_at < 30 * 5000 * 5
    assert len(hyphenation._patterns("da_DK").hd.cache) <= hyphenation.MAX_REMEMBERED + 1


def test_widths_are_never_estimated_too_small():
    letters = [chr(code) for code in range(32, 127)] + list("æøåÆØÅéüäöÉÜÄÖ–—“”…·»«§")
    for name in FONTS:
        advances = advance_widths(Path(finders.find(name)).read_bytes())
        for letter in letters:
            assert typesetting.advance(letter) >= advances[letter] - 0.001, (name, letter, unicodedata.name(letter))
        text = "Rådgivning om anskaffelse, anvendelse og udvikling af løsninger"
        assert typesetting.text_width(text, 1) < 1.1 * sum(advances[letter] for letter in text)


def advance_widths(font: bytes) -> dict[str, float]:
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
    advances_by_letter = {}
    for segment, (first, last, delta) in enumerate(zip(firsts, lasts, deltas, strict=True)):
        indirect = shorts(ranges + 2 * segment, 1)[0]
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code if not indirect else shorts(ranges + 2 * segment + indirect + 2 * (code - first), 1)[0]
            if glyph := (glyph + delta) & 0xFFFF if glyph or not indirect else 0:
                advances_by_letter[chr(code)] = advances[min(glyph, metrics - 1)] / em
    return advances_by_letter
