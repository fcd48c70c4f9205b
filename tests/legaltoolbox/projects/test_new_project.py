"""A new project: from the toolbox's answers, from an earlier project, or empty."""

from django.test import Client
from django.urls import reverse

from kl_ai.people.limits import DAY, LIMITS, PERSON, Limit
from legaltoolbox.projects.models import Project
from tests.builders import make_user
from tests.legaltoolbox.projects.builders import make_municipality
from tests.reading import parse

FORM = {"title": "Udkast til afgørelser", "purpose": "Hurtigere svar til borgerne", "case_number": "2026-117"}
SITUATION = "?nu=foranalyse&personoplysninger=no&generativ=yes"


def logged_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def address(team) -> str:
    return reverse("projects:new", args=[team.municipality.code])


def newest(team) -> Project:
    return team.municipality.projects.order_by("-number").first()


def test_the_answers_of_the_toolbox_come_along_and_are_shown_first(team, content):
    browser = logged_in(team.strange.user)
    page = browser.get(address(team) + SITUATION)
    assert "2 svar" in page.content.decode()
    asked = parse(page.content.decode()).find("main").find("dl").find_all("li")
    assert len(asked) == 2
    response = browser.post(address(team) + SITUATION, FORM)
    project = newest(team)
    assert response.url == reverse("projects:overview", args=project.address)
    assert (project.title, project.purpose, project.case_number) == tuple(FORM.values())
    assert project.catalogue_version == content.version
    answers = {answer.question: answer.value for answer in project.screening_answers.all()}
    assert answers == {"generativ": "yes", "personoplysninger": "no"}
    assert [row.role for row in project.members.all()] == ["lead"]
    told = parse(browser.get(response.url).content.decode()).find("div", "alert-body")
    assert told.find("a").attrs["href"] == reverse("projects:screening", args=project.address)


def test_an_earlier_project_gives_its_answers_with_their_reasons(team, content):
    answers = {"generativ": ("yes", "Skriver breve"), "leverandoer": ("unknown", "Afventer udbud")}
    team.project.answer(team.lead.user, answers)
    logged_in(team.lead.user).post(address(team), FORM | {"earlier": "1"})
    project = newest(team)
    assert project.based_on == team.project
    assert {answer.question: (answer.value, answer.why) for answer in project.screening_answers.all()} == answers


def test_two_earlier_projects_of_one_title_are_told_apart_by_their_numbers(team, content):
    logged_in(team.lead.user).post(address(team), FORM | {"title": team.project.title})
    page = logged_in(team.lead.user).get(address(team)).content.decode()
    for number in (1, 2):
        assert f"{team.project.title} (nr. {number})" in page


def test_nobody_begins_from_a_project_that_they_do_not_see(team, content):
    team.project.answer(team.lead.user, {"generativ": ("yes", "")})
    response = logged_in(team.strange.user).post(address(team), FORM | {"earlier": "1"})
    project = newest(team)
    assert response.status_code == 302
    assert project.based_on is None
    assert not project.screening_answers.exists()


def test_a_double_click_makes_one_project(team, content):
    browser = logged_in(team.lead.user)
    first, second = (browser.post(address(team), FORM).url for _click in range(2))
    assert first == second
    assert team.municipality.projects.count() == 2
    logged_in(team.editor.user).post(address(team), FORM)
    assert team.municipality.projects.count() == 3


def test_the_second_click_on_the_last_project_of_a_day_leads_to_it(team, content, monkeypatch):
    monkeypatch.setitem(LIMITS, "make_project", (Limit(PERSON, 1, DAY),))
    browser = logged_in(team.lead.user)
    first, second = (browser.post(address(team), FORM) for _click in range(2))
    assert first.url == second.url
    assert browser.post(address(team), FORM | {"title": "Et andet"}).status_code == 200


def test_what_is_missing_is_said_and_what_is_typed_stays(team, content):
    page = logged_in(team.lead.user).post(address(team) + SITUATION, FORM | {"title": ""}).content.decode()
    assert FORM["purpose"] in page
    assert "generativ=yes" in page
    assert team.municipality.projects.count() == 1


def test_the_officer_and_a_municipality_without_an_agreement_get_the_reason_in_place_of_a_form(team, content):
    assert "<textarea" not in logged_in(team.dpo.user).get(address(team)).content.decode()
    team.municipality.agreement_signed_on = None
    team.municipality.save()
    browser = logged_in(team.lead.user)
    assert "databehandleraftale" in browser.get(address(team)).content.decode()
    assert "databehandleraftale" in browser.post(address(team), FORM).content.decode()
    assert team.municipality.projects.count() == 1


def test_whoever_works_for_one_municipality_comes_straight_to_its_form(team, content):
    response = logged_in(team.lead.user).get(reverse("projects:choose") + SITUATION)
    assert response.url == address(team) + SITUATION


def test_whoever_works_for_two_chooses_and_takes_the_answers_along(team, content):
    make_municipality("9903").members.create(user=team.lead.user)
    page = logged_in(team.lead.user).get(reverse("projects:choose") + SITUATION).content.decode()
    for code in ("9901", "9903"):
        assert reverse("projects:new", args=[code]) + SITUATION.replace("&", "&amp;") in page


def test_whoever_works_for_none_is_told_so(content):
    page = logged_in(make_user()).get(reverse("projects:choose"))
    assert page.status_code == 200


def test_the_toolbox_leads_to_a_project_with_its_answers_and_is_the_same_for_everybody(team, content):
    path = reverse("toolbox:overview") + SITUATION
    page = Client().get(path).content
    link = reverse("projects:choose") + SITUATION.replace("&", "&amp;")
    assert link in page.decode() or link in page.decode().replace("&", "&amp;")
    assert logged_in(team.lead.user).get(path).content == page
