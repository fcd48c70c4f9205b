"""The characters that the portal's typeface can show, read from its font files, and text without the others."""

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

from ..text import EMOJI_PARTS
from .typesetting import FONTS

REPLACEMENT = "◊"
"""Stands for a character that the typeface lacks."""
_UNICODE_BMP = (3, 1)  # platform and encoding of the table that is read (OpenType, "cmap")


def font_files() -> list[Path]:
    """The typeface's files, regular first. Raises `FileNotFoundError` where one is missing."""
    paths = [path for name in FONTS if (path := finders.find(name))]
    if len(paths) < len(FONTS):
        raise FileNotFoundError(f"The portal's typeface is missing among the static files: {', '.join(FONTS)}")
    return [Path(path) for path in paths]


@cache
def characters() -> frozenset[str]:
    """The characters that every weight of the typeface has a glyph for, line breaks and tabs aside."""
    first, *others = (frozenset(map(chr, _code_points(path.read_bytes()))) for path in font_files())
    return first.intersection(*others)


def shown(text: str) -> str:
    """`text` of characters that the typeface has.

    A character that it lacks is replaced by the letters that it is made of (𝐀 by A), where it has those, else by
    `REPLACEMENT`; a whole emoji by one.
    """
    text = unicodedata.normalize("NFC", text)
    lacking = set(text) - characters() - {"\n", "\t"}
    if not lacking:
        return text
    text = text.translate({ord(character): _substitute(character) for character in lacking})
    return re.sub(f"{REPLACEMENT}+", REPLACEMENT, text)


def _substitute(character: str) -> str:
    if character in EMOJI_PARTS or unicodedata.combining(character):
        return ""
    letters = [letter for letter in unicodedata.normalize("NFKD", character) if letter in characters()]
    return "".join(letters) or REPLACEMENT


# The table of characters in a font file (OpenType 1.9, "cmap", format 4) ----------------------------


def _code_points(font: bytes) -> Iterator[int]:
    """The code points that the font has a glyph for, those of the basic plane."""
    table = _character_map(font)
    segments = struct.unpack_from(">H", table, 6)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{segments}H", table, 14 + 2 * (number * segments + (number > 0))) for number in range(4)
    )
    first_offset = 16 + 6 * segments
    ranges = zip(starts, ends, deltas, offsets, range(first_offset, first_offset + 2 * segments, 2), strict=True)
    for start, end, delta, offset, place in ranges:
        for code in range(start, end + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", table, place + offset + 2 * (code - start))[0]
            if code < 0xFFFF and (not offset or glyph) and (glyph + delta) & 0xFFFF:
                yield code


def _character_map(font: bytes) -> bytes:
    """The font's table of the characters of the basic plane."""
    count = struct.unpack_from(">H", font, 4)[0]
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(count))
    start = next(offset for tag, _checksum, offset, _length in entries if tag == b"cmap")
    tables = struct.unpack_from(">H", font, start + 2)[0]
    for platform, encoding, offset in struct.iter_unpack(">HHI", font[start + 4 : start + 4 + 8 * tables]):
        table = font[start + offset :]
        if (platform, encoding) == _UNICODE_BMP and struct.unpack_from(">H", table)[0] == 4:
            return table
    raise ValueError("The font has no table of Unicode characters in format 4.")
