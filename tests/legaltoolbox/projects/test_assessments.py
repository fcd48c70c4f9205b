"""Risks, requirements, measures, evidence and legal bases of a project: each change is kept and seen by the next who writes."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import (
    Comment,
    Evidence,
    Measure,
    ProjectEvent,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
)
from legaltoolbox.projects.models.legal_bases import lacking
from legaltoolbox.projects.work.legal_bases import project_bases
from legaltoolbox.rating import RiskLevel
from tests.mails import log_in_recently
from tests.reading import parse

RATED = {"likelihood": 3, "consequence": 3, "reason": "Mange sager"}


def typed(row, **values):
    return {**row.content, **values}


def seen(row):
    return fingerprint(row.content)


def assess(team, code="R09", by=None, **values):
    row = team.project.risk_assessments.filter(code=code).first() or RiskAssessment(project=team.project, code=code)
    return RiskAssessment.assess(team.project, code, typed(row, **values), seen(row), (by or team.lead).user)


def test_the_level_follows_from_the_steps_and_what_stays_from_those_after(team):
    row = assess(team, **RATED)
    assert (row.level, row.residual_level) == (RiskLevel.HIGH, None)
    row = assess(team, likelihood_after=1, consequence_after=2, treatment="reduce")
    assert (row.level, row.residual_level) == (RiskLevel.HIGH, RiskLevel.LOW)


@pytest.mark.parametrize("step", [0, 5, -1])
def test_a_step_is_one_to_four(step, team):
    with pytest.raises(ValidationError):
        assess(team, likelihood=step)
    assert not RiskAssessment.objects.exists()


def test_what_is_left_out_or_accepted_has_a_reason(team):
    for values in ({"applies": False}, {"treatment": "accept"}):
        with pytest.raises(ValidationError):
            assess(team, **values)
    assess(team, applies=False, reason="Ingen vurdering af personer")


def test_of_two_who_assess_the_same_risk_the_second_sees_what_the_first_has_written(team):
    before = seen(RiskAssessment(project=team.project, code="R09"))
    assess(team, **RATED)
    row = team.project.risk_assessments.get()
    with pytest.raises(ChangedMeanwhile) as conflict:
        RiskAssessment.assess(team.project, "R09", typed(row, likelihood=1), before, team.editor.user)
    assert conflict.value.stored["likelihood"] == 3
    assert conflict.value.saved.saved_by == team.lead.user


def test_each_changed_field_is_one_event_and_a_person_is_named_by_the_login(team):
    assess(team, **RATED)
    assess(team, owner=team.editor.pk)
    assess(team, owner=team.lead.pk)
    events = team.project.events.filter(what=ProjectEvent.What.RISK).order_by("pk")
    fields = ("likelihood", "consequence", "reason", "owner", "owner")
    assert [event.place for event in events] == [f"R09.{field}" for field in fields]
    last = events.last()
    assert (last.old, last.new, last.person_before, last.person) == ("", "", team.editor.user, team.lead.user)


def test_only_who_can_write_in_the_project_owns_something(team, other_team):
    for stranger in (team.strange, team.reader, team.management, other_team.lead):
        with pytest.raises(ValidationError):
            assess(team, owner=stranger.pk)


def test_own_risks_have_codes_of_their_own_and_are_added_once(team):
    first = RiskAssessment.add_own(team.project, "Nedbrud i ferien", team.lead.user)
    assert RiskAssessment.add_own(team.project, "Nedbrud i ferien", team.lead.user) == first
    second = RiskAssessment.add_own(team.project, "Ny leverandør", team.lead.user)
    assert (first.code, second.code) == ("E01", "E02")
    first.withdraw(team.lead.user)
    first.withdraw(team.lead.user)
    assert RiskAssessment.add_own(team.project, "Tredje", team.lead.user).code == "E03"


def test_a_high_code_from_a_file_does_not_close_the_list_of_own_risks(team):
    RiskAssessment.objects.create(project=team.project, code="E99", title="Fra en fil")
    own = RiskAssessment.add_own(team.project, "Nedbrud", team.lead.user)
    assert own.code == "E100"
    assert RiskAssessment.add_own(team.project, "Strejke", team.lead.user).code == "E101"


def test_a_project_has_only_so_many_own_risks_at_once(team):
    RiskAssessment.objects.bulk_create(
        RiskAssessment(project=team.project, code=f"E{number:02}", title=f"Risiko {number}") for number in range(1, 99)
    )
    last = RiskAssessment.add_own(team.project, "Den sidste", team.lead.user)
    with pytest.raises(ValidationError):
        RiskAssessment.add_own(team.project, "En til", team.lead.user)
    last.withdraw(team.lead.user)
    assert RiskAssessment.add_own(team.project, "En til", team.lead.user).code == "E100"
    with pytest.raises(ValidationError):
        assess(team, **RATED).withdraw(team.lead.user)


def test_a_requirement_that_is_not_met_says_why(team):
    row = RequirementState(project=team.project, code="K31")
    with pytest.raises(ValidationError):
        RequirementState.assess(team.project, "K31", typed(row, state="not-met"), seen(row), team.lead.user)
    values = typed(row, state="not-met", how="Leverandøren kan ikke")
    assert RequirementState.assess(team.project, "K31", values, seen(row), team.lead.user).state == "not-met"


def test_evidence_can_be_found_and_is_a_link_to_the_web_alone(team):
    for values in (
        {"link": "", "case_number": ""},
        {"link": "javascript:alert(1)", "case_number": ""},
        {"link": "file:///etc/passwd", "case_number": ""},
    ):
        with pytest.raises(ValidationError):
            Evidence.add_piece(team.project, team.lead.user, place="K31", title="Rapport", **values)
    row = Evidence.add_piece(team.project, team.lead.user, place="K31", title="Rapport", link="", case_number="2026-7")
    assert (
        Evidence.add_piece(team.project, team.lead.user, place="K31", title="Rapport", link="", case_number="2026-7")
        == row
    )
    row.withdraw(team.lead.user)
    row.withdraw(team.lead.user)
    whats = [event.what for event in team.project.events.order_by("pk")][-2:]
    assert whats == ["evidence-added", "evidence-deleted"]


def test_a_measure_serves_risks_and_requirements(team):
    row = Measure.add_measure(team.project, "Slet efter 30 dage", ["R09", "K31"], team.lead.user)
    row.change(typed(row, is_done=True, owner=team.editor.pk), seen(row), team.lead.user)
    assert (row.is_done, row.owner) == (True, team.editor)
    for places in ("R09", ["R09"] * 51, [1]):
        with pytest.raises(ValidationError):
            Measure.add_measure(team.project, "Andet", places, team.lead.user)
    Measure.objects.get(pk=row.pk).withdraw(team.lead.user)
    with pytest.raises(ValidationError):
        row.change(typed(row, text="Igen"), seen(row), team.lead.user)


def test_a_phase_lacks_a_basis_until_each_of_its_processings_has_a_sufficient_one(team):
    phases = ["data-og-udvikling", "drift-og-overvaagning"]
    project, by = team.project, team.lead.user
    assert lacking(project.legal_bases.all(), phases) == phases
    row = ProjectLegalBasis.add_processing(project, by, phase=phases[1], code="H05", processing="Brug i driften")
    with pytest.raises(ValidationError):
        row.change(typed(row, judgement="sufficient"), seen(row), by)
    row.refresh_from_db()
    row.change(typed(row, judgement="sufficient", basis="Serviceloven", why="Opgaven er lovfæstet"), seen(row), by)
    assert lacking(project.legal_bases.all(), phases) == phases[:1]
    ProjectLegalBasis.add_processing(project, by, phase=phases[1], processing="Statistik")
    assert lacking(project.legal_bases.all(), phases) == phases


def test_a_discussion_is_ended_and_a_reply_takes_it_up_again(team):
    project = team.project
    comment = Comment.write(project, team.dpo.user, "R09", "Hvorfor 2?", page="a" * 32)
    assert Comment.write(project, team.dpo.user, "R09", "Hvorfor 2?", page="a" * 32) == comment
    comment.resolve(team.lead.user)
    assert not project.comments.open()
    reply = Comment.write(project, team.lead.user, "R09", "Rettet til 3.", parent=comment)
    assert list(project.comments.open()) == [comment]
    with pytest.raises(ValidationError):
        Comment.write(project, team.dpo.user, "R09", "Tak", parent=reply)
    assert [len(each.replies.all()) for each in project.comments.threads("R09")] == [1]


def test_nothing_of_it_changes_in_a_closed_project(team):
    project, by = team.project, team.lead.user
    row = assess(team, **RATED)
    measure = Measure.add_measure(project, "Slet", ["R09"], by)
    evidence = Evidence.add_piece(project, by, place="K31", title="Rapport", link="", case_number="2026-7")
    project.close(by)
    for change in (
        lambda: assess(team, likelihood=1),
        lambda: RiskAssessment.add_own(project, "Ny", by),
        lambda: measure.withdraw(by),
        lambda: evidence.withdraw(by),
        lambda: Measure.add_measure(project, "Ny", [], by),
        lambda: Evidence.add_piece(project, by, place="K31", title="R", link="", case_number="1"),
        lambda: ProjectLegalBasis.add_processing(project, by, phase="x", processing="y"),
        lambda: Comment.write(project, by, "R09", "Hej"),
    ):
        with pytest.raises(ValidationError):
            change()
    row.refresh_from_db()
    assert row.likelihood == 3
    assert Evidence.objects.filter(pk=evidence.pk).exists()


def test_the_title_of_an_own_risk_can_be_mended_and_that_of_the_catalogue_cannot(team, client):
    row = RiskAssessment.add_own(team.project, "Nedbrud i frien", team.lead.user)
    log_in_recently(client, team.editor.user)
    for code, has_title in ((row.code, True), ("R09", False)):
        url = reverse("projects:risk", args=[*team.project.address, code.lower()])
        page = parse(client.get(url).content.decode())
        assert bool(page.find_all("input", name="title")) is has_title
        seen = page.find_all("input", name="seen")[0].attrs["value"]
        client.post(url, {"seen": seen, "title": "Nedbrud i ferien", "applies": "True"})
    row.refresh_from_db()
    assert row.title == "Nedbrud i ferien"
    assert not team.project.risk_assessments.filter(code="R09", title="Nedbrud i ferien").exists()


def test_a_processing_that_the_answers_rule_out_is_not_suggested(team):
    def suggested() -> set[str]:
        bases = project_bases(team.project, catalogues.current())
        return {basis.code for each in bases.phases for basis, _place in each.suggestions}

    assert {"H03", "H05"} <= suggested()
    team.project.answer(team.lead.user, {"traening": ("no", ""), "personoplysninger": ("yes", "")})
    assert suggested() & {"H03", "H05"} == {"H05"}


def test_every_phase_without_a_sufficient_basis_is_named_with_what_lacks_one(team):
    lead = team.lead.user
    row = ProjectLegalBasis.add_processing(team.project, lead, phase="drift-og-overvaagning", processing="Stikprøver")
    bases = project_bases(team.project, catalogues.current())
    assert "foranalyse" in {each.phase.slug for each in bases.lacking}
    assert [each.phase.slug for each in bases.lacking_in_use] == ["idriftsaettelse", "drift-og-overvaagning"]
    assert [each.insufficient for each in bases.lacking_in_use] == [[], [row]]
    team.project.answer(lead, {"personoplysninger": ("no", "")})
    assert not project_bases(team.project, catalogues.current()).lacking
