"""Citations of law: in running text, in the one form that the content has, and in a search, in whatever form somebody types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaltoolbox import citations, linking
from legaltoolbox.catalogue import catalogues
from legaltoolbox.citations import Citation, parse
from legaltoolbox.models import Activity, LegalSource
from legaltoolbox.search import search
from tests.checks import not_empty

ACTS = [
    LegalSource(slug="gdpr", kind="act", name="GDPR", title="Databeskyttelsesforordningen"),
    LegalSource(slug="ai-forordningen", kind="act", name="AI-forordningen", title="AI", aliases=["AI Act", "AIA"]),
    LegalSource(slug="forvaltningsloven", kind="act", name="forvaltningsloven", title="Lov", aliases=["fvl", "FVL."]),
    LegalSource(slug="nis-2-loven", kind="act", name="NIS 2-loven", title="Loven om cybersikkerhed"),
    LegalSource(slug="eu-charter", kind="act", name="EU-charteret", title="EU’s charter"),
]
FOUND_BY = citations.pattern(ACTS)


def cited(text: str) -> list[str]:
    return list(citations.cited(text, FOUND_BY))


# In running text ----------------------------------------------------------------------------------

FORMS = (
    "GDPR art. 22",
    "GDPR art. 4, nr. 11",
    "GDPR art. 35, stk. 7",
    "GDPR art. 35, stk. 7, litra b",
    "GDPR art. 9, stk. 2, litra g",
    "AI-forordningens art. 26, stk. 2",
    "AI-forordningens art. 3, nr. 63",
    "AI-forordningens bilag III",
    "AI-forordningens bilag III, pkt. 5",
    "AI-forordningens bilag III, pkt. 5, litra a",
    "forvaltningslovens § 22",
    "forvaltningslovens § 9, stk. 3",
    "forvaltningslovens § 15 a",
    "forvaltningslovens § 15 b, stk. 1, nr. 2",
    "NIS 2-lovens § 6",
    "EU-charterets art. 21",
)


SENTENCES = ("{}", "Efter {} skal I høre.", "Se {}.", "({})", "Det gælder ({}), også her", "{} og {}", "“{}”", "{}, {}")


@pytest.mark.parametrize("form", FORMS)
def test_every_written_form_is_found_whole(form):
    for sentence in SENTENCES:
        assert cited(sentence.format(form, form)) == [form] * sentence.count("{}")


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("Efter GDPR art. 22 i et projekt", ["GDPR art. 22"]),
        ("Efter forvaltningslovens § 22 i et projekt", ["forvaltningslovens § 22"]),
        ("Efter forvaltningslovens § 22 er der krav", ["forvaltningslovens § 22"]),
        ("Efter forvaltningslovens § 22 å jour", ["forvaltningslovens § 22"]),
        ("GDPR art. 35, stk. 7, litra begge", ["GDPR art. 35, stk. 7"]),
        ("GDPR art. 6, stk. 1, og GDPR art. 9, stk. 2", ["GDPR art. 6, stk. 1", "GDPR art. 9, stk. 2"]),
        ("GDPR art. 35.", ["GDPR art. 35"]),
        ("Forvaltningslovens § 22 gælder", ["Forvaltningslovens § 22"]),  # at the beginning of a sentence
    ],
)
def test_a_citation_ends_where_the_sentence_goes_on(text, citations):
    assert cited(text) == citations


@pytest.mark.parametrize(
    "text", ["art. 35", "§ 22", "GDPR", "GDPR artikel 35", "UGDPR art. 3", "GDPR art. x", "lov § 22"]
)
def test_what_names_no_act_or_no_place_is_no_citation(text):
    assert cited(text) == []


def test_without_acts_nothing_is_found():
    assert list(citations.cited("GDPR art. 35", citations.pattern([]))) == []


def test_every_provision_of_the_table_is_found_under_its_own_name(content):
    acts = [source for source in content.sources if source.part_of is None and source.kind == "act"]
    pattern = citations.pattern(acts)
    names = [source.name for source in content.sources if source.kind == "provision"]
    assert len(names) > 100
    assert [name for name in names if list(citations.cited(f"Efter {name} skal I", pattern)) != [name]] == []


def test_citations_and_codes_become_links_and_everything_else_is_escaped(content):
    html = linking.linker(content).inline("<b> A25 & Forvaltningslovens § 22 i A99, GDPR art. 999 og P2.")
    url = {
        name: linking.url(content.find(kind, name))
        for kind, name in (
            ("activity", "A25"),
            ("source", "forvaltningsloven-par-22"),
            ("activity", "P2"),
        )
    }
    assert html == (
        f'&lt;b&gt; <a href="{url["A25"]}">A25</a> &amp; <a href="{url["forvaltningsloven-par-22"]}">Forvaltningslovens § 22</a>'
        f' i A99, GDPR art. 999 og <a href="{url["P2"]}">P2</a>.'
    )


# In a search --------------------------------------------------------------------------------------

G92G = ("9", "stk", "2", "litra", "g")


@pytest.mark.parametrize(
    ("query", "act", "place"),
    [
        ("art 35", None, ("art", "35")),
        ("art. 35", None, ("art", "35")),
        ("art.35", None, ("art", "35")),
        ("Artikel 35", None, ("art", "35")),
        ("ARTIKEL 35", None, ("art", "35")),
        (" art  35 ", None, ("art", "35")),
        ("art\u00a035", None, ("art", "35")),
        ("§ 22", None, ("par", "22")),
        ("§22", None, ("par", "22")),
        ("paragraf 22", None, ("par", "22")),
        ("bilag III", None, ("bilag", "iii")),
        ("bilag iii, pkt. 5", None, ("bilag", "iii", "pkt", "5")),
        ("art. 6, stk. 1, litra e", None, ("art", "6", "stk", "1", "litra", "e")),
        ("art 6 stk 1 litra e", None, ("art", "6", "stk", "1", "litra", "e")),
        ("Art. 6(1)(e)", None, ("art", "6", "stk", "1", "litra", "e")),
        ("GDPR 9(2)(g)", "gdpr", G92G),
        ("GDPR art. 9(2)(g)", "gdpr", ("art", *G92G)),
        ("gdpr art. 9, stk. 2, litra g", "gdpr", ("art", *G92G)),
        ("GDPR artikel 9, stk. 2, litra g", "gdpr", ("art", *G92G)),
        ("GDPR art. 4, nr. 11", "gdpr", ("art", "4", "nr", "11")),
        ("gdpr", "gdpr", ()),
        ("GDPR, art. 35", "gdpr", ("art", "35")),
        ("artikel 35 i GDPR", "gdpr", ("art", "35")),
        ("art. 35 GDPR", "gdpr", ("art", "35")),
        ("databeskyttelsesforordningens art. 6", "gdpr", ("art", "6")),
        ("AI-forordningens bilag III, pkt. 5", "ai-forordningen", ("bilag", "iii", "pkt", "5")),
        ("AI-forordningens bilag I", "ai-forordningen", ("bilag", "i")),
        ("bilag I i AI-forordningen", "ai-forordningen", ("bilag", "i")),
        ("GDPR art. 9, stk. 2, litra i", "gdpr", ("art", "9", "stk", "2", "litra", "i")),
        ("AI Act 26(2)", "ai-forordningen", ("26", "stk", "2")),
        ("ai act art 50", "ai-forordningen", ("art", "50")),
        ("AIA art. 50", "ai-forordningen", ("art", "50")),
        ("fvl § 22", "forvaltningsloven", ("par", "22")),
        ("FVL §22", "forvaltningsloven", ("par", "22")),
        ("forvaltningsloven 22", "forvaltningsloven", ("22",)),
        ("Forvaltningslovens § 9, stk. 3", "forvaltningsloven", ("par", "9", "stk", "3")),
        ("§ 22 i forvaltningsloven", "forvaltningsloven", ("par", "22")),
        ("NIS 2-lovens § 6", "nis-2-loven", ("par", "6")),
        ("eu-charter art. 21", "eu-charter", ("art", "21")),
        ("forvaltningslovens § 22", "forvaltningsloven", ("par", "22")),
        ("AI-forordningens artikel 50", "ai-forordningen", ("art", "50")),
        ("GDPR's art. 35", "gdpr", ("art", "35")),
        ("GDPR article 35", "gdpr", ("art", "35")),
        ("Article 9, paragraph 2, point g", None, ("art", "9", "stk", "2", "litra", "g")),
        ("AI Act annex III, point 5", "ai-forordningen", ("bilag", "iii", "pkt", "5")),
        ("AI Act bilag III 5(a)", "ai-forordningen", ("bilag", "iii", "pkt", "5", "litra", "a")),
        ("annex III(5)(a)", None, ("bilag", "iii", "pkt", "5", "litra", "a")),
        ("GDPR recital 75", "gdpr", ("betragtning", "75")),
        ("Article 9(2), point (g), GDPR", "gdpr", ("art", *G92G)),
        ("AI Act annex III, point 5(a)", "ai-forordningen", ("bilag", "iii", "pkt", "5", "litra", "a")),
        ("bilag III, pkt. 5(a)", None, ("bilag", "iii", "pkt", "5", "litra", "a")),
        ("GDPR art. 9, stk. 2(g)", "gdpr", ("art", *G92G)),
        ("GDPR art. 9(2) litra g", "gdpr", ("art", *G92G)),
        ("GDPR art. 9, stk. 2, g", "gdpr", ("art", *G92G)),
        ("Article 35 of the GDPR", "gdpr", ("art", "35")),
        ("AI Act art. 4a", "ai-forordningen", ("art", "4", "a")),
        ("AI Act art. 5(1)(ba)", "ai-forordningen", ("art", "5", "stk", "1", "litra", "ba")),
    ],
)
def test_a_provision_is_understood_however_it_is_written(query, act, place):
    assert parse(query, ACTS) == (Citation(act, place),)


@pytest.mark.parametrize(
    "query",
    ["", "hjemmel", "35", "stk. 2", "a25", "art", "§", "artikler om hjemmel", "GDPR og hjemmel", "art 35 hjemmel", "fvlx § 22",
     "bilagsnummer 3", "paragraffer", "GDPR 9(2)(g) hjemmel", "2026", "partikel 35"],
)  # fmt: skip
def test_words_are_no_provision(query):
    assert parse(query, ACTS) == ()


def slugs(query: str, content) -> list[str]:
    return [provision.source.slug for provision in search.provisions(query, content)[0]]


@pytest.mark.parametrize(
    ("query", "slugs_named"),
    [
        ("art 35", ["gdpr-art-35"]),
        ("artikel 35", ["gdpr-art-35"]),
        ("GDPR 9(2)(g)", ["gdpr-art-9-stk-2-litra-g"]),
        ("gdpr art. 9, stk. 2, litra g", ["gdpr-art-9-stk-2-litra-g"]),
        ("forvaltningsloven 22", ["forvaltningsloven-par-22"]),
        ("bilag III", ["ai-forordningen-bilag-iii"]),
        ("AI-forordningens bilag III, pkt. 5", ["ai-forordningen-bilag-iii-pkt-5"]),
        ("AI-forordningen 26(2)", ["ai-forordningen-art-26-stk-2"]),
        ("databeskyttelsesforordningens art. 6", ["gdpr-art-6"]),
        ("retssikkerhedslovens § 11 a", ["retssikkerhedsloven-par-11-a"]),
        ("§ 11a", ["retssikkerhedsloven-par-11-a"]),
        ("GDPR betragtning 75", ["gdpr-betragtning-75"]),
        ("GDPR", ["gdpr"]),
        ("ai-forordningen", ["ai-forordningen"]),
        # What is not in the table: the nearest above it that is
        ("GDPR art. 35, stk. 99", ["gdpr-art-35"]),
        ("GDPR 35(99)", ["gdpr-art-35"]),
        ("GDPR art. 35, stk. 7, litra z", ["gdpr-art-35-stk-7"]),
        ("GDPR art. 35, stk. 98, nr. 5, litra z", ["gdpr-art-35"]),
        ("forvaltningslovens § 22, stk. 99", ["forvaltningsloven-par-22"]),
        # Several at once
        ("forvaltningslovens §§ 22 og 24", ["forvaltningsloven-par-22", "forvaltningsloven-par-24"]),
        ("GDPR art. 13-14", ["gdpr-art-13", "gdpr-art-14"]),
        ("GDPR art. 33, 34 og 35", ["gdpr-art-33", "gdpr-art-34", "gdpr-art-35"]),
        ("GDPR art. 14-13", ["gdpr-art-14", "gdpr-art-13"]),
        ("Articles 13 and 14 of the GDPR", ["gdpr-art-13", "gdpr-art-14"]),
        ("GDPR 13 og 14", ["gdpr-art-13", "gdpr-art-14"]),
        (
            "forvaltningslovens § 22-§ 24",
            ["forvaltningsloven-par-22", "forvaltningsloven-par-23", "forvaltningsloven-par-24"],
        ),
        ("GDPR art. 5-99", ["gdpr-art-5"]),
    ],
)
def test_the_provision_is_found_in_the_table(query, slugs_named, content):
    assert slugs(query, content) == slugs_named


def test_a_paragraph_without_an_act_is_that_of_every_act(content):
    named = slugs("§ 22", content)
    assert "forvaltningsloven-par-22" in named
    assert named == [source.slug for source in content.sources if source.slug.endswith("-par-22")]
    assert slugs("§22", content) == named


def test_a_paragraph_with_a_letter_is_another_paragraph(content):
    """§ 11 is not above § 11 a, it stands before it."""
    assert search.provisions("retssikkerhedslovens § 11 z", content) == ([], True)


def test_what_no_act_has_is_said_to_be_a_provision_all_the_same(content):
    assert search.provisions("art. 999", content) == ([], True)
    assert search.provisions("hjemmel", content) == ([], False)


def test_every_source_of_an_act_is_found_under_its_own_name(content):
    provisions = not_empty(source for source in content.sources if source.kind == "provision")
    assert [source.name for source in provisions if source.slug not in slugs(source.name, content)] == []


def test_other_names_of_an_act_are_understood_as_soon_as_they_are_written(content_rows):
    LegalSource.objects.filter(slug="forvaltningsloven").update(aliases=["fvl", "den danske forvaltningslov"])
    LegalSource.objects.filter(slug="ai-forordningen").update(aliases=["AI Act"])
    catalogue = catalogues.build()
    assert slugs("fvl § 22", catalogue) == ["forvaltningsloven-par-22"]
    assert slugs("§ 22 i den danske forvaltningslov", catalogue) == ["forvaltningsloven-par-22"]
    assert slugs("AI Act 26(2)", catalogue) == ["ai-forordningen-art-26-stk-2"]
    assert slugs("ai act", catalogue) == ["ai-forordningen"]


def test_a_provision_shows_what_rests_on_it_and_on_its_parts(content_rows):
    activity = Activity.objects.get(code="A25")
    activity.sources.set(LegalSource.objects.filter(slug="gdpr-art-35-stk-7-litra-a"))
    (provision,), _ = search.provisions("art. 35, stk. 7", catalogues.build())
    codes = {group.kind: [hit.ref.code for hit in group.hits] for group in provision.resting}
    assert "A25" in codes["activity"]
    assert "source" not in codes


@given(
    number=st.integers(1, 999),
    steps=st.lists(
        st.sampled_from(["stk. 1", "stk 12", "nr. 3", "litra b", "pkt. 4", "(1)", "(a)", "og", "§", "art"]), max_size=5
    ),
    before=st.sampled_from(["", "GDPR ", "AI Act ", "fvl ", "§ ", "art. ", "bilag "]),
)
def test_whatever_looks_like_a_provision_is_read_without_failing(number, steps, before):
    citations = parse(f"{before}{number} {', '.join(steps)}", ACTS)
    assert all(all(citation.place) for citation in citations)
