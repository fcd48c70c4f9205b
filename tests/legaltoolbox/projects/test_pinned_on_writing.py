"""Whoever writes in a project by any of its pages pins the texts that it was written to, before the first letter is stored."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from kl_ai.drafts.parts import new_page
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Requirement, toolbox_version
from legaltoolbox.projects.models import Project, ProjectItem
from legaltoolbox.projects.work.texts import texts
from tests.admin_pages import form_data, logged_in
from tests.legaltoolbox.projects.whole import fill, whole_file, written

from .access import TABLE
from .project_rows import say_all

LEAST = 20
"""So many addresses store something when their own form is sent as it is."""


def test_no_address_of_a_project_writes_without_pinning(team, monkeypatch):
    held: list[bool] = []
    hold = Project.hold

    def holding(project: Project) -> None:
        held.append(project.pin_texts is not None)
        hold(project)

    say_all(team)
    monkeypatch.setattr(Project, "hold", holding)
    clients = {name: logged_in(member.user) for name, member in team.people.items()}
    for client in clients.values():
        client.raise_request_exception = False  # the rows of the table are made for one request each
    writing, wrong = [], []
    for row in TABLE:
        if "post" not in row.methods:
            continue
        who = next((name for name in ("lead", "dpo", "management") if row.may(team, name, "post")), None)
        if who is None:
            continue
        path = row.path(team)
        sent = {} if row.is_post else _form(clients[who].get(path))
        held.clear()
        clients[who].post(path, {**sent, **dict(row.sent)})
        if held:
            writing.append(row.name)
            wrong += [] if all(held) else [row.name]
    assert wrong == []
    assert len(writing) >= LEAST, writing


def _form(response) -> dict:
    return form_data(response.content.decode()) if response.status_code == 200 else {}


def test_project_that_was_made_before_is_pinned_by_the_command(team, capsys):
    say_all(team)
    toolbox_version.bump()
    assert not team.project.items.exists()
    call_command("update_projects", "--dry-run")
    assert "1 projects" in capsys.readouterr().out
    assert not team.project.items.exists()
    call_command("update_projects")
    assert team.project.items.count() == len(texts(catalogues.current()).hashes)
    Requirement.objects.filter(code="K01").update(duty="En anden pligt.")
    Requirement.objects.filter(code="K02").update(duty="En anden pligt.")
    toolbox_version.bump()
    call_command("update_projects")
    assert "1 texts taken over" in capsys.readouterr().out
    live = texts(catalogues.current()).hashes
    assert [row.code for row in team.project.items.all() if row.hash != live[row.key]] == ["K01"], "it is assessed"


def test_new_project_is_pinned_from_the_beginning(team):
    toolbox_version.bump()
    client = logged_in(team.lead.user)
    client.post(reverse("projects:new", args=[team.municipality.code]), {"title": "Breve", "purpose": "Hurtigere svar"})
    project = Project.objects.get(title="Breve")
    assert project.items.count() == len(texts(catalogues.current()).hashes)


@pytest.mark.parametrize("is_known", [True, False])
def test_imported_project_is_pinned_to_its_own_texts_where_they_are_known(team, is_known):
    fill(team)
    code = team.project.requirement_states.first().code
    toolbox_version.bump()
    call_command("update_projects")
    duty = "En anden pligt."
    Requirement.objects.filter(code=code).update(duty=duty)
    toolbox_version.bump()
    file = whole_file(team.project)
    [item] = [row for row in file["project"]["items"] if row["code"] == code]
    known = item["hash"]
    if not is_known:
        item["hash"] = "0" * 64
    client = logged_in(team.lead.user)
    path = reverse("projects:import", args=[team.municipality.code])
    upload = SimpleUploadedFile("projekt.json", written(file), "application/json")
    client.post(path, {"file": upload, "page": new_page()})
    row = ProjectItem.objects.exclude(project=team.project).get(code=code)
    live = texts(catalogues.current()).hashes["requirement", code]
    assert (row.hash, row.is_unknown) == ((known, False) if is_known else (live, True))
