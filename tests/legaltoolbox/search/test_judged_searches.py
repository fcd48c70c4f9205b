"""What people search for in the toolbox, judged by hand: whether the right thing comes first, and what is right stands near the top.

`judged_searches.yaml` has the queries and says what is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.search import search, sources
from legaltoolbox.search.search import Results
from legaltoolbox.search.sources import NamedSources
from legaltoolbox.search.spellings import spellings
from tests.checks import not_empty
from tests.judged import TOOLBOX_SEARCHES

FEWEST = 250
NEAR_THE_TOP = 5
"""The results of a kind among which those that are right stand."""
PRECISION, RECALL = 0.99, 0.98
"""The least: of the queries with a right first result those that have it, and of the right results those near the top."""
VERDICTS = {"first", "among", "names", "anywhere", "suggests", "unanswered", "nothing"}


@dataclass(frozen=True)
class Found:
    """What the page of a query shows."""

    named: NamedSources
    results: Results
    by_code: str
    spellings: list[str]

    @property
    def keys(self) -> dict[str, list[str]]:
        """Kind to the codes of its results, or to the keys in their addresses where they have none."""
        return {
            group.kind: [hit.ref.code or hit.ref.url.rstrip("/").rpartition("/")[2] for hit in group.hits]
            for group in self.results.groups
        }

    @property
    def first(self) -> str:
        return self.by_code or next((keys[0] for keys in self.keys.values()), "")


def find(query: str, catalogue: Catalogue) -> Found:
    """As the view does."""
    named = sources.index(catalogue).named(query)
    searched = named.rest if named.names_any else query
    index = search.index(catalogue)
    results = index.search(searched) if searched else Results()
    item = search.by_code(query, catalogue)
    return Found(named, results, item.key if item else "", spellings(query, results.not_found, index.index))


def entries(verdict: str) -> list[dict[str, Any]]:
    return not_empty(entry for entry in TOOLBOX_SEARCHES if verdict in entry)


def kind_of(key: str, catalogue: Catalogue) -> str:
    return next(kind for kind, items in catalogue.by_key.items() if key in items)


def near_the_top(found: Found, key: str, catalogue: Catalogue) -> bool:
    return key in found.keys.get(kind_of(key, catalogue), [])[:NEAR_THE_TOP]


def test_the_list_is_long_and_each_query_is_judged_once():
    queries = [entry["q"] for entry in TOOLBOX_SEARCHES]
    assert len(queries) >= FEWEST
    assert len(set(queries)) == len(queries)
    assert [
        entry["q"] for entry in TOOLBOX_SEARCHES if not VERDICTS & set(entry) or set(entry) - VERDICTS - {"q"}
    ] == []


def test_the_right_item_comes_first_and_the_others_stand_near_the_top(content):
    firsts, places = entries("first"), entries("among")
    wrong = {}
    for entry in firsts:
        first = find(entry["q"], content).first
        if first not in entry["first"]:
            wrong[entry["q"]] = first
    pairs = [(entry["q"], key) for entry in places for key in entry["among"]]
    missed = [f"{query}: {key}" for query, key in pairs if not near_the_top(find(query, content), key, content)]
    precision, recall = 1 - len(wrong) / len(firsts), 1 - len(missed) / len(pairs)
    print(
        f"{len(TOOLBOX_SEARCHES)} queries; first right {precision:.3f} of {len(firsts)}; near the top {recall:.3f} of {len(pairs)}"
    )
    assert (precision >= PRECISION, recall >= RECALL) == (True, True), (precision, recall, wrong, missed)


@pytest.mark.parametrize("entry", entries("names"), ids=lambda entry: entry["q"])
def test_a_provision_is_shown_or_said_to_be_missing(entry, content):
    named = find(entry["q"], content).named
    shown = [provision.source.slug for provision in named.provisions]
    here = [slug for slug in entry["names"] if slug in content.by_key["source"]]
    lacking = [slug for slug in entry["names"] if slug not in here]
    assert [slug for slug in shown if slug in here] == here
    assert len([name for gap in named.missing for name in gap.names]) == len(lacking)
    assert {slug for slug in shown if slug not in here} <= set(levels_above(lacking))


def levels_above(slugs: list[str]) -> Iterator[str]:
    for slug in slugs:
        parts = slug.split("-")
        yield from ("-".join(parts[:length]) for length in range(1, len(parts)))


def test_a_paragraph_alone_is_that_of_every_act(content):
    for entry in entries("anywhere"):
        shown = [provision.source.slug for provision in find(entry["q"], content).named.provisions]
        assert shown == not_empty(
            source.slug for source in content.sources if source.slug == f"{source.act.slug}-{entry['anywhere']}"
        )


@pytest.mark.parametrize("entry", entries("suggests"), ids=lambda entry: entry["q"])
def test_a_misspelt_word_gets_the_right_one_suggested(entry, content):
    found = find(entry["q"], content)
    assert found.spellings[0] == entry["suggests"]
    assert find(entry["suggests"], content).results.has_all_words


@pytest.mark.parametrize("entry", entries("unanswered"), ids=lambda entry: entry["q"])
def test_what_no_answer_is_about_is_not_taken_for_answered(entry, content):
    assert not find(entry["q"], content).results.has_answer


@pytest.mark.parametrize("entry", entries("nothing"), ids=lambda entry: entry["q"])
def test_what_the_toolbox_has_nothing_about_finds_nothing(entry, content):
    found = find(entry["q"], content)
    assert found.results.groups == []
    assert not found.named.names_any
