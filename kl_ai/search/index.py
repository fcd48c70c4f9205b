"""Free-text search over a fixed list of Danish texts, in memory, the same on every database.

All words of a query must be found, stop words aside where others are left. `matching` has the rules for one word.
"""

from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

from . import bitset
from .danish import words
from .matching import (
    ENDS,
    SHORT_HEADS,
    has_danish_letter,
    is_match,
    is_other_spelling,
    other_numbers,
    plain_roots,
    query_words,
    roots,
    same_root,
    spellings,
)

COMMON_SHARE = 16
"""The positions of a word that more than one of so many texts holds are a bitset instead of an array."""

Posting = array | int
"""The positions of the texts that hold a word, rising, or the same as a bitset."""


def _positions_by_word(texts: Mapping[int, str]) -> dict[str, list[int]]:
    """Word to the positions of the texts that hold it."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, text in texts.items():
        for word in set(words(text)):
            positions[word].append(position)
    return positions


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
        self._postings: dict[str, Posting] = {word: self._compact(positions) for word, positions in postings.items()}
        self._set_vocabulary(sorted(postings))

    def _set_vocabulary(self, vocabulary: list[str]) -> None:
        self._vocabulary = vocabulary
        self._joined = "\n".join(["", *vocabulary, ""])

    def changed(self, removed: Mapping[int, str], added: Mapping[int, str], size: int) -> "WordIndex":
        """The index of `size` texts without those at the positions `removed`, and with those in `added`.

        `removed` are the texts that this index, which stays as it is, holds there. Costs a copy of the list of words, and
        time in proportion to the words of the two.
        """
        index = WordIndex.__new__(WordIndex)
        index.size, index._postings = size, dict(self._postings)
        without, more = _positions_by_word(removed), _positions_by_word(added)
        for word in without.keys() | more.keys():
            positions = index._changed_posting(self._postings.get(word), without.get(word, ()), more.get(word, ()))
            if positions:
                index._postings[word] = positions
            else:
                index._postings.pop(word, None)
        gone = [word for word in without if word not in index._postings]
        new = [word for word in more if word not in self._postings]
        if gone or new:
            vocabulary = [word for word in self._vocabulary if word in index._postings]
            for word in new:
                insort(vocabulary, word)
            index._set_vocabulary(vocabulary)
        else:
            index._vocabulary, index._joined = self._vocabulary, self._joined
        return index

    def _changed_posting(self, old: "Posting | None", removed: Collection[int], added: Collection[int]) -> "Posting":
        """The positions of a word after some were removed, and then others added."""
        if isinstance(old, int):
            most = max(chain(removed, added, (0,))) + 1
            bits = old & ~bitset.from_members(removed, most) | bitset.from_members(added, most)
            return bits if bits.bit_count() * COMMON_SHARE > self.size else array("L", bitset.members(bits))
        positions = set(old or ()).difference(removed).union(added)
        return self._compact(array("L", sorted(positions)))

    @property
    def vocabulary(self) -> list[str]:
        """The words of all texts in their order."""
        return self._vocabulary

    def words_of_several(self) -> Iterator[str]:
        """The words that more than one text holds, in their order."""
        for word in self._vocabulary:
            posting = self._postings[word]
            if (posting.bit_count() if isinstance(posting, int) else len(posting)) > 1:
                yield word

    def match(self, query: str) -> int:
        """The bitset of the texts that hold every word of `query`; all of them for no words."""
        matches = bitset.full(self.size)
        for term in dict.fromkeys(query_words(query)):
            matches &= self.match_word(term)
            if not matches:
                break
        return matches

    def _compact(self, positions: array) -> "Posting":
        """The positions of a word, as a bitset where it is common."""
        if len(positions) * COMMON_SHARE > self.size:
            return bitset.from_members(positions, self.size)
        return positions

    def matching_words(self, term: str, *, whole: bool = False) -> frozenset[str]:
        """The words of the texts that `term` finds; `whole`: no parts of compounds."""
        return frozenset(self._matching_words(term, whole))

    def match_word(self, term: str, *, whole: bool = False) -> int:
        """The bitset of the texts with a word that `term` finds; `whole`: no parts of compounds."""
        texts, rare = 0, []
        for word in self.matching_words(term, whole=whole):
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
        if len(term) == 1 and term not in SHORT_HEADS:  # a letter is no word that has other forms
            yield from (word for word in (term,) if word in self._postings)
            return
        rule = same_root if whole else is_match
        for spelling in (*spellings(term), *other_numbers(term)):
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
