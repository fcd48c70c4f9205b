"""What says that something waits, and what was saved, leads to it and stays in sight."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import MunicipalityJoinRequest
from legaltoolbox.projects.work.plan import activity_url
from tests.browser import follow
from tests.legaltoolbox.projects.builders import Team, make_project
from tests.legaltoolbox.projects.planned import MONDAY, browser, take, url, write_mails
from tests.reading import parse


def hrefs(team: Team, person: str, path: str) -> dict[str, str]:
    """The text of each link of the page to its address."""
    page = parse(browser(team.people[person]).get(path).content.decode()).find("main")
    return {" ".join(link.text.split()): link.attrs["href"] for link in page.find_all("a")}


@pytest.mark.any_database
def test_the_open_questions_are_marked_and_the_link_leads_to_the_first(team):
    questions = catalogues.current().questions
    team.project.answer(team.lead.user, {questions[0].code: ("yes", ""), questions[2].code: ("yes", "")})
    links = hrefs(team, "lead", url("overview", team.project))
    leading = next(address for text, address in links.items() if text.startswith("Besvar "))
    page = parse(browser(team.lead).get(url("screening", team.project)).content.decode()).find("main")
    marked = [each.attrs["id"] for each in page.find_all("fieldset", "screening") if "Ikke besvaret" in each.text]
    assert leading == url("screening", team.project) + f"#{marked[0]}"
    assert {questions[0].code, questions[2].code}.isdisjoint(marked)


@pytest.mark.any_database
def test_what_waits_in_one_project_is_a_link_to_it_and_in_several_to_the_list(team):
    def leading() -> str:
        return next(to for text, to in hrefs(team, "lead", reverse("projects:home")).items() if "venter på dig" in text)

    assert leading() == url("overview", team.project) + "#waiting-heading"
    of_municipality = reverse("projects:municipality", args=[team.municipality.code])
    assert url("overview", team.project) + "#waiting-heading" in hrefs(team, "lead", of_municipality).values()
    make_project(team.municipality, team.lead, title="Et andet projekt")
    assert leading() == of_municipality


@pytest.mark.any_database
def test_a_request_to_join_is_said_to_the_keeper_alone(team):
    MunicipalityJoinRequest.objects.create(municipality=team.municipality, user=team.strange.user)
    path = reverse("projects:municipality", args=[team.municipality.code])
    text = "1 anmodning om at deltage venter på dig"
    assert hrefs(team, "keeper", path)[text] == reverse(
        "projects:members_of_municipality", args=[team.municipality.code]
    )
    assert text not in hrefs(team, "lead", path)


@pytest.mark.any_database
def test_a_document_that_is_not_begun_leads_to_its_row(team):
    catalogue = catalogues.current()
    activity = next(each for each in catalogue.activities if each.code == "A25")
    links = hrefs(team, "lead", activity_url(team.project, activity.code)).values()
    place = next(link for link in links if link.startswith(url("documents", team.project) + "#"))
    page = browser(team.lead).get(url("documents", team.project)).content.decode()
    assert f'id="{place.partition("#")[2]}"' in page


@pytest.mark.any_database
def test_the_lead_is_told_how_a_missing_colleague_comes_in(team):
    page = browser(team.lead).get(url("members", team.project)).content.decode()
    assert "Mangler der en kollega på listen?" in page


@pytest.mark.parametrize("width", [390, 1280])
def test_what_was_saved_stays_in_sight_beside_the_row_that_the_page_opens_at(team, desktop, log_in, width):
    log_in(desktop, team.lead.user)
    desktop.set_viewport_size({"width": width, "height": 800})
    for name, key, row in (("activity", "a70", "#A70"), ("risk", "r20", "#R20")):
        desktop.goto(url(name, team.project, key))
        follow(desktop.get_by_role("button", name="Gem", exact=True).last)
        said = desktop.locator(".alert-success")
        expect(said).to_be_in_viewport(ratio=1)
        expect(desktop.locator(row)).to_be_in_viewport()
        message, title = said.bounding_box(), desktop.locator(f"{row} .task-title").bounding_box()
        assert message["y"] + message["height"] <= title["y"], "the message covers the row"


@pytest.mark.any_database
def test_the_login_says_that_the_answers_come_along_to_the_new_project(client, content_rows):
    def said(query: str) -> bool:
        page = client.get(client.get(reverse("projects:choose") + query).headers["Location"]).content.decode()
        return "Dine svar følger med." in page

    code = catalogues.current().questions[0].code
    assert (said(f"?{code}=ja"), said("")) == (True, False)


@pytest.mark.any_database
def test_the_weekly_mail_begins_with_a_sentence_and_names_the_activity_by_its_code(team):
    take(team, "A25", owner=team.lead.pk, due=MONDAY)
    (mail,) = write_mails()
    text = mail.body
    assert "Her er det, du er ansvarlig for" in text
    assert "- A25 " in text
