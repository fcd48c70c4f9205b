"""A document shows the risks, measures, bases and requirements that the project has written elsewhere, and nobody writes them twice."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Risk, TemplateField
from legaltoolbox.projects.models import (
    DocumentStatus,
    FieldAnswer,
    Measure,
    ProjectLegalBasis,
    RequirementState,
)
from legaltoolbox.projects.models.live import LIVE_FIELDS, LiveSource
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.work.live import LAYOUTS
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, keep, shown_to_decide
from tests.legaltoolbox.projects.project_rows import rate, say_all
from tests.legaltoolbox.projects.whole import import_file, whole_file

pytestmark = pytest.mark.any_database

FILLED_FROM = {"legal_basis": "bases", "risks": "risks", "measures": "measures", "residual": "residual"}


SAID = {
    LiveSource.BASES: "Skrive breve til borgere",
    LiveSource.RISKS: "Et brev sendes til en forkert",
    LiveSource.OWN_RISKS: "Breve bliver for ens",
    LiveSource.MEASURES: "To læser hvert brev",
    LiveSource.RESIDUAL: "R01",
    LiveSource.REQUIREMENTS: "I aftalen",
}


def path(team, document, section) -> str:
    return reverse("projects:section", args=[*team.project.address, document.number, section])


def page(team, document, section, by=None) -> str:
    return browser(by or team.lead).get(path(team, document, section)).content.decode()


def file(team, document) -> str:
    address = reverse("projects:document_file", args=[*team.project.address, document.number, "docx"])
    return docx_text(browser(team.lead).get(address).content)


def test_each_table_that_the_catalogue_fills_shows_what_the_project_says_instead(content_rows):
    catalogue = catalogues.current()
    tables = {
        (template.code, section.key, field.key): field
        for template in catalogue.templates
        for section in catalogue.sections(template)
        for field in catalogue.fields(section)
        if field.kind == TemplateField.Kind.TABLE
    }
    assert LIVE_FIELDS.keys() <= tables.keys()
    filled = {place: FILLED_FROM[field.filled_from] for place, field in tables.items() if field.filled_from}
    assert filled
    assert filled.items() <= LIVE_FIELDS.items()
    assert LAYOUTS.keys() == set(LiveSource)


@pytest.mark.parametrize("place", [place for place, source in LIVE_FIELDS.items() if source in SAID], ids="-".join)
def test_what_the_project_says_stands_on_the_page_and_in_the_file(team, place):
    source = LIVE_FIELDS[place]
    say_all(team)
    code, section, _field = place
    document = begin(team, code)
    for by in (team.lead, team.reader):
        assert SAID[source] in page(team, document, section, by)
    assert SAID[source] in file(team, document)
    assert not document.answers.exists()


def test_a_risk_that_stays_high_stands_in_the_consultation_of_the_authority_with_its_measures(team):
    say_all(team)
    document = begin(team, "S15")
    assert "To læser hvert brev" not in page(team, document, "1")
    rate(team, likelihood_after=3)
    assert "To læser hvert brev" in page(team, document, "1")


def test_risks_that_nobody_has_rated_are_named_and_the_table_counts_as_unfinished_until_then(team):
    document = begin(team, "S11")
    catalogue = catalogues.current()
    rate(team, likelihood=3, consequence=4)
    html = page(team, document, "11")
    assert 'class="document-lacking"' in html
    assert "Ikke vurderet endnu: R02" in file(team, document)
    for risk in catalogue.risks[1:]:
        rate(team, risk.code, applies=False, reason="Ikke her")
    assert 'class="document-lacking"' not in page(team, document, "11")
    assert "Gælder ikke her" in file(team, document)


def test_risks_that_hit_others_than_the_registered_people_and_their_measures_stand_apart_from_the_analysis(team):
    other = next(risk for risk in catalogues.current().risks if risk.affects != Risk.Affects.DATA_SUBJECTS)
    for code in ("R01", other.code):
        rate(team, code, likelihood=4, consequence=4, likelihood_after=3, consequence_after=3)
        Measure.add_measure(team.project, f"Tiltag mod {code}", [code], team.lead.user)
    Measure.add_measure(team.project, "Tiltag mod begge", ["R01", other.code, "K01"], team.lead.user)
    for template in ("S11", "S15"):
        text = file(team, begin(team, template))
        assert f"{other.code} {other.title}" not in text
        assert f"Tiltag mod {other.code}" not in text
        assert "Tiltag mod R01" in text
        assert "Tiltag mod begge" in text


CHANGED = "has changed since it was sent"
CHANGES = {
    "a risk": lambda team: rate(team, likelihood=4),
    "what stays of a risk": lambda team: rate(team, reason_after="Fordi"),
    "a measure": lambda team: Measure.add_measure(team.project, "Slet efter en måned", ["R01"], team.lead.user),
    "a basis": lambda team: team.project.legal_bases.get().withdraw(team.lead.user),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_elsewhere_after_the_opinion_is_noticed_and_no_decision_is_made_on_the_old_state(team, what):
    say_all(team)
    document, seen = at_management(team)
    steps = reverse("projects:document_steps", args=[*team.project.address, document.number])
    assert CHANGED not in browser(team.lead).get(f"/en{steps}").content.decode()
    CHANGES[what](team)
    assert document.last_opinion().state != document.state_hash()
    html = browser(team.management).get(f"/en{steps}").content.decode()
    assert CHANGED in html
    assert "has changed since this opinion" in html
    with pytest.raises(ValidationError):
        document.decide(team.management.user, "yes", seen=seen, approve=keep)


def test_measures_for_requirements_alone_and_requirements_are_no_change_of_the_impact_assessment(team):
    say_all(team)
    document = begin(team, "S11")
    before = document.state_hash()
    Measure.add_measure(team.project, "Ret aftalen", ["K01"], team.lead.user)
    state = team.project.requirement_states.get()
    RequirementState.assess(team.project, "K01", {"how": "Nej"}, fingerprint(state.content), team.lead.user)
    assert document.state_hash() == before
    assert "Ret aftalen" not in page(team, document, "12")


def at_management(team):
    """An impact assessment with an opinion at the management, and its state."""
    document = begin(team, "S11")
    for by in (team.lead, team.editor):
        empty = {"1": ""}
        document.save_section("4", empty, {"1": str(by)}, fingerprint(document.stored("4", empty)), by.user)
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())
    document.ask_management(team.lead.user)
    return document, document.state_hash()


def test_an_approved_document_shows_what_it_showed_then_and_the_next_version_what_is_so_now(team):
    say_all(team)
    document, _seen = at_management(team)
    address = reverse("projects:document_decide", args=[*team.project.address, document.number])
    browser(team.management).post(address, {"answer": "yes", "reason": "Det haster."} | shown_to_decide(document))
    document.refresh_from_db()
    assert document.status == DocumentStatus.APPROVED
    before = file(team, document)
    rate(team, event="Noget helt andet")
    html = page(team, document, "11")
    assert "Et brev sendes til en forkert" in html
    assert "Noget helt andet" not in html
    assert (
        "As it was when the document was approved."
        in browser(team.lead).get(f"/en{path(team, document, '11')}").content.decode()
    )
    assert file(team, document) == before
    second = begin(team, "S11")
    assert "Noget helt andet" in page(team, second, "11")
    assert second.all_stored() == document.all_stored()


def test_an_imported_document_shows_what_its_new_project_says_and_no_opinion_or_decision_of_the_old_one(team):
    say_all(team)
    document, _seen = at_management(team)
    address = reverse("projects:document_decide", args=[*team.project.address, document.number])
    browser(team.management).post(address, {"answer": "yes", "reason": "Det haster."} | shown_to_decide(document))
    decided = [page(team, document, section) for section in ("13", "14")]
    team.project = import_file(team.municipality, team.lead, whole_file(team.project))
    rate(team, event="Noget helt andet")
    imported = team.project.documents.get()
    assert "Noget helt andet" in page(team, imported, "11")
    for before, section, said in zip(
        decided, ("13", "14"), ("Der er ingen råd at svare på.", "Ledelsen besluttede den"), strict=True
    ):
        assert said in before
        assert said not in page(team, imported, section)
    assert "Noget helt andet" in file(team, imported)


def test_rows_that_a_team_has_typed_before_stay_below_and_untouched_ones_of_the_catalogue_are_not_shown(team):
    document = begin(team, "S11")
    typed = new_row(["R01 Fejl"], 5, fixed=True)
    typed["cells"][1] = "Vores egen tekst"
    rows = [typed, new_row(["R02 Tabt ydelse"], 5, fixed=True), new_row(["Helt vores egen"], 5)]
    FieldAnswer.objects.create(document=document, section="11", field="1", value=rows)
    html = page(team, document, "11")
    assert "Vores egen tekst" in html
    assert "Helt vores egen" in html
    assert "R02 Tabt ydelse" not in html
    assert "Vores egen tekst" in page(team, document, "11", team.reader)
    assert "Vores egen tekst" in file(team, document)
    ids = [row["id"] for row in rows if row is not rows[1]]
    data = {f"f-1.{row['id']}.{place}": cell for row in rows for place, cell in enumerate(row["cells"])}
    data |= {"f-1.rows": ids, "seen": re.search(r'name="seen" value="([^"]*)"', html)[1]}
    client = browser(team.lead)
    assert client.post(path(team, document, "11"), data).status_code == 302
    assert document.answers.get(section="11", field="1").value == rows
    assert not document.edits.exists()
    data[f"f-1.{ids[1]}.0"] = "Rettet"
    client.post(path(team, document, "11"), data)
    stored = document.answers.get(section="11", field="1").value
    assert [row["cells"][0] for row in stored] == ["R01 Fejl", "Rettet"]
    assert stored[0]["cells"][1] == "Vores egen tekst"


def test_the_pages_ask_for_as_much_with_one_row_as_with_many(
    team, django_assert_max_num_queries, django_assert_num_queries
):
    say_all(team)
    document, client = begin(team, "S11"), browser(team.lead)
    addresses = [
        path(team, document, "12"),
        reverse("projects:document", args=[*team.project.address, document.number]),
    ]
    most = []
    for address in addresses:
        client.get(address)
        with django_assert_max_num_queries(20) as asked:
            client.get(address)
        most.append(len(asked))
    for number in range(2, 9):
        rate(team, f"R0{number}", likelihood=2, consequence=2, likelihood_after=1, consequence_after=1)
        Measure.add_measure(team.project, f"Nummer {number}", [f"R0{number}"], team.lead.user)
        ProjectLegalBasis.add_processing(team.project, team.lead.user, phase="test", processing=f"Nummer {number}")
    for address, queries in zip(addresses, most, strict=True):
        with django_assert_num_queries(queries):
            client.get(address)
