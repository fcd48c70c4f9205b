"""The one place where text that comes from outside is cleaned: fields of forms, imports, mails, exports.

Line ends become a bare newline, and what cannot be seen is dropped, or replaced by a space where it divides words.
Nobody is refused because of it: such characters come along when text is pasted. `static/js/drafts.js` counts the
characters of a text by the same rules.
"""

import logging
import re
import unicodedata
from typing import Literal

UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control, format, unassigned, private use, surrogate, line and paragraph separator (Unicode, general category)."""

_DIVIDERS = "\x0b\x0c\x85\u2028\u2029"  # breaks of lines, pages and paragraphs, as word processors have them
_JOINER, _SELECTORS = "\u200d", "\ufe0e\ufe0f"
EMOJI_PARTS = _JOINER + _SELECTORS
"""Characters without a shape of which emoji are made: the zero width joiner and the variation selectors."""

# Letters and marks without a shape of their own: `Default_Ignorable_Code_Point` of Unicode, beyond the categories
# above, and the braille pattern without dots.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Letters of Europe, punctuation and the signs for money are seen; only a text with others is looked at closely.
_UNCOMMON = re.compile("[^\n\t -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]")
# Unassigned here, and reserved for pictures by Unicode: an emoji that is younger than Python's tables can be seen.
_YOUNG_PICTURE = re.compile("[\U0001f000-\U0001faff\U0001fc00-\U0001fffd]")

# A key and its signature (HMAC-SHA256), as `kl_ai.people.tokens` makes them, and whatever stands in a link for logging in.
_TOKEN = re.compile(r"\b\d+\.[\w-]{43}(?![\w-])|(?<=/log-ind/link/)[\w-]+")
MASK = "…"

# A scheme, “www.”, an @, a host of three parts, or one of two with a path, a port or a query. A host is tried at its
# beginning only, so that the time grows with the length of the text and no faster.
_WEB_ADDRESS = re.compile(
    r"\w://|\b(https?|mailto|javascript):|\bwww\.|@|(?<![\w-])[\w-]+\.[\w-]{2,}\.[^\W\d_]{2,}"
    r"|(?<![\w-])[\w-]{2,}\.[^\W\d_]{2,}[/?#:]\w",
    re.IGNORECASE,
)


_MOST_MARKS = 30
_COMBINING = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
_MANY_MARKS = re.compile(f"([{_COMBINING}]{{{_MOST_MARKS}}})[{_COMBINING}]+")


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """`text` in the Unicode normal form; of a run of combining marks the first 30 stay.

    Python sorts the marks of a run in quadratic time. No language puts so many on a letter (Unicode's stream-safe
    text format, UAX #15, section 13, has the same limit).
    """
    return unicodedata.normalize(form, text if text.isascii() else _MANY_MARKS.sub(r"\1", text))


_DOT_INSIDE = re.compile(r"\w\.[^\W\d_]{2}")
"""A dot before a word of two letters or more, as in “firma.dk”; not that of “J.P. Hansen”."""


def mask_tokens(text: str) -> str:
    """`text` with “…” in the place of each secret of a link, such as that of an invitation or of a login."""
    return _TOKEN.sub(MASK, text)


class MaskTokens(logging.Filter):
    """A filter of log records (`LOGGING` of the settings): secrets of links are masked in the message and its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (masked := mask_tokens(message)) != message:
            record.msg, record.args = masked, None
        return True


def clean_text(text: str) -> str:
    """`text` with newlines as its only line ends, and without what cannot be seen; tabs and spaces stay.

    A joiner or variation selector stays inside an emoji. Cleaning twice gives the same as cleaning once.
    """
    text = _with_newlines(text)
    if not _UNCOMMON.search(text):
        return text
    unseen = {character for character in set(text) if is_unseen(character)} - {*EMOJI_PARTS}
    text = text.translate({ord(character): " " if character in _DIVIDERS else None for character in unseen})
    text = re.sub(f"[{_SELECTORS}]", _selector_in_emoji, text)
    return re.sub(_JOINER, _joiner_in_emoji, text)


def clean_line(text: str, longest: int | None = None) -> str:
    """`text` cleaned and on one line, with single spaces, and cut with an ellipsis to `longest` characters."""
    line = " ".join(clean_text(text).split())
    return line if longest is None or len(line) <= longest else line[: longest - 1].rstrip() + "…"


def has_unseen(text: str) -> bool:
    """Whether `clean_text` would remove a character, line ends aside."""
    return clean_text(text) != _with_newlines(text)


def is_unseen(character: str) -> bool:
    """Whether the character is invisible; newline, tab and spaces do not count as such."""
    if character in "\n\t" or _YOUNG_PICTURE.match(character):
        return False
    return unicodedata.category(character) in UNSEEN_CATEGORIES or bool(_BLANK.match(character))


def has_web_address(text: str) -> bool:
    """Whether the text holds a web or mail address, in whole or in part; “Firma.dk” alone, the name of many, is none."""
    return bool(_WEB_ADDRESS.search(normalize("NFKC", text)))


def may_be_link(text: str) -> bool:
    """Whether a mail program may make a link of a part of the text: of an address, or of two words with a dot between."""
    return has_web_address(text) or bool(_DOT_INSIDE.search(normalize("NFKC", text)))


def without_links(text: str) -> str:
    """The text with spaces around the dots inside of words: mail programs make no link of it."""
    return re.sub(r"(?<=\w)\.(?=\w)", " . ", text)


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _selector_in_emoji(match: re.Match[str]) -> str:
    """A variation selector belongs to a symbol, a punctuation mark or a number directly before it."""
    before = match.string[max(match.start() - 1, 0) : match.start()]
    return match[0] if before and (_is_symbol(before) or unicodedata.category(before)[0] in "PN") else ""


def _joiner_in_emoji(match: re.Match[str]) -> str:
    """A joiner stands between two symbols; the first may have its variation selector."""
    before = match.string[max(match.start() - 1, 0) : match.start()]
    after = match.string[match.end() : match.end() + 1]
    is_between = before and after and (before in _SELECTORS or _is_symbol(before)) and _is_symbol(after)
    return match[0] if is_between else ""


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character)[0] == "S" or bool(_YOUNG_PICTURE.match(character))
