"""Words marked in a text, and the piece of it around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.search.highlight import BEFORE, LONGEST, excerpt, marked
from kl_ai.search.matching import is_match


def finds(*terms: str):
    return lambda word: any(is_match(term, word) for term in terms)


def shown(parts) -> str:
    return "".join(f"[{text}]" if is_marked else text for text, is_marked in parts)


@pytest.mark.parametrize(
    ("terms", "text", "expected"),
    [
        (["jobcenter"], "Post til jobcentret", "Post til [jobcentret]"),
        (["post", "jobcenter"], "Post til jobcentret.", "[Post] til [jobcentret]."),
        (["cafe"], "Cafe\u0301 Norden", "[Cafe\u0301] Norden"),  # an accent that stands alone belongs to its word
        (["sagsbehandling"], "Sags\u00adbehandlingen", "[Sags\u00adbehandlingen]"),
        (["orsted"], "I Ørsted", "I [Ørsted]"),
        (["nlp"], "Sprogteknologi (NLP)", "Sprogteknologi ([NLP])"),
        (["findesikke"], "Post", ""),
        (["a"], "", ""),
    ],
)
def test_the_words_that_are_found_are_marked_as_they_are_written(terms, text, expected):
    assert shown(marked(text, finds(*terms))) == expected


def test_an_excerpt_stands_around_the_first_word_that_is_found():
    text = "Fyldord her. " * 20 + "Vi hjælper jobcentre med post. " + "Mere fyld. " * 20
    parts = excerpt(text, finds("jobcenter"))
    written = shown(parts)
    assert "[jobcentre] med post." in written
    assert written.startswith("… ")
    assert written.endswith(" …")
    assert written.index("[") <= BEFORE + len("… ")
    assert len(written) <= LONGEST + len("… [] …")
    assert "".join(text for text, _ in parts).strip("… ") in text


def test_a_short_text_is_its_own_excerpt_on_one_line():
    assert shown(excerpt("Post\ntil  jobcentret", finds("post"))) == "[Post] til jobcentret"
    assert excerpt("Post til jobcentret", finds("findesikke")) == []


@pytest.mark.parametrize("text", ["x" * 500 + "-jobcentre", "jobcentre" + "-x" * 500, "jobcentre " * 100])
def test_an_excerpt_holds_the_word_however_the_text_is_divided(text):
    assert (True in [is_marked for _, is_marked in excerpt(text, finds("jobcenter"))]) is True


@given(st.text("ab æø-.\u00ad\u0301\n", max_size=400))
def test_marking_loses_no_character(text):
    parts = marked(text, finds("ab", "æø"))
    assert not parts or "".join(part for part, _ in parts) == text
    excerpt(text, finds("ab"))
