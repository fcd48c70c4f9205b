"""A project whose file no import takes: the page says so and what to do, and nobody finds it out when the project is needed."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint, new_page
from legaltoolbox.projects.files import project_reader
from legaltoolbox.projects.models.portable import HISTORY, WORK
from tests.legaltoolbox.projects.documents import begin, browser
from tests.legaltoolbox.projects.whole import fill, whole_file, written
from tests.reading import parse

LOG = ("edits", "events")


def url(team):
    return reverse("projects:project_json", args=team.project.address)


def imports(team, content):
    """Whether the page of the import makes a project of the file."""
    file = SimpleUploadedFile("projekt.json", content, "application/json")
    path = reverse("projects:import", args=[team.municipality.code])
    return browser(team.editor).post(path, {"file": file, "page": new_page()}).status_code == 302


def rows_of(part, record):
    return record[part.name] if part in WORK else record["history"][part.name]


def without(record):
    left_out = {key: [] for key in LOG}
    return {**record, **{name: {**record[name], **left_out} for name in ("history", "imported")}}


@pytest.fixture
def project(team):
    return fill(team)


@pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_BRACKETS", "MOST_COMMAS", "MOST_ANSWERS"])
def test_what_the_import_refuses_is_not_handed_out_as_if_it_were_taken(limit, project, team, monkeypatch):
    client = browser(team.lead)
    whole = client.get(url(team))
    assert whole["Content-Type"] == "application/json"
    assert imports(team, whole.content)
    monkeypatch.setattr(project_reader, limit, 1)
    assert not imports(team, whole.content)
    page = client.get(url(team))
    assert page["Content-Type"].startswith("text/html")
    words = parse(page.content.decode()).text
    assert "kan ikke laves et nyt projekt af den" in words
    assert "Begynd et nyt projekt i stedet" in words
    assert json.loads(client.get(url(team) + "?fil=alt").content)["project"] == json.loads(whole.content)["project"]


@pytest.mark.parametrize("name", [part.name for part in (*WORK, *HISTORY)])
def test_more_rows_of_a_part_than_a_file_can_have_are_too_much(name, project):
    file = whole_file(project)
    part = next(each for each in (*WORK, *HISTORY) if each.name == name)
    content = written(file)
    assert not project_reader.is_too_much(content, file["project"])
    rows_of(part, file["project"])[:] = [{}] * (part.most + 1)
    assert project_reader.is_too_much(content, file["project"])


def test_without_the_log_of_changes_a_project_with_a_long_one_can_be_made_again(team, monkeypatch):
    document = begin(team)
    for number in range(40):
        by = (team.lead, team.editor)[number % 2]
        document.save_section(
            "4", {"1": ""}, {"1": f"{number} " * 1000}, fingerprint(document.stored("4", {"1": ""})), by.user
        )
    client = browser(team.lead)
    monkeypatch.setattr(project_reader, "MOST_BYTES", 50_000)
    page = client.get(url(team)).content.decode()
    assert "Hent projektet uden historik" in parse(page).text
    shorter = client.get(url(team) + "?fil=uden-log")
    record = json.loads(shorter.content)["project"]
    assert written(record) == written(without(json.loads(client.get(url(team) + "?fil=alt").content)["project"]))
    assert imports(team, shorter.content)


@pytest.mark.parametrize("asked", ["", "?fil=alt", "?fil=uden-log"])
def test_only_who_leads_the_project_gets_it(asked, project, team):
    assert browser(team.editor).get(url(team) + asked).status_code == 404
