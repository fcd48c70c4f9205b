"""Free-text search over a fixed list of Danish texts, in memory, the same on every database.

All words of a query must be found, stop words aside where others are left. `matching` has the rules for one word.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property

from . import bitset
from .danish import words
from .matching import (
    ENDS,
    has_danish_letter,
    is_match,
    is_other_spelling,
    plain_roots,
    query_words,
    roots,
    same_root,
    spellings,
)

COMMON_SHARE = 16
"""The positions of a word that more than one of so many texts holds are a bitset instead of an array."""


class WordIndex:
    """Words to the texts that hold them. Immutable; building is linear in the texts' length."""

    def __init__(self, texts: Iterable[str]) -> None:
        postings: dict[str, array] = {}
        size = 0
        for position, text in enumerate(texts):
            size = position + 1
            for word in set(words(text)):
                if word not in postings:
                    postings[word] = array("L")
                postings[word].append(position)
        self.size = size
        self._vocabulary = sorted(postings)
        self._postings = {word: self._compact(positions) for word, positions in postings.items()}
        self._joined = "\n".join(["", *self._vocabulary, ""])

    @property
    def vocabulary(self) -> list[str]:
        """The words of all texts in their order."""
        return self._vocabulary

    def match(self, query: str) -> int:
        """The bitset of the texts that hold every word of `query`; all of them for no words."""
        matches = bitset.full(self.size)
        for term in query_words(query):
            matches &= self.match_word(term)
            if not matches:
                break
        return matches

    def _compact(self, positions: array) -> array | int:
        """The positions of a word, as a bitset where it is common."""
        if len(positions) * COMMON_SHARE > self.size:
            return bitset.from_members(positions, self.size)
        return positions

    def match_word(self, term: str, *, whole: bool = False) -> int:
        """The bitset of the texts with a word that `term` finds; `whole`: no parts of compounds."""
        texts, rare = 0, []
        for word in set(self._matching_words(term, whole)):
            posting = self._postings[word]
            if isinstance(posting, int):
                texts |= posting
            else:
                rare.append(posting)
        if rare:
            texts |= bitset.from_members((position for posting in rare for position in posting), self.size)
        return texts

    def _matching_words(self, term: str, whole: bool) -> Iterator[str]:
        """The vocabulary's words that `term` finds, some of them twice."""
        rule = same_root if whole else is_match
        for spelling in spellings(term):
            # A word is at least as long as its roots, and begins with each of them; so the shortest is in all of them.
            shortest = min(roots(spelling), key=len)
            candidates = self._containing(shortest) if len(term) >= ENDS else self._starting_with(shortest)
            yield from (word for word in candidates if rule(term, word))
        for root in plain_roots(term):
            yield from (word for word in self._by_plain_root.get(root, ()) if is_other_spelling(term, word))

    @cached_property
    def _by_plain_root(self) -> dict[str, list[str]]:
        """The vocabulary's words with a Danish letter, by each of their roots as they read without."""
        by_root: dict[str, list[str]] = {}
        for word in filter(has_danish_letter, self._vocabulary):
            for root in plain_roots(word):
                by_root.setdefault(root, []).append(word)
        return by_root

    def _starting_with(self, prefix: str) -> Iterator[str]:
        """The vocabulary's words that start with `prefix`, in their order."""
        for index in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            if not self._vocabulary[index].startswith(prefix):
                return
            yield self._vocabulary[index]

    def _containing(self, part: str) -> Iterator[str]:
        """The vocabulary's words that contain `part`: found in one text of all words, which is faster than one by one."""
        place = self._joined.find(part)
        while place >= 0:
            start, end = self._joined.rfind("\n", 0, place) + 1, self._joined.find("\n", place)
            yield self._joined[start:end]
            place = self._joined.find(part, end)
