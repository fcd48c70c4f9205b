"""The history of a project in words: no codes of the data, and no word cut in two."""

import pytest
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import DocumentTemplate, LegalBasis, Phase
from legaltoolbox.projects.models import Decision, Measure, ProjectDocument, ProjectEvent, ProjectLegalBasis
from legaltoolbox.projects.models.events import LONGEST
from legaltoolbox.projects.work.event_words import EventLine, event_lines
from tests.legaltoolbox.projects.documents import begin

pytestmark = pytest.mark.any_database

What = ProjectEvent.What


@pytest.fixture
def newest(team):
    """The newest event of the project in Danish words."""

    def line() -> EventLine:
        with override("da"):
            return event_lines([team.project.events.with_people()[0]], catalogues.current())[0]

    return line


def test_a_legal_basis_is_named_by_its_title_and_its_phase(team, newest):
    basis, phase = LegalBasis.objects.get(code="H05"), Phase.objects.get(slug="drift-og-overvaagning")
    row = ProjectLegalBasis.add_processing(
        team.project, team.lead.user, phase=phase.slug, processing=basis.title, code=basis.code
    )
    assert f"{basis.title} ({phase})" in newest().place
    typed = {**row.content, "why": "Opgaven følger af loven."}
    row.change(typed, fingerprint(row.content), team.lead.user)
    assert f"{basis.title} ({phase})</span>, begrundelse for vurderingen" in newest().place


def test_a_section_is_named_by_its_number_and_heading(team, newest):
    document = begin(team, "S11")
    sections = catalogues.current().sections(DocumentTemplate.objects.get(code="S11"))
    number, section = next((number, each) for number, each in enumerate(sections, 1) if each.key == "13")
    document.save_section("13", {"1": ""}, {"1": "Nej"}, fingerprint({"1": ""}), team.lead.user)
    assert newest().place == f'S11 afsnit {number} “<span lang="da">{section.heading}</span>”'


def test_a_document_that_was_begun_has_its_version(team, newest):
    ProjectDocument.objects.filter(pk=begin(team, "S11").pk).update(status="approved")
    begin(team, "S11")
    assert newest().new == "version 2"


def test_what_was_asked_for_is_a_day_and_what_was_decided_is_a_sentence(team, newest):
    ProjectEvent.record(team.project, What.ASKED, team.lead.user, "S11", old="draft", new="2026-12-24")
    assert newest().new == "ønskes senest 24. december 2026"
    ProjectEvent.record(team.project, What.DECIDED, team.lead.user, "S11", new=Decision.Answer.CONDITIONS)
    assert (newest().text, newest().new) == ("Traf en beslutning", "Ja, på vilkår")


def test_a_long_text_is_cut_behind_a_whole_word(team):
    event = ProjectEvent.record(team.project, What.CLOSED, team.lead.user, reason="kommune " * LONGEST)
    assert event.reason.endswith(" kommune…")
    assert len(event.reason) <= LONGEST
    assert len(ProjectEvent.record(team.project, What.CLOSED, None, reason="k" * 9 * LONGEST).reason) == LONGEST


def test_a_mark_in_a_title_stays_where_it_was_written(team):
    """Only the place of a legal basis is a processing and a phase."""
    measure = Measure.add_measure(team.project, "Logning · adgang", ["R09"], team.lead.user)
    measure.change({"is_done": True}, fingerprint(measure.content), team.lead.user)
    values = {"phase": "drift-og-overvaagning", "processing": "Breve"}
    ProjectLegalBasis.add_processing(team.project, team.lead.user, **values)
    basis, *of_measure = [str(line.place) for line in event_lines(team.project.events.all(), catalogues.current())]
    assert any("Logning · adgang" in place for place in of_measure)
    assert not any("(adgang)" in place for place in of_measure)
    assert "Breve (" in basis
