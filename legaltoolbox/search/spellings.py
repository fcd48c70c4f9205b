"""Spellings near a word that is nowhere in the toolbox. They are offered, and the words in the search field stay as typed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kl_ai.search.spelling import near_words

from .index import ItemIndex

MOST = 3
"""The spellings that are offered for a word."""
MAX_WORDS = 3
"""The words of a query for which any are looked for."""


def spellings(query: str, not_found: Sequence[str], index: ItemIndex) -> list[str]:
    """The query with another word in place of one that finds nothing, the nearest first; each of them finds something."""
    vocabulary = [*index.words.vocabulary, *sorted(index.synonyms.vocabulary.difference(index.words.vocabulary))]
    found: dict[str, None] = {}
    for typed in [word for word in not_found if " " not in word][:MAX_WORDS]:
        for near in near_words(typed, vocabulary, MOST):
            if any(index.find(term) for term in index.terms(near)):
                found.setdefault(_with(query, typed, near))
    found.pop(query, None)
    return list(found)


def _with(query: str, typed: str, near: str) -> str:
    """The query with `near` in place of the word `typed`, which stands in it in small letters or others."""
    return re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", near, query, flags=re.IGNORECASE)
