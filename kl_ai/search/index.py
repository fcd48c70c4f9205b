"""Free-text search over a fixed list of Danish texts, in memory, the same on every database.

All words of a query must be found. A word is found by

* any inflection of it: “kommuner” finds “kommunerne” (Danish Snowball stems);
* words that begin with it, from three letters: “tale” finds “talegenkendelse”, and with a linking
  e or s after its stem: “borger” finds “borgerservice” and not “borgmester”;
* compounds that end in it, from four letters: “pleje” finds “ældreplejen”, but “tale” not “digitale”;
* words that contain it, from five letters: “behandling” finds “sagsbehandlingssystem”;
* the same word spelt with å for aa or aa for å: “Aarhus” finds “Århus”.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from . import bitset
from .danish import stem, words

BEGINS, ENDS, INSIDE = 3, 4, 5
"""Letters from which a word is looked for at the beginning, at the end and inside of others."""
LONGEST_INFLECTION = 6
"""Letters of the longest ending after a stem; a stem that stands further from the end of a word does not end it."""
COMMON_SHARE = 16
"""The positions of a word that more than one of so many texts holds are a bitset instead of an array."""


def is_match(term: str, word: str) -> bool:
    """Whether `word` of a text is found by `term` of a query, both from `danish.words`."""
    root = stem(term)
    if len(term) >= BEGINS and word.startswith(term):
        return True
    if word.startswith(root):
        links = len(root) >= ENDS and word[len(root) : len(root) + 1] in ("e", "s")
        return links or stem(word) == root
    if len(term) >= INSIDE and term in word:
        return True
    if len(term) < ENDS or word.rfind(root) < len(word) - len(root) - LONGEST_INFLECTION:
        return False
    return stem(word).endswith((term, root) if len(root) >= ENDS else term)


def spellings(term: str) -> set[str]:
    """The term as it is, and with å for aa or aa for å."""
    return {term, term.replace("aa", "å"), term.replace("å", "aa")}


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

    def match(self, query: str) -> int:
        """The bitset of the texts that hold every word of `query`; all of them for no words."""
        matches = bitset.full(self.size)
        for term in words(query):
            matches &= self.match_word(term)
            if not matches:
                break
        return matches

    def _compact(self, positions: array) -> array | int:
        """The positions of a word, as a bitset where it is common."""
        if len(positions) * COMMON_SHARE > self.size:
            return bitset.from_members(positions, self.size)
        return positions

    def match_word(self, term: str) -> int:
        """The bitset of the texts with a word that `term` finds."""
        matching_words = {word for spelling in spellings(term) for word in self._matching_words(spelling)}
        texts, rare = 0, []
        for word in matching_words:
            posting = self._postings[word]
            if isinstance(posting, int):
                texts |= posting
            else:
                rare.append(posting)
        if rare:
            texts |= bitset.from_members((position for posting in rare for position in posting), self.size)
        return texts

    def _matching_words(self, term: str) -> Iterator[str]:
        """The vocabulary's words that `term` finds. A stem is always a prefix of its word."""
        root = stem(term)
        candidates = self._containing(root) if len(term) >= ENDS else self._starting_with(root)
        return (word for word in candidates if is_match(term, word))

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
