"""How many of something are how far, as a sentence that leaves out what there is none of."""

from collections.abc import Iterable

from django.utils.text import capfirst


def counts_sentence(counts: Iterable[tuple[int, str]]) -> str:
    """Numbers and their words, with a place `n` for the number, as “Rated: 2, not rated: 3.”; "" where all are none. No query."""
    words = ", ".join(text % {"n": number} for number, text in counts if number)
    return f"{capfirst(words)}." if words else ""
