"""The pages and files of editions: what people and programs get, and what both read after a withdrawal."""

import hashlib
import json
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from kl_ai.pages.json_ld import json_ld_text
from marketoverview.market import days
from marketoverview.models import Edition, Response, declare_published, freeze_month
from marketoverview.models.editions import EditionQuerySet
from tests.builders import make_response
from tests.days import on_date
from tests.marketoverview.change_pages import freeze_on
from tests.query_counts import costs
from tests.reading import Element, english_url, read, read_bytes

pytestmark = pytest.mark.any_database

LIST = "/en/markedsoverblik/udgaver/"
CC_BY = "https://creativecommons.org/licenses/by/4.0/deed.da"


@pytest.fixture
def edition(db) -> Edition:
    make_response("Agern", answers={"services": ["advisory"]}, description="</script><b>Æbler & pærer</b>")
    make_response("Birk")
    return freeze_on(date(2026, 11, 1))


def withdraw(name: str, day: date) -> None:
    response = Response.objects.published().get(vendor__name=name)
    with on_date(day):
        response.withdraw(response.vendor.members.first(), "")


# Pages --------------------------------------------------------------------------------------------


def test_the_list_names_every_edition_with_its_files(edition, client):
    declare_published(edition.entries.first().vendor.responses.get().round)
    page = read(client, LIST)
    assert [heading.text for heading in page.find_all("h2", "edition-title")] == [
        "Round 2026, published",
        "1 November 2026",
    ]
    (_of_round, monthly) = page.find_all("li", "edition")
    assert "2 companies" in monthly.text
    assert [checksum.text for checksum in monthly.find_all("code")] == [edition.json_sha256, edition.csv_sha256]
    assert [size.text for size in monthly.find_all("span", "edition-size")] == ["1.3 KB", "247 bytes"]


def test_an_edition_that_has_changed_says_when_and_not_whom_it_lost(edition, client):
    withdraw("Agern", date(2026, 12, 3))
    for path in (LIST, f"{LIST}2026-11-01/"):
        text = read(client, path).text
        assert "Changed on 3 December 2026: a company has withdrawn." in text
        assert "Agern" not in text
    withdraw("Birk", date(2026, 12, 3))
    assert "Changed on 3 December 2026: 2 companies have withdrawn." in read(client, LIST).text


def test_without_an_edition_the_list_says_when_there_will_be_one(db, client):
    assert "There is no edition yet." in read(client, LIST).text


def test_the_page_of_an_edition_has_the_questions_of_its_day(edition, client):
    page = read(client, f"{LIST}2026-11-01/")
    assert page.find("summary", "details-summary").text == "Question services services"
    assert page.find("dl", "export-codes").text == "advisory Option advisory"
    assert page.find("a", "button-secondary").attrs["href"].endswith("/udvikling/?fra=2026-11-01")
    assert "sha256sum markedsoverblik-ki-2026-11-01.json" in page.text


@pytest.mark.parametrize("path", ["2026-12-01/", "2026-12-01.json", "2026-12-01.csv", "../udgaver/2026-11-01.xlsx"])
def test_an_edition_that_there_is_not_gives_404(edition, client, path):
    assert client.get(LIST + path).status_code == 404


def test_where_cases_of_other_countries_are_is_said(db, client):
    links = [link.attrs["href"] for link in read(client, LIST).find_all("a")]
    assert "https://interoperable-europe.ec.europa.eu/collection/public-sector-tech-watch" in links


def test_the_list_costs_the_same_for_any_number_of_editions(edition, client):
    read(client, "/en/om/")
    with costs(3):
        read(client, LIST)
    for month in range(1, 6):
        with on_date(date(2027, month, 1)):
            freeze_month()
    read(client, "/en/om/")
    with costs(3):
        read(client, LIST)


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_a_file_has_the_checksum_and_the_size_of_its_page(edition, client, ending):
    content = read_bytes(client, f"{LIST}2026-11-01.{ending}")
    assert hashlib.sha256(content).hexdigest() == getattr(edition, f"{ending}_sha256")
    assert len(content) == getattr(edition, f"{ending}_size")
    with override("da"):
        danish = reverse("market:edition_file", args=["2026-11-01", ending])
    assert read_bytes(client, danish) == content


def test_an_unchanged_file_is_not_sent_again_on_any_day(edition, client):
    path = f"{LIST}2026-11-01.json"
    first = client.get(path)
    assert b"Agern" in b"".join(first.streaming_content)
    assert first["ETag"] == f'"{edition.json_sha256}"'
    assert first["Access-Control-Allow-Origin"] == "*"
    make_response("Chili")  # a change of the market is none of the edition
    with on_date(date(2027, 1, 1)):
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    withdraw("Agern", date(2027, 1, 2))
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert b"Agern" not in b"".join(changed.streaming_content)


# Licence ------------------------------------------------------------------------------------------


def test_no_licence_is_claimed_where_kl_has_chosen_none(edition, client):
    assert "KL has not chosen a licence." in read(client, LIST).text
    assert "license" not in read_bytes(client, f"{LIST}dcat.jsonld").decode()
    assert "license" not in json_ld(read(client, LIST))


def test_the_licence_that_kl_has_chosen_is_named_everywhere(edition, client, settings):
    settings.DATA_LICENCE = CC_BY
    assert read(client, LIST).find("a", rel="license").attrs["href"] == CC_BY
    graph = catalogue(client)["@graph"]
    assert {node["dct:license"]["@id"] for node in graph if "dct:license" in node} == {CC_BY}
    assert distributions(client)[0]["dct:license"]["@id"] == CC_BY
    assert json_ld(read(client, f"{LIST}2026-11-01/"))["license"] == CC_BY


# schema.org ---------------------------------------------------------------------------------------


def json_ld(page: Element) -> dict:
    return json.loads(page.find("script", type="application/ld+json").text)


def test_the_page_describes_itself_to_search_engines(edition, client):
    data = json_ld(read(client, f"{LIST}2026-11-01/"))
    assert data["@type"] == "Dataset"
    assert data["url"] == f"http://testserver{LIST}2026-11-01/"
    assert 50 <= len(data["description"]) <= 5000
    assert [file["contentUrl"] for file in data["distribution"]] == [
        f"http://testserver{LIST}2026-11-01.{e}" for e in ("json", "csv")
    ]
    assert [file["sha256"] for file in data["distribution"]] == [edition.json_sha256, edition.csv_sha256]
    listed = json_ld(read(client, LIST))
    assert [part["url"] for part in listed["hasPart"]] == [data["url"]]


def test_no_text_can_end_the_block():
    hostile = {"name": '</script><script>alert("1")</script><!-- & \u2028'}
    text = json_ld_text(hostile)
    assert not re.search("[<>&]", text)
    assert json.loads(text) == hostile


@pytest.mark.browser
def test_the_browser_neither_runs_nor_refuses_the_block(demo, desktop, inspector):
    """It is data: the content security policy, which forbids inline scripts, is not asked."""
    response = desktop.goto("/markedsoverblik/udgaver/")
    assert "script-src 'self';" in response.headers["content-security-policy"]
    block = desktop.locator('script[type="application/ld+json"]')
    assert json.loads(block.text_content())["@type"] == "Dataset"
    assert inspector.problems == []


# DCAT-AP-DK ---------------------------------------------------------------------------------------


def catalogue(client) -> dict:
    response = client.get("/markedsoverblik/udgaver/dcat.jsonld")
    assert response["Content-Type"] == "application/ld+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    return json.loads(response.content)


def of_type(graph: list[dict], name: str) -> list[dict]:
    """The nodes of this type, nested ones too."""
    found = []

    def walk(value) -> None:
        if isinstance(value, dict):
            if name in ([value["@type"]] if isinstance(value.get("@type"), str) else value.get("@type", [])):
                found.append(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(graph)
    return found


def distributions(client) -> list[dict]:
    return of_type(catalogue(client)["@graph"], "dcat:Distribution")


MANDATORY = {
    "dcat:Catalog": ("dct:title", "dct:description", "dct:publisher", "dcat:dataset"),
    "dcat:Dataset": ("dct:title", "dct:description"),
    "dcat:Distribution": ("dcat:accessURL",),
    "foaf:Agent": ("foaf:name",),
    "spdx:Checksum": ("spdx:checksumValue", "spdx:algorithm"),
    "skos:ConceptScheme": ("dct:title",),
    "skos:Concept": ("skos:prefLabel",),
}
"""Class to what DCAT-AP-DK 2.0.2 makes mandatory (its SHACL shapes, group Mandatory)."""
RECOMMENDED = {
    "dcat:Catalog": ("dct:issued", "dct:modified", "dct:language", "foaf:homepage", "dcat:themeTaxonomy", "dct:spatial"),
    "dcat:Dataset": (
        "dct:identifier", "dcat:theme", "dct:creator", "dct:publisher", "dcat:contactPoint", "dct:language",
        "dcat:landingPage",
    ),
    "dcat:Distribution": ("dct:format", "dcat:mediaType", "dcat:byteSize", "spdx:checksum", "dcat:downloadURL"),
}  # fmt: skip


@pytest.mark.parametrize("wanted", [MANDATORY, RECOMMENDED], ids=["mandatory", "recommended"])
def test_the_catalogue_has_what_the_profile_asks_for(edition, client, wanted):
    graph = catalogue(client)["@graph"]
    for name, properties in wanted.items():
        nodes = of_type(graph, name)
        assert nodes, name
        for node in nodes:
            assert [each for each in properties if not node.get(each)] == [], node.get("@id")


def test_every_reference_inside_the_catalogue_leads_to_a_node(edition, client):
    graph = catalogue(client)["@graph"]
    catalog = of_type(graph, "dcat:Catalog")[0]
    ids = {node["@id"] for node in graph}
    assert {each["@id"] for each in catalog["dcat:dataset"]} | {catalog["dct:publisher"]["@id"]} <= ids
    for dataset in of_type(graph, "dcat:Dataset"):
        assert dataset["dct:publisher"]["@id"] in ids


def test_every_prefix_is_declared(edition, client):
    data = catalogue(client)
    keys = set(re.findall(r'"([a-z]+):[A-Za-z]+"', json.dumps(data["@graph"]))) - {"http", "https", "mailto"}
    assert keys <= set(data["@context"])


def test_the_catalogue_tells_the_files_with_their_checksums(edition, client):
    files = distributions(client)
    assert [file["spdx:checksum"]["spdx:checksumValue"]["@value"] for file in files] == [
        edition.json_sha256,
        edition.csv_sha256,
    ]
    assert [file["dcat:byteSize"]["@value"] for file in files] == [str(edition.json_size), str(edition.csv_size)]
    for file in files:
        path = file["dcat:downloadURL"]["@id"].removeprefix("http://testserver")
        assert len(read_bytes(client, path)) == int(file["dcat:byteSize"]["@value"])


def test_the_contact_is_the_portals_mailbox_and_nobody(edition, client, settings):
    settings.CONTACT_EMAIL = "ki@portal.example"
    mailboxes = set(re.findall(r"mailto:[^\"]+", json.dumps(catalogue(client))))
    assert mailboxes == {"mailto:ki@portal.example"}


def test_the_catalogue_is_the_same_in_both_languages_and_tells_of_a_withdrawal(edition, client):
    withdraw("Agern", date(2026, 12, 3))
    assert json.loads(client.get(english_url("market:dcat")).content) == catalogue(client)
    (dataset,) = [node for node in catalogue(client)["@graph"] if "dct:temporal" in node]
    assert dataset["dct:modified"]["@value"] == "2026-12-03"
    notes = {note["@language"]: note["@value"] for note in dataset["adms:versionNotes"]}
    assert notes["da"] == "Ændret den 3. december 2026: En virksomhed er trukket tilbage."
    assert notes["en"].startswith("Changed on 3 December 2026")


def test_without_an_edition_the_catalogue_still_has_the_series(db, client):
    graph = catalogue(client)["@graph"]
    assert len(of_type(graph, "dcat:Dataset")) == 1
    assert len(of_type(graph, "dcat:Catalog")[0]["dcat:dataset"]) == 1


def test_a_file_is_under_the_checksum_of_its_bytes_though_somebody_withdraws_meanwhile(edition, client, monkeypatch):
    read_edition = EditionQuerySet.at

    def withdrawing_first(editions, code):
        withdraw("Agern", date(2026, 12, 3))
        return read_edition(editions, code)

    monkeypatch.setattr(EditionQuerySet, "at", withdrawing_first)
    response = client.get(f"{LIST}2026-11-01.json")
    content = b"".join(response)
    assert json.loads(content)["count"] == len(json.loads(content)["companies"]) == 1
    assert response["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert int(response["Content-Length"]) == len(content)


def test_the_market_of_an_edition_is_read_once_until_the_edition_changes(edition, client):
    first = days.of_edition(edition)
    make_response("Chili")
    assert days.of_edition(Edition.objects.get()) is first
    withdraw("Agern", date(2026, 12, 3))
    assert days.of_edition(Edition.objects.get()).vendors.bit_count() == 1
    for number in range(days.KEPT + 2):
        edition.json_sha256 = str(number)
        days.of_edition(edition)
    assert len(days._kept) == days.KEPT
