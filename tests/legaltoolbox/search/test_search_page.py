"""The page of the toolbox's search: what stands first, what is said where something is missing, and what leads on."""

from urllib.parse import quote_plus

import pytest
from django.core.exceptions import ValidationError

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import LegalSource, SearchSynonym
from legaltoolbox.search import search
from marketoverview.frame import demo_vendors
from tests.reading import Element, english_url, page_queries, read

TOOLBOX = "/juridisk-vaerktoejskasse/"


def results(client, query: str, more: str = "") -> Element:
    return read(client, f"{TOOLBOX}soeg/?q={quote_plus(query)}{more}").find("main")


def headings(page: Element) -> list[str]:
    return [heading.own_text for heading in page.find_all("h2")]


def marked(page: Element) -> list[str]:
    return [mark.text for mark in page.find_all("mark")]


def links(page: Element) -> dict[str, str]:
    return {link.text: link.attrs["href"] for link in page.find_all("a")}


def test_answers_stand_first_with_the_words_marked(content, client):
    page = results(client, "cpr i modellen")
    assert headings(page)[0] == "Må og må ikke"
    assert page.find_all("ul", "hit-list")[0].find_all("a")[0].text.startswith("M13 ")
    assert {"CPR", "model"} <= {word[:5].rstrip("-") for word in marked(page)}


def test_a_synonym_is_marked_where_the_text_has_another_word(content, client):
    assert "CPR" in marked(results(client, "personnummer"))


def test_a_result_shows_where_the_word_stands(content, client):
    page = results(client, "journalnummer")
    fields = page.find_all("p", "hit-field")
    assert fields
    assert all(field.find("span", "hit-field-label").text.endswith(":") and field.find("mark") for field in fields)


def test_where_nothing_is_found_the_results_of_the_nearest_spelling_are_shown_and_said_to_be(content, client):
    page = results(client, "må vi bruge samtyke", "&rolle=dpo")
    assert page.find("input", id="search-q").attrs["value"] == "må vi bruge samtyke"
    assert "Værktøjskassen har ikke noget om “må vi bruge samtyke” endnu." in page.text
    assert "Her er, hvad den har om må vi bruge samtykke." in " ".join(page.text.split())
    assert "M03" in page.text
    url = links(page)["må vi bruge samtykke"]
    assert "rolle=dpo" in url
    assert "M03" in read(client, url).find("main").text


def test_what_has_only_some_of_the_words_says_so(content, client):
    assert "Intet i værktøjskassen har “snerydningsplan”." in results(client, "samtykke ledige snerydningsplan").text


def test_what_no_answer_is_about_is_said_with_a_link_to_all(content, client):
    page = results(client, "udfasningsplan")
    assert "Skabeloner" in headings(page)
    if "Må og må ikke" not in headings(page):
        assert "Værktøjskassen har ikke et svar om “udfasningsplan” endnu." in page.text
        assert links(page)["Se alle svar"].endswith("/maa-og-maa-ikke/")


def test_nothing_is_found_and_the_page_leads_on(content, client):
    page = results(client, "snerydning")
    assert "Værktøjskassen har ikke noget om “snerydning” endnu." in page.find("div", "empty-state").text
    for label in ("Alle svar på, hvad man må og ikke må", "Aktiviteterne, fase for fase", "Retskilderne"):
        assert client.get(links(page)[label]).status_code == 200


def test_a_provision_that_is_lacking_is_named_before_everything_else(content, client):
    page = results(client, "offentlighedslovens § 999 om samtykke")
    text = page.text
    said = "Offentlighedslovens § 999 er ikke blandt værktøjskassens kilder. Se retsakten: offentlighedsloven"
    assert text.index(said) < text.index("resultater for “om samtykke”")
    assert links(page)["offentlighedsloven"].endswith("/kilder/offentlighedsloven/")


def test_the_nearest_level_is_linked_and_shown(content, client):
    page = results(client, "GDPR art. 35, stk. 7, litra z")
    assert (
        "GDPR art. 35, stk. 7, litra z er ikke blandt værktøjskassens kilder. Det nærmeste blandt dem: GDPR art. 35, stk. 7"
        in page.text
    )
    assert page.find_all("h2")[0].text.startswith("GDPR art. 35, stk. 7")


def test_a_provision_on_which_nothing_rests_shows_what_rests_on_the_nearest_level(content, client):
    page = results(client, "forvaltningslovens § 19 stk 1")
    said = "Intet i værktøjskassen bygger på den alene. Det her bygger på det nærmeste niveau over den: forvaltningslovens § 19"
    assert page.text.index(said) < page.text.index("A23")
    assert "Se retsakten" not in page.text


def test_a_provision_on_which_nothing_rests_leads_to_its_act(content, client):
    page = results(client, "forvaltningslovens § 20")
    assert "Intet i værktøjskassen bygger på den alene. Se retsakten: forvaltningsloven" in page.text


def test_an_act_without_the_provision_shows_what_rests_on_the_whole(content, client):
    page = results(client, "arkivlovens § 999")
    assert "Det, der bygger på arkivloven som helhed" in " ".join(page.text.split())


def test_a_provision_and_other_words_are_both_looked_for(content, client):
    page = results(client, "artikel 27 i AI-forordningen om FRIA")
    assert page.find_all("h2")[0].text.startswith("AI-forordningens art. 27")
    assert "A27" in page.text
    assert "for “i om fria”" in page.text


def test_the_page_in_english_says_the_same(content, client):
    page = read(client, f"{english_url('toolbox:search')}?q=snerydning")
    assert "The toolbox has nothing about “snerydning” yet." in page.text


@pytest.mark.parametrize(
    "query",
    ["§" * 200, "a" * 10_000, "art. 1, 2, " * 900, "(" * 5_000, "e\u0301" * 5_000, "stk. " * 2_000, "%00", "\ud800"],
)
def test_whatever_is_typed_costs_no_more_queries(query, content, client):
    demo_vendors.current()  # known to every page's frame
    usual = len(page_queries(client, f"{TOOLBOX}soeg/?q=hjemmel"))
    path = f"{TOOLBOX}soeg/?q={quote_plus(query.encode('utf-8', 'surrogatepass'))}"
    assert len(page_queries(client, path)) <= usual


# Synonyms -----------------------------------------------------------------------------------------


def found(query: str) -> set[str]:
    groups = search.index(catalogues.build()).search(query).groups
    return {hit.ref.code for group in groups for hit in group.hits}


def test_a_synonym_finds_what_the_others_find(content_rows):
    assert found("zzbbkk") == set()
    SearchSynonym.objects.create(slug="zz", words=["zzbbkk", "frivilligt samtykke zz"], finds=["samtykke"])
    assert "M03" in found("zzbbkk")
    SearchSynonym.objects.filter(slug="zz").update(is_active=False)
    assert found("zzbbkk") == set()


def test_what_is_found_beside_goes_one_way(content_rows):
    LegalSource.objects.filter(slug="gdpr").update(summary="zzbbkk")
    SearchSynonym.objects.create(slug="zz", words=["zzddll"], finds=["zzbbkk"])
    index = search.index(catalogues.build())
    assert index.search("zzddll").total == 1
    LegalSource.objects.filter(slug="gdpr").update(summary="zzddll")
    assert search.index(catalogues.build()).search("zzbbkk").total == 0


@pytest.mark.parametrize(("words", "finds"), [(["~", "a"], []), (["a"], []), ([], []), (["a", "b"], ["…"])])
def test_a_group_that_leads_nowhere_is_refused(words, finds):
    with pytest.raises(ValidationError):
        SearchSynonym(slug="zz", words=words, finds=finds).clean()


def test_each_filed_group_can_be_saved(content):
    for synonym in content.synonyms:
        synonym.clean()
    assert len(content.synonyms) > 50
