"""A project's pages: the answers about the solution, the overview, the details, the members, the history and the end."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legaltoolbox.projects.models import Project, ScreeningAnswer
from legaltoolbox.projects.rights import ProjectRole
from legaltoolbox.screening import Situation
from tests.legaltoolbox.projects.builders import make_project

pytestmark = pytest.mark.usefixtures("content")


def logged_in(member) -> Client:
    browser = Client()
    browser.force_login(member.user)
    return browser


def address(team, name: str, *args) -> str:
    return reverse(f"projects:{name}", args=[*team.project.address, *args])


def read(member, path: str) -> str:
    response = logged_in(member).get(path)
    assert response.status_code == 200
    return response.content.decode()


def seen(page: str, name: str) -> str:
    """The fingerprint in a page's hidden field."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def stored(team) -> dict[str, tuple[str, str]]:
    return {row.question: (row.value, row.why) for row in ScreeningAnswer.objects.filter(project=team.project)}


def again(team) -> Project:
    return Project.objects.get(pk=team.project.pk)


# The solution -----------------------------------------------------------------------------------


def test_answers_with_their_reasons_are_saved_and_decide_what_the_overview_counts(team, content):
    before = read(team.editor, address(team, "overview"))
    browser = logged_in(team.editor)
    form = {question.code: "no" for question in content.questions} | {"why.generativ": "Den skriver intet selv"}
    form["page.seen"] = seen(read(team.editor, address(team, "screening")), "page.seen")
    assert browser.post(address(team, "screening"), form).url == address(team, "overview")
    assert stored(team)["generativ"] == ("no", "Den skriver intet selv")
    after = read(team.reader, address(team, "overview"))
    assert "missing-heading" in before
    assert "missing-heading" not in after
    assert before.split("<tfoot>")[1][:200] != after.split("<tfoot>")[1][:200]


def test_who_saves_second_sees_both_versions_and_what_is_saved_stays(team):
    path = address(team, "screening")
    old = seen(read(team.lead, path), "page.seen")
    logged_in(team.lead).post(path, {"generativ": "yes", "page.seen": old})
    mine = {"generativ": "no", "why.generativ": "Det er kun søgning", "page.seen": old}
    page = logged_in(team.editor).post(path, mine).content.decode()
    assert "conflict-heading" in page
    assert str(team.lead.user) in page
    assert "Det er kun søgning" in page
    assert stored(team) == {"generativ": ("yes", "")}
    logged_in(team.editor).post(path, mine | {"page.seen": seen(page, "page.seen")})
    assert stored(team) == {"generativ": ("no", "Det er kun søgning")}


def test_a_second_click_on_save_is_no_conflict_and_no_second_event(team):
    path = address(team, "screening")
    form = {"generativ": "yes", "page.seen": seen(read(team.lead, path), "page.seen")}
    for _click in range(2):
        assert logged_in(team.lead).post(path, form).status_code == 302
    assert team.project.events.filter(what="answered").count() == 1


def test_a_reason_without_an_answer_is_not_lost(team):
    path = address(team, "screening")
    page = logged_in(team.lead).post(path, {"why.generativ": "Afventer udbuddet"}).content.decode()
    assert "Afventer udbuddet" in page
    assert "error-summary" in page
    assert not stored(team)


def test_not_known_yet_counts_as_not_answered(team, content):
    team.project.answer(team.lead.user, {question.code: ("unknown", "") for question in content.questions})
    page = read(team.lead, address(team, "overview"))
    assert f"{len(content.questions)} spørgsmål" in page


def test_who_only_reads_sees_the_answers_without_a_form_and_cannot_send_one(team):
    team.project.answer(team.lead.user, {"generativ": ("yes", "Den skriver breve")})
    page = read(team.reader, address(team, "screening"))
    assert "Den skriver breve" in page
    assert 'name="generativ"' not in page
    assert logged_in(team.reader).post(address(team, "screening"), {"generativ": "no"}).status_code == 404
    assert stored(team)["generativ"][0] == "yes"


# The overview -----------------------------------------------------------------------------------


def test_the_overview_counts_as_the_toolbox_does(team, content):
    answers = {question.code: "no" for question in content.questions[:6]}
    team.project.answer(team.lead.user, {code: (answer, "") for code, answer in answers.items()})
    public = Client().get(reverse("toolbox:overview") + Situation(answers=answers).query()).content.decode()
    count = (
        read(team.lead, address(team, "overview")).split("<tfoot>")[1].split('class="project-count">')[1].split("<")[0]
    )
    assert f"{count} af " in public


def test_an_answer_to_a_question_that_is_gone_and_an_unknown_phase_do_no_harm(team):
    team.project.answer(team.lead.user, {"findes-ikke": ("yes", "")})
    Project.objects.filter(pk=team.project.pk).update(phase="findes-ikke")
    for name in ("overview", "screening", "details", "history"):
        read(team.lead, address(team, name))


@pytest.mark.parametrize("name", ["overview", "screening", "details", "members", "history"])
def test_a_page_costs_as_many_queries_however_much_happened(name, team, content):
    few = queries(team.lead, address(team, name))
    assert few <= MOST_QUERIES
    team.project.answer(team.lead.user, {question.code: ("yes", "x") for question in content.questions})
    for number in range(30):
        team.project.edit(team.editor.user, title=f"Titel {number}")
    team.project.add_member(team.lead.user, team.strange, ProjectRole.EDITOR)
    assert queries(team.lead, address(team, name)) == few


MOST_QUERIES = 12


def queries(member, path: str) -> int:
    """The number of queries of a page that is opened a second time."""
    browser = logged_in(member)
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        browser.get(path)
    return len(captured)


# The details ------------------------------------------------------------------------------------

DETAILS = {"title": "Breve", "purpose": "", "case_number": "2026-9", "kitos_id": "K-1", "phase": "foranalyse"}


def test_details_are_saved_and_the_history_says_what_was_changed(team):
    path = address(team, "details")
    form = DETAILS | {"seen": seen(read(team.editor, path), "seen")}
    assert logged_in(team.editor).post(path, form).status_code == 302
    assert [getattr(again(team), name) for name in DETAILS] == list(DETAILS.values())
    history = read(team.reader, address(team, "history"))
    assert "Udkast til breve" in history
    assert "Foranalyse" in history


def test_a_stale_tab_overwrites_no_detail(team):
    path = address(team, "details")
    old = seen(read(team.editor, path), "seen")
    team.project.edit(team.lead.user, purpose="Nyt formål")
    page = logged_in(team.editor).post(path, DETAILS | {"seen": old}).content.decode()
    assert "conflict-heading" in page
    assert again(team).purpose == "Nyt formål"


# The members ------------------------------------------------------------------------------------


def test_the_lead_lets_somebody_in_gives_another_role_and_takes_out(team):
    browser = logged_in(team.lead)
    browser.post(address(team, "members"), {"person": team.strange.pk, "role": "reader"})
    row = team.project.members.get(member=team.strange)
    assert row.role == "reader"
    browser.post(address(team, "member_role", row.pk), {"role": "editor"})
    row.refresh_from_db()
    assert row.role == "editor"
    browser.post(address(team, "member_remove", row.pk))
    assert not team.project.members.filter(member=team.strange).exists()


def test_neither_the_officer_nor_strangers_can_be_let_in(team, other_team):
    for member in (team.dpo, other_team.editor):
        page = logged_in(team.lead).post(address(team, "members"), {"person": member.pk, "role": "reader"})
        assert "form-error" in page.content.decode()
    assert team.project.members.count() == 4


def test_the_last_lead_cannot_leave_and_is_told_why(team):
    row = team.project.members.get(member=team.lead)
    page = logged_in(team.lead).post(address(team, "member_remove", row.pk), follow=True).content.decode()
    assert "alert-error" in page
    assert team.project.members.filter(member=team.lead).exists()


def test_a_lead_who_leaves_comes_to_the_municipality(team):
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    row = team.project.members.get(member=team.lead)
    response = logged_in(team.lead).post(address(team, "member_remove", row.pk))
    assert response.url == reverse("projects:municipality", args=[team.municipality.code])


def test_a_row_of_another_project_is_not_found(team):
    other = make_project(team.municipality, team.editor, title="Andet")
    row = other.members.get()
    assert logged_in(team.lead).post(address(team, "member_remove", row.pk)).status_code == 404
    assert other.members.exists()


def test_only_who_leads_the_project_sees_the_forms(team):
    for member in (team.editor, team.reader, team.management, team.dpo):
        assert 'name="person"' not in read(member, address(team, "members"))
    assert 'name="person"' in read(team.lead, address(team, "members"))


# The end ----------------------------------------------------------------------------------------


def test_closing_says_the_day_of_deletion_and_a_second_click_changes_nothing(team):
    browser = logged_in(team.lead)
    for _click in range(2):
        browser.post(address(team, "close"), {"reason": "Vi købte noget andet"})
    project = again(team)
    assert not project.is_active
    assert project.events.filter(what="closed").count() == 1
    page = read(team.reader, address(team, "overview"))
    assert str(project.deleted_on.year) in page
    assert "Vi købte noget andet" in page
    for name in ("screening", "details", "members"):
        assert 'method="post"' not in read(team.lead, address(team, name)).split('<div class="project-page">')[1]
    browser.post(address(team, "reopen"), {"reason": "Alligevel"})
    assert again(team).is_active


def test_an_answer_that_comes_after_the_end_is_shown_and_not_saved(team):
    team.project.close(team.lead.user)
    page = logged_in(team.editor).post(address(team, "screening"), {"generativ": "yes"}).content.decode()
    assert "error-summary" in page
    assert not stored(team)


# The history ------------------------------------------------------------------------------------


def test_the_history_has_pages_and_bears_any_page_number(team):
    for number in range(60):
        team.project.edit(team.lead.user, purpose=f"Formål {number}")
    path = address(team, "history")
    assert "Formål 59" in read(team.reader, path)
    assert "Formål 59" not in read(team.reader, f"{path}?side=2")
    for page in ("0", "-1", "x", "99999999999", "²"):
        read(team.reader, f"{path}?side={page}")


def test_every_kind_of_event_is_shown_in_words(team):
    project, by = team.project, team.lead.user
    project.answer(by, {"generativ": ("unknown", "Afventer")})
    project.edit(by, phase="foranalyse")
    project.add_member(by, team.strange, ProjectRole.EDITOR)
    project.change_role(by, team.strange, ProjectRole.READER)
    project.remove_member(by, team.strange)
    project.close(by, "Slut")
    project.reopen(by)
    main = read(team.reader, address(team, "history")).split('<ol class="events')[1].split("</ol>")[0]
    for words in (
        "Er det generativ AI?",
        "ved vi ikke endnu",
        "Foranalyse",
        str(team.strange.user),
        "redaktør",
        "læser",
        "Slut",
    ):
        assert words in main
    for code in ("unknown", "editor", "foranalyse", "active", "generativ<"):
        assert code not in main
