"""Whoever deletes what a colleague has changed since is told so, and nothing is lost; the same goes for a person's tasks."""

import pytest
from django.urls import reverse

from legaltoolbox.projects.models import Evidence, Measure, ProjectLegalBasis, RiskAssessment
from tests.admin_pages import form_data
from tests.legaltoolbox.projects.planned import add, browser, url

CHANGED = "Andre har ændret det her imens"


def make_measure(team):
    return (
        Measure.add_measure(team.project, "Slet", [], team.lead.user),
        "measure",
        "pk",
        {"text": "Slet efter 30 dage"},
    )


def make_basis(team):
    row = ProjectLegalBasis.add_processing(team.project, team.lead.user, phase="idriftsaettelse", processing="Breve")
    return row, "legal_basis", "pk", {"processing": "Breve til borgere"}


def make_risk(team):
    return (
        RiskAssessment.add_own(team.project, "Nedbrud", team.lead.user),
        "risk",
        "code",
        {"title": "Nedbrud i ferien"},
    )


def make_task(team):
    return add(team, "Aftal et møde"), "task", "pk", {"title": "Aftal to møder"}


@pytest.mark.parametrize("make", [make_measure, make_basis, make_risk, make_task])
def test_what_a_colleague_has_changed_is_deleted_by_whoever_has_read_the_change(team, make):
    row, name, key, changed = make(team)
    place = str(getattr(row, key)).lower()
    page, deletion = url(name, team.project, place), url(f"{name}_delete", team.project, place)
    client, model = browser(team.editor), type(row)

    def deletes():
        html = client.get(deletion if name == "task" else page).content.decode()
        return {"seen": form_data(html)["seen"]}

    shown = deletes()
    colleague = browser(team.lead)
    colleague.post(page, form_data(colleague.get(page).content.decode()) | changed)
    answer = client.post(deletion, shown, follow=True)
    assert CHANGED in answer.content.decode()
    assert answer.redirect_chain[-1][0] == page
    assert next(iter(changed.values())) in answer.content.decode()
    assert model.objects.filter(pk=row.pk).exists()

    for _click in range(2):
        assert client.post(deletion, deletes() if model.objects.filter(pk=row.pk) else {}).status_code == 302
    assert not model.objects.filter(pk=row.pk).exists()
    assert team.project.events.filter(what__endswith="deleted").count() == 1


def test_a_keeper_does_not_take_away_a_task_that_another_one_has_just_given(team):
    team.lead.municipality.members.filter(pk=team.reader.pk).update(is_keeper=True)
    address = reverse("projects:tasks_of_member", args=[team.municipality.code, team.strange.pk])
    first, second = browser(team.keeper), browser(team.reader)
    shown = form_data(second.get(address).content.decode())
    first.post(address, form_data(first.get(address).content.decode()) | {"tasks": "substitute"})
    page = second.post(address, shown | {"tasks": "keeper"}).content.decode()
    assert "En anden tovholder har imens valgt “stedfortræder”" in page
    team.strange.refresh_from_db()
    assert (team.strange.dpo, team.strange.is_keeper) == ("substitute", False)
    assert second.post(address, form_data(page)).status_code == 302
    team.strange.refresh_from_db()
    assert (team.strange.dpo, team.strange.is_keeper) == ("", True)


def test_the_same_task_given_twice_is_no_conflict(team):
    seen = ""
    for _keeper in range(2):
        team.strange.change_tasks(team.keeper.user, is_keeper=True, seen=seen)
    assert team.strange.special_task == "keeper"


def test_a_second_click_on_deleting_evidence_leads_on(team):
    row = Evidence.add_piece(team.project, team.lead.user, place="K01", title="Aftalen", case_number="26-1")
    client, events = browser(team.lead), team.project.events.filter(what="evidence-deleted")
    for _click in range(2):
        assert client.post(url("evidence_delete", team.project, row.pk), follow=True).status_code == 200
    assert not Evidence.objects.exists()
    assert events.count() == 1
