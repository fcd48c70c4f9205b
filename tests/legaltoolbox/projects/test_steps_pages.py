"""The way of a document on the web: asked, answered, decided, each by whose step it is."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import Decision, DocumentStatus, Opinion, RiskAssessment
from tests.legaltoolbox.projects.documents import begin, keep, looked_at
from tests.mails import log_in_recently
from tests.reading import parse

pytestmark = pytest.mark.any_database


@pytest.fixture
def dpia(team):
    document = begin(team, "S11")
    for person, text in ((team.lead, "Hurtigere"), (team.editor, "Rigtigere")):
        document.save_section("1", {"3": ""}, {"3": text}, fingerprint(document.stored("1", {"3": ""})), person.user)
    return document


@pytest.fixture
def browsers(team) -> dict[str, Client]:
    browsers = {name: Client() for name in team.people}
    for name, browser in browsers.items():
        log_in_recently(browser, team.people[name].user)
    return browsers


def address(document, step: str = "document_steps") -> str:
    return reverse(f"projects:{step}", args=[*document.project.address, document.number])


def state_on(browser: Client, document) -> str:
    return re.search(r'name="state" value="(\w+)"', browser.get(address(document)).content.decode())[1]


def decision_on(browser: Client, document) -> dict[str, str]:
    """What the form of the decision sends along: the state of the document, and what the decision rests on."""
    page = browser.get(address(document)).content.decode()
    return {name: re.search(rf'name="{name}" value="(\w+)"', page)[1] for name in ("state", "grounds")}


def hidden_on(browser: Client, document) -> dict[str, str]:
    """What the form of the answers sends along: which opinion they are about, and what the page has shown of them."""
    page = browser.get(address(document)).content.decode()
    return {name: re.search(rf'name="{name}" value="(\w+)"', page)[1] for name in ("opinion", "seen")}


def forms_on(browser: Client, document) -> set[str]:
    """The ends of the addresses of the forms that the page offers, without that of a comment."""
    main = parse(browser.get(address(document)).content.decode()).find("main")
    return {form.attrs["action"].partition("#")[0].rstrip("/").rpartition("/")[2] for form in main.find_all("form")} - {
        "kommentarer"
    }


def test_each_is_offered_the_own_step_and_no_other(dpia, browsers, team):
    offered = {name: forms_on(browser, dpia) for name, browser in browsers.items() if name not in ("keeper", "strange")}
    nothing = {"reader": set(), "management": set(), "dpo": set(), "substitute": set()}
    assert offered == nothing | {"lead": {"dpo"}, "editor": {"dpo"}}
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    offered = {name: forms_on(browsers[name], dpia) for name in offered}
    officers = {"dpo": {"udtalelse"}, "substitute": {"udtalelse"}}
    assert offered == nothing | officers | {"lead": {"tag-tilbage"}, "editor": {"tag-tilbage"}}


def test_from_the_question_to_the_decision(dpia, browsers):
    lead, dpo, management = (browsers[name] for name in ("lead", "dpo", "management"))
    until = (timezone.localdate() + timedelta(days=14)).isoformat()
    lead.post(address(dpia, "document_ask_dpo"), {"until": until, "unfinished": "on"})
    opinion = {
        "verdict": "advice",
        "text": "",
        "points": "Slet efter 30 dage.\n\nTest på egne data.",
        "state": state_on(dpo, dpia),
    }
    dpo.post(address(dpia, "document_opinion"), looked_at(opinion))
    answers = {"answer-1": "followed", "reason-1": "", "answer-2": "not-followed", "reason-2": "Der er ingen."}
    lead.post(address(dpia, "document_advice"), hidden_on(lead, dpia) | answers)
    lead.post(address(dpia, "document_ask_management"))
    page = management.get(address(dpia)).content.decode()
    assert "Slet efter 30 dage." in page
    assert "Der er ingen." in page
    decision = {"answer": "yes", "conditions": "", "reason": "Det haster.", **decision_on(management, dpia)}
    management.post(address(dpia, "document_decide"), decision)
    dpia.refresh_from_db()
    assert dpia.status == DocumentStatus.APPROVED
    assert Decision.objects.get().rested_on["not_followed"] == [2]
    url = reverse("projects:document_file", args=[*dpia.project.address, dpia.number, "pdf"])
    first = lead.get(url).getvalue()
    dpia.project.edit(dpia.changed_by, title="Et andet navn")
    assert lead.get(url).getvalue() == first == bytes(dpia.approved_file.pdf)


def test_what_is_refused_comes_back_with_what_was_typed(dpia, browsers, team):
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    typed = {"verdict": "against", "text": "Det går ikke.", "points": "", "state": state_on(browsers["dpo"], dpia)}
    page = browsers["dpo"].post(address(dpia, "document_opinion"), typed).content.decode()
    assert "Det går ikke." in page
    typed = looked_at(typed | {"points": "Stop.", "state": "forældet"})
    page = browsers["dpo"].post(address(dpia, "document_opinion"), typed).content.decode()
    assert "Stop." in page
    assert not Opinion.objects.exists()


def test_a_double_click_gives_one_opinion_and_one_decision(dpia, browsers, team):
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    typed = looked_at({"verdict": "supports", "text": "", "points": "", "state": state_on(browsers["dpo"], dpia)})
    for _click in range(2):
        page = browsers["dpo"].post(address(dpia, "document_opinion"), typed, follow=True)
        assert page.redirect_chain, "the second click is answered as the first"
        assert [message.level_tag for message in page.context["messages"]] == ["success"]
    assert Opinion.objects.count() == 1
    browsers["lead"].post(address(dpia, "document_ask_management"))
    typed = {"answer": "yes", "reason": "Det haster.", **decision_on(browsers["management"], dpia)}
    for _click in range(2):
        browsers["management"].post(address(dpia, "document_decide"), typed)
    assert Decision.objects.count() == 1


def test_the_next_version_begins_at_the_approved_one_and_once(browsers, team):
    document = begin(team)
    for person, text in ((team.lead, "Hurtigere"), (team.editor, "Rigtigere")):
        document.save_section("1", {"3": ""}, {"3": text}, fingerprint(document.stored("1", {"3": ""})), person.user)
    document.ask_management(team.lead.user)
    document.decide(team.management.user, "yes", seen=document.state_hash(), approve=keep)
    page = reverse("projects:document", args=[*team.project.address, document.number])
    assert "Begynd version 2" in browsers["lead"].get(address(document)).content.decode()
    assert "Begynd version 2" not in browsers["reader"].get(page).content.decode()
    form = parse(browsers["editor"].get(page).content.decode()).find("main").find("form")
    browsers["editor"].post(form.attrs["action"], {"template": form.find("input", name="template").attrs["value"]})
    second = team.project.documents.get(version=2)
    assert second.stored("1", {"3": ""}) == {"3": "Rigtigere"}
    assert "Begynd version" not in browsers["lead"].get(page).content.decode()


def test_whoever_sends_or_judges_a_document_reads_which_sections_are_not_begun(dpia, browsers, team):
    words = "12 afsnit er ikke begyndt:"
    assert words in browsers["lead"].get(address(dpia)).content.decode()
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert words in browsers["dpo"].get(address(dpia)).content.decode()


def test_the_sections_under_way_and_those_not_begun_are_links_for_the_lead_the_officer_and_the_management(
    dpia, browsers, team
):
    section = reverse("projects:section", args=[*team.project.address, dpia.number, "1"])
    begun = f'<a href="{section}">1 <span lang="da">Stamoplysninger, omfang og metode</span></a> ('
    not_begun = f'<a href="{section.removesuffix("1/")}2/">2 <span lang="da">'
    page = browsers["lead"].get(address(dpia)).content.decode()
    assert "1 afsnit er i gang:" in page
    assert begun in page
    assert not_begun in page
    assert "Det kan sendes, som det er." in page
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert begun in browsers["dpo"].get(address(dpia)).content.decode()
    dpia.give_opinion(team.dpo.user, "supports", "", [], dpia.state_hash())
    dpia.ask_management(team.lead.user)
    page = browsers["management"].get(address(dpia)).content.decode()
    assert begun in page
    assert not_begun in page
    assert "sendes, som det er" not in page


def test_the_management_is_asked_when_nothing_is_missing_and_till_then_the_page_says_what(dpia, browsers, team):
    said = lambda: browsers["lead"].get(address(dpia)).content.decode()  # noqa: E731
    assert "Spørg først databeskyttelsesrådgiveren." in said()
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert "Dokumentet er hos databeskyttelsesrådgiveren." in said()
    dpia.give_opinion(team.dpo.user, "advice", "", ["Slet efter 30 dage."], dpia.state_hash())
    assert "Databeskyttelsesrådgiveren har udtalt sig." in said()
    assert "ledelse" not in forms_on(browsers["lead"], dpia)
    dpia.answer_advice(team.lead.user, {1: ("followed", "")})
    assert "ledelse" in forms_on(browsers["lead"], dpia)


def test_a_refusal_without_a_reason_says_what_to_write(dpia, browsers, team):
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    dpia.give_opinion(team.dpo.user, "supports", "", [], dpia.state_hash())
    dpia.ask_management(team.lead.user)
    typed = {"answer": "no", **decision_on(browsers["management"], dpia)}
    page = browsers["management"].post(address(dpia, "document_decide"), typed).content.decode()
    assert "Skriv, hvorfor I siger nej." in page


def test_who_cannot_write_reads_nothing_of_filling_in_and_a_locked_document_has_nobody_at_it(dpia, browsers, team):
    page = reverse("projects:document", args=[*team.project.address, dpia.number])
    section = f"{page}1/"
    words, at_it = "Tag dem i den rækkefølge, I vil.", "er måske stadig i gang"
    assert words in browsers["lead"].get(page).content.decode()
    assert words not in browsers["dpo"].get(page).content.decode()
    assert at_it in browsers["editor"].get(section).content.decode()
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert at_it not in browsers["dpo"].get(section).content.decode()


def test_a_second_answer_to_advice_comes_back_with_both_versions(dpia, browsers, team):
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    dpia.give_opinion(team.dpo.user, "advice", "", ["Slet efter 30 dage."], dpia.state_hash())
    shown = hidden_on(browsers["lead"], dpia)
    url = address(dpia, "document_advice")
    first = {"answer-1": "not-followed", "reason-1": "Loven kræver fem år."}
    browsers["lead"].post(url, shown | first)
    second = {"answer-1": "partly", "reason-1": "Efter et år."}
    page = browsers["editor"].post(url, shown | second).content.decode()
    assert "Loven kræver fem år." in page
    assert "Efter et år." in page
    assert dpia.last_opinion().points.get().reason == "Loven kræver fem år."
    assert browsers["editor"].post(url, shown | {"answer-1": "followed", "opinion": "9" * 5000}).status_code == 200


def test_a_decision_is_about_the_risks_that_its_page_showed(dpia, browsers, team):
    """A risk that becomes high between the page and the button is read before anything is decided."""
    document = begin(team)
    for person, text in ((team.lead, "Hurtigere"), (team.editor, "Rigtigere")):
        document.save_section("1", {"3": ""}, {"3": text}, fingerprint(document.stored("1", {"3": ""})), person.user)
    document.ask_management(team.lead.user)
    typed = {"answer": "yes", "reason": "Det haster.", **decision_on(browsers["management"], document)}
    row = RiskAssessment(project=team.project, code="R09")
    after = {"likelihood_after": 4, "consequence_after": 4}
    RiskAssessment.assess(team.project, "R09", after, fingerprint(row.content), team.editor.user)
    page = browsers["management"].post(address(document, "document_decide"), typed).content.decode()
    assert "beslutningen hviler på, er ændret" in page
    assert "R09" in page
    assert not Decision.objects.exists()
    typed = {"answer": "yes", "reason": "Det haster.", **decision_on(browsers["management"], document)}
    browsers["management"].post(address(document, "document_decide"), typed)
    assert Decision.objects.get().rested_on["high_risks"] == ["R09"]


def test_the_address_of_a_button_leads_to_its_page(dpia, browsers):
    response = browsers["lead"].get(address(dpia, "document_ask_management"))
    assert response.url == address(dpia)
