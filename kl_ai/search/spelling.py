"""Words of a vocabulary that are spelt nearly like a word that was typed."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .danish import with_danish_letters
from .matching import same_root

SHORTEST = 4
"""Letters below which a word is near too many others."""
LONGEST = 40
"""Letters of a typed word that are compared; no word of the language has so many."""
LEAST_SIMILARITY = 0.8
"""Of two words of ten letters: two of them wrong, missing or swapped."""
CONSIDERED = 20


def near_words(typed: str, vocabulary: Iterable[str], most: int) -> list[str]:
    """At most so many words of the vocabulary, the nearest first; of the forms of a word only one.

    They begin with the same letter: few mistype the first one. “aa”, “oe” and “ae” are tried as the letters that they may
    stand for, too.
    """
    if len(typed) < SHORTEST:
        return []
    typed = typed[:LONGEST]
    scored = [
        (-score, word)
        for spelling in sorted({typed, with_danish_letters(typed)})
        for word, score, _place in process.extract(
            spelling, vocabulary, scorer=OSA.normalized_similarity, score_cutoff=LEAST_SIMILARITY, limit=CONSIDERED
        )
        if word[0] == spelling[0]
    ]
    near: list[str] = []
    for _score, word in sorted(scored):
        if len(near) < most and not any(same_root(word, other) for other in near):
            near.append(word)
    return near
