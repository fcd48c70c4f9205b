"""What people search for in the demonstration, judged by hand: how much of what is right is found, and how little else.

`judged_searches.yaml` has the queries and says who is right, by ticked options and by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from kl_ai.search import bitset
from marketoverview.market.snapshot import Snapshot, snapshots
from marketoverview.models import Answer, Response
from tests.judged import SEARCHES

FEWEST = 150
PRECISION, RECALL = 0.97, 0.98
"""The least, as a mean over the queries."""


@dataclass(frozen=True)
class Judged:
    """A query with the vendors (slugs) that are right and those that the search gives."""

    query: str
    right: frozenset[str]
    given: frozenset[str]

    @property
    def precision(self) -> float:
        return len(self.right & self.given) / len(self.given) if self.given else 1

    @property
    def recall(self) -> float:
        return len(self.right & self.given) / len(self.right) if self.right else 1


@pytest.fixture
def judged(demo) -> list[Judged]:
    snapshot = snapshots.current()
    return [Judged(entry["q"], right_vendors(entry), given(snapshot, entry["q"])) for entry in SEARCHES]


def given(snapshot: Snapshot, query: str) -> frozenset[str]:
    return frozenset(snapshot.entries[position].slug for position in bitset.members(snapshot.match({}, query)))


def right_vendors(entry: dict[str, Any]) -> frozenset[str]:
    """By the answers in the database, not by the snapshot."""
    if entry.get("everyone"):
        return frozenset(Response.objects.published().values_list("vendor__slug", flat=True))
    return frozenset.intersection(*map(named, entry.get("all", [entry.get("any", [])])))


def named(alternatives: Iterable[str]) -> frozenset[str]:
    """Those who ticked one of the options, and the vendors named."""
    slugs = set()
    for alternative in alternatives:
        question, _, option = alternative.rpartition("/")
        if question:
            answers = Answer.objects.filter(option__question__code=question, option__code=option)
            ticked = answers.filter(response__in=Response.objects.published())
            assert ticked.exists(), f"nobody ticked {alternative}"
            slugs |= set(ticked.values_list("response__vendor__slug", flat=True))
        else:
            slug = f"{option}-demofirma"
            assert Response.objects.published().filter(vendor__slug=slug).exists(), slug
            slugs.add(slug)
    return frozenset(slugs)


def test_the_list_is_long_and_each_query_is_judged_once():
    queries = [entry["q"] for entry in SEARCHES]
    assert len(queries) >= FEWEST
    assert len(set(queries)) == len(queries)
    verdicts = {"any", "all", "everyone", "none", "suggests"}
    assert [entry["q"] for entry in SEARCHES if len(verdicts & set(entry)) != 1] == []


def test_the_search_finds_most_of_what_is_right_and_little_else(judged):
    precision = sum(one.precision for one in judged) / len(judged)
    recall = sum(one.recall for one in judged) / len(judged)
    worst = sorted(judged, key=lambda one: one.precision + one.recall)[:10]
    named_worst = [f"{one.query}: {one.precision:.2f} {one.recall:.2f}" for one in worst]
    assert (precision >= PRECISION, recall >= RECALL) == (True, True), (precision, recall, named_worst)


def test_what_must_be_exact_is(judged):
    exact = {entry["q"] for entry in SEARCHES if entry.get("exact")}
    wrong = {
        one.query: sorted(one.right ^ one.given) for one in judged if one.query in exact and one.right != one.given
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "queries",
    [
        ("jobcenter", "jobcentret", "jobcentre"),
        ("journalisering", "journalisere", "journaliserer"),
        ("planlægning", "planlægger"),
        ("overvågning", "overvåger"),
        ("anonymisering", "anonymiserer"),
        ("vandstaer", "vandstær"),
        ("oerentvist", "ørentvist", "orentvist"),
        ("aarhus", "århus", "arhus"),
        ("nlp", "NLP", "sprogteknologi"),
        ("chatbot", "LLM", "ChatGPT"),
    ],
)
def test_words_that_belong_together_give_the_same_vendors(queries, demo):
    snapshot = snapshots.current()
    assert len({given(snapshot, query) for query in queries}) == 1


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("nlp", 19),
        ("implementering", 30),
        ("administration", 23),
        ("sagsbehandling", 22),
        ("beskæftigelse", 13),
        ("teknik og miljø", 21),
        ("objektgenkendelse", 14),
        ("computer vision", 14),
        ("billedgenkendelse", 14),
        ("juridisk rådgivning", 1),
        ("casework", 22),
        ("health", 20),
        ("prediction", 27),
        ("speech recognition", 10),
    ],
)
def test_an_option_is_found_by_its_name_as_its_facet_counts(query, number, demo):
    assert snapshots.current().count({}, query) == number
