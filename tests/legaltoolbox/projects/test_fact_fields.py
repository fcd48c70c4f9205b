"""No field of a template whose label asks for what a project says once is left out of the table of such fields."""

import re

import pytest

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import TemplateField
from legaltoolbox.projects.models import ProjectFact
from legaltoolbox.projects.models.fact_fields import BY_FIELD
from legaltoolbox.projects.work.facts import project_facts

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
    assert project_facts(team.project)["solution-vendor"] == expected


def test_who_leads_the_project_is_a_fact_of_its_documents(team):
    assert project_facts(team.project)["lead"] == str(team.lead.user)
