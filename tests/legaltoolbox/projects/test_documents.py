"""The documents of a project: begun once, saved section by section, nothing of another person's ever overwritten unseen."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from kl_ai.drafts.parts import ChangedMeanwhile, PageSave, fingerprint, new_page
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import DocumentStatus, ProjectDocument
from legaltoolbox.projects.models.values import (
    MOST_TABLE_ROWS,
    MOST_TEXT_LETTERS,
    new_row,
    validate_value,
    with_row,
    with_row_moved,
    without_row,
)
from tests.legaltoolbox.projects.documents import begin

EMPTY = {"1": "", "2": [], "3": ""}


def save(document, by, typed, *, seen=None, page=""):
    seen = seen or fingerprint(document.stored("4", EMPTY))
    document.save_section("4", EMPTY, typed, seen, by.user, page=PageSave(page, 1) if page else PageSave())


def whats(team) -> list[tuple[str, str]]:
    return [(event.what, event.place) for event in team.project.events.order_by("pk")][-3:]


def test_a_document_is_begun_once_however_often_the_button_is_pressed(team):
    first = begin(team, values={("1", "2"): "Ordlyd"})
    assert begin(team) == first
    assert (first.number, first.version, first.all_stored()) == (1, 1, {("1", "2"): "Ordlyd"})
    assert begin(team, "S11").number == 2
    assert whats(team)[-2:] == [("document", "S05"), ("document", "S11")]


def test_after_an_approval_a_new_version_is_begun_and_the_old_one_stays(team):
    first = begin(team, values={("1", "2"): "Ordlyd"})
    ProjectDocument.objects.filter(pk=first.pk).update(status=DocumentStatus.APPROVED)
    second = begin(team)
    assert (second.number, second.version) == (2, 2)
    assert first.all_stored() == {("1", "2"): "Ordlyd"}


def test_each_changed_field_has_an_edit_and_the_save_is_one_event(team):
    document = begin(team)
    save(document, team.lead, {"1": "Vi vil svare hurtigere", "2": ["Ja"], "3": ""})
    save(document, team.editor, {"1": "Vi vil svare rigtigere", "2": ["Ja"], "3": ""})
    edits = [(edit.field, edit.old, edit.new, edit.by) for edit in document.edits.order_by("pk")]
    assert edits == [
        ("1", "", "Vi vil svare hurtigere", team.lead.user),
        ("2", [], ["Ja"], team.lead.user),
        ("1", "Vi vil svare hurtigere", "Vi vil svare rigtigere", team.editor.user),
    ]
    assert whats(team) == [("document", "S05"), ("section", "S05.4"), ("section", "S05.4")]
    document.refresh_from_db()
    assert document.changed_by == team.editor.user


def test_nothing_that_is_the_same_makes_an_edit(team):
    document = begin(team)
    save(document, team.lead, {"1": "Et"})
    save(document, team.editor, {"1": "Et"})
    assert document.edits.count() == 1
    assert whats(team)[-1] == ("section", "S05.4")


def test_who_saves_second_sees_what_the_first_has_saved_and_overwrites_nothing(team):
    document = begin(team)
    seen = fingerprint(document.stored("4", EMPTY))
    save(document, team.lead, {"1": "Først"}, seen=seen)
    with pytest.raises(ChangedMeanwhile) as changed:
        save(document, team.editor, {"1": "Sidst"}, seen=seen)
    assert (changed.value.stored["1"], changed.value.saved.saved_by) == ("Først", team.lead.user)
    assert document.stored("4", EMPTY)["1"] == "Først"


def test_a_page_that_saves_while_somebody_writes_makes_one_edit_and_one_event(team):
    document, page = begin(team), new_page()
    for text in ("V", "Vi", "Vi vil"):
        save(document, team.lead, {"1": text}, page=page)
    assert [(edit.old, edit.new) for edit in document.edits.all()] == [("", "Vi vil")]
    assert whats(team)[-2:] == [("document", "S05"), ("section", "S05.4")]
    save(document, team.editor, {"1": "Vi skal"}, page=new_page())
    assert document.edits.count() == 2


def test_a_document_that_is_not_a_draft_and_a_closed_project_take_no_answer(team):
    document = begin(team)
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.AT_DPO)
    with pytest.raises(ValidationError):
        save(document, team.lead, {"1": "Nyt"})
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.RETURNED)
    team.project.close(team.lead.user)
    with pytest.raises(ValidationError):
        save(document, team.lead, {"1": "Nyt"})
    with pytest.raises(ValidationError):
        begin(team, "S11")
    assert not document.edits.exists()


@pytest.mark.parametrize(
    "value",
    [
        "x" * (MOST_TEXT_LETTERS + 1),
        5,
        None,
        {"a": 1},
        [1],
        ["a", new_row(["b"], 1)],
        ["x" * 501],
        [new_row(["x" * 4001], 1)],
        [new_row([""], 21)],
        [{"id": "0", "fixed": 0, "cells": []}],
        [{"id": "01234567", "fixed": 0, "cells": [{}]}],
        [new_row([""], 1, row_id="01234567")] * 2,
        [new_row([""], 1) for _row in range(MOST_TABLE_ROWS + 1)],
        [new_row(["x" * 4000], 1) for _row in range(80)],
    ],
)
def test_what_no_field_can_hold_is_refused(value):
    with pytest.raises(ValidationError):
        validate_value(value)


def test_a_value_that_is_too_long_is_not_stored(team):
    document = begin(team)
    with pytest.raises(ValidationError):
        save(document, team.lead, {"1": "Fint", "3": "x" * (MOST_TEXT_LETTERS + 1)})
    assert document.stored("4", EMPTY) == EMPTY


def test_rows_keep_their_ids_when_they_are_added_moved_and_removed():
    rows = [new_row([text], 2) for text in "abc"]

    def texts(rows):
        return "".join(row["cells"][0] for row in rows)

    ids = {row["cells"][0]: row["id"] for row in rows}
    moved = with_row_moved(rows, ids["c"], -1)
    assert texts(moved) == "acb"
    assert texts(with_row_moved(rows, ids["a"], -1)) == "abc"
    assert texts(with_row_moved(rows, ids["c"], 1)) == "abc"
    assert texts(with_row_moved(rows, "ffffffff", 1)) == "abc"
    assert texts(without_row(rows, ids["b"])) == "ac"
    assert {row["cells"][0]: row["id"] for row in moved} == ids
    assert with_row(rows, 2)[-1]["cells"] == ["", ""]
    with pytest.raises(ValidationError):
        with_row([rows[0]] * MOST_TABLE_ROWS, 2)


@pytest.mark.parametrize("value", ["En tekst", ["Ja", "Nej"], [new_row(["a"], 2)]])
def test_an_answer_to_a_field_of_another_kind_breaks_no_page_and_stays(value, team):
    """An editor may make a table of a text: what was written before is kept, and in the history of the field."""
    document = begin(team, "S11")
    browser = Client()
    browser.force_login(team.lead.user)
    for section in catalogues.current().sections(catalogues.current().find("template", "S11")):
        for field in catalogues.current().fields(section):
            document.answers.update_or_create(section=section.key, field=field.key, defaults={"value": value})
            document.edits.create(section=section.key, field=field.key, old=value, new=value, by=team.lead.user)
    before = document.all_stored()
    address = f"/juridisk-vaerktoejskasse/projekter/9901/1/dokumenter/{document.number}"
    for path in ("/", "/1/", "/4/", "/12/", ".docx", ".pdf"):
        response = browser.get(address + path)
        assert response.status_code == 200, path
        b"".join(response) if response.streaming else response.content
    assert document.all_stored() == before
