"""What a project says once stands in each document that asks for it, and a document that differs says why."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import ProjectFact
from legaltoolbox.projects.models.fact_fields import (
    ANSWER_FIELDS,
    BY_FIELD,
    CASE_NUMBER,
    FACT_FIELDS,
    JOINED,
    MUNICIPALITY,
)
from legaltoolbox.projects.models.facts import LEAD
from legaltoolbox.projects.work.sections import Kind
from tests.legaltoolbox.projects.documents import begin, browser


def save(team, **values) -> None:
    ProjectFact.save_all(team.project, values, fingerprint(ProjectFact.stored(team.project)), team.lead.user)


def section_path(team, document, key="1") -> str:
    return reverse("projects:section", args=[*team.project.address, document.number, key])


def hidden(html) -> str:
    return re.search(r'name="seen" value="([^"]*)"', html)[1]


@pytest.mark.parametrize("place", BY_FIELD, ids="-".join)
def test_each_field_that_asks_for_a_fact_is_in_its_template_and_takes_what_the_fact_is(content_rows, place):
    code, section_key, field_key = place
    catalogue = catalogues.current()
    sections = {section.key: section for section in catalogue.sections(catalogue.find("template", code))}
    fields = {field.key: field for field in catalogue.fields(sections[section_key])}
    kinds = Kind.YES_NO, Kind.CHOICE
    assert fields[field_key].kind in (kinds if place in ANSWER_FIELDS.values() else (Kind.LINE, Kind.TEXT))


def test_each_fact_is_asked_for_somewhere():
    assert set(FACT_FIELDS) == {
        "title",
        LEAD,
        CASE_NUMBER,
        MUNICIPALITY,
        *JOINED,
        *ProjectFact.Key.values,
        *ANSWER_FIELDS,
    }


def test_a_fact_stands_in_every_document_that_asks_for_it_and_saving_the_page_makes_no_copy(team):
    save(team, owner="Karla Kontor")
    client = browser(team.lead)
    for code in ("S05", "S07", "S11"):
        document = begin(team, code)
        html = client.get(section_path(team, document)).content.decode()
        assert 'value="Karla Kontor"' in html
        client.post(section_path(team, document), {"f-3": "Karla Kontor", "seen": hidden(html)})
        assert not document.stored("1", {"3": ""})["3"]
    save(team, owner="Bo Borgerservice")
    for document in team.project.documents.all():
        assert "Bo Borgerservice" in browser(team.reader).get(section_path(team, document)).content.decode()


def test_a_document_that_differs_keeps_its_own_answer_and_asks_why(team):
    save(team, owner="Karla Kontor")
    document, client = begin(team), browser(team.lead)
    path = section_path(team, document)
    client.post(path, {"f-3": "Bo Borgerservice", "seen": hidden(client.get(path).content.decode())})
    html = client.get(path).content.decode()
    assert 'name="f-3.why"' in html
    client.post(path, {"f-3": "Bo Borgerservice", "f-3.why": "Kun i piloten", "seen": hidden(html)})
    html = client.get(path).content.decode()
    assert "Kun i piloten" in html
    client.post(path, {"f-3": "Karla Kontor", "f-3.why": "Kun i piloten", "seen": hidden(html)})
    assert document.stored("1", {"3": "", "3.why": ""}) == {"3": "", "3.why": ""}


def test_a_fact_that_changes_while_the_page_is_open_is_not_undone_by_it(team):
    save(team, owner="Karla Kontor")
    document, client = begin(team), browser(team.lead)
    path = section_path(team, document)
    seen = hidden(client.get(path).content.decode())
    save(team, owner="Bo Borgerservice")
    client.post(path, {"f-3": "Karla Kontor", "f-3.fact": "Karla Kontor", "seen": seen})
    assert not document.stored("1", {"3": ""})["3"]


def test_facts_are_saved_on_their_page_with_an_event_each_and_a_conflict_overwrites_nothing(team):
    path, client = reverse("projects:facts", args=team.project.address), browser(team.lead)
    seen = hidden(client.get(path).content.decode())
    assert client.post(path, {"owner": "Karla", "vendor": "Ingen", "seen": seen}).status_code == 302
    changed = team.project.events.filter(what="fact").order_by("pk")
    assert sorted((event.place, event.new) for event in changed) == [("owner", "Karla"), ("vendor", "Ingen")]
    page = browser(team.editor).post(path, {"owner": "Bo", "vendor": "Ingen", "seen": seen}).content.decode()
    assert 'id="conflict-heading"' in page
    assert ProjectFact.stored(team.project)["owner"] == "Karla"
    with pytest.raises(ChangedMeanwhile):
        ProjectFact.save_all(team.project, {"owner": "Bo"}, seen, team.editor.user)
    team.project.close(team.lead.user)
    with pytest.raises(ValidationError):
        save(team, owner="For sent")
