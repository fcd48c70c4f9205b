"""The page on which owners and days of many tasks are chosen at once."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Project, Task
from legaltoolbox.projects.rights import ProjectRole
from legaltoolbox.projects.work.plan import project_plan
from tests.admin_pages import form_data
from tests.days import days
from tests.legaltoolbox.projects.builders import Team
from tests.legaltoolbox.projects.planned import add, browser, take, url
from tests.mails import log_in
from tests.query_counts import costs
from tests.reading import parse

pytestmark = pytest.mark.any_database
DAY = date(2027, 1, 15)


def shown(client: Any, team: Team, query: str = "") -> dict[str, Any]:
    """What a browser sends of the page as it is shown."""
    return form_data(client.get(url("share_out", team.project) + query).content.decode())


def owners(team: Team) -> dict[str, tuple[Any, Any]]:
    return {task.key: (task.owner, task.due) for task in team.project.tasks.select_related("owner")}


def test_many_tasks_get_owner_and_day_in_one_save_and_the_others_get_no_row(team):
    own = add(team, "Aftal et møde")
    take(team, "A02", owner=team.lead.pk, note="Begyndt")
    client, events = browser(team.editor), team.project.events.count()
    data = shown(client, team)
    data |= {"owner-A01": team.lead.pk, "due-A01": "2027-01-15", "owner-A02": "", f"due-{own.pk}": "2027-01-15"}
    response = client.post(url("share_out", team.project), data)
    assert response.status_code == 302
    assert owners(team) == {"A01": (team.lead, DAY), "A02": (None, None), own.key: (None, DAY)}
    assert team.project.tasks.get(activity="A02").note == "Begyndt"
    written = list(team.project.events.order_by("pk"))[events:]
    assert sorted(event.place for event in written) == ["A01.due", "A01.owner", "A02.owner", "Aftal et møde.due"]
    assert {event.actor for event in written} == {team.editor.user}
    first = next(event for event in written if event.place == "A01.owner")
    assert (first.person, first.person_before) == (team.lead.user, None)
    assert "3 opgaver er gemt." in client.get(response.headers["Location"]).content.decode()


def test_a_second_click_and_a_save_without_a_change_write_nothing(team):
    client = browser(team.lead)
    data = shown(client, team) | {"due-A01": "2027-01-15"}
    for _click in range(2):
        assert client.post(url("share_out", team.project), data).status_code == 302
    events, changed_at = team.project.events.count(), Project.objects.get(pk=team.project.pk).changed_at
    assert client.post(url("share_out", team.project), shown(client, team)).status_code == 302
    assert (team.project.events.count(), team.project.tasks.count()) == (events, 1)
    assert Project.objects.get(pk=team.project.pk).changed_at == changed_at


def test_of_a_task_that_a_colleague_has_changed_both_versions_are_shown_and_the_others_are_stored(team):
    client = browser(team.editor)
    data = shown(client, team) | {"due-A01": "2027-01-15", "owner-A02": team.lead.pk}
    take(team, "A01", owner=team.lead.pk, due=date(2027, 3, 1))
    response = client.post(url("share_out", team.project), data)
    page = parse(response.content.decode()).find("main")
    assert response.status_code == 200
    assert owners(team) == {"A01": (team.lead, date(2027, 3, 1)), "A02": (team.lead, None)}
    assert "1. marts 2027" in page.text
    assert "15. januar 2027" in page.text
    assert page.find("input", name="due-A01").attrs["value"] == "2027-01-15"
    assert page.find_all("input", name="due-A02") == []
    assert client.post(url("share_out", team.project), form_data(response.content.decode())).status_code == 302
    assert owners(team)["A01"] == (None, DAY)


def test_what_a_colleague_has_changed_and_nobody_touched_on_the_page_stays(team):
    client = browser(team.editor)
    data = shown(client, team) | {"owner-A02": team.lead.pk}
    take(team, "A01", owner=team.lead.pk, due=DAY)
    assert client.post(url("share_out", team.project), data).status_code == 302
    assert owners(team)["A01"] == (team.lead, DAY)


def test_a_task_that_is_deleted_meanwhile_is_said_and_the_others_are_stored(team):
    own, other = add(team, "Aftal et møde"), add(team, "Ring til leverandøren")
    client = browser(team.editor)
    data = shown(client, team, "?fase=egne") | {f"due-{own.pk}": "2027-01-15", f"due-{other.pk}": "2027-01-15"}
    own.project = team.project
    own.withdraw(team.lead.user)
    response = client.post(url("share_out", team.project), data, follow=True)
    text = parse(response.content.decode()).find("main").text
    assert "1 opgave, som du har ændret her, er ikke længere i planen. Den er ikke gemt." in text
    assert owners(team) == {other.key: (None, DAY)}


def test_nothing_typed_is_lost_where_a_day_is_none(team):
    client = browser(team.editor)
    data = shown(client, team) | {"due-A01": "snart", "owner-A02": team.lead.pk}
    page = parse(client.post(url("share_out", team.project), data).content.decode()).find("main")
    assert page.find("input", name="due-A01").attrs["value"] == "snart"
    assert [each.attrs["href"] for each in page.find("div", "error-summary").find_all("a")] == ["#id_due-A01"]
    chosen = [each for each in page.find("select", name="owner-A02").find_all("option") if "selected" in each.attrs]
    assert [each.attrs["value"] for each in chosen] == [str(team.lead.pk)]
    assert not team.project.tasks.exists()


@pytest.mark.parametrize("owner", ["9" * 5000, "9" * 19, "٣", "²", "x"])
def test_an_owner_who_is_none_is_refused_at_the_task(team, owner):
    client = browser(team.editor)
    response = client.post(url("share_out", team.project), shown(client, team) | {"owner-A02": owner})
    summary = parse(response.content.decode()).find("main").find("div", "error-summary")
    assert [each.attrs["href"] for each in summary.find_all("a")] == ["#id_owner-A02"]
    assert not team.project.tasks.exists()


def test_an_owner_who_can_no_longer_write_is_refused_at_the_task_and_nothing_is_stored(team):
    values = {"A01": {"owner": team.reader.pk, "due": None}, "A02": {"owner": team.lead.pk, "due": None}}
    with pytest.raises(ValidationError) as refused:
        Task.share_out(
            team.project, team.lead.user, values, dict.fromkeys(values, fingerprint({"owner": None, "due": None}))
        )
    assert list(refused.value.error_dict) == ["A01"]
    assert not team.project.tasks.exists()


def test_an_owner_who_has_lost_the_right_stays_where_nobody_changes_it(team):
    take(team, "A01", owner=team.editor.pk)
    client = browser(team.lead)
    data = shown(client, team) | {"due-A02": "2027-01-15"}
    team.project.change_role(team.lead.user, team.editor, ProjectRole.READER)
    assert client.post(url("share_out", team.project), data).status_code == 302
    assert owners(team)["A02"] == (None, DAY)


def test_a_closed_project_takes_nothing(team):
    client = browser(team.lead)
    data = shown(client, team) | {"due-A01": "2027-01-15"}
    team.project.close(team.lead.user)
    page = parse(client.post(url("share_out", team.project), data).content.decode()).find("main")
    assert page.find("input", name="due-A01").attrs["value"] == "2027-01-15"
    assert "Projektet er afsluttet" in page.text
    assert not team.project.tasks.exists()


def test_the_choices_show_one_phase_or_the_own_tasks_and_only_what_is_still_to_be_done(team):
    add(team, "Aftal et møde")
    take(team, "A02", state="done")
    plan = project_plan(Project.objects.get(pk=team.project.pk), catalogues.current(), days(0))
    first, second = plan.phases[:2]
    client = browser(team.lead)
    data = shown(client, team, f"?fase={second.phase.slug}")
    assert {name for name in data if name.startswith("due-")} == {f"due-{row.code}" for row in second.rows}
    assert {name for name in shown(client, team) if "A02" in name} == set()
    page = parse(client.get(url("share_out", team.project), {"fase": "egne"}).content.decode()).find("main")
    assert "Aftal et møde" in page.text
    assert first.rows[0].title not in page.text


def test_what_was_chosen_comes_back_after_a_login_that_expired(team):
    client, path = browser(team.lead), url("share_out", team.project)
    data = shown(client, team) | {"due-A01": "2027-01-15", "owner-A02": team.editor.pk}
    del client.cookies[settings.SESSION_COOKIE_NAME]
    assert client.post(path, data).status_code == 302
    log_in(client, team.lead.user.email, next=path)
    response = client.get(path)
    page = parse(response.content.decode()).find("main")
    assert page.find("input", name="due-A01").attrs["value"] == "2027-01-15"
    assert not team.project.tasks.exists()
    assert client.post(path, form_data(response.content.decode())).status_code == 302
    assert owners(team) == {"A01": (None, DAY), "A02": (team.editor, None)}


@pytest.mark.parametrize("number", [2, 40])
def test_storing_costs_the_same_for_few_tasks_as_for_many(team, number):
    codes = [activity.code for activity in catalogues.current().activities[:number]]
    take(team, codes[0], due=date(2027, 3, 1))
    seen = Task.objects.get().shared_out
    values = {code: {"owner": team.lead.pk, "due": DAY} for code in codes}
    prints = {code: fingerprint(seen if code == codes[0] else {"owner": None, "due": None}) for code in codes}
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    with costs(7):
        assert Task.share_out(project, team.lead.user, values, prints).changed == number


def test_only_who_can_write_is_led_there(team):
    path = reverse("projects:share_out", args=team.project.address)
    for name in ("activities", "plan"):
        pages = {
            who: browser(team.people[who]).get(url(name, team.project)).content.decode() for who in ("lead", "reader")
        }
        assert (f'href="{path}"' in pages["lead"], f'href="{path}"' in pages["reader"]) == (True, False)


def test_an_activity_can_be_saved_before_its_checklist_and_after_it(team):
    form = (
        parse(browser(team.lead).get(url("activity", team.project, "a20")).content.decode())
        .find("main")
        .find_all("form")[0]
    )
    names = [
        each.attrs.get("name") or each.attrs.get("type")
        for each in form.find_all()
        if each.tag in ("textarea", "input", "button")
    ]
    assert names.count("submit") == 2
    assert names.index("note") < names.index("submit") < names.index("answer-1")
