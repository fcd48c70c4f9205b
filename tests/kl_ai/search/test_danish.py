"""Danish order, sentences and words."""

import random
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.search.danish import join_words, lower_first, sort_key, stem, words


@pytest.mark.parametrize(
    "in_order",
    [
        ["abe", "Müller", "Mynte", "Yding", "Zebra", "Äpple", "Ærø", "Ørsted", "Østerbro"],
        ["Østerbro", "Åbenrå", "Ålborg", "Aalborg", "Aarhus", "Åse"],
        ["Yacht", "Übersetzung", "Ydun", "Zebra"],
        ["10 Data", "2 Data", "9 Data", "A", "Å"],
        ["Data Nord", "Databasen", "Data-Nord", "Datoen"],
        ["Æ", "Ä", "Ø", "Ö", "Å", "Aa"],
        ["Andre", "André", "Andrea"],
        ["Abe", "abe", "Abel"],
        ["“Nord” Data", "Nord Data A", "Nørd"],
        ["Zulu", "Ægir", "Δelta"],
        ["", "a"],
    ],
)
def test_names_sort_in_danish_order(in_order):
    shuffled = in_order[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == in_order


def test_decomposed_letters_sort_as_composed_ones():
    names = ["Zebra", "Ærø", "Østerbro", "Ålborg"]
    decomposed = [unicodedata.normalize("NFD", name) for name in names]
    assert sorted(set(decomposed), key=sort_key) == decomposed


@given(st.sets(st.text()))
def test_any_text_has_a_place_of_its_own(texts):
    assert len({sort_key(text) for text in texts}) == len(texts)


@given(st.text(alphabet="beéAåæØ -.'", max_size=8))
def test_case_and_punctuation_come_last(text):
    assert sort_key(text.upper())[0] == sort_key(text)[0]
    assert sort_key(f"({text})")[0] == sort_key(text)[0]


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Chatbots og dialog", "chatbots og dialog"),
        ("It-drift", "it-drift"),
        ("Økonomi", "økonomi"),
        ("E-mail", "e-mail"),
        ("I drift", "i drift"),
        ("(Under) udvikling", "(under) udvikling"),
        ("Chatbot/AI-assistent", "chatbot/AI-assistent"),
        ("NLP", "NLP"),
        ("AI-assistent", "AI-assistent"),
        ("GenAI", "GenAI"),
        ("R&D", "R&D"),
        ("A4-print", "A4-print"),
        ("C#", "C#"),
        ("3D-modeller", "3D-modeller"),
        ("allerede lille", "allerede lille"),
        ("", ""),
        ("—", "—"),
    ],
)
def test_first_letter_inside_a_sentence(label, inside):
    assert lower_first(label) == inside


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [([], ""), (["a"], "a"), (["a", "b"], "a og b"), (["a", "b", "c"], "a, b og c")],
)
def test_words_are_joined_to_one_enumeration(parts, sentence):
    assert join_words(iter(parts), "og") == sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sagsbehandling, GPT-4 og Café_Ærø", ["sagsbehandling", "gpt", "4", "og", "cafe", "ærø"]),
        ("Malmö; Händel; Müller", ["malmø", "hændel", "muller"]),
        ("BLÅBÆRGRØD", ["blåbærgrød"]),
        ("sags\u00adbehandling", ["sagsbehandling"]),
        (unicodedata.normalize("NFD", "Ålborg élan"), ["ålborg", "elan"]),
        ("dataanalyse", ["dataanalyse"]),
        ("\0 –\t", []),
    ],
)
def test_a_text_is_split_into_folded_words(text, expected):
    assert words(text) == expected


@given(st.text())
def test_splitting_the_words_again_gives_the_same_words(text):
    expected = words(text)
    assert words(" ".join(expected)) == expected


def test_stems_join_the_forms_of_a_word():
    assert len({stem(form) for form in ("kommune", "kommunen", "kommuner", "kommunerne", "kommunernes")}) == 1
    assert stem("sagsbehandlingen") == stem("sagsbehandling")


def test_stems_are_right_from_many_threads():
    roots, endings = ("kommun", "borger", "system", "løsning"), ("e", "en", "erne", "ens")
    forms = [f"{root}{ending}" for root in roots for ending in endings]
    alone = snowballstemmer.stemmer("danish")
    expected = [alone.stemWord(form) for form in forms] * 200
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(stem.__wrapped__, forms * 200)) == expected


@given(st.text("aåAÅæøÆØ…–“·e\u0301\u00adéﬁIİß .-1", max_size=20))
def test_a_foreign_letter_elsewhere_in_a_text_changes_no_other_word(text):
    """Texts without one are not folded, which is quicker and gives the same."""
    assert words(f"{text} é") == [*words(text), "e"]
