"""Words that stand for others in a search: “ChatGPT” for generative AI, “DPIA” for the impact assessment.

They are data (`SearchSynonym`), and so are the names of acts: each act is found by its other names wherever it is cited.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kl_ai.search.danish import words
from kl_ai.search.matching import roots, same_root

Phrase = tuple[str, ...]
"""One word or several that stand together, as `danish.words` gives them."""


@dataclass(frozen=True, slots=True)
class SynonymMatch:
    """The longest synonym at one place of a query, and what it leads to."""

    length: int = 0
    alternatives: frozenset[Phrase] = frozenset()


class Synonyms:
    """Groups of words and phrases. Immutable."""

    def __init__(self, groups: Iterable[tuple[Sequence[str], Sequence[str]]]) -> None:
        """Each group has the phrases that people type, and those that they lead to beside each other."""
        alternatives: dict[Phrase, set[Phrase]] = defaultdict(set)
        for typed, finds in groups:
            phrases = {phrase for text in typed if (phrase := tuple(words(text)))}
            found = {phrase for text in finds if (phrase := tuple(words(text)))}
            for phrase in phrases:
                alternatives[phrase] |= (phrases | found) - {phrase}
        self._alternatives = dict(alternatives)
        self.phrases = frozenset(alternatives)
        """What people type: as many words and phrases as the content has."""
        self._by_root: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in sorted(alternatives):
            for root in roots(phrase[0]):
                self._by_root[root].append(phrase)

    @property
    def vocabulary(self) -> set[str]:
        """Every word that people may type for another."""
        return {word for phrase in self._alternatives for word in phrase}

    def at(self, typed: Sequence[str], place: int) -> SynonymMatch:
        """The longest phrases that stand in the query from this place on, in any inflection, and what they lead to."""
        length = 0
        alternatives: set[Phrase] = set()
        candidates = {phrase for root in roots(typed[place]) for phrase in self._by_root.get(root, ())}
        for phrase in candidates:
            if len(phrase) >= length and _stands_at(phrase, typed, place):
                alternatives = (alternatives if len(phrase) == length else set()) | self._alternatives[phrase]
                length = len(phrase)
        return SynonymMatch(length, frozenset(alternatives))


def _stands_at(phrase: Phrase, typed: Sequence[str], place: int) -> bool:
    following = typed[place : place + len(phrase)]
    return len(following) == len(phrase) and all(map(same_root, phrase, following))
