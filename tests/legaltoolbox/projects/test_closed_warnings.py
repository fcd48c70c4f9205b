"""The pages of a closed project say how it stood, and tell nobody to do something that nobody can do any more."""

import pytest
from django.urls import reverse

from legaltoolbox.projects.models import RiskAssessment
from tests.legaltoolbox.projects.documents import browser
from tests.reading import parse

TO_DO = (
    "Gør mere ved",
    "hør Datatilsynet",
    "høre Datatilsynet",
    "Stands brugen",
    "Før I tager",
    "må ikke tages i brug endnu",
    "Hør Datatilsynet først",
    "må ikke bruges",
)
STAYS_HIGH = ("overview", "risks", "report", "legal_bases", "decision_point")


def page(team, name: str) -> str:
    arguments = [*team.project.address, "p2"] if name == "decision_point" else team.project.address
    return parse(browser(team.lead).get(reverse(f"projects:{name}", args=arguments)).content.decode()).find("main").text


@pytest.mark.parametrize("phase", ["", "drift-og-overvaagning"])
@pytest.mark.parametrize("name", STAYS_HIGH)
def test_a_closed_project_tells_nobody_to_do_something(team, name, phase):
    steps = {"likelihood": 4, "consequence": 4, "likelihood_after": 4, "consequence_after": 4}
    RiskAssessment.objects.create(project=team.project, code="R09", **steps)
    team.project.phase = phase
    team.project.save()
    assert [words for words in TO_DO if words in page(team, name)]
    team.project.close(team.lead.user, "Løsningen er ikke købt.")
    closed = page(team, name)
    assert not [words for words in TO_DO if words in closed]
    if name in ("overview", "report"):
        assert "høj" in closed
