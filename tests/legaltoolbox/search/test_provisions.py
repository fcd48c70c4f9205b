"""The provisions that people name in a search, in whatever form they write them, and what the toolbox has of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import Activity, LegalSource
from legaltoolbox.search import sources
from legaltoolbox.search.act_names import ActNames
from legaltoolbox.search.provisions import LONGEST, MOST, ParsedQuery, parse
from tests.checks import not_empty

ACTS = ActNames(
    [
        LegalSource(
            slug="gdpr",
            kind="act",
            name="GDPR",
            title="Databeskyttelsesforordningen",
            aliases=["forordning 2016/679", "DSGVO"],
        ),
        LegalSource(slug="ai-forordningen", kind="act", name="AI-forordningen", title="AI", aliases=["AI Act", "AIA"]),
        LegalSource(
            slug="forvaltningsloven",
            kind="act",
            name="forvaltningsloven",
            title="Forvaltningsloven",
            aliases=["fvl", "FVL."],
        ),
        LegalSource(
            slug="dbl",
            kind="act",
            name="databeskyttelsesloven",
            title="Lov om databeskyttelse",
            aliases=["lov nr. 502 af 23. maj 2018"],
        ),
        LegalSource(slug="nis-2-loven", kind="act", name="NIS 2-loven", title="Loven om cybersikkerhed"),
        LegalSource(slug="eu-charter", kind="act", name="EU-charteret", title="EU’s charter"),
    ]
)


def read(query: str) -> list[str]:
    """What a query names, an act and a place on one line; an act that is not known by its name as it is written."""
    return [
        " ".join([citation.act or (f"?{citation.unknown_act}" if citation.unknown_act else "*"), *citation.place])
        for citation in parse(query, ACTS).citations
    ]


# What is read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("art 35", "* art 35"),
        ("art. 35", "* art 35"),
        ("art.35", "* art 35"),
        ("Artikel 35", "* art 35"),
        ("ARTIKEL 35", "* art 35"),
        (" art  35 ", "* art 35"),
        ("art\u00a035", "* art 35"),
        ("§ 22", "* par 22"),
        ("§22", "* par 22"),
        ("paragraf 22", "* par 22"),
        ("bilag III", "* bilag iii"),
        ("bilag iii, pkt. 5", "* bilag iii pkt 5"),
        ("art. 6, stk. 1, litra e", "* art 6 stk 1 litra e"),
        ("art 6 stk 1 litra e", "* art 6 stk 1 litra e"),
        ("Art. 6(1)(e)", "* art 6 stk 1 litra e"),
        ("GDPR art. 9(2)(g)", "gdpr art 9 stk 2 litra g"),
        ("gdpr art. 9, stk. 2, litra g", "gdpr art 9 stk 2 litra g"),
        ("GDPR artikel 9, stk. 2, litra g", "gdpr art 9 stk 2 litra g"),
        ("GDPR art. 4, nr. 11", "gdpr art 4 nr 11"),
        ("gdpr", "gdpr"),
        ("GDPR, art. 35", "gdpr art 35"),
        ("artikel 35 i GDPR", "gdpr art 35"),
        ("art. 35 GDPR", "gdpr art 35"),
        ("databeskyttelsesforordningens art. 6", "gdpr art 6"),
        ("AI-forordningens bilag III, pkt. 5", "ai-forordningen bilag iii pkt 5"),
        ("AI-forordningens bilag I", "ai-forordningen bilag i"),
        ("bilag I i AI-forordningen", "ai-forordningen bilag i"),
        ("GDPR art. 9, stk. 2, litra i", "gdpr art 9 stk 2 litra i"),
        ("AI Act 26(2)", "ai-forordningen  26 stk 2"),
        ("ai act art 50", "ai-forordningen art 50"),
        ("AIA art. 50", "ai-forordningen art 50"),
        ("fvl § 22", "forvaltningsloven par 22"),
        ("FVL §22", "forvaltningsloven par 22"),
        ("forvaltningsloven 22", "forvaltningsloven  22"),
        ("Forvaltningslovens § 9, stk. 3", "forvaltningsloven par 9 stk 3"),
        ("§ 22 i forvaltningsloven", "forvaltningsloven par 22"),
        ("NIS 2-lovens § 6", "nis-2-loven par 6"),
        ("eu-charter art. 21", "eu-charter art 21"),
        ("forvaltningslovens § 22", "forvaltningsloven par 22"),
        ("AI-forordningens artikel 50", "ai-forordningen art 50"),
        ("GDPR's art. 35", "gdpr art 35"),
        ("GDPR article 35", "gdpr art 35"),
        ("Article 9, paragraph 2, point g", "* art 9 stk 2 litra g"),
        ("AI Act annex III, point 5", "ai-forordningen bilag iii pkt 5"),
        ("AI Act bilag III 5(a)", "ai-forordningen bilag iii pkt 5 litra a"),
        ("annex III(5)(a)", "* bilag iii pkt 5 litra a"),
        ("GDPR recital 75", "gdpr betragtning 75"),
        ("Article 9(2), point (g), GDPR", "gdpr art 9 stk 2 litra g"),
        ("AI Act annex III, point 5(a)", "ai-forordningen bilag iii pkt 5 litra a"),
        ("bilag III, pkt. 5(a)", "* bilag iii pkt 5 litra a"),
        ("GDPR art. 9, stk. 2(g)", "gdpr art 9 stk 2 litra g"),
        ("GDPR art. 9(2) litra g", "gdpr art 9 stk 2 litra g"),
        ("GDPR art. 9, stk. 2, g", "gdpr art 9 stk 2 litra g"),
        ("Article 35 of the GDPR", "gdpr art 35"),
        ("AI Act art. 4a", "ai-forordningen art 4 a"),
        ("AI Act art. 5(1)(ba)", "ai-forordningen art 5 stk 1 litra ba"),
        ("GDPR 9(2)(g)", "gdpr  9 stk 2 litra g"),
    ],
)
def test_a_provision_is_understood_however_it_is_written(query, named):
    assert read(query) == [named]
    assert parse(query, ACTS).rest == ""


@pytest.mark.parametrize(
    "query",
    ["", "hjemmel", "35", "stk. 2", "a25", "art", "§", "artikler om hjemmel", "GDPR og hjemmel",
     "bilagsnummer 3", "paragraffer", "2026", "partikel 35", "samtykke efter GDPR", "10 § procent", "artikel 3000", "parti 4"],
)  # fmt: skip
def test_words_are_no_provision(query):
    assert parse(query, ACTS) == ParsedQuery((), " ".join(query.split()).casefold().strip(" .,;?!"))


def slugs(query: str, content: Catalogue) -> list[str]:
    """The sources that a query shows."""
    return [provision.source.slug for provision in sources.index(content).named(query).provisions]


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


def missing(query: str, content: Catalogue) -> list[tuple[list[str], str]]:
    """What is said to be missing, and the nearest source that is there."""
    named = sources.index(content).named(query)
    return [(gap.names, gap.nearest.slug if gap.nearest else "") for gap in named.missing]


def test_a_paragraph_with_a_letter_is_another_paragraph(content):
    """§ 11 is not above § 11 a, it stands before it."""
    assert slugs("retssikkerhedslovens § 11 z", content) == []
    assert missing("retssikkerhedslovens § 11 z", content) == [(["retssikkerhedslovens § 11 z"], "retssikkerhedsloven")]


def test_what_no_act_has_is_said_to_be_missing(content):
    assert missing("art. 999", content) == [(["art. 999"], "")]
    assert missing("hjemmel", content) == []


@pytest.mark.parametrize(
    ("query", "gaps"),
    [
        ("offentlighedslovens § 999", [(["offentlighedslovens § 999"], "offentlighedsloven")]),
        ("offentlighedsloven 999", [(["offentlighedslovens § 999"], "offentlighedsloven")]),
        ("GDPR 999", [(["GDPR art. 999"], "gdpr")]),
        ("GDPR art. 35, stk. 7, litra z", [(["GDPR art. 35, stk. 7, litra z"], "gdpr-art-35-stk-7")]),
        ("AI Act art. 99a(2)", [(["AI-forordningens art. 99a, stk. 2"], "ai-forordningen")]),
        ("AI Act annex 9", [(["AI-forordningens bilag IX"], "ai-forordningen")]),
        ("GDPR recital 999", [(["GDPR betragtning 999"], "gdpr")]),
        ("fantasilovens § 4 a, stk. 2", [(["fantasilovens § 4 a, stk. 2"], "")]),
        ("§§ 4 og 5 i fantasiloven", [(["fantasilovens § 4", "fantasilovens § 5"], "")]),
        ("lov nr. 999 af 1. maj 1999 § 3", [(["lov nr. 999 af 1. maj 1999 § 3"], "")]),
        ("forordning (EU) 2099/999 artikel 3", [(["forordning (eu) 2099/999 art. 3"], "")]),
    ],
)
def test_what_the_toolbox_lacks_is_named_with_the_nearest_level_that_it_has(query, gaps, content):
    assert missing(query, content) == gaps


def test_an_act_that_is_not_known_is_no_other_act(content):
    """“fantasilovens § 22” is not § 22 of the acts that are known, nor “GDPR art. 6” that of a directive."""
    assert slugs("fantasilovens § 22", content) == []
    assert slugs("fantasidirektivets art. 6 og GDPR art. 9", content) == ["gdpr-art-9"]


def test_a_number_and_a_paragraph_stand_for_each_other_where_only_one_is_there(content):
    assert slugs("GDPR article 4(11)", content) == ["gdpr-art-4-nr-11"]
    assert slugs("AI Act article 3(4)", content) == ["ai-forordningen-art-3-nr-4"]


def test_an_act_alone_is_shown_only_where_nothing_else_is_asked_for(content):
    assert slugs("GDPR", content) == ["gdpr"]
    assert slugs("GDPR og AI-forordningen", content) == ["gdpr", "ai-forordningen"]
    assert not sources.index(content).named("samtykke efter GDPR").names_any


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("artikel 27 i AI-forordningen om FRIA", "i om fria"),
        ("må vi behandle helbredsoplysninger efter GDPR art. 9?", "må vi behandle helbredsoplysninger efter"),
        ("GDPR art. 6, stk. 1, litra e, og § 11 i databeskyttelsesloven", ""),
        ("art 35 hjemmel", "hjemmel"),
    ],
)
def test_the_other_words_are_left_for_the_search(query, rest, content):
    assert sources.index(content).named(query).rest == rest


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
    (provision,) = sources.index(catalogues.build()).named("GDPR art. 35, stk. 7").provisions
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
    for citation in parse(f"{before}{number} {', '.join(steps)}", ACTS).citations:
        assert all(citation.place[1:])
        assert sources.place_name(("art", *citation.place[1:]))


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("GDPR art. 6, stk. 1, litra e, jf. stk. 3", ["gdpr art 6 stk 1 litra e", "gdpr art 6 stk 3"]),
        ("GDPR art. 6, stk. 1, litra c og e", ["gdpr art 6 stk 1 litra c", "gdpr art 6 stk 1 litra e"]),
        ("GDPR art. 9, stk. 2, litra h, i og j", [f"gdpr art 9 stk 2 litra {letter}" for letter in "hij"]),
        ("art. 9, stk. 2, litra h, i GDPR", ["gdpr art 9 stk 2 litra h"]),
        ("GDPR art. 5, stk. 1, litra a-c", [f"gdpr art 5 stk 1 litra {letter}" for letter in "abc"]),
        ("GDPR art. 13, stk. 1-3", [f"gdpr art 13 stk {number}" for number in (1, 2, 3)]),
        ("GDPR art. 13, stk. 1 og 2, og art. 14", ["gdpr art 13 stk 1", "gdpr art 13 stk 2", "gdpr art 14"]),
        ("GDPR art. 13 og 14, stk. 2", ["gdpr art 13", "gdpr art 14 stk 2"]),
        ("§ 22, jf. § 24, i forvaltningsloven", ["forvaltningsloven par 22", "forvaltningsloven par 24"]),
        ("forvaltningslovens § 15 a-c", [f"forvaltningsloven par 15 {letter}" for letter in "abc"]),
        ("forvaltningslovens § 9, stk. 4, 2. pkt.", ["forvaltningsloven par 9 stk 4"]),
        ("forvaltningslov § 22", ["forvaltningsloven par 22"]),
        ("FORVALTNINGSLOVENS§22", ["forvaltningsloven par 22"]),
        ("GDPR art. 6 og databeskyttelseslovens § 11", ["gdpr art 6", "dbl par 11"]),
        ("dsgvo Art. 6 Abs. 1 Buchst. e", ["gdpr art 6 stk 1 litra e"]),
        ("Verordnung (EU) 2016/679 Artikel 35", ["gdpr art 35"]),
        ("Regulation (EU) 2016/679, Article 35(7)", ["gdpr art 35 stk 7"]),
        ("lov nr. 502 af 23/05/2018 § 11", ["dbl par 11"]),
        ("lov nr. 502 af 23. maj 2018, § 11", ["dbl par 11"]),
        ("barnets lovs § 20", ["?barnets lov par 20"]),
        ("sundhedslovens § 42 a-d", [f"?sundhedsloven par 42 {letter}" for letter in "abcd"]),
        ("AI Act Annex III, points 5(a) and 5(b)", ["ai-forordningen bilag iii pkt 5 litra a"]),
        ("AI-forordningens bilag 3", ["ai-forordningen bilag iii"]),
        ("AI-forordningens bilag 14", ["ai-forordningen bilag xiv"]),
        ("GDPR art. 1-500", ["gdpr art 1", "gdpr art 500"]),
        ("GDPR art. 6, GDPR art. 6", ["gdpr art 6"]),
    ],
)
def test_lists_ranges_and_other_languages(query, named):
    assert read(query) == named


HOSTILE = (
    "§" * 10_000, "1" * 10_000, "art. " * 4_000, "(" * 10_000, "stk. 1, " * 2_000, "GDPR " * 3_000, "a-" * 5_000, "\u0301" * 9_000,
    "art. 1" + ", 2" * 5_000, "loven" * 3_000, "lov nr. 1 af 1. " * 999, "art. 1, stk. 1, nr. 1, pkt. 1, litra a, " * 300,
)  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_long_is_read_to_a_limit(query, content):
    reading = parse(query, ACTS)
    assert len(reading.citations) <= MOST
    assert len(reading.rest) <= LONGEST
    assert len(sources.index(content).named(query).provisions) <= MOST


def test_a_missing_provision_of_an_act_with_a_long_name_stands_before_the_name(content):
    named = sources.index(content).named("lov om etnisk ligebehandling § 99, stk. 2")
    assert [missing.text for missing in named.missing] == ["§ 99, stk. 2, i lov om etnisk ligebehandling"]
