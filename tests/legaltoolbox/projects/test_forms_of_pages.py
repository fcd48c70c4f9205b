"""The forms on a project's pages: what has to be filled in is said, what waits for nothing is folded, and paper shows what is folded."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.projects.models import ChecklistAnswer, DocumentStatus
from tests.legaltoolbox.projects.documents import begin
from tests.mails import log_in_recently
from tests.reading import parse

NEEDED_SOMETIMES = {
    "aktiviteter/a25/": ("lead", ["Hvorfor den ikke er relevant"]),
    "risici/r09/": ("lead", ["Hvorfor?", "Hvorfor kan det, der er tilbage, forsvares?"]),
    "krav/k01/": ("lead", ["Hvordan, eller hvorfor ikke", "Link", "Sagsnummer"]),
    "hjemmel/tilfoej/": ("lead", ["Hjemmel", "Begrundelse for vurderingen"]),
    "dokumenter/1/forloeb/": ("dpo", ["Råd, punkt for punkt"]),
    "beslutninger/p1/": ("management", ["Vilkår", "Begrundelse"]),
}
"""Pages to who fills them in, and their labels of what has to be filled in only after some answers."""


@pytest.fixture
def document(team):
    """An impact assessment at the data protection officer."""
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timezone.timedelta(days=14))
    return document


@pytest.fixture
def commented(team, document):
    """The same with an opinion of two points of advice."""
    document.give_opinion(
        team.dpo.user, "advice", "", ["Slet efter 30 dage.", "Prøv på egne data."], document.state_hash()
    )
    document.refresh_from_db()
    assert document.status == DocumentStatus.COMMENTED
    return document


def base(team) -> str:
    return reverse("projects:overview", args=team.project.address)


def browser_of(member) -> Client:
    client = Client()
    log_in_recently(client, member.user)
    return client


def words(element) -> str:
    return " ".join(element.text.split())


@pytest.mark.parametrize("path", NEEDED_SOMETIMES)
def test_what_has_to_be_filled_in_after_some_answers_is_not_called_optional(path, team, document):
    person, labels = NEEDED_SOMETIMES[path]
    page = parse(browser_of(team.people[person]).get(base(team) + path).content.decode()).find("main")
    shown = {words(label).removesuffix(" (frivilligt)"): words(label) for label in page.find_all("label")}
    assert {label: shown[label] for label in labels} == {label: label for label in labels}


def test_an_opinion_without_its_advice_says_so_at_the_field(team, document):
    client = browser_of(team.dpo)
    path = base(team) + "dokumenter/1/forloeb/"
    state = re.search(r'name="state" value="(\w+)"', client.get(path).content.decode())[1]
    response = client.post(path + "udtalelse/", {"state": state, "verdict": "advice", "text": "Se her", "points": ""})
    page = parse(response.content.decode())
    summary = page.find("div", cls="error-summary").find("a", href="#id_points")
    assert words(summary) == "Råd, punkt for punkt: Skriv rådene i punkter, så projektet kan svare på hvert af dem."
    assert page.has("span", id="id_points_error")


def answer(client, path, **answers):
    page = parse(client.get(path).content.decode())
    sent = {name: page.find("input", name=name).attrs["value"] for name in ("opinion", "seen")}
    return client.post(path + "raad/", {**sent, **{name.replace("_", "-"): value for name, value in answers.items()}})


def test_each_answer_to_advice_without_a_reason_is_named(team, commented):
    path = base(team) + "dokumenter/1/forloeb/"
    response = answer(browser_of(team.lead), path, answer_1="partly", reason_1="", answer_2="not-followed", reason_2="")
    summary = parse(response.content.decode()).find("div", cls="error-summary")
    assert [words(each) for each in summary.find_all("li")] == [
        "Begrundelse for svaret på råd 1: Skriv, hvad der ikke følges, og hvorfor.",
        "Begrundelse for svaret på råd 2: Skriv, hvorfor rådet ikke følges.",
    ]


def test_advice_stands_once_and_its_form_is_folded_when_all_of_it_is_answered(team, commented):
    client, path = browser_of(team.lead), base(team) + "dokumenter/1/forloeb/"
    assert client.get(path).content.decode().count("Slet efter 30 dage.") == 1
    answer(client, path, answer_1="followed", reason_1="", answer_2="followed", reason_2="")
    main = parse(client.get(path).content.decode()).find("main")
    assert "Slet efter 30 dage." in words(main.find("ol", cls="project-advice"))
    (folded,) = [each for each in main.find_all("details") if words(each.find("summary")) == "Ret svarene"]
    assert folded.find_all("form")
    assert "open" not in folded.attrs


def test_several_reasons_why_an_activity_applies_are_a_list(team):
    def shown(*questions):
        team.project.answer(team.lead.user, dict.fromkeys(questions, ("yes", "")))
        page = parse(browser_of(team.lead).get(base(team) + "aktiviteter/a25/").content.decode())
        return next(each for each in page.find_all("dd") if "Den gælder, fordi" in words(each))

    assert not shown("personoplysninger").find_all("li")
    several = shown("foelsomme", "saarbare")
    assert len(several.find_all("li")) > 1
    assert words(several).count("fordi") == 1


def test_the_note_of_a_question_is_folded_until_something_stands_in_it(team):
    client, path = browser_of(team.lead), base(team) + "aktiviteter/a25/"

    def notes() -> list[bool]:
        page = parse(client.get(path).content.decode())
        folds = [each for each in page.find_all("details") if each.find_all("textarea", cls="form-input")]
        return ["open" in each.attrs for each in folds if words(each.find("summary")).startswith("Bemærkning")]

    before = notes()
    assert len(before) > 10
    assert not any(before)
    key = re.search(r'name="note-([\w.-]+)"', client.get(path).content.decode())[1]
    ChecklistAnswer.objects.create(project=team.project, activity="A25", key=key, note="Se referatet.")
    assert sum(notes()) == 1


def test_what_is_folded_is_read_on_paper_but_not_what_serves_the_screen_alone(team, desktop, log_in):
    log_in(desktop, team.lead.user)
    desktop.emulate_media(media="print")
    desktop.goto(f"{base(team)}beslutninger/p1/")
    folded = desktop.locator("main details:not([open])")
    assert folded.count() > 1
    for each in folded.all():
        assert each.locator("li").first.is_visible()
    desktop.goto(f"{base(team)}aktiviteter/a25/")
    assert not desktop.get_by_text("Vejledning").first.is_visible()


def test_an_own_risk_with_too_long_a_name_comes_back_with_what_was_typed(team):
    response = browser_of(team.lead).post(base(team) + "risici/tilfoej/", {"title": "Æ" * 151})
    page = parse(response.content.decode())
    assert page.find("input", id="id_title").attrs["value"] == "Æ" * 151
    assert "151" in words(page.find("div", cls="error-summary"))
