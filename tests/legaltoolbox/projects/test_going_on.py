"""Saves of a section that go on are one change: of each field one edit, and one event. What somebody else does between ends it."""

from datetime import timedelta

import pytest
from django.db.models import F

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import Comment, Decision, DocumentPart, FieldEdit, ProjectDocument, ProjectEvent
from legaltoolbox.projects.models.documents import SITTING
from legaltoolbox.projects.models.opinions import hash_of_state
from tests.legaltoolbox.projects.documents import begin

EMPTY = {"1": "", "3": ""}


def save(document, by, text, field="1"):
    """One press on the button: each time from a page that was opened anew."""
    document.save_section("4", EMPTY, {field: text}, fingerprint(document.stored("4", EMPTY)), by.user)


def wait(time=SITTING + timedelta(seconds=1)):
    """Everything is so much longer ago."""
    for model, field in ((DocumentPart, "saved_at"), (FieldEdit, "at"), (ProjectEvent, "at")):
        model.objects.update(**{field: F(field) - time})


def edits(document):
    return [(edit.old, edit.new) for edit in document.edits.filter(field="1").order_by("at", "pk")]


def events(team):
    return team.project.events.filter(what="section", place="S05.4").count()


@pytest.fixture
def document(team):
    return begin(team)


def test_fifty_saves_of_an_hour_are_one_edit_of_each_field_and_one_event(document, team):
    for number in range(50):
        save(document, team.lead, f"Svar {number}", "1" if number % 2 else "3")
        wait(timedelta(minutes=1))
    assert edits(document) == [("", "Svar 49")]
    assert document.edits.count() == 2
    assert events(team) == 1
    assert document.authors() == {team.lead.user.pk}


def test_the_edit_has_the_time_of_the_last_save(document, team):
    save(document, team.lead, "Vi")
    wait(timedelta(minutes=10))
    save(document, team.lead, "Vi vil")
    assert document.edits.get().at > team.project.events.get(what="section").at + timedelta(minutes=9)


def test_what_is_written_later_is_a_change_of_its_own(document, team):
    save(document, team.lead, "Vi")
    wait()
    save(document, team.lead, "Vi vil")
    assert edits(document) == [("", "Vi"), ("Vi", "Vi vil")]
    assert events(team) == 2


def test_what_somebody_else_writes_between_parts_the_changes_of_both(document, team):
    save(document, team.lead, "Vi")
    save(document, team.editor, "Andet felt", "3")
    save(document, team.lead, "Tredje", "3")
    save(document, team.lead, "Vi vil")
    assert edits(document) == [("", "Vi"), ("Vi", "Vi vil")]
    assert [edit.by for edit in document.edits.filter(field="3").order_by("pk")] == [team.editor.user, team.lead.user]
    assert events(team) == 3
    assert document.authors() == {team.lead.user.pk, team.editor.user.pk}


@pytest.mark.parametrize("between", ["comment", "sent and taken back", "decision point", "new version"])
def test_what_was_read_or_judged_between_stays_in_the_history(between, document, team):
    save(document, team.lead, "Vi")
    match between:
        case "comment":
            Comment.write(team.project, team.reader.user, "1.4", "Hvorfor?", event_place="S05.4")
        case "sent and taken back":
            document.ask_management(team.lead.user)
            document.take_back(team.lead.user)
        case "decision point":
            state = {"seen": hash_of_state({}), "last": 0, "read": dict}
            Decision.decide_point(team.project, team.management.user, "P1", answer="yes", **state)
        case "new version":
            ProjectDocument.objects.update(status="approved")
            document = begin(team)
    save(document, team.lead, "Vi vil")
    every = FieldEdit.objects.order_by("pk").values_list("old", "new")
    assert list(every) == [("", "Vi"), ("Vi", "Vi vil")]
    assert events(team) == 2


def test_a_field_that_is_as_it_was_before_has_no_edit_and_its_writer_is_no_author(document, team):
    save(document, team.editor, "Vi")
    wait()
    save(document, team.lead, "Vi vil")
    save(document, team.lead, "Vi")
    assert edits(document) == [("", "Vi")]
    assert document.authors() == {team.editor.user.pk}
    save(document, team.lead, "Vi skal")
    assert edits(document) == [("", "Vi"), ("Vi", "Vi skal")]
    assert document.authors() == {team.editor.user.pk, team.lead.user.pk}


def test_the_first_change_of_a_section_that_was_saved_unchanged_has_its_event(document, team):
    save(document, team.lead, "")
    save(document, team.lead, "Vi")
    assert edits(document) == [("", "Vi")]
    assert events(team) == 1
