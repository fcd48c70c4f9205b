"""Danish order and search in the database agree with the Python of the public pages, on SQLite and PostgreSQL."""

import string

import pytest
from django.db.models import F, Value
from django.db.models.functions import NullIf
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_ai.search.danish import searched_text, sort_key
from kl_ai.search.database import DanishOrder, SearchedText, contains
from marketoverview.models import Vendor

pytestmark = pytest.mark.django_db

LETTERS = f"{string.ascii_letters}{string.digits} æøåÆØÅäöüéèêÄÖÜÉßœŒþÞðđłąčşžǻǽ–’“”«&/.,-()…€½™" + "а́Яя αΩ"
names = st.text(alphabet=LETTERS, min_size=1, max_size=12)


def store(texts) -> None:
    Vendor.objects.all().delete()
    Vendor.objects.bulk_create(Vendor(name=text, slug=f"v{number}") for number, text in enumerate(texts))


@settings(max_examples=60)
@given(st.sets(names, min_size=2, max_size=20))
def test_texts_sort_as_on_the_public_pages(texts):
    store(texts)
    by_key = sorted(texts, key=sort_key)
    assert list(Vendor.objects.order_by(DanishOrder("name")).values_list("name", flat=True)) == by_key
    assert list(Vendor.objects.order_by(DanishOrder("name").desc()).values_list("name", flat=True)) == by_key[::-1]


@settings(max_examples=60)
@given(st.sets(names, min_size=1, max_size=20))
def test_texts_are_folded_as_by_python(texts):
    store(texts)
    folded = dict(Vendor.objects.annotate(folded=SearchedText("name")).values_list("name", "folded"))
    assert folded == {text: searched_text(text) for text in texts}


def test_null_stays_null():
    store(["Agern"])
    nothing = NullIf(F("name"), Value("Agern"))
    row = Vendor.objects.annotate(order=DanishOrder(nothing), text=SearchedText(nothing)).get()
    assert (row.order, row.text) == (None, None)


@pytest.mark.parametrize(
    ("text", "terms", "others"),
    [
        ("Åen ApS", ["aaen", "ÅEN", "åen", "aps"], ["aen", "ån"]),
        ("Aabenraa Data", ["åbenrå", "Aabenraa", "åbenraa", "aab"], ["åbenra"]),
        ("Sønderborg", ["soe", "SØ", "sø", "SOENDERBORG", "sönder"], ["so", "sonder"]),
        ("Soenderborg", ["so", "soe", "sø"], ["sonder"]),
        ("Ørum Ærø", ["oerum", "ØRUM", "aeroe", "ærø", "äroe"], ["orum", "aero"]),
        ("Café André", ["cafe", "CAFÉ", "andre"], ["cafå"]),
        ("Dataanalyse og poesi", ["data", "dataa", "datå", "po", "poesi"], ["data analyse"]),
        ("100 % _a\\b", ["100 %", "_a", "a\\b", "%"], ["100%", "_b"]),
    ],
)
def test_a_term_finds_danish_letters_however_they_are_typed(text, terms, others):
    store([text])
    found = {term: Vendor.objects.filter(contains("name", term)).exists() for term in [*terms, *others]}
    assert found == dict.fromkeys(terms, True) | dict.fromkeys(others, False)
