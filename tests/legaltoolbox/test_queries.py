"""The queries of a page of the toolbox do not depend on the amount of content, and no page sets a cookie."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    LegalBasis,
    LegalSource,
    Requirement,
    Risk,
    toolbox_version,
)
from marketoverview.frame import demo_vendors
from tests.pages import PUBLIC
from tests.reading import page_queries

MOST = 2
ADDRESSES = {
    f"{address.name.removeprefix('toolbox:')}{'-' * bool(address.args)}{'-'.join(address.args)}": address
    for address in PUBLIC
    if address.name.startswith("toolbox:")
}


def make_as_much_again() -> None:
    """A copy of each item with its links, under other codes."""
    for model in (LegalSource, DocumentTemplate, Activity, Risk, Requirement, Guidance, LegalBasis):
        originals = {}
        for item in model.objects.all():
            originals[item.pk] = item
            item.pk = None
            setattr(item, model.KEY, item.key + ("-to" if model.KEY == "slug" else "b"))
            if model is LegalSource:
                item.name += " (to)"
        model.objects.bulk_create(originals.values())
        for field in model._meta.many_to_many:
            through, ours = field.remote_field.through, f"{field.m2m_field_name()}_id"
            rows = list(through.objects.all())
            for row in rows:
                row.pk = None
                setattr(row, ours, originals[getattr(row, ours)].pk)
            through.objects.bulk_create(rows)
        if model is Activity:
            checks = list(ChecklistItem.objects.all())
            for check in checks:
                check.pk, check.activity_id = None, originals[check.activity_id].pk
            ChecklistItem.objects.bulk_create(checks)
    toolbox_version.bump()


@pytest.fixture(autouse=True)
def _the_frame_is_known(db):
    """Each page shows whether the vendors are demonstration data. No page of the toolbox needs the market's snapshot."""
    demo_vendors.current()


def test_every_address_costs_the_version_and_little_more(content, client):
    paths = [path for address in ADDRESSES.values() for path in address.paths()[: len(address.queries)]]
    assert paths
    for path in paths:
        queries = page_queries(client, path, (200, 302))
        assert len(queries) <= MOST, "\n".join([path, *queries])


def test_with_twice_the_content_nothing_costs_more(content_rows, client):
    """Neither an address nor reading the content."""
    paths = [path for address in ADDRESSES.values() for path in address.paths()[:1]]
    before = count_reading_queries()
    few = {path: len(page_queries(client, path, (200, 302))) for path in paths}
    make_as_much_again()
    assert count_reading_queries() == before <= 55
    assert len(catalogues.current().risks) == 2 * Risk.objects.exclude(code__endswith="b").count()
    assert {path: len(page_queries(client, path, (200, 302))) for path in paths} == few
    assert max(few.values()) <= MOST


def count_reading_queries() -> int:
    catalogues.forget()
    with CaptureQueriesContext(connection) as queries:
        catalogues.current()
    return len(queries)


@pytest.mark.parametrize("path", ["", "risici/", "krav/?level=must", "aktiviteter/A25/", "kilder/gdpr-art-35/"])
def test_a_remembered_page_asks_for_the_version_only(path, content, client):
    page_queries(client, f"/juridisk-vaerktoejskasse/{path}")
    (only,) = page_queries(client, f"/juridisk-vaerktoejskasse/{path}")
    assert "publicversion" in only


def test_a_page_that_has_not_changed_asks_for_the_version_only(content, client):
    etag = client.get("/juridisk-vaerktoejskasse/")["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/juridisk-vaerktoejskasse/", headers={"If-None-Match": etag}).status_code == 304
    assert len(queries) == 1


def test_a_search_costs_the_same_with_any_number_of_results(content, client):
    numbers = {
        len(page_queries(client, f"/juridisk-vaerktoejskasse/soeg/?q={q}"))
        for q in ("a", "data", "art.+35", "findesikke")
    }
    assert len(numbers) == 1
