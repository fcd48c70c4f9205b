"""Free-text search over a fixed list of Danish texts, in memory, the same on every database.

The rules, for each word of a query (all of them must be found):

* any inflection: “kommuner” finds “kommunerne” (Danish Snowball stems);
* compounds: a stem of four letters or more also finds words that begin with it
  (“jord” finds “jordvarme”), one of five or more also words that contain it
  (“behandling” finds “sagsbehandlingssystem”). Shorter stems would find “tal” in “digital”.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from . import bitset
from .danish import stem, words

PREFIX_LETTERS = 4
INSIDE_LETTERS = 5
COMMON_SHARE = 16
"""A word in more than one of so many texts is kept as a bitset instead of a list of positions."""


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
        self._postings = {word: self._compact(found) for word, found in postings.items()}
        self._joined = "\n".join(["", *self._vocabulary, ""])

    def match(self, query: str) -> int:
        """The bitset of the texts that hold every word of `query`; all of them for no words."""
        found = bitset.full(self.size)
        for term in words(query):
            found &= self._holding(term)
            if not found:
                break
        return found

    def _compact(self, positions: array) -> array | int:
        if len(positions) * COMMON_SHARE > self.size:
            return bitset.from_members(positions, self.size)
        return positions

    def _holding(self, term: str) -> int:
        found, rare = 0, []
        for word in set(self._related(term)):
            posting = self._postings[word]
            if isinstance(posting, int):
                found |= posting
            else:
                rare.append(posting)
        if rare:
            found |= bitset.from_members((position for posting in rare for position in posting), self.size)
        return found

    def _related(self, term: str) -> Iterator[str]:
        """The vocabulary's words that the rules above call a match. A stem is always a prefix of its word."""
        root = stem(term)
        for word in self._starting_with(root):
            if len(root) >= PREFIX_LETTERS or stem(word) == root:
                yield word
        if len(root) >= INSIDE_LETTERS:
            yield from self._containing(root)

    def _starting_with(self, prefix: str) -> Iterator[str]:
        for index in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            if not self._vocabulary[index].startswith(prefix):
                return
            yield self._vocabulary[index]

    def _containing(self, part: str) -> Iterator[str]:
        at = self._joined.find(part)
        while at >= 0:
            start, end = self._joined.rfind("\n", 0, at) + 1, self._joined.find("\n", at)
            yield self._joined[start:end]
            at = self._joined.find(part, end)
