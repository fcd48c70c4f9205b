"""What a project says of its risks, measures, bases and requirements, for tests of what shows it."""

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import Measure, ProjectLegalBasis, RequirementState, RiskAssessment


def rate(team, code="R01", **typed) -> None:
    row = team.project.risk_assessments.filter(code=code).first() or RiskAssessment(project=team.project, code=code)
    RiskAssessment.assess(team.project, code, typed, fingerprint(row.content), team.lead.user)


def say_all(team) -> None:
    """A risk rated before and after, an own risk, a measure, a basis and a requirement."""
    rate(
        team,
        likelihood=3,
        consequence=4,
        event="Et brev sendes til en forkert",
        likelihood_after=1,
        consequence_after=4,
    )
    own = RiskAssessment.add_own(team.project, "Breve bliver for ens", team.lead.user)
    rate(team, own.code, likelihood=2, consequence=2)
    Measure.add_measure(team.project, "To læser hvert brev", ["R01"], team.lead.user)
    ProjectLegalBasis.add_processing(
        team.project, team.lead.user, phase="drift-og-overvaagning", processing="Skrive breve til borgere"
    )
    state = RequirementState(project=team.project, code="K01")
    RequirementState.assess(
        team.project, "K01", {"state": "met", "how": "I aftalen"}, fingerprint(state.content), team.lead.user
    )
