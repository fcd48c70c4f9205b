"""A document's way to the data protection officer and the management: who is asked, what is decided, and on what state."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kl_ai.drafts.parts import ChangedMeanwhile, PageSave, fingerprint, new_page
from legaltoolbox.projects.models import (
    Decision,
    DocumentStatus,
    Measure,
    Opinion,
    ProjectDocument,
    ProjectFact,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
)
from legaltoolbox.projects.models.document_steps import STEPS, advice_answers
from tests.legaltoolbox.projects.documents import begin, keep

SOON = timezone.localdate() + timedelta(days=14)


def write(document, by, text="Vi vil svare hurtigere") -> None:
    empty = {"1": ""}
    document.save_section("4", empty, {"1": text}, fingerprint(document.stored("4", empty)), by.user)


@pytest.fixture
def dpia(team) -> ProjectDocument:
    """An impact assessment that the lead and the editor have written."""
    document = begin(team, "S11")
    write(document, team.lead)
    write(document, team.editor, "Vi vil svare rigtigere")
    return document


@pytest.fixture
def advised(dpia, team) -> ProjectDocument:
    """The same with an opinion in two points."""
    dpia.ask_dpo(team.lead.user, SOON)
    dpia.give_opinion(team.dpo.user, "advice", "", ["Slet efter 30 dage.", "Test på egne data."], dpia.state_hash())
    return dpia


@pytest.fixture
def at_management(advised, team) -> ProjectDocument:
    advised.answer_advice(team.lead.user, {1: ("followed", ""), 2: ("not-followed", "Der er ingen egne data.")})
    advised.ask_management(team.lead.user)
    return advised


def test_from_draft_to_approval_with_every_step_in_the_log(at_management, team):
    decision = at_management.decide(team.management.user, "yes", seen=at_management.state_hash(), approve=keep)
    assert at_management.status == DocumentStatus.APPROVED
    assert decision.without_opinion_since is None
    assert bytes(at_management.approved_file.pdf) == keep().pdf
    whats = [event.what for event in team.project.events.order_by("pk")]
    assert whats[-6:] == ["asked-dpo", "opinion", "answered-advice", "answered-advice", "to-management", "decided"]


def test_what_is_at_the_officer_or_the_management_is_not_changed(dpia, team):
    dpia.ask_dpo(team.lead.user, SOON)
    with pytest.raises(ValidationError):
        write(dpia, team.lead)
    dpia.take_back(team.lead.user)
    write(dpia, team.lead, "Rettet")
    assert dpia.status == DocumentStatus.DRAFT


def test_an_impact_assessment_is_not_decided_on_before_the_officer_was_asked(dpia, team):
    with pytest.raises(ValidationError):
        dpia.ask_management(team.lead.user)
    dpia.ask_dpo(team.lead.user, SOON)
    with pytest.raises(ValidationError):  # the officer has time
        dpia.ask_management(team.lead.user)
    ProjectDocument.objects.filter(pk=dpia.pk).update(opinion_until=timezone.localdate() - timedelta(days=1))
    dpia.ask_management(team.lead.user)
    decision = dpia.decide(team.management.user, "yes", seen=dpia.state_hash(), approve=keep)
    assert decision.without_opinion_since == timezone.localdate() - timedelta(days=1)


def test_other_documents_need_no_opinion(team):
    document = begin(team)
    write(document, team.lead)
    document.ask_management(team.lead.user)
    document.decide(
        team.management.user, "conditions", seen=document.state_hash(), conditions="Genbesøg om et år.", approve=keep
    )
    assert document.status == DocumentStatus.APPROVED


def test_each_point_of_advice_is_answered_and_what_is_not_followed_has_a_reason(advised, team):
    with pytest.raises(ValidationError):
        advised.ask_management(team.lead.user)
    with pytest.raises(ValidationError):
        advised.answer_advice(team.lead.user, {1: ("followed", ""), 2: ("not-followed", "")})
    advised.answer_advice(team.lead.user, {1: ("followed", ""), 2: ("partly", "Kun testdata.")})
    advised.ask_management(team.lead.user)
    assert advised.status == DocumentStatus.AT_MANAGEMENT


def test_advice_against_needs_points(dpia, team):
    dpia.ask_dpo(team.lead.user, SOON)
    with pytest.raises(ValidationError):
        dpia.give_opinion(team.dpo.user, "against", "Nej.", [], dpia.state_hash())
    assert not Opinion.objects.exists()
    assert ProjectDocument.objects.get(pk=dpia.pk).status == DocumentStatus.AT_DPO


def test_nothing_is_said_or_decided_about_a_state_that_nobody_has_seen(at_management, team):
    seen = at_management.state_hash()
    at_management.take_back(team.lead.user)
    write(at_management, team.editor, "Helt andet")
    at_management.ask_management(team.lead.user)
    with pytest.raises(ValidationError):
        at_management.decide(team.management.user, "yes", seen=seen, approve=keep)
    assert not Decision.objects.exists()
    assert at_management.last_opinion().state != at_management.state_hash()  # the page says "changed since"


def test_nobody_decides_alone_on_what_they_have_written_alone(team):
    document = begin(team)
    write(document, team.management)
    document.ask_management(team.lead.user)
    with pytest.raises(ValidationError):
        document.decide(team.management.user, "yes", seen=document.state_hash(), approve=keep)
    document.take_back(team.lead.user)
    write(document, team.editor, "Rettet af en anden")
    document.ask_management(team.lead.user)
    document.decide(team.management.user, "yes", seen=document.state_hash(), approve=keep)


def may_decide_alone(document, member) -> bool:
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.AT_MANAGEMENT)
    try:
        document.decide(member.user, "yes", seen=document.state_hash(), approve=keep)
    except ValidationError:
        return False
    return True


def write_fact(team, by, value="Systemet Prøve, version 2") -> None:
    stored = ProjectFact.stored(team.project)
    ProjectFact.save_all(team.project, stored | {"solution": value}, fingerprint(stored), by.user)


def test_a_version_that_nobody_has_changed_is_by_the_authors_of_what_it_was_copied_from(team):
    first = begin(team)
    write(first, team.management)
    assert may_decide_alone(first, team.lead)
    second = begin(team)
    assert second.authors() == {team.management.user.pk}
    assert not may_decide_alone(second, team.management)
    second.take_back(team.lead.user)
    write(second, team.editor, "Nyt")  # from now on it is the editor's
    assert second.authors() == {team.editor.user.pk}


def test_a_document_that_the_facts_alone_fill_is_by_who_has_written_them(team):
    write_fact(team, team.management)
    document = begin(team)
    assert not may_decide_alone(document, team.management)
    write_fact(team, team.editor, "Systemet Prøve, version 3")
    assert may_decide_alone(document, team.management)


def test_facts_by_others_make_nobody_an_author_of_what_one_has_written_alone(team):
    write_fact(team, team.editor)
    document = begin(team)
    write(document, team.management)
    assert not may_decide_alone(document, team.management)


def test_a_document_that_nobody_has_filled_in_is_by_who_has_begun_it(team):
    document = begin(team)
    assert document.authors() == {team.lead.user.pk}
    assert not may_decide_alone(document, team.lead)


def test_what_others_have_written_before_a_version_makes_them_no_authors_of_it(team):
    first = begin(team, "S08")
    write(first, team.editor)
    ProjectLegalBasis.add_processing(team.project, team.editor.user, phase="idriftsaettelse", processing="Breve")
    assert may_decide_alone(first, team.management)
    second = begin(team, "S08")
    write(second, team.management, "Skrevet om fra ende til anden")
    assert second.authors() == {team.management.user.pk}
    assert not may_decide_alone(second, team.management)


def test_a_row_that_is_deleted_again_makes_nobody_an_author(team):
    document = begin(team, "S08")
    write(document, team.management)
    add = {"phase": "idriftsaettelse", "processing": "Breve"}
    row = ProjectLegalBasis.add_processing(team.project, team.editor.user, **add)
    assert document.authors() == {team.management.user.pk, team.editor.user.pk}
    row.withdraw(team.editor.user)
    assert document.authors() == {team.management.user.pk}


def test_a_measure_for_requirements_alone_makes_nobody_an_author_of_what_shows_those_against_risks(team):
    document = begin(team, "S11")
    write(document, team.management)
    Measure.add_measure(team.project, "Log alt", ["K01"], team.editor.user)
    assert document.authors() == {team.management.user.pk}
    Measure.add_measure(team.project, "Læs hvert brev", ["R01"], team.editor.user)
    assert document.authors() == {team.management.user.pk, team.editor.user.pk}


def test_who_has_written_before_a_version_gives_no_opinion_on_it(team):
    ProjectLegalBasis.add_processing(team.project, team.dpo.user, phase="idriftsaettelse", processing="Breve")
    document = begin(team, "S08")
    write(document, team.lead)
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    with pytest.raises(ValidationError, match="Du har skrevet"):
        document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())


def test_another_owner_changes_no_document(team):
    """Of a measure, a requirement and a risk a document says what is done, and not by whom."""
    measure = Measure.add_measure(team.project, "Læs hvert brev", ["R01"], team.editor.user)
    state = RequirementState.assess(
        team.project, "K01", {"state": "met", "how": "Aftalt"}, fingerprint(RequirementState().content), team.lead.user
    )
    risk = RiskAssessment.assess(
        team.project, "R01", {"event": "Et brev går tabt"}, fingerprint(RiskAssessment().content), team.lead.user
    )
    documents = [begin(team, template) for template in ("S11", "S16")]
    before = [document.state_hash() for document in documents]
    for row in (measure, state, risk):
        row.store({"owner": team.lead.pk}, fingerprint(row.content), team.lead.user)
    assert [document.state_hash() for document in documents] == before
    measure.change({"text": "Læs hvert andet brev"}, fingerprint(Measure.objects.get().content), team.lead.user)
    assert documents[0].state_hash() != before[0]


def test_nothing_is_sent_to_a_management_that_nobody_is(team):
    document = begin(team)
    write(document, team.lead)
    team.project.remove_member(team.lead.user, team.management)
    with pytest.raises(ValidationError, match="ledelse"):
        document.ask_management(team.lead.user)
    assert document.status == DocumentStatus.DRAFT


def test_a_refusal_has_a_reason_and_gives_the_document_back(at_management, team):
    with pytest.raises(ValidationError):
        at_management.decide(team.management.user, "no", seen=at_management.state_hash())
    at_management.refresh_from_db()
    at_management.decide(team.management.user, "no", seen=at_management.state_hash(), reason="For dyrt.")
    assert at_management.status == DocumentStatus.RETURNED
    write(at_management, team.editor, "Billigere")


def test_a_second_click_decides_nothing_twice(at_management, team):
    seen = at_management.state_hash()
    other = ProjectDocument.objects.get(pk=at_management.pk)
    at_management.decide(team.management.user, "yes", seen=seen, approve=keep)
    with pytest.raises(ValidationError):
        other.decide(team.management.user, "no", seen=seen, reason="Alligevel ikke.")
    assert Decision.objects.count() == 1


def test_a_new_version_begins_with_what_was_approved_and_the_approved_one_never_changes(at_management, team):
    at_management.decide(team.management.user, "yes", seen=at_management.state_hash(), approve=keep)
    before = at_management.all_stored()
    second = begin(team, "S11")
    assert (second.version, second.all_stored()) == (2, before)
    write(second, team.lead, "Næste udgave")
    assert at_management.all_stored() == before
    with pytest.raises(ValidationError):
        write(at_management, team.lead, "Bagefter")


@pytest.mark.parametrize("what", STEPS)
def test_no_step_begins_where_the_table_does_not_say(what, dpia, team):
    step = STEPS[what]
    for status in DocumentStatus.values:
        if status in step.before:
            continue
        ProjectDocument.objects.filter(pk=dpia.pk).update(status=status)
        dpia.refresh_from_db()
        with pytest.raises(ValidationError):
            dpia._perform(what, team.lead.user)


# Answers to advice ----------------------------------------------------------------------------------


def test_of_two_who_answer_advice_the_second_sees_what_the_first_has_stored(advised, team):
    seen = fingerprint(advice_answers(advised.last_opinion().points.all()))
    advised.answer_advice(team.lead.user, {1: ("not-followed", "Loven kræver fem år.")}, seen=seen)
    with pytest.raises(ChangedMeanwhile) as conflict:
        advised.answer_advice(team.editor.user, {1: ("", ""), 2: ("followed", "")}, seen=seen)
    assert conflict.value.saved.saved_by == team.lead.user
    stored = advice_answers(advised.last_opinion().points.all())
    assert stored == {"1": ("not-followed", "Loven kræver fem år."), "2": ("", "")}


def test_an_answer_is_about_the_opinion_that_was_shown(advised, team):
    shown = advised.last_opinion()
    advised.ask_dpo(team.lead.user, SOON)
    advised.give_opinion(team.dpo.user, "against", "", ["Stop helt."], advised.state_hash())
    with pytest.raises(ValidationError):
        advised.answer_advice(team.lead.user, {1: ("followed", "")}, opinion_key=shown.pk)
    assert not advised.last_opinion().points.get().answer


def test_advice_is_not_answered_after_the_decision(at_management, team):
    at_management.decide(team.management.user, "yes", seen=at_management.state_hash(), approve=keep)
    with pytest.raises(ValidationError):
        at_management.answer_advice(team.lead.user, {1: ("not-followed", "Alligevel ikke.")})


def test_an_opinion_with_other_points_is_no_second_click(dpia, team):
    dpia.ask_dpo(team.lead.user, SOON)
    seen = dpia.state_hash()
    first = dpia.give_opinion(team.dpo.user, "advice", "", ["Punkt A"], seen)
    assert dpia.give_opinion(team.dpo.user, "advice", "", ["Punkt A"], seen) == first
    with pytest.raises(ValidationError):
        dpia.give_opinion(team.dpo.user, "advice", "", ["Punkt A", "Punkt B"], seen)


# Independence ---------------------------------------------------------------------------------------


def test_who_has_written_a_document_gives_no_opinion_on_it(dpia, team):
    dpia.ask_dpo(team.lead.user, SOON)
    with pytest.raises(ValidationError):
        dpia.give_opinion(team.editor.user, "supports", "", [], dpia.state_hash())


def test_who_has_given_the_opinion_does_not_decide(at_management, team):
    with pytest.raises(ValidationError):
        at_management.decide(team.dpo.user, "yes", seen=at_management.state_hash(), approve=keep)


def test_an_answer_about_the_solution_is_a_change_of_every_document(dpia, team):
    before = dpia.state_hash()
    team.project.answer(team.lead.user, {"personoplysninger": ("no", "")})
    assert dpia.state_hash() != before


def test_what_a_page_saves_after_an_opinion_is_a_change_of_its_own(dpia, team):
    empty, page = {"1": ""}, PageSave(new_page(), 1)

    def save(text, number):
        seen = fingerprint(dpia.stored("4", empty))
        dpia.save_section("4", empty, {"1": text}, seen, team.lead.user, page=page._replace(number=number))

    save("Udgangspunkt", 1)
    dpia.ask_dpo(team.lead.user, SOON)
    dpia.give_opinion(team.dpo.user, "supports", "", [], dpia.state_hash())
    events = team.project.events.filter(what="section").count()
    save("Efter udtalelsen", 2)
    assert list(dpia.edits.order_by("-pk").values_list("old", "new")[:1]) == [("Udgangspunkt", "Efter udtalelsen")]
    assert team.project.events.filter(what="section").count() == events + 1


def test_who_alone_has_written_what_a_document_shows_does_not_decide_alone(team):
    """The impact assessment shows the project's risks: whoever has rated them has written in it."""
    document = begin(team, "S11")
    row = RiskAssessment(project=team.project, code="R09")
    rated = {"likelihood": 2, "consequence": 2}
    RiskAssessment.assess(team.project, "R09", rated, fingerprint(row.content), team.management.user)
    document.ask_dpo(team.lead.user, SOON)
    document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())
    document.ask_management(team.lead.user)
    with pytest.raises(ValidationError):
        document.decide(team.management.user, "yes", seen=document.state_hash(), approve=keep)


def test_asked_again_and_not_answered_is_said_at_the_decision(advised, team):
    advised.answer_advice(team.lead.user, {1: ("followed", ""), 2: ("followed", "")})
    advised.ask_dpo(team.lead.user, SOON)
    day = timezone.localdate() - timedelta(days=1)
    ProjectDocument.objects.filter(pk=advised.pk).update(opinion_until=day)
    advised.refresh_from_db()
    advised.ask_management(team.lead.user)
    decision = advised.decide(team.management.user, "yes", seen=advised.state_hash(), approve=keep)
    assert decision.without_opinion_since == day


def test_nothing_is_approved_of_which_nothing_is_kept(at_management, team):
    with pytest.raises(ValueError, match="kept"):
        at_management.decide(team.management.user, "yes", seen=at_management.state_hash())
    at_management.refresh_from_db()
    assert at_management.status == DocumentStatus.AT_MANAGEMENT
