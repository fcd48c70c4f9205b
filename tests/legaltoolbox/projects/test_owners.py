"""Who can be made responsible for a part of a project's work: who can write in it. Whoever cannot any more stays, and it is said."""

import pytest
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import Measure, RequirementState, RiskAssessment, Task
from legaltoolbox.projects.models.tasks import EMPTY
from legaltoolbox.projects.rights import ProjectRole
from tests.legaltoolbox.projects.documents import browser
from tests.reading import parse


def owned_task(team, owner) -> list:
    values = {**EMPTY, "title": "Aftal et møde", "owner": owner.pk}
    return ["task", Task.add_own(team.project, team.lead.user, values, "").pk]


def owned_activity(team, owner) -> list:
    seen = (fingerprint(EMPTY), fingerprint({}))
    Task.save_activity(team.project, team.lead.user, "A25", {**EMPTY, "owner": owner.pk}, {}, seen=seen)
    return ["activity", "a25"]


def owned_risk(team, owner) -> list:
    seen = fingerprint(RiskAssessment(project=team.project, code="R09").content)
    RiskAssessment.assess(team.project, "R09", {"owner": owner.pk}, seen, team.lead.user)
    return ["risk", "r09"]


def owned_requirement(team, owner) -> list:
    seen = fingerprint(RequirementState(project=team.project, code="K31").content)
    RequirementState.assess(team.project, "K31", {"owner": owner.pk}, seen, team.lead.user)
    return ["requirement", "k31"]


def owned_measure(team, owner) -> list:
    return ["measure", Measure.add_measure(team.project, "Slet", ["R09"], team.lead.user, owner=owner.pk).pk]


def offered(team, page) -> dict[str, str]:
    """The people that the page offers as responsible: key to what it calls them; and "" to the one that is chosen."""
    name, key = page
    html = browser(team.lead).get(reverse(f"projects:{name}", args=[*team.project.address, key])).content.decode()
    select = parse(html).find("select", name="owner")
    return {option.attrs["value"]: option.text for option in select.find_all("option")}


OWNED = (owned_task, owned_activity, owned_risk, owned_requirement, owned_measure)


@pytest.mark.parametrize("make", OWNED)
def test_only_who_can_write_is_offered(make, team):
    people = offered(team, make(team, team.editor)).keys() - {""}
    assert people == {str(team.lead.pk), str(team.editor.pk)}


@pytest.mark.parametrize("make", OWNED)
def test_who_cannot_write_any_more_stays_and_it_is_said(make, team):
    page = make(team, team.editor)
    team.project.change_role(team.lead.user, team.editor, ProjectRole.READER)
    name = str(team.editor.user)
    people = offered(team, page)
    assert people.keys() - {""} == {str(team.lead.pk), str(team.editor.pk)}
    assert people[str(team.lead.pk)] == str(team.lead.user)
    assert people[str(team.editor.pk)] == f"{name} (kan ikke længere skrive)"


def test_a_task_of_somebody_who_cannot_write_any_more_can_be_changed_as_it_is(team):
    _name, key = owned_task(team, team.editor)
    team.project.change_role(team.lead.user, team.editor, ProjectRole.READER)
    task = Task.objects.get(pk=key)
    task.project = team.project
    task.edit_own(team.lead.user, {**task.content, "note": "Aftalt"}, fingerprint(task.content))
    task.refresh_from_db()
    assert (task.note, task.owner) == ("Aftalt", team.editor)
