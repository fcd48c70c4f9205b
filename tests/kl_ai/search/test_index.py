"""Free-text search: which words of a text a query finds, and which it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.search import bitset
from kl_ai.search.danish import words
from kl_ai.search.index import COMMON_SHARE, WordIndex
from kl_ai.search.matching import is_match, query_words, same_root, spellings


def finds(query: str, text: str) -> bool:
    return WordIndex([text]).match(query) == 1


@pytest.mark.parametrize(
    ("query", "text"),
    [
        # Inflections, in either direction
        ("kommuner", "for kommunerne"),
        ("kommunerne", "en kommune"),
        ("jobcenter", "på jobcentret"),
        ("jobcentre", "et jobcenter"),
        ("journalisering", "vi journaliserer"),
        ("journalisere", "journalisering"),
        ("planlægning", "planlægger"),
        ("planlægger", "en planlægning"),
        ("overvåger", "overvågning"),
        ("anonymiserer", "anonymisering"),
        ("beregner", "beregninger"),
        ("forudsige", "forudsigelse"),
        ("sagsbehandler", "sagsbehandling"),
        ("implementering", "implementation"),
        ("kommuner", "kommunesammenlægning"),  # not the word as it stands, but its stem and a linking e
        ("løsning", "vores løsningers kvalitet"),
        # Compounds: the beginning, the end and the middle of a word
        ("jord", "jordvarme"),
        ("sagsbehandling", "et sagsbehandlingssystem"),
        ("behandling", "sagsbehandlingssystem"),
        ("system", "sagsbehandlingssystemer"),
        # Letters
        ("ærø", "Ærø Kommune"),
        ("ÅRHUS", "århus"),
        ("børn", "Børn og unge"),
        ("cafe", "Café Norden"),
        ("café", "cafe"),
        ("bjørn", "Björn"),
        ("data", "dataanalyse"),
        ("tale", "talegenkendelse"),
        ("bolig", "boligstøtte"),
        ("sag", "sagsbehandling"),
        ("skole", "folkeskolen"),
        ("data", "persondata"),
        ("etik", "dataetik"),
        ("pleje", "ældreplejen"),
        ("borger", "borgerservice"),
        ("behandlingssystemer", "sagsbehandlingssystem"),
        ("aarhus", "Århus"),
        ("arhus", "Århus"),
        ("oersted", "Ørsted"),
        ("orsted", "Ørsted"),
        ("ørsted", "Oersted"),
        ("vandstaer", "Vandstær"),
        ("vandstær", "vandstaer"),
        ("boernehave", "børnehaver"),
        ("bornehave", "Boernehaven"),
        ("born", "børn"),
        ("miljø", "arbejdsmiljøet"),
        ("leverandør", "underleverandører"),
        ("børneområdet", "mange børn"),
        ("visitation", "visitator"),
        ("ålborg", "Aalborg"),
        # Nouns whose number changes more than an ending
        ("kursus", "flere kurser"),
        ("kurserne", "et kursus"),
        ("museum", "museerne"),
        ("gymnasier", "et gymnasium"),
        ("centrum", "centre"),
        ("barn", "børnene"),
        ("børn", "et barn"),
        ("mænd", "en mand"),
        # Short words, and compounds that begin with them
        ("vej", "vejskilte"),
        ("ret", "retten"),
        ("ret", "retskilde"),
        ("job", "jobindsats"),
        ("sag", "sager"),
        ("bil", "bilerne"),
        ("tilbud", "botilbud"),
        ("forslag", "lovforslag"),
        ("program", "computerprogrammer"),
        ("stemme", "mindretalsstemmer"),
        # Adjectives
        ("socialt", "sociale"),
        ("digital", "digitalt"),
        ("ledige", "ledighed"),
        ("tal", "tallene"),
        ("tallene", "et tal"),
        ("tale", "talen"),
        # Several words, in any order, with anything between
        ("sagsbehandling post", "Post og sagsbehandling"),
        ("post, sagsbehandling!", "sagsbehandling af post"),
        ("2026", "runde 2026"),
    ],
)
def test_a_query_finds_the_text(query, text):
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("tal", "digital post"),  # three letters are not looked for inside words
        ("tale", "digitale"),
        ("tale", "en aftale"),
        ("kommune", "kommunikation"),
        ("kommune", "telekommunikation"),
        ("borger", "borgmester"),
        ("a", "andet"),
        ("agern", "sagerne"),  # five letters are not looked for inside a word
        ("fald", "affald"),  # no compound: “af” is a prefix
        ("arbejde", "medarbejder"),
        ("stemme", "systemet"),
        ("vision", "provision"),
        ("vision", "revisionskontor"),
        ("demens", "dem"),  # a stop word is no form of another
        ("måler", "maler"),  # whoever types å means it
        ("bade", "både"),  # a stop word is no other spelling
        ("sag", "forsagt"),
        ("varme", "jord"),
        ("sagsbehandling jordvarme", "sagsbehandling"),  # all words, not one of them
        ("tale", "tallene"),  # a short vowel, and a long one
        ("tale", "tal"),
        ("tallene", "tale"),
        ("læge", "at lægge"),
        ("laege", "at lægge"),
        ("hele", "hellere"),
        ("spare", "sparring"),
        ("ledelse", "ledige"),  # a short stem keeps the ending of an adjective
        ("rettelser", "rettigheder"),
        ("biler", "billige"),
        ("status", "staten"),
        ("stemme", "fagsystemer"),  # another word at the end
        ("stemme", "sagsbehandlingssystem"),
        ("stemmer", "omsorgssystemet"),
        ("natur", "signatur"),  # what is left before it is no word
        ("usa", "usandsynligt"),
        ("usa", "usaglig"),
        ("ordre", "udfordre"),
        ("tand", "forstand"),
        ("grund", "ubegrundet"),
        ("ring", "erfaring"),  # an ending
        ("skabe", "regnskab"),
        ("bil", "bilag"),  # three letters, and no word after them
        ("bil", "billeder"),
        ("ret", "retning"),
        ("ret", "rette"),
        ("ret", "rettelser"),
        ("rettelser", "ret"),
        ("tal", "talegenkendelse"),
        ("mænd", "mandat"),  # the other number, and no word that begins with it
        ("bar", "bær"),  # æ is a letter, not an a with an accent
        ("sol", "søl"),
        ("digitalisering", "digt"),
    ],
)
def test_a_query_does_not_find_the_text(query, text):
    assert not finds(query, text)


@pytest.mark.parametrize("query", ["", "  ", "!?", "\u200b"])
def test_a_query_without_words_leaves_all_texts(query):
    assert WordIndex(["a", "b"]).match(query) == bitset.full(2)


def test_an_empty_index_finds_nothing():
    assert WordIndex([]).match("data") == 0


@pytest.mark.parametrize(
    ("query", "searched"),
    [
        ("ruter i hjemmeplejen", ["ruter", "hjemmeplejen"]),
        ("og", ["og"]),
        ("hvad kan vi", ["hvad", "kan", "vi"]),
        ("AI til sager", ["ai", "sager"]),
    ],
)
def test_stop_words_are_left_out_where_others_are_left(query, searched):
    assert query_words(query) == searched


def test_a_whole_word_is_found_in_its_forms_and_not_in_compounds():
    index = WordIndex(["planlægger", "vagtplanlægning", "planlægningsværktøj", "Plånlægning"])
    assert list(bitset.members(index.match_word("planlægning", whole=True))) == [0]
    assert list(bitset.members(index.match_word("planlægning"))) == [0, 1, 2]
    assert index.matching_words("planlægning", whole=True) == {"planlægger"}


@given(st.text("aeoæøåbdlns", min_size=1, max_size=12), st.text("aeoæøåbdlns", min_size=1, max_size=12))
def test_an_index_finds_the_forms_of_a_word_that_the_rule_names(one, other):
    assert same_root(one, one)
    assert WordIndex([other]).match_word(one, whole=True) == same_root(one, other)


@pytest.mark.parametrize("word", ["aaoeae" * 33, "å" * 200, "a" * 200])
def test_a_word_has_few_spellings(word):
    assert len(spellings(word)) <= 6


def test_a_word_does_not_reach_into_the_next_one():
    assert not finds("systempost", "system post")
    assert not finds("mpost", "system post")


WORDS = ("sag", "sager", "sagsbehandling", "post", "postsortering", "tal", "digital", "data", "datasæt", "kommunerne")


def holds(text: str, query: str) -> bool:
    """The rule, word by word, without an index."""
    return all(any(is_match(term, word) for word in words(text)) for term in words(query))


@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), max_size=12),
    st.sampled_from((0, COMMON_SHARE, 12 * COMMON_SHARE)),
    st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join),
)
def test_the_index_finds_what_reading_every_text_would_find(texts, filler_count, query):
    """Rare and common words are kept in two ways; among `filler_count` texts without any of them they all become rare."""
    texts += ["andet"] * filler_count
    expected = [position for position, text in enumerate(texts) if holds(text, query)]
    assert list(bitset.members(WordIndex(texts).match(query))) == expected


WORDS = st.sampled_from(("data", "børn", "bolig", "sag", "sagsbehandling", "århus", "aarhus", "jordvarme"))
TEXTS = st.lists(st.lists(WORDS, max_size=4).map(" ".join), min_size=1, max_size=3 * COMMON_SHARE)


@given(texts=TEXTS, others=TEXTS, chance=st.randoms(use_true_random=False))
def test_a_changed_index_finds_what_a_new_one_would_and_leaves_the_old_one_as_it_was(texts, others, chance):
    """The texts at some positions go, others take positions or stand at the end."""
    index, before = WordIndex(texts), dict(enumerate(texts))
    removed = {position: text for position, text in before.items() if chance.random() < 0.4}
    kept = {position: text for position, text in before.items() if position not in removed}
    places = [position for position in range(len(texts) + len(others)) if position not in kept]
    added = dict(zip(places, others, strict=False))
    size = max([*kept, *added]) + 1
    now = [(kept | added).get(position, "") for position in range(size)]
    changed, fresh = index.changed(removed, added, size), WordIndex(now)
    for text, expected, found in ((now, fresh, changed), (texts, WordIndex(texts), index)):
        assert found.vocabulary == expected.vocabulary, text
        for query in ("data", "bolig", "sag", "behandling", "Århus", "varme", "børn data", "findes ikke"):
            assert found.match(query) == expected.match(query), (query, text)
