"""Texts that are longer than their place: what fits, and the rest."""

import unicodedata

SHARE = 5
"""A text is cut in the last fifth of what fits, where a line or a word ends there."""
FEWEST_LETTERS = 40


def starts_with_words(text: str) -> bool:
    """Whether something in the text can be seen."""
    return any(not each.isspace() and unicodedata.category(each)[0] != "M" for each in text)


def split_text(text: str, most: int, lines: int = 0) -> tuple[str, str]:
    """As much of the text as has at most so many letters, and so many lines where `lines` says so, and the rest.

    What is kept of a longer one ends in “…”. Less than forty letters are nothing.
    """
    end = most
    if lines and text.count("\n") >= lines:
        end = min(most, len("\n".join(text.split("\n", lines)[:lines])) + 2)
    elif len(text) <= most:
        return text, ""
    if end < FEWEST_LETTERS:
        return "", text
    end = _end(text, min(end, len(text)) - 2)
    return text[:end].rstrip() + " …", text[end:].lstrip()


def in_pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most so many letters, cut where a line or a word ends."""
    pieces = []
    at = 0
    while len(text) - at > most:
        end = at + _end(text[at : at + most], most)
        pieces.append(text[at:end].strip("\n "))
        at = end
    pieces.append(text[at:].strip("\n "))
    return [piece for piece in pieces if piece]


def _end(text: str, most: int) -> int:
    """Where to cut the text so that at most so many letters are before: not in a word where that can be."""
    earliest = most - most // SHARE
    for divider in ("\n", " "):
        if (found := text.rfind(divider, earliest, most)) > 0:
            return found
    return most
