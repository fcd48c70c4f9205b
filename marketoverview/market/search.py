"""Free text over the market: what a query finds. `hits` says why, `ways_out` what to do where it finds too little.

What vendors wrote is in the snapshot's word index. What they ticked is not copied into it: the options of the questions
that say what a vendor offers or can (`Question.is_searchable`) make a small vocabulary of their own, and a word that
finds an option finds all vendors that chose it. Nothing here orders vendors or costs a query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_, or_

from kl_ai.search import bitset
from kl_ai.search.danish import words
from kl_ai.search.index import WordIndex
from kl_ai.search.matching import STOP_WORDS, roots, same_root

from ..models import Option
from .tallies import Choice, QuestionTally

SUBJECT = (("ai",), ("ki",), ("kunstig", "intelligens"), ("artificial", "intelligence"))
"""What the whole overview is about: as words of a query they exclude nobody."""
REMEMBERED = 64
"""Results of the latest queries that a snapshot keeps: a page needs that of its query for each facet."""
LANGUAGES = ("da", "en")
SHORTEST_TELLING = 4
"""Letters from which a word tells something without the subject that stands beside it in a synonym."""


@dataclass(frozen=True)
class Term:
    """One thing that a query asks for: a word, or several that together are a synonym of an option."""

    words: tuple[str, ...]
    place: int
    """Of its first word among those of the query."""
    options: int = 0
    """Bitset over `OptionWords.choices`."""
    is_subject: bool = False

    @property
    def is_stop_word(self) -> bool:
        return len(self.words) == 1 and self.words[0] in STOP_WORDS


class OptionWords:
    """The words by which options are found, in both languages. None of an option “other”, whose help says nothing.

    Labels are searched as texts are. Help and synonyms name something as a whole word: “databeskyttelse” in a help is
    found by itself and not by “data”. A synonym of several words is found where they stand together; one that is a single
    word beside the overview's subject is found by that word, too: “generativ AI” by “generativ”.
    """

    def __init__(self, tallies: Iterable[QuestionTally]) -> None:
        self.choices: list[tuple[QuestionTally, Choice]] = [
            (tally, choice) for tally in tallies for choice in tally.by_code.values() if not choice.option.is_other
        ]
        options = [choice.option for _tally, choice in self.choices]
        synonyms = [[tuple(words(synonym)) for synonym in option.synonyms] for option in options]
        self.labels = WordIndex(" ".join(_without_stop_words(label_texts(option))) for option in options)
        self.names = WordIndex(
            " ".join(
                [
                    *_without_stop_words(help_texts(option)),
                    *(word for synonym in named for word in _telling_word(synonym)),
                ]
            )
            for option, named in zip(options, synonyms, strict=True)
        )
        self._phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for place, named in enumerate(synonyms):
            for synonym in named:
                for root in roots(synonym[0]) if len(synonym) > 1 else ():
                    self._phrases[root].append((synonym, place))

    def with_word(self, word: str) -> int:
        """The options (bitset) that the word finds."""
        return self.labels.match_word(word) | self.names.match_word(word, whole=True)

    def with_whole_word(self, word: str) -> int:
        """The options (bitset) that name the word or a form of it."""
        return self.labels.match_word(word, whole=True) | self.names.match_word(word, whole=True)

    def phrase_at(self, typed: Sequence[str], place: int) -> tuple[int, int]:
        """How many words of the longest synonym stand at this place of a query, and the options (bitset) that have it."""
        longest, options = 0, 0
        for root in roots(typed[place]):
            for synonym, option in self._phrases.get(root, ()):
                length = len(synonym)
                if length >= longest and _stands_at(synonym, typed, place):
                    options = (options if length == longest else 0) | 1 << option
                    longest = length
        return longest, options

    def phrases_beginning_with(self, word: str) -> Iterator[str]:
        """The synonyms of several words of which the word, or a form of it, is the first."""
        phrases = {
            phrase
            for root in roots(word)
            for phrase, _place in self._phrases.get(root, ())
            if same_root(phrase[0], word)
        }
        return (" ".join(phrase) for phrase in sorted(phrases))

    def vendors(self, options: int) -> int:
        """The vendors (bitset) that chose one of these options (bitset)."""
        return reduce(or_, (choice.vendors for _tally, choice in self.chosen(options)), 0)

    def chosen(self, options: int) -> Iterator[tuple[QuestionTally, Choice]]:
        """The options of a bitset, in the survey's order."""
        return (self.choices[place] for place in bitset.members(options))


def label_texts(option: Option) -> list[str]:
    """The label and the short label of an option in both languages."""
    return [getattr(option, f"{name}_{code}") for name in ("label", "short") for code in LANGUAGES]


def help_texts(option: Option) -> list[str]:
    return [getattr(option, f"help_{code}") for code in LANGUAGES]


def _telling_word(synonym: Sequence[str]) -> Sequence[str]:
    """The word of a synonym that has a single one beside the overview's subject; none of others.

    A short one tells nothing without the subject: “AI Act”, “AI law”.
    """
    if len(synonym) == 1:
        return synonym
    for subject in SUBJECT:
        for place in (0, len(synonym) - len(subject)):
            rest = (*synonym[:place], *synonym[place + len(subject) :])
            if len(rest) == 1 and tuple(synonym[place : place + len(subject)]) == subject:
                return rest if len(rest[0]) >= SHORTEST_TELLING else ()
    return ()


def _without_stop_words(texts: Iterable[str]) -> Iterator[str]:
    return (word for text in texts for word in words(text) if word not in STOP_WORDS)


def _stands_at(phrase: Sequence[str], typed: Sequence[str], place: int) -> bool:
    """Whether the words of the phrase, or forms of them, stand in the query from this place on."""
    following = typed[place : place + len(phrase)]
    return len(following) == len(phrase) and all(map(same_root, phrase, following))


class MarketSearch:
    """The search of one snapshot (`Snapshot.search`).

    `text` has the words of each vendor by its position, `everyone` all vendors (bitset).
    """

    def __init__(self, tallies: Iterable[QuestionTally], text: WordIndex, everyone: int) -> None:
        self.text = text
        self.everyone = everyone
        self.options = OptionWords(tally for tally in tallies if tally.question.is_searchable)
        self.match = lru_cache(REMEMBERED)(self._match)

    def _match(self, query: str) -> int:
        """The vendors (bitset) that the query finds: every term in what they wrote or ticked; all of them for no words."""
        return self.match_terms(self.terms(query))

    def match_terms(self, terms: Iterable[Term]) -> int:
        matches = self.everyone
        for term in terms:
            matches &= self.vendors(term)
            if not matches:
                break
        return matches

    def vendors(self, term: Term) -> int:
        """The vendors (bitset) that the term finds. The words of a synonym count each by itself where they are written."""
        if term.is_subject:
            return self.everyone
        written = reduce(and_, map(self.text.match_word, term.words))
        return written | self.options.vendors(term.options)

    def asks_for_all(self, query: str) -> bool:
        """Whether the query names nothing but what the whole overview is about."""
        return all(term.is_subject for term in self.terms(query))

    def terms(self, query: str) -> list[Term]:
        """What the query asks for, each once. Stop words and the subject of the overview only where there is nothing else."""
        terms = list({term.words: term for term in self._all_terms(words(query))}.values())
        telling = [term for term in terms if not (term.is_stop_word or term.is_subject)]
        return telling or [term for term in terms if term.is_subject] or terms

    def _all_terms(self, typed: Sequence[str]) -> Iterator[Term]:
        place = 0
        while place < len(typed):
            length, options = self.options.phrase_at(typed, place)
            subject = next((phrase for phrase in SUBJECT if _stands_at(phrase, typed, place)), ())
            is_subject = len(subject) > length
            length = max(length, len(subject), 1)
            term = tuple(typed[place : place + length])
            if length == 1 and not is_subject:
                options = self.options.with_word(term[0])
            yield Term(term, place, 0 if is_subject else options, is_subject)
            place += length
