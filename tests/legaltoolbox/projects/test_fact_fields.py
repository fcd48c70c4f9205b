"""No field of a template whose label asks for what a project says once is left out of the table of such fields."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import TemplateField
from legaltoolbox.projects.models import ProjectFact
from legaltoolbox.projects.models.fact_fields import ANSWER_FIELDS, ANSWER_WORDS, BY_FIELD
from legaltoolbox.projects.work.facts import project_facts
from tests.admin_pages import form_data
from tests.legaltoolbox.projects.documents import begin
from tests.mails import log_in_recently
from tests.reading import parse

pytestmark = pytest.mark.any_database

ASKS = re.compile(
    r"(projektets navn|projektleder"
    r"|(løsning|system|leverandør)\b.*|løsningens (navn|leverandør).*"
    r"|proces(-|ejer).*"
    r"|(leverandør|udvikler)\b.*|databehandler\b.*"
    r"|kort beskrivelse af behandlingen|hvem er (de registrerede|berørt).*|kategorier af borgere.*)\Z",
    re.IGNORECASE,
)
"""Labels that ask for the name, the lead, the solution, the vendor, the owner, what it does, or the people affected."""
ASKS_FOR_MORE = {
    ("S16", "1", "4"): "the vendor answers it",
    ("S18", "1", "2"): "with CVR number and contact",
    ("S20", "1", "1"): "with the day of the description",
    ("S27", "1", "1"): "the name that the citizen meets",
    ("S27", "2", "2"): "in the words of the citizen, and who is not affected",
    ("S29", "1", "1"): "with the day of the plan",
    ("S30", "1", "1"): "with the departments, the users and the cases",
    ("S34", "1", "2"): "with CVR number",
}
"""Fields that ask for a fact and for something that no fact says: why each stands by itself."""


def test_no_field_that_asks_for_a_fact_is_left_out(content_rows):
    catalogue = catalogues.current()
    asking = {
        (template.code, section.key, field.key): field.label
        for template in catalogue.templates
        for section in catalogue.sections(template)
        for field in catalogue.fields(section)
        if field.kind in (TemplateField.Kind.LINE, TemplateField.Kind.TEXT) and ASKS.match(field.label)
    }
    assert {
        place: label for place, label in asking.items() if place not in BY_FIELD and place not in ASKS_FOR_MORE
    } == {}
    assert ASKS_FOR_MORE.keys() <= asking.keys()


@pytest.mark.parametrize(
    ("vendor", "expected"), [("Eksempel A/S", "Brevhjælp 2, Eksempel A/S"), ("", ""), ("x" * 495, "")]
)
def test_two_facts_stand_together_where_both_are_known_and_a_line_can_hold_them(team, vendor, expected):
    stored = ProjectFact.stored(team.project)
    ProjectFact.save_all(
        team.project, {"solution": "Brevhjælp 2", "vendor": vendor}, fingerprint(stored), team.lead.user
    )
    assert project_facts(team.project, [])["solution-vendor"] == expected


def test_who_leads_the_project_is_a_fact_of_its_documents(team):
    assert project_facts(team.project, [])["lead"] == str(team.lead.user)


def test_the_fields_of_answers_ask_the_very_questions_about_the_solution(content_rows):
    catalogue = catalogues.current()
    fields = {
        (template.code, section.key, field.key): field.label
        for template in catalogue.templates
        for section in catalogue.sections(template)
        for field in catalogue.fields(section)
    }
    questions = {f"answer-{each.code}": each.question for each in catalogue.questions}
    assert {fact: fields[place] for fact, place in ANSWER_FIELDS.items()} == {
        fact: questions[fact] for fact in ANSWER_FIELDS
    }
    asked_twice = {place for place, label in fields.items() if label in questions.values()}
    assert asked_twice == set(ANSWER_FIELDS.values())
    options = {"udvikler": {"yes": "Vi udvikler", "no": "Vi anskaffer"}}
    assert {f"answer-{code}": words for code, words in options.items()} == ANSWER_WORDS


def section_of(team, key="8"):
    document = begin(team, "S05")
    return document, reverse("projects:section", args=[*team.project.address, document.number, key])


def test_what_is_answered_about_the_solution_stands_in_its_fields_and_can_differ_with_a_reason(team):
    answers = {
        "personoplysninger": ("yes", ""),
        "generativ": ("no", ""),
        "udvikler": ("no", ""),
        "traening": ("unknown", ""),
    }
    team.project.answer(team.lead.user, answers)
    _document, path = section_of(team)
    client = Client()
    log_in_recently(client, team.editor.user)
    page = client.get(path).content.decode()
    data = form_data(page)
    assert {name: data.get(name, "") for name in ("f-1", "f-8", "f-12", "f-13")} == {
        "f-1": "yes",
        "f-8": "",
        "f-12": "no",
        "f-13": "Vi anskaffer",
    }
    assert f'href="{reverse("projects:screening", args=team.project.address)}"' in page
    assert client.post(path, data | {"f-12": "yes"}).status_code == 302
    page = client.get(path).content.decode()
    assert "“Nej”" in page
    data = form_data(page)
    assert (data["f-1"], data["f-12"], data["f-12.why"]) == ("yes", "yes", "")
    reader = Client()
    log_in_recently(reader, team.reader.user)
    read = parse(reader.get(path).content.decode()).find("main").text
    assert "Vi anskaffer" in read
