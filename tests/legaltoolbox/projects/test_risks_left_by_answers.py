"""A risk that does not apply by the answers about the solution is high nowhere, whatever it was rated before."""

import pytest
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Project, RiskAssessment
from legaltoolbox.projects.work.decision_points import read_project
from legaltoolbox.projects.work.decisions import grounds
from legaltoolbox.projects.work.overview import project_overview
from legaltoolbox.projects.work.register_entry import entry_lines
from legaltoolbox.projects.work.report import project_report
from legaltoolbox.projects.work.risks import risk_rows
from tests.legaltoolbox.projects.documents import begin


@pytest.fixture
def high(team) -> Project:
    """A project of personal data with R02 rated as high before and after."""
    team.project.answer(team.lead.user, {"personoplysninger": ("yes", "")})
    steps = ("likelihood", "consequence", "likelihood_after", "consequence_after")
    content = RiskAssessment().content
    RiskAssessment.assess(team.project, "R02", content | dict.fromkeys(steps, 4), fingerprint(content), team.lead.user)
    return Project.objects.select_related("municipality").get(pk=team.project.pk)


def high_everywhere(project, team) -> dict[str, bool]:
    """Page or file to whether it says that a risk stays high."""
    catalogue, today = catalogues.current(), timezone.localdate()
    document = project.documents.first() or begin(team, "S11")
    overview = project_overview(project, team.lead.user, catalogue, today)
    report = project_report(project, catalogue, today)
    of_document = grounds(project, document, catalogue, document.state_hash())
    return {
        "rows": any(row.stays_high for row in risk_rows(project, catalogue)),
        "overview": any("R02" in str(warning) for warning in overview.warnings),
        "entry": "1 høj" in dict(entry_lines(report, "https://portal.example/"))["Bemærkninger"],
        "decision": bool(of_document.high),
        "report": bool(report.high_risks),
        "point": any(row.stays_high for row in read_project(project, catalogue, today).risks),
    }


def test_a_risk_that_does_not_apply_any_more_is_high_nowhere(high, team):
    assert set(high_everywhere(high, team).values()) == {True}
    team.project.answer(team.lead.user, {"personoplysninger": ("no", "")})
    again = Project.objects.select_related("municipality").get(pk=high.pk)
    assert set(high_everywhere(again, team).values()) == {False}
