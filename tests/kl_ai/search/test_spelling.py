"""Near spellings of a word that is in no text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.search.spelling import near_words

WORDS = [
    "sagsbehandling",
    "sagsbehandlingen",
    "konsekvensanalyse",
    "jobcenter",
    "chatbot",
    "post",
    "machine learning",
    "rådgivning",
]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("sagsbehanding", ["sagsbehandling"]),  # of the forms of a word one
        ("konsekvensanlyse", ["konsekvensanalyse"]),
        ("jobcneter", ["jobcenter"]),
        ("machinelearning", ["machine learning"]),
        ("raadgivnng", ["rådgivning"]),  # “aa” for “å”, and a letter missing
        ("shatbot", []),  # another first letter
        ("psots", []),
        ("pos", []),  # too short to be near anything
        ("blockchain", []),
        ("", []),
    ],
)
def test_finds_what_was_meant(typed, near):
    assert near_words(typed, WORDS, 3) == near


def test_the_nearest_come_first_and_no_more_than_asked_for():
    assert near_words("bankerne", ["brankerne", "tankerne", "bankerner", "bankenernex"], 1) == ["bankerner"]


@given(st.text(max_size=300))
def test_whatever_is_typed_the_work_is_bounded(typed):
    assert len(near_words(typed * 3, WORDS, 3)) <= 3
