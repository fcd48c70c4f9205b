"""A yes without conditions in spite of a hard warning of the page needs a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.projects.models import Decision, ProjectLegalBasis, RiskAssessment
from tests.legaltoolbox.projects.documents import begin, browser, shown_to_decide
from tests.legaltoolbox.projects.points import address, point_of

pytestmark = pytest.mark.any_database
BASIS = "selv om der ikke er beskrevet en tilstrækkelig hjemmel til brugen"
RISK = "selv om en risiko stadig er høj efter foranstaltningerne"
HINT = "Skal også udfyldes ved et ja uden vilkår"


def describe_bases(team) -> None:
    for phase in ("idriftsaettelse", "drift-og-overvaagning"):
        ProjectLegalBasis.add_processing(team.project, team.lead.user, phase=phase, processing="Brug", code="H05")
    ProjectLegalBasis.objects.update(judgement="sufficient", basis="Artikel 6", why="Loven siger det.")


def rate_high(team) -> None:
    rated = {"likelihood": 4, "consequence": 4, "likelihood_after": 4, "consequence_after": 4}
    RiskAssessment.objects.create(project=team.project, code="R09", **rated)


def at_management(team, template):
    document = begin(team, template)
    if template == "S11":
        document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
        document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())
    document.ask_management(team.lead.user)
    return document


def yes_to_document(team, document, **typed):
    path = reverse("projects:document_decide", args=[*team.project.address, document.number])
    typed = {"answer": "yes", "conditions": "", "reason": "", **shown_to_decide(document), **typed}
    return browser(team.management).post(path, typed)


def yes_at(team, code, **typed):
    typed = {"answer": "yes", "conditions": "", "reason": "", "state": point_of(team, code).state, "last": 0, **typed}
    return browser(team.management).post(address(team, "decide_point", code.lower()), typed)


@pytest.mark.parametrize("code", ["P2", "P3"])
def test_without_a_basis_for_the_use_a_yes_at_these_points_says_why(code, team):
    assert HINT in browser(team.management).get(address(team, code=code.lower())).content.decode()
    page = yes_at(team, code, conditions="Det, jeg skrev").content.decode()
    assert BASIS in page
    assert "Det, jeg skrev" in page
    assert not Decision.objects.exists()
    assert yes_at(team, code, reason="Hjemlen skrives i morgen.").status_code == 302
    assert Decision.objects.get().reason == "Hjemlen skrives i morgen."


def test_with_a_basis_and_no_high_risk_a_yes_needs_no_reason(team):
    describe_bases(team)
    assert HINT not in browser(team.management).get(address(team, code="p2")).content.decode()
    assert yes_at(team, "P2").status_code == 302


def test_where_the_basis_is_only_outlined_the_page_warns_and_asks_for_no_reason(team):
    page = browser(team.management).get(address(team)).content.decode()
    assert "Løsningen må ikke tages i brug endnu" in page
    assert "alert-error" not in page
    assert HINT not in page
    assert yes_at(team, "P1").status_code == 302


@pytest.mark.parametrize("code", ["P1", "P2"])
def test_a_risk_that_stays_high_asks_for_a_reason_at_each_point(code, team):
    describe_bases(team)
    rate_high(team)
    page = yes_at(team, code).content.decode()
    assert RISK in page
    assert BASIS not in page


def test_an_impact_assessment_is_not_approved_in_spite_of_both_without_a_reason(team):
    rate_high(team)
    document = at_management(team, "S11")
    page = yes_to_document(team, document).content.decode()
    assert BASIS in page
    assert RISK in page
    document.refresh_from_db()
    assert document.status == "at-management"
    conditions = {"answer": "conditions", "conditions": "Hør Datatilsynet først."}
    assert yes_to_document(team, document, **conditions).status_code == 302


def test_a_document_that_shows_neither_bases_nor_risks_is_approved_without_a_reason(team):
    rate_high(team)
    assert yes_to_document(team, at_management(team, "S05")).status_code == 302
