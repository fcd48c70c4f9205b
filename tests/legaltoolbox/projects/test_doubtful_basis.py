"""A legal basis that the team doubts is called doubtful, and never missing, wherever the project warns of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.projects.models import ProjectLegalBasis
from tests.legaltoolbox.projects.documents import begin, browser
from tests.reading import parse

IN_USE = ("idriftsaettelse", "drift-og-overvaagning")
DOUBTFUL = "Hjemlen til brugen er tvivlsom"
MISSING = ("ikke beskrevet en tilstrækkelig hjemmel", "Hjemlen til brugen mangler")
PAGES = ("overview", "legal_bases", "decision", "report", "management")


def describe(team, *judgements: str) -> None:
    """A processing with each of these judgements in the phases of use, one after the other."""
    for phase, judgement in zip(IN_USE, judgements, strict=False):
        texts = {"basis": "Artikel 6", "why": "Loven siger det.", "judgement": judgement}
        ProjectLegalBasis.add_processing(
            team.project, team.lead.user, phase=phase, processing="Brug", code="H05", **texts
        )


def page(team, name: str) -> str:
    """The words of the page in Danish."""
    if name == "management":
        document = begin(team, "S11")
        document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
        document.give_opinion(team.dpo.user, "advice", "", ["Slet efter 30 dage."], document.state_hash())
        document.answer_advice(team.lead.user, {1: ("followed", "")}, seen=None)
        document.ask_management(team.lead.user)
        address = reverse("projects:document_steps", args=[*team.project.address, document.number])
    elif name == "decision":
        address = reverse("projects:decision_point", args=[*team.project.address, "p2"])
    else:
        address = reverse(f"projects:{name}", args=team.project.address)
    member = team.management if name == "management" else team.lead
    return parse(browser(member).get(address).content.decode()).find("main").text


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("judgements", [("doubtful", "doubtful"), ("doubtful", "sufficient")])
def test_a_doubtful_basis_is_called_doubtful(team, name, judgements):
    describe(team, *judgements)
    words = page(team, name)
    assert DOUBTFUL in words or DOUBTFUL[0].lower() + DOUBTFUL[1:] in words
    assert not [each for each in MISSING if each in words]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("judgements", [(), ("doubtful",), ("doubtful", "missing"), ("open", "doubtful")])
def test_a_basis_that_is_missing_or_not_judged_is_not_called_doubtful(team, name, judgements):
    describe(team, *judgements)
    words = page(team, name)
    assert [each for each in MISSING if each in words]
    assert DOUBTFUL not in words


@pytest.mark.parametrize("name", PAGES)
def test_a_sufficient_basis_is_no_warning(team, name):
    describe(team, "sufficient", "sufficient")
    words = page(team, name)
    assert not [each for each in (*MISSING, DOUBTFUL) if each in words]
