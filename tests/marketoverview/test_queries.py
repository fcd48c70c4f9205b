"""The number of queries of a page does not depend on the number of vendors."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketoverview.market import days
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Response
from marketoverview.models.freezing import freeze_month
from tests.bulk import make_market
from tests.pages import PUBLIC
from tests.reading import page_queries

FEW, MANY = 3, 60
SELECTION = "?services=implementation&q=firma&sort=rotation"

PATHS = {
    "directory": "/markedsoverblik/",
    "directory of a selection": f"/markedsoverblik/{SELECTION}",
    "directory, latest confirmed": "/markedsoverblik/?sort=confirmed",
    "directory without a result": "/markedsoverblik/?services=legal-advisory&q=firma",
    "profile": "/markedsoverblik/virksomheder/firma-0001/",
    "vcard": "/markedsoverblik/virksomheder/firma-0001/kontakt.vcf",
    "figures": "/markedsoverblik/figurer/",
    "figure": f"/markedsoverblik/figurer/services/{SELECTION}",
    "figure as svg": "/markedsoverblik/figurer/services.svg",
    "figure as csv": "/markedsoverblik/figurer/services.csv",
    "figure as xlsx": "/markedsoverblik/figurer/services.xlsx",
    "matrix of vendors": f"/markedsoverblik/matrix/{SELECTION}",
    "matrix of examples": f"/markedsoverblik/matrix/{SELECTION}&by=offerings",
    "matrix_file as csv": f"/markedsoverblik/matrix.csv{SELECTION}",
    "matrix_file as xlsx": f"/markedsoverblik/matrix.xlsx{SELECTION}",
    "cell": "/markedsoverblik/matrix/prediction/administration/",
    "comparison": "/markedsoverblik/sammenlign/?v=firma-0000&v=firma-0001&v=firma-0002",
    "shortlist": "/markedsoverblik/liste/?v=firma-0000&v=firma-0001&v=firma-0002",
    "shortlist_document": "/markedsoverblik/liste.docx?v=firma-0000&v=firma-0001&v=firma-0002",
    "contact": "/markedsoverblik/kontakt/?q=firma",
    "contacts": f"/markedsoverblik/kontakter.vcf{SELECTION}",
    "dialogue_letter": f"/markedsoverblik/dialogbrev.docx{SELECTION}",
    "note": f"/markedsoverblik/markedsnotat/{SELECTION}",
    "export as csv": f"/markedsoverblik/eksport.csv{SELECTION}",
    "export as xlsx": "/markedsoverblik/eksport.xlsx",
    "export as json": "/markedsoverblik/eksport.json",
    "description of the exports": "/markedsoverblik/eksport/",
    "export_schema": "/markedsoverblik/eksport.schema.json",
    "note_file as docx": f"/markedsoverblik/markedsnotat.docx{SELECTION}",
    "note_file as pdf": f"/markedsoverblik/markedsnotat.pdf{SELECTION}",
    "feed": f"/markedsoverblik/nyt.atom{SELECTION}",
    "follow": f"/markedsoverblik/foelg/{SELECTION}",
    "follow_requested": f"/markedsoverblik/foelg/sendt/{SELECTION}",
    "solutions": f"/markedsoverblik/loesninger/{SELECTION}&stage=pilot&stage=not-stated",
    "solution_stages": f"/markedsoverblik/loesninger/stadier/{SELECTION}",
    "stage_file as csv": f"/markedsoverblik/loesninger/stadier.csv{SELECTION}",
    "stage_file as xlsx": "/markedsoverblik/loesninger/stadier.xlsx",
    "solution_export as csv": f"/markedsoverblik/loesninger.csv{SELECTION}",
    "solution_export as xlsx": "/markedsoverblik/loesninger.xlsx",
    "solution_export as json": "/markedsoverblik/loesninger.json",
    "solution_schema": "/markedsoverblik/loesninger.schema.json",
    "solution_feed": f"/markedsoverblik/loesninger.atom{SELECTION}",
    "editions": "/markedsoverblik/udgaver/",
    "edition": "/markedsoverblik/udgaver/{edition}/",
    "edition_file as json": "/markedsoverblik/udgaver/{edition}.json",
    "edition_file as csv": "/markedsoverblik/udgaver/{edition}.csv",
    "dcat": "/markedsoverblik/udgaver/dcat.jsonld",
    "changes": "/markedsoverblik/udvikling/",
    "new_vendors": "/markedsoverblik/udvikling/nye/?fra={edition}",
    "companies_on_days": "/markedsoverblik/udvikling/virksomheder/?fra={edition}&gruppe=nu&spoergsmaal=services",
    "change_vendors": "/markedsoverblik/udvikling/services/implementation/?fra={edition}&gruppe=flere",
    "neutrality": "/markedsoverblik/neutralitet/",
    "home": "/",
}
MAX_QUERIES = 14
"""No page needs more, the snapshot apart: the version, and what it shows."""


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_the_number_of_queries_is_constant(path, survey, content, client):
    make_market(FEW)
    if edition := freeze_month() if "udgaver" in path or "udvikling" in path else None:
        path = path.format(edition=edition.code)
    snapshots.current()
    few = page_queries(client, path)
    make_market(MANY - FEW, start=FEW)
    snapshots.current()
    days.forget()  # the edition is the same one: a process keeps what it has read of it
    many = page_queries(client, path)
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= MAX_QUERIES


def test_the_snapshot_is_read_with_a_constant_number_of_queries(survey):
    numbers = []
    for start, size in ((0, FEW), (FEW, MANY - FEW)):
        make_market(size, start)
        snapshots.forget()
        with CaptureQueriesContext(connection) as captured:
            assert snapshots.current().size == start + size
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= 15


@pytest.mark.parametrize(
    "path", ["/markedsoverblik/", "/markedsoverblik/figurer/", "/markedsoverblik/virksomheder/firma-0001/"]
)
def test_a_remembered_page_asks_for_the_version_only(path, survey, client):
    make_market(FEW)
    page_queries(client, path)
    (only,) = page_queries(client, path)
    assert "publicversion" in only


def test_a_page_that_has_not_changed_asks_for_the_version_only(survey, client):
    make_market(FEW)
    etag = client.get("/markedsoverblik/")["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/markedsoverblik/", headers={"If-None-Match": etag}).status_code == 304
    assert len(captured) == 1


def test_every_public_address_of_the_market_is_counted(survey):
    make_market(FEW)
    with_names = {name.split(" ")[0].rstrip(",") for name in PATHS}
    others = {"compare": "comparison", "export_help": "description", "figure_file": "figure"}
    shown = [address for address in PUBLIC if address.name.startswith("market:") and address.status == 200]
    names = [address.name.removeprefix("market:") for address in shown]
    assert names
    assert [name for name in names if others.get(name, name) not in with_names] == []


def test_the_next_snapshot_costs_the_same_at_any_size(survey):
    """The version, the changes since the one that is held, four queries for the vendor, and four for what all share."""
    numbers = []
    for start, size in ((0, 10), (10, MANY)):
        make_market(size, start)
        held = snapshots.current()
        Response.objects.published().first().confirm(None)
        with CaptureQueriesContext(connection) as captured:
            assert snapshots.current() is not held
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= 11
