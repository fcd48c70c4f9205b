"""The pages of a project's activities and tasks, its plan as a file, and the tasks of one person."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from openpyxl import load_workbook

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import ChecklistItem, DocumentTemplate
from legaltoolbox.projects.models import Decision, Project, ProjectDocument, Task, TaskMailStop
from legaltoolbox.projects.work.plan import project_plan
from tests.admin_pages import form_data
from tests.builders import make_user
from tests.days import days
from tests.legaltoolbox.projects.builders import Team, make_project
from tests.legaltoolbox.projects.planned import MONDAY, add, browser, take, url, write_mails
from tests.query_counts import costs

pytestmark = pytest.mark.any_database


def plan(team: Team) -> Any:
    return project_plan(Project.objects.get(pk=team.project.pk), catalogues.current(), days(0))


# The plan -----------------------------------------------------------------------------------------


def test_the_plan_is_that_of_the_toolbox_with_what_the_project_has_written(team):
    take(team, "A01", {"1": ("yes", ""), "2": ("", "kun en note")}, owner=team.editor.pk, due=days(-1))
    add(team, "Aftal et møde")
    row = plan(team).row("A01")
    assert (row.owner_name, row.is_overdue, row.answered) == (str(team.editor.user), True, 1)
    assert row.questions == ChecklistItem.objects.filter(activity__code="A01", is_withdrawn=False).count()
    assert [row.title for row in plan(team).own] == ["Aftal et møde"]
    assert plan(team).total == len(catalogues.current().activities) + 1


def test_what_comes_next_is_what_has_a_day_then_what_the_phase_that_the_project_is_in_asks_for(team):
    before, now = plan(team).phases[:2]
    take(team, before.rows[1].code, owner=team.editor.pk, due=days(3))
    phase = now.phase.slug
    codes = [row.code for row in plan(team).next(3, phase)]
    assert codes == [before.rows[1].code, *(row.code for row in now.rows[:2])]
    assert [row.code for row in plan(team).next(2)] == [before.rows[1].code, before.rows[0].code]


def test_what_is_not_relevant_is_counted_neither_as_done_nor_as_to_do(team):
    phase = plan(team).phases[0]
    first, second = (row.code for row in phase.rows[:2])
    take(team, first, state="done")
    take(team, second, state="not-relevant", reason="Findes allerede")
    after = plan(team).phases[0]
    assert (after.done, after.total) == (1, phase.total - 1)
    assert (plan(team).done, plan(team).overdue) == (1, 0)


def test_what_does_not_apply_any_more_stays_where_something_is_written(team):
    rows = {row.code: row for row in plan(team).rows}
    question = next(row.entry.verdict.unanswered[0] for row in rows.values() if row.band == "unanswered")
    code = next(
        code for code, row in rows.items() if row.band == "unanswered" and row.entry.verdict.unanswered == (question,)
    )
    take(team, code, {"1": ("yes", "")}, note="Påbegyndt")
    team.project.answer(team.lead.user, {question.code: ("no", "")})
    row = next(row for row in plan(team).not_applicable if row.code == code)
    assert row.answered == 1
    assert "Nej" in row.why_not
    assert len(plan(team).not_applicable) == 1


def test_what_can_be_left_out_is_listed_apart_until_somebody_takes_it_up(team):
    questions = [question.code for question in catalogues.current().questions if question.rules_out_small_use]
    team.project.answer(team.lead.user, dict.fromkeys(questions, ("no", "")))
    code = next(row.code for phase in plan(team).phases for row in phase.left_out)
    assert code not in {row.code for row in plan(team).rows}
    page = browser(team.reader).get(url("activities", team.project)).content.decode()
    assert f'id="{code}"' in page
    take(team, code, owner=team.lead.pk)
    assert code in {row.code for row in plan(team).rows}


def test_the_plan_costs_four_queries_however_much_is_written(team):
    def cost() -> None:
        project, catalogue = (
            Project.objects.select_related("municipality").get(pk=team.project.pk),
            catalogues.current(),
        )
        with costs(4):
            for row in project_plan(project, catalogue, MONDAY).all_rows:
                assert row.owner_name is not None

    add(team, "Aftal et møde", owner=team.lead.pk)
    cost()
    for activity in catalogues.current().activities[:25]:
        take(team, activity.code, {"1": ("yes", "")}, owner=team.editor.pk)
        add(team, f"Opgave {activity.code}", owner=team.lead.pk)
    cost()


@pytest.mark.parametrize(
    ("choice", "shown"),
    [
        ("", {"A01", "A02", "A03"}),
        ("mine", {"A01"}),
        ("aabne", {"A01", "A02"}),
        ("overskredne", {"A02"}),
        ("x", {"A03"}),
    ],
)
def test_the_list_shows_what_is_chosen(team, choice, shown):
    take(team, "A01", owner=team.lead.pk, due=days(1))
    take(team, "A02", due=days(-1))
    take(team, "A03", state="done", due=days(-1))
    page = browser(team.lead).get(url("activities", team.project), {"vis": choice}).content.decode()
    hidden = {"A01", "A02", "A03"} - shown if choice != "x" else set()
    assert {code for code in shown if f'id="{code}"' not in page} == set()
    assert {code for code in hidden if f'id="{code}"' in page} == set()


# Pages --------------------------------------------------------------------------------------------


def test_the_editor_fills_in_an_activity_and_the_reader_sees_it_and_no_form(team):
    client, address = browser(team.editor), url("activity", team.project, "a01")
    data = form_data(client.get(address).content.decode())
    data |= {"owner": team.lead.pk, "due": "2027-01-15", "state": "under-way", "answer-1": "yes", "note-1": "Se sagen"}
    assert client.post(address, data).status_code == 302
    task, answer = team.project.tasks.get(), team.project.checklist_answers.get()
    assert (task.owner, task.due, task.state) == (team.lead, date(2027, 1, 15), "under-way")
    assert (answer.place, answer.value, answer.note) == ("A01.1", "yes", "Se sagen")
    page = browser(team.reader).get(address).content.decode()
    assert "Se sagen" in page
    assert "<textarea" not in page
    assert browser(team.reader).post(address, data).status_code == 404


def test_an_activity_leads_to_the_documents_of_the_project_and_a_decision_point_to_its_decision(team):
    catalogue = catalogues.current()
    activity = next(
        each
        for each in catalogue.activities
        if "S11" in {x.code for x in catalogue.linked(each, DocumentTemplate.KIND)}
    )
    path = url("activity", team.project, activity.code.lower())
    html = browser(team.reader).get(path).content.decode()
    assert f'href="{url("documents", team.project)}#S11"><span class="code">S11' in html
    document = ProjectDocument.begin(team.project, team.lead.user, template="S11", template_version="1", values={})
    html = browser(team.reader).get(path).content.decode()
    assert f'href="{url("document", team.project, document.number)}"' in html
    assert "(Kladde)" in html
    Decision.objects.create(project=team.project, point="P1", answer="yes", state="b" * 64)
    link = url("decision_point", team.project, "p1")
    for member, words in (
        (team.management, "Se og træf beslutningen"),
        (team.reader, "Se, hvad beslutningen hviler på"),
    ):
        html = browser(member).get(url("activity", team.project, "p1")).content.decode()
        assert f'href="{link}">{words}' in html
        assert "<dd>Ja, " in html


def test_the_second_of_two_people_gets_both_versions_and_keeps_what_was_typed(team):
    address = url("activity", team.project, "a01")
    first, second = browser(team.editor), browser(team.lead)
    data = form_data(second.get(address).content.decode())
    first.post(address, data | {"note": "Editors note", "answer-1": "no"})
    page = second.post(address, data | {"note": "Leads note", "answer-2": "yes"}).content.decode()
    assert "Editors note" in page
    assert "Leads note" in page
    again = form_data(page)
    assert (again["note"], again["answer-2"]) == ("Leads note", "yes")
    assert second.post(address, again).status_code == 302
    assert team.project.tasks.get().note == "Leads note"


def test_an_owner_who_has_left_the_project_stays_until_somebody_chooses_another(team):
    take(team, "A01", owner=team.editor.pk)
    team.project.remove_member(team.lead.user, team.editor)
    client, address = browser(team.lead), url("activity", team.project, "a01")
    client.post(address, form_data(client.get(address).content.decode()) | {"note": "Ny note"})
    task = team.project.tasks.get()
    assert (task.owner, task.note) == (team.editor, "Ny note")


def test_what_is_refused_comes_back_with_what_was_typed(team):
    client, address = browser(team.lead), url("activity", team.project, "a01")
    data = form_data(client.get(address).content.decode()) | {"state": "not-relevant", "note": "Vigtig note"}
    page = client.post(address, data).content.decode()
    assert "Vigtig note" in page
    team.project.close(team.lead.user)
    page = client.post(address, data | {"reason": "Ikke aktuelt"}).content.decode()
    assert "Vigtig note" in page
    assert not team.project.tasks.exists()


def test_a_task_of_ones_own_is_added_changed_and_deleted(team):
    client, new = browser(team.editor), url("task_new", team.project)
    data = form_data(client.get(new).content.decode()) | {"title": "Aftal et møde"}
    for _click in range(2):
        assert client.post(new, data).status_code == 302
    task = team.project.tasks.get()
    address = url("task", team.project, task.pk)
    data = form_data(client.get(address).content.decode()) | {"due": "2027-02-01"}
    client.post(address, data)
    assert team.project.tasks.get().due == date(2027, 2, 1)
    delete = url("task_delete", team.project, task.pk)
    asked = form_data(client.get(delete).content.decode())
    for _click in range(2):
        assert client.post(delete, asked).status_code == 302
    assert not team.project.tasks.exists()
    assert client.get(address).status_code == 404


def test_a_task_is_found_in_its_own_project_alone(team, other_team):
    task = add(other_team, "Andres opgave")
    for name in ("task", "task_delete"):
        assert browser(team.lead).get(url(name, team.project, task.pk)).status_code == 404
    assert Task.objects.filter(pk=task.pk).exists()


# Files --------------------------------------------------------------------------------------------


def test_the_workbook_has_a_line_for_each_task_and_takes_nothing_for_a_formula(team):
    take(team, "A01", {"1": ("no", "")}, owner=team.lead.pk, note="=1+1")
    add(team, "=HYPERLINK()")
    response = browser(team.reader).get(url("plan_xlsx", team.project))
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).worksheets[0]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(lines) == len(plan(team).all_rows)
    line = next(line for line in lines if line[1] == "A01")
    assert (line[3], line[7], line[9]) == (str(team.lead.user), 1, "=1+1")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "inlineStr"}


def events(team: Team) -> dict[str, Any]:
    calendar = Calendar.from_ical(browser(team.reader).get(url("plan_ics", team.project)).content)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_moves_an_event_and_makes_no_second_one(team):
    take(team, "A01", due=days(3))
    task = add(team, "Aftal et møde", due=days(5))
    before = events(team)
    assert len(before) == 2
    task.edit_own(team.lead.user, {"due": days(9)}, fingerprint(task.content))
    after = events(team)
    assert after.keys() == before.keys()
    moved = next(key for key in after if key.startswith(f"9901-1-opgave-{task.pk}@"))
    assert after[moved]["dtstart"].dt == days(9)


def test_two_projects_share_no_event_and_a_plan_without_days_has_no_calendar(team, other_team):
    take(team, "A01", due=days(3))
    take(other_team, "A01", due=days(3))
    assert not events(team).keys() & events(other_team).keys()
    project = make_project(team.municipality, team.lead)
    response = browser(team.lead).get(url("plan_ics", project))
    assert (response.status_code, response.url) == (302, url("activities", project))


# Mine, and the weekly mail ------------------------------------------------------------------------


def test_my_tasks_cost_the_same_for_one_and_for_many(team):
    client = browser(team.lead)
    take(team, "A01", owner=team.lead.pk)
    client.get(reverse("projects:mine"))
    numbers = []
    for _size in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("projects:mine")).status_code == 200
        numbers.append(len(captured))
        for number in range(20):
            add(team, f"Opgave {number}", owner=team.lead.pk)
    assert numbers[0] == numbers[1]


def test_the_mail_has_what_is_due_soon_or_overdue_and_comes_once_a_week(team):
    take(team, "A01", owner=team.lead.pk, due=date(2026, 12, 14))
    add(team, "Langt væk", owner=team.lead.pk, due=date(2026, 12, 15))
    add(team, "Overskredet", owner=team.lead.pk, due=date(2026, 11, 1))
    add(team, "Færdig", owner=team.lead.pk, due=date(2026, 11, 1), state="done")
    add(team, "Uden ejer", due=date(2026, 11, 1))
    write_mails()
    (mail,) = write_mails(date(2026, 12, 6))
    assert mail.to == team.lead.user.email
    assert mail.subject == "Fristen er overskredet for 1 af dine opgaver, og 1 har snart frist"
    title = catalogues.current().find("activity", "A01").title
    assert title in mail.body
    assert "Overskredet" in mail.body
    assert not {text for text in ("Langt væk", "Færdig", "Uden ejer") if text in mail.body}
    assert len(write_mails(date(2026, 12, 7))) == 2


def test_a_mail_names_thirty_tasks_and_says_how_many_more_there_are(team):
    for number in range(31):
        add(team, f"Opgave nr. {number:02}.", owner=team.lead.pk, due=MONDAY)
    (mail,) = write_mails()
    assert mail.body.count("Opgave nr. ") == 30
    assert "og 1 mere" in mail.body


def test_the_subject_says_whether_tasks_are_overdue_or_due_soon(team):
    add(team, "Overskredet", owner=team.lead.pk, due=date(2026, 11, 1))
    add(team, "Snart", owner=team.editor.pk, due=MONDAY)
    subjects = {mail.to: mail.subject for mail in write_mails()}
    assert subjects[team.lead.user.email] == "Fristen er overskredet for 1 af dine opgaver"
    assert subjects[team.editor.user.email] == "1 af dine opgaver har snart frist"


def test_the_mail_is_in_the_language_of_the_person(team):
    for member, language in ((team.lead, "da"), (team.editor, "en")):
        member.user.record_language(language)
        add(team, "Opgave", owner=member.pk, due=MONDAY)
    assert {mail.language: "All your tasks" in mail.body for mail in write_mails()} == {"da": False, "en": True}


def test_nobody_gets_a_mail_who_is_no_longer_in_the_project_or_whose_project_is_closed(team):
    add(team, "Opgave", owner=team.editor.pk, due=MONDAY)
    team.project.remove_member(team.lead.user, team.editor)
    assert write_mails() == []
    add(team, "Opgave", owner=team.lead.pk, due=MONDAY)
    team.project.close(team.lead.user)
    assert write_mails() == []


def test_the_link_stops_the_mails_by_post_alone_and_without_a_login(team):
    add(team, "Opgave", owner=team.lead.pk, due=MONDAY)
    (mail,) = write_mails()
    path = "/" + mail.unsubscribe_url.split("/", 3)[3]
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.get(path).status_code == 200
    assert not TaskMailStop.objects.exists()
    for _time in range(2):
        assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert TaskMailStop.objects.get().user == team.lead.user
    assert len(write_mails(date(2026, 12, 7))) == 1
    forged = path.replace(f"{team.lead.user.pk}.", f"{make_user('anden@k9901.example').pk}.")
    assert visitor.post(forged).status_code == 404


def test_the_mails_are_switched_off_and_on_at_my_tasks(team):
    client = browser(team.lead)
    for choice, stopped in (("0", True), ("0", True), ("1", False)):
        client.post(reverse("projects:task_mails"), {"mail": choice})
        assert TaskMailStop.objects.filter(user=team.lead.user).exists() is stopped
