"""Whose decision, judgment or guide an item names is one click away: the document is among the item's own sources."""

import pytest
from django.utils.translation import override

from legaltoolbox.content.named_documents import NamedDocuments, numbers
from legaltoolbox.models import LegalSource

pytestmark = pytest.mark.any_database

Kind = LegalSource.Kind


def document(slug: str, kind: str, name: str, *aliases: str, summary: str = "") -> LegalSource:
    return LegalSource(slug=slug, kind=kind, name=name, title="Titel", aliases=list(aliases), summary=summary)


GDPR = document("gdpr", Kind.ACT, "GDPR", "Persondata")
ASTA = document("datatilsynet-2022-212-3676", Kind.DECISION, "Datatilsynet 2022-212-3676", "Asta", "profilering")
LIST = document("datatilsynet-liste", Kind.GUIDELINE, "Datatilsynets liste", summary="Fra 28. januar 2019.")
SCHREMS = document("eu-domstolen-c-311-18", Kind.JUDGMENT, "C-311/18 (Schrems II)")
EDPB = document("edpb-28-2024", Kind.GUIDELINE, "EDPB udtalelse 28/2024")
WP248 = document("wp248", Kind.GUIDELINE, "WP248")
DRAFT = document("kommissionen-udkast", Kind.GUIDELINE, "Kommissionens udkast", summary="Udkast fra 2026.")
ORDER = document("bek", Kind.ORDER, "Bekendtgørelse om AI", "bekendtgørelse nr. 101 af 20. januar 2026")
DOCUMENTS = [GDPR, ASTA, LIST, SCHREMS, EDPB, WP248, DRAFT, ORDER]

NAMED = [
    ("Se Datatilsynet 2022-212-3676.", ASTA),
    ("Datatilsynet (j.nr. 2022-212-3676) afviste det.", ASTA),
    ("Værktøjet Asta blev aldrig brugt.", ASTA),
    ("Datatilsynet udtalte i 2022, at samtykke ikke kunne bruges.", ASTA),
    ("Datatilsynet har i en konkret sag fundet, at det ikke kunne ske.", ASTA),
    ("Står den på Datatilsynets liste?", LIST),
    ("Datatilsynets liste fra 28. januar 2019 siger mere.", LIST),
    ("EU-Domstolen fastslog i C-311/18, at garantien skal virke.", SCHREMS),
    ("Efter Schrems II skal I vurdere landet.", SCHREMS),
    ("Det følger af EDPB's udtalelse 28/2024.", EDPB),
    ("Det Europæiske Databeskyttelsesråd har vurderet det.", EDPB),
    ("De ni kriterier i WP 248 er en hjælp.", WP248),
    ("Kommissionens udkast til retningslinjer regner det som højrisiko.", DRAFT),
    ("Kommissionen har i maj 2026 sendt det i høring.", DRAFT),
    ("Bekendtgørelse nr. 101 af 20. januar 2026 giver et grundlag.", ORDER),
]


@pytest.mark.parametrize(("text", "source"), NAMED, ids=[text for text, _ in NAMED])
def test_what_a_text_names_is_asked_for_until_it_is_among_the_sources(text, source):
    documents = NamedDocuments(DOCUMENTS)
    assert list(documents.missing(text, [GDPR]))
    assert list(documents.missing(text, [GDPR, source])) == []


@pytest.mark.parametrize(
    "text", ["Se Datatilsynet 2030-212-0001.", "C-999/99", "EDPB retningslinjer 99/2031", "WP 999"]
)
def test_a_document_that_is_not_in_the_table_is_a_problem(text):
    with override("en"):
        problems = list(NamedDocuments(DOCUMENTS).missing(text, DOCUMENTS))
    assert ["table of sources" in problem for problem in problems] == [True]


def test_what_an_authority_said_in_a_year_needs_its_document_of_that_year():
    documents = NamedDocuments(DOCUMENTS)
    assert list(documents.missing("Datatilsynet udtalte i 2022, at det ikke kunne ske.", [ASTA])) == []
    assert list(documents.missing("Datatilsynet udtalte i 2017, at det ikke kunne ske.", [ASTA])) != []


@pytest.mark.parametrize(
    "text",
    ["Spørg Datatilsynet.", "Datatilsynet kan give påbud.", "Underret Datatilsynet inden 72 timer.", "Persondata",
     "Kommissionens hjemmeside", "Hør Datatilsynet, før I går i gang.", "profilering", "Notat 12-2024", "28/2024", "GDPR"],
)  # fmt: skip
def test_what_names_no_document_needs_none(text):
    assert list(NamedDocuments(DOCUMENTS).missing(text, [])) == []


def test_numbers_have_one_form_however_they_are_written():
    assert {number for _, number in numbers("WP248, WP 248")} == {"wp wp248"}
    assert {number for _, number in numbers("EDPB udtalelse 28/2024, EDPB 28/2024, udtalelse 28/2024")} == {
        "edpb 28/2024"
    }
    assert {number for _, number in numbers("FOB 2022-23, FOB nr. 2022-23")} == {"fob fob2022-23"}
