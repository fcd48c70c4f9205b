"""The page on which a project publishes its sheet and withdraws it, and what everybody sees of it then."""

import json
from xml.etree import ElementTree

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legaltoolbox.projects.models import Project, SharedCopy
from legaltoolbox.projects.models.sheets import register_version
from legaltoolbox.projects.work.register import register
from tests.concurrency import ProcessKilled, run_at_once
from tests.legaltoolbox.projects.broken_off import stored
from tests.legaltoolbox.projects.builders import make_project
from tests.legaltoolbox.projects.documents import begin, browser
from tests.legaltoolbox.projects.sheets import approve, approved, published, say

LIST = "/juridisk-vaerktoejskasse/register/"
CHOSEN = {"area": "social", "solutions": ""}


def openness(team) -> str:
    return reverse("projects:openness", args=team.project.address)


def public(team, ending="/") -> str:
    return f"{LIST}{team.municipality.code}/{team.project.number}{ending}"


def preview(team, **chosen) -> dict[str, str]:
    """What the form of the preview sends."""
    response = browser(team.lead).get(openness(team), {**CHOSEN, **chosen, "vis": "1"})
    assert response.context["preview"], response.context["missing"]
    return {**CHOSEN, **chosen, "seen": response.context["seen"]}


def publish(team, **more):
    return browser(team.lead).post(openness(team), {**preview(team), **more})


# Publishing -------------------------------------------------------------------------------------


def test_a_sheet_is_looked_at_published_changed_and_withdrawn(team, client):
    document = approved(team)
    assert client.get(public(team)).status_code == 404
    assert publish(team).status_code == 302
    page = client.get(public(team))
    assert "Brevhjælperen" in page.content.decode()
    assert not page.cookies
    say_newer(team)
    assert publish(team).status_code == 302
    assert "Skriver nu også mails" in client.get(public(team)).content.decode()
    assert "Skriver nu også mails" not in client.get(public(team, "/1/")).content.decode()
    assert document.version == 1
    url = reverse("projects:openness_withdraw", args=team.project.address)
    assert browser(team.lead).post(url, {"reason": ""}).status_code == 200
    assert client.get(public(team)).status_code == 200
    assert browser(team.lead).post(url, {"reason": "Fejl i teksten"}).status_code == 302
    for ending in ("/", "/1/", ".json"):
        response = client.get(public(team, ending))
        assert response.status_code == 410
        assert "Brevhjælperen" not in response.content.decode()
    assert team.project.events.filter(what="share-withdrawn").get().reason == "Fejl i teksten"
    assert "Brevhjælperen" not in client.get(LIST).content.decode()


def say_newer(team) -> None:
    newer = begin(team, "S27")
    say(newer, {("2", "1"): "Skriver nu også mails."}, team.editor)
    approve(team, newer)


def test_the_page_says_what_is_missing_and_leads_there(team):
    page = browser(team.lead).get(openness(team))
    assert page.context["missing"]
    assert page.context["missing_links"][0][1] == reverse("projects:documents", args=team.project.address)
    document = begin(team, "S27")
    page = browser(team.lead).get(openness(team))
    url = reverse("projects:document", args=[*team.project.address, document.number])
    assert page.context["missing_links"][0][1] == url
    assert browser(team.lead).post(openness(team), {**CHOSEN, "seen": ""}).status_code == 200
    assert not SharedCopy.objects.exists()


def test_what_can_point_to_a_person_has_to_be_confirmed(team):
    approved(team, values={("2", "3"): "Skriv til anna.and@kommune.example."})
    response = publish(team)
    assert response.status_code == 200
    assert "anna.and@kommune.example" in response.content.decode()
    assert not SharedCopy.objects.exists()
    assert publish(team, confirmed="1").status_code == 302


def test_what_was_not_looked_at_is_not_published(team):
    approved(team)
    sent = preview(team)
    say_newer(team)
    response = browser(team.lead).post(openness(team), sent)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert browser(team.lead).post(openness(team), {**sent, "area": "health"}).status_code == 200
    assert not SharedCopy.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"area": "x"},
        {"area": "social", "texts": "letter"},
        {"area": "social", "has_experiences": "on", "seen": "\x00" * 99},
        {"area": "social", "solutions": "https://ond.example/"},
        {"area": "social", "solutions": "/" * 100_000},
        {"area": ["social", "health"], "seen": "9" * 5000},
        {},
    ],
)
def test_what_is_tampered_with_publishes_nothing(sent, team):
    approved(team)
    assert browser(team.lead).post(openness(team), sent).status_code == 200
    assert browser(team.lead).get(openness(team), {**sent, "vis": "1"}).status_code == 200
    assert not SharedCopy.objects.exists()


def test_who_leads_no_more_publishes_nothing(team):
    approved(team)
    sent = preview(team)
    for member in (team.editor, team.reader, team.management, team.dpo, team.strange):
        assert browser(member).post(openness(team), sent).status_code == 404
    assert not SharedCopy.objects.exists()


def test_a_closed_project_keeps_its_sheet_and_can_withdraw_it(team, client):
    approved(team)
    publish(team)
    Project.objects.get(pk=team.project.pk).close(team.lead.user)
    assert client.get(public(team)).status_code == 200
    url = reverse("projects:openness_withdraw", args=team.project.address)
    assert browser(team.lead).post(url, {"reason": "Slut"}).status_code == 302
    assert client.get(public(team)).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_sheet_is_public(team):
    approved(team)
    sent = preview(team)
    browsers = [browser(team.lead) for _click in range(4)]
    statuses = run_at_once(lambda client: client.post(openness(team), sent).status_code, browsers)
    assert set(statuses) == {302}
    assert SharedCopy.objects.count() == 1
    assert team.project.events.filter(what="shared").count() == 1


def test_nothing_is_published_or_withdrawn_where_the_process_ends_before_the_register_is_told(
    team, client, monkeypatch
):
    approved(team)
    before = stored()

    def end() -> None:
        raise ProcessKilled

    with monkeypatch.context() as killed:
        killed.setattr(register_version, "bump", end)
        with pytest.raises(ProcessKilled):
            published(team)
    assert stored() == before
    copy = published(team)
    before = stored()
    with monkeypatch.context() as killed:
        killed.setattr(register_version, "bump", end)
        with pytest.raises(ProcessKilled):
            copy.withdraw(team.lead.user)
    assert stored() == before
    assert client.get(public(team)).status_code == 200


# The register -----------------------------------------------------------------------------------


def test_publishing_and_withdrawing_show_on_the_next_request_everywhere(team, client, settings):
    settings.DEBUG = False
    approved(team)
    assert "Brevhjælperen" not in client.get(LIST).content.decode()
    copy = published(team)
    first = client.get(public(team))
    assert "Brevhjælperen" in client.get(LIST).content.decode()
    assert client.get(public(team), headers={"If-None-Match": first["ETag"]}).status_code == 304
    copy.withdraw(team.lead.user)
    assert client.get(public(team), headers={"If-None-Match": first["ETag"]}).status_code == 410
    assert "Brevhjælperen" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}faktaark.json").json()["sheets"] == []


def test_a_deleted_project_takes_its_sheet_off_the_list(team, client, monkeypatch):
    approved(team)
    published(team)
    assert "Brevhjælperen" in client.get(LIST).content.decode()
    monkeypatch.setattr(Project, "is_to_be_deleted", lambda project, today: True)
    team.project.delete_for_good(None)
    assert "Brevhjælperen" not in client.get(LIST).content.decode()
    assert client.get(public(team)).status_code == 404


def test_what_other_municipalities_read_is_not_in_the_register(team, client):
    record = {"title": "Delt med kommuner"}
    seen = SharedCopy.hash_of(record)
    SharedCopy.publish(team.project, team.lead.user, SharedCopy.Audience.MUNICIPALITIES, record, seen)
    assert "Delt med kommuner" not in client.get(LIST).content.decode()
    assert client.get(public(team)).status_code == 404


def test_the_filters_and_the_search_narrow_the_list(team, other_team, client):
    approved(team)
    approved(other_team, values={("1", "1"): "Sagssøgeren", ("1", "4"): "Lukket"})
    published(team)
    published(other_team)

    def names(query: str) -> list[str]:
        return [sheet["title"] for sheet in client.get(f"{LIST}faktaark.json{query}").json()["sheets"]]

    assert names("") == ["Sagssøgeren", "Brevhjælperen"]
    assert names("?stadie=closed") == ["Sagssøgeren"]
    assert names(f"?kommune={team.municipality.code}") == ["Brevhjælperen"]
    assert names("?omraade=health") == []
    assert names("?q=sagssøger") == ["Sagssøgeren"]
    assert names("?stadie=ukendt&page=" + "9" * 5000) == ["Sagssøgeren", "Brevhjælperen"]
    page = client.get(f"{LIST}?stadie=closed").content.decode()
    assert ">Sagssøgeren</a>" in page
    assert ">Brevhjælperen</a>" not in page


@pytest.mark.parametrize("ending", ["9" * 5000 + "/", "99/", "1/0/", "1/99/", "1/" + "9" * 30 + "/", "0.json"])
def test_an_address_that_is_none_is_404(ending, team, client):
    approved(team)
    published(team)
    assert client.get(f"{LIST}{team.municipality.code}/{ending}").status_code == 404


def test_the_json_is_of_its_schema_and_the_feed_has_lasting_ids(team, client):
    approved(team)
    published(team)
    schema = client.get(f"{LIST}faktaark.schema.json").json()
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    for name, address in (("list", f"{LIST}faktaark.json"), ("sheet", public(team, ".json"))):
        content = client.get(address)
        assert content["Access-Control-Allow-Origin"] == "*"
        validator({**schema, "anyOf": [{"$ref": f"#/$defs/{name}"}]}).validate(json.loads(content.content))
    ids = [feed_ids(client) for _time in range(2)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 1
    say_newer(team)
    published(team)
    assert feed_ids(client) != ids[0]


def feed_ids(client) -> list[str]:
    atom = "{http://www.w3.org/2005/Atom}"
    content = client.get(f"{LIST}faktaark.atom").content
    assert b"\r" not in content
    feed = ElementTree.fromstring(content)
    return [entry.findtext(f"{atom}id") for entry in feed.findall(f"{atom}entry")]


def test_the_pages_cost_the_same_with_one_sheet_and_with_many(team, client):
    approved(team)
    copy = published(team)

    def costs() -> list[int]:
        numbers = []
        for address in (LIST, f"{LIST}?q=brev&omraade=social", public(team), f"{LIST}faktaark.json"):
            client.get(address)
            register.forget()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(f"{address}{'&' if '?' in address else '?'}page=1").status_code == 200
            numbers.append(len(queries))
        return numbers

    before = costs()
    for number in range(60):
        project = make_project(team.municipality, team.lead, title=f"Projekt {number}")
        record = {**copy.record, "title": f"Ark {number}"}
        seen = SharedCopy.hash_of(record)
        SharedCopy.publish(project, team.lead.user, SharedCopy.Audience.PUBLIC, record, seen)
    assert costs() == before
    assert "page=2" in client.get(LIST).content.decode()


def test_the_page_of_the_project_costs_the_same_with_many_versions(team):
    approved(team)
    published(team)
    client = browser(team.lead)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(openness(team)).status_code == 200
        return len(queries)

    before = cost()
    for _version in range(3):
        say_newer(team)
        published(team)
    assert cost() <= before + 1
    assert before <= 30


def test_no_page_of_a_vendor_leads_to_sheets(demo):
    for path in ("/markedsoverblik/virksomheder/agern-demofirma/", "/markedsoverblik/loesninger/"):
        assert "/register/" not in Client().get(path).content.decode()
