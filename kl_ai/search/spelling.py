"""Words of a vocabulary that are spelt nearly like a word that was typed."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

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

    They begin with the same letter: few mistype the first one.
    """
    if len(typed) < SHORTEST:
        return []
    typed = typed[:LONGEST]
    scored = process.extract(
        typed, vocabulary, scorer=OSA.normalized_similarity, score_cutoff=LEAST_SIMILARITY, limit=CONSIDERED
    )
    near: list[str] = []
    for word, _score, _place in sorted(scored, key=lambda match: (-match[1], match[0])):
        if len(near) < most and word[0] == typed[0] and not any(same_root(word, other) for other in near):
            near.append(word)
    return near
