"""A search compares a limited number of words, whatever is typed: the longest query costs a few times an ordinary one."""

import string
from collections import Counter

import pytest

import kl_ai.search.index
import legaltoolbox.search.index
from kl_ai.pages.querystring import MAX_QUERY_LETTERS
from kl_ai.search.matching import STOP_WORDS
from legaltoolbox.search import search
from legaltoolbox.search.index import MAX_TERMS, WEAK_WORDS
from legaltoolbox.search.search import SearchIndex
from legaltoolbox.search.spellings import spellings

ORDINARY = [
    "må vi bruge chatgpt til at skrive breve",
    "databehandleraftale med leverandør",
    "hvornår skal vi lave en konsekvensanalyse",
    "træning på borgernes sager",
    "hvem har ansvaret for tilsyn",
    "oplysning til borgeren om automatiske afgørelser",
    "overførsel til usa",
    "sletning af logfiler",
]
AS_MUCH = 5
"""How many times the work of an ordinary query a hostile one may cost."""


@pytest.fixture
def index(content):
    """The index of the content as it is delivered."""
    return search.index(content)


def hostile_queries(index: SearchIndex) -> dict[str, str]:
    phrases = sorted(index.index.synonyms.phrases)
    vocabulary = index.index.words.vocabulary
    short = [word for word in vocabulary if len(word) in (2, 3)]
    queries = {
        "letters": " ".join(string.ascii_lowercase + "æøå"),
        "short words": " ".join(short[::5]),
        "beginnings": " ".join(dict.fromkeys(word[:3] for word in vocabulary[::40])),
        "stop words": " ".join(sorted(STOP_WORDS)),
        "synonyms": " ".join(" ".join(phrase) for phrase in phrases),
        "longest synonyms": " ".join(" ".join(phrase) for phrase in sorted(phrases, key=len)[-20:]),
        "spellings": " ".join(f"aaoeae{letter}" for letter in string.ascii_lowercase),
        "provisions": "art. 1 stk. 1 litra a " * 30,
        "ranges": "artikel 1-11, 12-22, 23-33, 34-44 " * 10,
        "paragraphs": "§ 1, stk. 2, nr. 3, litra a, jf. § 4 " * 10,
        "numbers": " ".join(map(str, range(10, 300))),
        "unicode": "é̈ü̧ßŒﬁ①Å̊ſ " * 40,
        "one word": "a" * 500,
        "hyphens": "-".join(["ai"] * 200),
    }
    return {name: query[:MAX_QUERY_LETTERS] for name, query in queries.items()}


@pytest.fixture
def comparisons(monkeypatch):
    """Counts the words that are compared."""
    counted = Counter()

    def count(module, name):
        rule = getattr(module, name)

        def counting(one: str, other: str) -> bool:
            counted["words"] += 1
            return rule(one, other)

        monkeypatch.setattr(module, name, counting)

    for module in (kl_ai.search.index, legaltoolbox.search.index):
        count(module, "same_root")
    count(kl_ai.search.index, "is_match")
    count(kl_ai.search.index, "is_other_spelling")
    return counted


def work(query: str, index: SearchIndex, comparisons: Counter) -> int:
    comparisons.clear()
    results = index.search(query)
    spellings(query, results.not_found, index.index)
    return comparisons["words"]


def test_a_hostile_query_costs_a_few_times_an_ordinary_one(index, comparisons):
    for query in [*ORDINARY, *hostile_queries(index).values()]:  # what is looked for once in a process
        work(query, index, comparisons)
    ordinary = max(work(query, index, comparisons) for query in ORDINARY)
    assert ordinary > 50
    costs = {name: work(query, index, comparisons) for name, query in hostile_queries(index).items()}
    assert {name: cost for name, cost in costs.items() if cost > AS_MUCH * ordinary} == {}


def test_a_query_has_so_many_terms(index):
    for query in hostile_queries(index).values():
        assert len(index.index.terms(query)) <= MAX_TERMS


def test_what_a_synonym_leads_to_is_looked_for_once(index, comparisons):
    looked_for = Counter()
    search_fields = index.index._fields_with

    def counting(phrase, *, whole):
        looked_for[phrase] += whole
        return search_fields(phrase, whole=whole)

    index.index._fields_of.clear()
    index.index._fields_with = counting
    phrases = [phrase for phrase in sorted(index.index.synonyms.phrases) if len(phrase) > 1][:20]
    alternatives = {other for phrase in phrases for other in index.index.synonyms.at(phrase, 0).alternatives}
    alternatives -= {(word,) for phrase in phrases for word in phrase}  # looked for as words of the query, too
    for phrase in phrases * 2:
        index.search(" ".join(phrase))
    assert len(alternatives & set(looked_for)) > 20
    assert {phrase: looked_for[phrase] for phrase in alternatives if looked_for[phrase] != 1} == {}


def test_the_words_of_a_question_take_no_place_of_a_telling_one(index):
    weak = sorted(WEAK_WORDS)[: 2 * MAX_TERMS]
    assert len(weak) > MAX_TERMS
    terms = index.index.terms(" ".join([*weak, "sletning"]))
    assert [term.words for term in terms] == [("sletning",)]


def test_a_telling_word_that_is_repeated_takes_one_place(index):
    terms = index.index.terms(" ".join([*["sletning"] * MAX_TERMS, "tilsyn"]))
    assert [term.words for term in terms] == [("sletning",), ("tilsyn",)]
