"""A citation that leaves steps out names the highest level that it may mean."""

from datetime import date

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import LegalSource
from legaltoolbox.search.sources import SourceIndex


def slugs(query: str, *keys: str) -> list[str]:
    """The keys of the provisions that a query names, of an act with these."""
    act = LegalSource(pk=1, slug="gdpr", name="GDPR", kind="act")
    provisions = [LegalSource(pk=pk, slug=f"gdpr-{key}", part_of=act) for pk, key in enumerate(keys, 2)]
    items = {kind: {} for kind in KINDS} | {"source": {item.pk: item for item in (act, *provisions)}}
    catalogue = Catalogue(0, date(2025, 1, 1), items)
    named = SourceIndex(catalogue).named(query)
    return [provision.source.slug.removeprefix("gdpr-") for provision in named.provisions]


def test_of_an_article_that_is_there_in_parts_alone_the_highest_parts_are_named():
    keys = ["art-9-stk-1", "art-9-stk-2", "art-9-stk-2-litra-g", "art-9-stk-2-litra-h"]
    assert slugs("GDPR art. 9", *keys) == ["art-9-stk-1", "art-9-stk-2"]


def test_of_a_letter_in_two_levels_the_higher_is_named():
    keys = ["art-9-stk-2-nr-1-litra-g", "art-9-stk-2-litra-g", "art-9-stk-3-litra-g"]
    assert slugs("GDPR art. 9, litra g", *keys) == ["art-9-stk-2-litra-g", "art-9-stk-3-litra-g"]
