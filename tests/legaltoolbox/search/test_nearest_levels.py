"""A provision that is cited more or less exactly than the sources have it leads to the items of the nearest level."""

import pytest

from legaltoolbox import linking
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import LegalSource
from legaltoolbox.search import sources
from tests.checks import not_empty


def slugs(query: str, content: Catalogue) -> list[str]:
    """The sources that a query shows."""
    return [provision.source.slug for provision in sources.index(content).named(query).provisions]


STEPS = {"stk": "stk. 99", "nr": "nr. 99", "litra": "litra zz", "pkt": "pkt. 99"}
"""A step down that no provision has, of each kind."""


def resting_codes(groups) -> set[str]:
    return {hit.ref.url for group in groups for hit in group.hits}


def expected_level(source: LegalSource, content: Catalogue) -> LegalSource | None:
    """The source, or the nearest level above it below its act, on which something rests."""
    while source.part_of is not None and not content.resting_by_kind(source):
        source = source.part_of
    return source if source.part_of is not None else None


@pytest.mark.parametrize("step", STEPS)
def test_a_citation_more_exact_than_the_toolbox_leads_to_what_rests_on_the_nearest_level(step, content):
    """Whatever the act is: GDPR, the AI Act or a Danish act."""
    provisions = not_empty(
        source
        for source in content.sources
        if source.kind == "provision" and f"-{step}-" not in source.slug and " i " not in source.name
    )
    index = sources.index(content)
    for source in provisions:
        query = f"{source.name}, {STEPS[step]}"
        (gap,), (provision,) = (named := index.named(query)).missing, named.provisions
        assert (gap.nearest, provision.source) == (source, source), query
        assert provision.level == expected_level(source, content), query
        assert bool(provision.level) == bool(provision.resting), query


def test_a_provision_on_which_nothing_rests_leads_to_what_rests_on_the_nearest_level(content):
    """§ 19, stk. 1, is among the sources, but the duties are linked with § 19."""
    index, alone = sources.index(content), 0
    for source in not_empty(source for source in content.sources if source.kind == "provision"):
        (provision,) = [each for each in index.named(source.name).provisions if each.source == source]
        level = expected_level(source, content)
        alone += provision.is_above
        assert provision.level == level, source.name
        groups = content.resting_by_kind(level) if level else []
        assert resting_codes(provision.resting) == {linking.url(item) for _, items in groups for item in items}
    assert alone > 20


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("forvaltningslovens § 19 stk 1", "A23"),
        ("forvaltningslovens § 19, stk. 2", "A23"),
        ("forvaltningsloven § 19, stk. 2, nr. 3", "A23"),
        ("GDPR art. 35, stk. 7, litra z", "A25"),
        ("AI Act art. 27(9)", "A27"),
    ],
)
def test_what_rests_on_the_level_above_is_shown(query, code, content):
    (provision,) = sources.index(content).named(query).provisions
    assert code in {hit.ref.code for group in provision.resting for hit in group.hits}


@pytest.mark.parametrize(
    ("query", "slugs_named"),
    [
        ("GDPR art. 9, litra g", ["gdpr-art-9-stk-2-litra-g"]),
        ("GDPR 9 g", ["gdpr-art-9-stk-2-litra-g"]),
        ("GDPR art. 4, stk. 1, nr. 11", ["gdpr-art-4-nr-11"]),
        ("AI-forordningens bilag III, litra b", [
            "ai-forordningen-bilag-iii-pkt-3-litra-b", "ai-forordningen-bilag-iii-pkt-4-litra-b",
            "ai-forordningen-bilag-iii-pkt-5-litra-b",
        ]),
    ],
)  # fmt: skip
def test_a_citation_that_leaves_a_step_out_leads_to_all_that_it_may_be(query, slugs_named, content):
    assert slugs(query, content) == [slug for slug in slugs_named if content.find("source", slug)]
    assert sources.index(content).named(query).missing == []


def test_a_provision_that_is_there_in_parts_alone_leads_to_them(content_rows):
    LegalSource.objects.filter(slug__startswith="gdpr-art-4-").update(part_of=LegalSource.objects.get(slug="gdpr"))
    LegalSource.objects.get(slug="gdpr-art-4").delete()
    catalogue = catalogues.build()
    parts = [source.slug for source in catalogue.sources if source.slug.startswith("gdpr-art-4-")]
    assert sorted(slugs("GDPR art. 4", catalogue)) == sorted(not_empty(parts))


def test_where_only_the_act_is_there_what_rests_on_it_as_a_whole_is_shown(content):
    act = content.find("source", "arkivloven")
    (gap,) = sources.index(content).named("arkivlovens § 999").missing
    expected = content.resting_by_kind(act, with_parts=False)
    assert resting_codes(gap.resting) == {linking.url(item) for _, items in not_empty(expected) for item in items}
