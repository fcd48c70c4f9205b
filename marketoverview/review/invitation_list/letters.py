"""Letters that stand in a name only because a file was read in another encoding than the one it was written in."""

import re

LETTER = r"[^\W\d_]"
IMPOSSIBLE = re.compile(
    rf"\ufffd|¯|{LETTER}[›†¾¿]|[›†¾¿]{LETTER}|®(?={LETTER})"  # CP850 and MacRoman read as Windows-1252
    r"|[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]|â€"  # UTF-8 read so
)
POSSIBLE = re.compile(rf"(?<!\w)’(?={LETTER})|{LETTER}‘{LETTER}|{LETTER}\?{LETTER}|(?<!\w)\?{LETTER}|{LETTER}Œ")
"""Signs that a name can have, but seldom: the Danish letters of CP850, and those that a program could not write."""


def has_impossible_letters(text: str) -> bool:
    return bool(IMPOSSIBLE.search(text))


def has_doubtful_letters(text: str) -> bool:
    """Whether the text may be read in the wrong encoding; names with such signs do occur."""
    return bool(POSSIBLE.search(text))
