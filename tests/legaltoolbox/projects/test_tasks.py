"""Tasks and answers to checklists: one event for each change, and nothing of two people at once is lost."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint, new_page
from legaltoolbox.projects.models import ChecklistAnswer, Project, ProjectEvent, Task
from legaltoolbox.projects.models.tasks import EMPTY
from tests.legaltoolbox.projects.builders import Team, make_project

DUE = date(2026, 12, 15)
NOTHING = fingerprint(EMPTY)


def save(team: Team, values: dict[str, Any] | None = None, answers: Any = None, *, seen: str = "", **options: Any):
    """Save the task of A25 as a page does that shows what is stored now, or with `seen` what was stored then."""
    project = options.get("project", team.project)
    task = project.tasks.filter(activity="A25").first()
    rows = ChecklistAnswer.contents(project.checklist_answers.of_activity("A25"), answers or {})
    fingerprints = (
        seen or fingerprint(task.content if task else EMPTY),
        options.get("seen_answers", fingerprint(rows)),
    )
    by = options.get("by", team.lead).user
    return Task.save_activity(project, by, "A25", values or {}, answers or {}, seen=fingerprints)


def events(project: Project, *whats: str) -> list[tuple[str, str, str, str]]:
    rows = project.events.filter(what__in=whats or ["task", "task-added", "task-deleted", "checklist"])
    return [(event.place, event.old, event.new, event.reason) for event in rows.order_by("pk")]


def test_an_activity_has_a_row_from_the_first_change_on_and_one_event_for_each(team):
    assert not save(team, dict(EMPTY))
    assert not team.project.tasks.exists()
    assert save(team, {**EMPTY, "owner": team.editor.pk, "due": DUE})
    assert save(team, {"state": "done"})
    assert not save(team, {"state": "done"})
    task = team.project.tasks.get()
    assert (task.owner, task.due, task.saved_by, task.done_at is None) == (team.editor, DUE, team.lead.user, False)
    assert events(team.project) == [
        ("A25.owner", "", "", ""),
        ("A25.due", "", "2026-12-15", ""),
        ("A25.state", "open", "done", ""),
    ]
    owned = team.project.events.get(place="A25.owner")
    assert (owned.person_before, owned.person) == (None, team.editor.user)
    save(team, {"state": "under-way"})
    assert team.project.tasks.get().done_at is None


def test_a_done_task_keeps_the_time_it_was_done_at_when_it_is_edited(team):
    save(team, {"state": "done"})
    earlier = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    Task.objects.update(done_at=earlier)
    assert save(team, {"note": "Referatet ligger på sagen"})
    task = Task.objects.get()
    assert (task.note, task.done_at) == ("Referatet ligger på sagen", earlier)


def test_what_is_not_relevant_says_why(team):
    with pytest.raises(ValidationError) as refused:
        save(team, {"state": "not-relevant"})
    assert set(refused.value.error_dict) == {"reason"}
    assert not team.project.tasks.exists()
    save(team, {"state": "not-relevant", "reason": "Vi træner ikke selv"})
    assert events(team.project)[0] == ("A25.state", "open", "not-relevant", "Vi træner ikke selv")


def test_only_who_can_write_in_the_project_owns_a_task(team, other_team):
    for stranger in (team.strange, team.dpo, team.reader, team.management, other_team.editor):
        with pytest.raises(ValidationError):
            save(team, {"owner": stranger.pk})
    assert not events(team.project)


def test_answers_to_the_checklist_are_kept_by_key_with_one_event_each(team):
    save(team, answers={"1": ("yes", ""), "3": ("no", "Mangler svar"), "4": ("", "")})
    save(team, answers={"1": ("", ""), "3": ("no", "Svar er kommet")})
    rows = team.project.checklist_answers.all()
    assert [(row.place, row.value, row.note, row.saved_by) for row in rows] == [
        ("A25.3", "no", "Svar er kommet", team.lead.user)
    ]
    assert events(team.project) == [
        ("A25.1", "", "yes", ""),
        ("A25.3", "", "no", "Mangler svar"),
        ("A25.1", "yes", "", ""),
        ("A25.3", "no", "no", "Svar er kommet"),
    ]
    assert not team.project.tasks.exists()


def test_the_second_of_two_people_sees_what_the_first_has_saved(team):
    save(team, {"note": "Aftalt med driften"}, by=team.editor)
    with pytest.raises(ChangedMeanwhile) as conflict:
        save(team, {"due": DUE}, {"1": ("yes", "")}, seen=NOTHING)
    assert conflict.value.stored["note"] == "Aftalt med driften"
    assert conflict.value.stored["1"] == ("", "")
    assert conflict.value.saved.saved_by == team.editor.user
    assert len(events(team.project)) == 1


def test_two_people_who_answer_the_same_checklist_at_once_lose_nothing(team):
    seen = fingerprint({"1": ("", ""), "2": ("", "")})
    save(team, answers={"1": ("yes", ""), "2": ("", "")}, by=team.editor)
    with pytest.raises(ChangedMeanwhile) as conflict:
        save(team, answers={"1": ("no", ""), "2": ("yes", "")}, seen_answers=seen)
    assert conflict.value.saved.saved_by == team.editor.user
    assert save(team, {"due": DUE}, {"1": ("yes", ""), "2": ("", "")}, seen_answers=seen)


def test_an_own_task_is_made_once_however_often_the_button_is_pressed(team):
    page = new_page()
    values = {**EMPTY, "title": "Aftal møde med driften", "due": DUE}
    first, second = (Task.add_own(team.project, team.lead.user, values, page) for _ in range(2))
    assert first == second
    first.edit_own(team.editor.user, {"title": "Aftal to møder"}, fingerprint(first.content))
    first.withdraw(team.editor.user)
    first.withdraw(team.editor.user)
    assert events(team.project) == [
        ("", "", "Aftal møde med driften", ""),
        ("Aftal to møder.title", "Aftal møde med driften", "Aftal to møder", ""),
        ("", "Aftal to møder", "", ""),
    ]
    with pytest.raises(ValidationError):
        first.edit_own(team.lead.user, {"title": "Igen"}, "")


def test_an_own_task_that_somebody_else_has_changed_is_not_overwritten(team):
    task = Task.add_own(team.project, team.lead.user, {**EMPTY, "title": "Aftal møde"}, "")
    seen = fingerprint(task.content)
    task.edit_own(team.editor.user, {"due": DUE}, seen)
    with pytest.raises(ChangedMeanwhile):
        task.edit_own(team.lead.user, {"state": "done"}, seen)
    assert team.project.tasks.get().state == "open"


def test_a_closed_project_keeps_its_tasks_as_they_are(team):
    task = Task.add_own(team.project, team.lead.user, {**EMPTY, "title": "Aftal møde"}, "")
    team.project.close(team.lead.user)
    for change in (
        lambda: save(team, {"due": DUE}),
        lambda: Task.add_own(team.project, team.lead.user, {**EMPTY, "title": "Ny"}, ""),
        lambda: task.edit_own(team.lead.user, {"due": DUE}, fingerprint(task.content)),
        lambda: task.withdraw(team.lead.user),
    ):
        with pytest.raises(ValidationError):
            change()
    assert team.project.tasks.get().due is None


def test_my_tasks_are_those_i_can_do_something_about_the_first_day_first(team, other_team):
    closed = make_project(team.municipality, team.lead)
    member = other_team.municipality.members.create(user=team.lead.user)
    other_team.project.add_member(other_team.lead.user, member, "editor")
    by = other_team.lead.user
    for project, owner, title, fields in (
        (team.project, team.lead, "uden dato", {}),
        (team.project, team.lead, "senere", {"due": DUE}),
        (team.project, team.lead, "færdig", {"state": "done"}),
        (team.project, team.editor, "en andens", {"due": DUE}),
        (closed, team.lead, "lukket", {}),
        (other_team.project, member, "først", {"due": date(2026, 12, 1)}),
    ):
        Task.add_own(project, by, {**EMPTY, "title": title, "owner": owner.pk, **fields}, "")
    closed.close(by)
    mine = Task.objects.of_person(team.lead.user)
    assert [task.title for task in mine] == ["først", "senere", "uden dato"]
    other_team.project.remove_member(by, member)
    assert [task.title for task in mine.all()] == ["senere", "uden dato"]


def test_who_leaves_the_municipality_leaves_the_tasks_without_an_owner(team):
    save(team, {"owner": team.editor.pk})
    team.editor.delete()
    assert team.project.tasks.get().owner is None
    assert ProjectEvent.objects.filter(project=team.project, what="task").exists()
