"""How much the history of a document's fields keeps: rows that differ, texts up to a limit, and excerpts on the page."""

import pytest
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import field_edits
from legaltoolbox.projects.models.values import new_row, table_changes
from tests.legaltoolbox.projects.documents import begin, browser
from tests.reading import parse


def save(document, by, value, field="1"):
    empty = {field: [] if isinstance(value, list) else ""}
    document.save_section("4", empty, {field: value}, fingerprint(document.stored("4", empty)), by.user)


def edits(document):
    return [(edit.old, edit.new) for edit in document.edits.order_by("pk")]


@pytest.fixture
def document(team):
    return begin(team)


def test_an_earlier_change_of_a_table_keeps_the_rows_that_differ(document, team):
    rows = [new_row([f"Række {number}"], 2) for number in range(3)]
    other = {**rows[1], "cells": ["Ny", ""]}
    first, second, third = rows, [rows[0], other, rows[2]], [rows[0], other]
    for by, value in ((team.lead, first), (team.editor, second), (team.lead, third)):
        save(document, by, value, "9")
    assert edits(document) == [([], first), ([rows[1]], [other]), (second, third)]
    save(document, team.editor, first, "9")
    assert edits(document)[2] == ([rows[2]], [])


def test_a_change_of_order_keeps_all_rows():
    one, two, three = (new_row([text], 1) for text in ("en", "to", "tre"))
    assert table_changes([one, two], [two, one]) == ([one, two], [two, one])
    assert table_changes([one, two], [one, three, two]) == ([], [three])
    assert table_changes(["a"], ["b"]) == (["a"], ["b"])
    assert table_changes("", "ny") == ("", "ny")


@pytest.mark.parametrize("limit", ["MOST_EDIT_LETTERS", "MOST_PROJECT_EDIT_LETTERS"])
def test_beyond_the_limit_the_oldest_changes_lose_their_texts_and_nothing_else(limit, document, team, monkeypatch):
    monkeypatch.setattr(field_edits, limit, 5_000)
    for number in range(6):
        save(document, (team.lead, team.editor)[number % 2], f"{number}" * 1_000)
    kept = list(document.edits.order_by("pk"))
    assert [edit.has_lost_texts for edit in kept] == [True, True, True, True, False, False]
    assert sum(edit.letters for edit in kept) <= 5_000
    assert [edit.by for edit in kept] == [team.lead.user, team.editor.user] * 3
    assert document.stored("4", {"1": ""}) == {"1": "5" * 1_000}
    path = reverse("projects:section", args=[*team.project.address, 1, "4"])
    words = parse(browser(team.reader).get(path).content.decode()).text
    assert words.count("Teksterne i denne ændring er ikke gemt længere.") == 4


def test_the_limit_of_a_document_takes_nothing_of_another(document, team, monkeypatch):
    save(document, team.lead, "Første dokument")
    monkeypatch.setattr(field_edits, "MOST_EDIT_LETTERS", 3_000)
    other = begin(team, "S06")
    for number in range(4):
        save(other, (team.lead, team.editor)[number % 2], f"{number}" * 1_000)
    assert edits(document) == [("", "Første dokument")]
    assert edits(other)[0] == ("", "")


def test_the_page_shows_an_excerpt_of_a_long_change(document, team):
    save(document, team.lead, "Kort")
    save(document, team.editor, "ord " * 2_000)
    save(document, team.lead, "Igen kort")
    path = reverse("projects:section", args=[*team.project.address, 1, "4"])
    history = browser(team.reader).get(path).content.decode().partition('class="field-history')[2]
    assert history.count("ord ord") < 200
    assert "…" in history


def test_the_last_change_keeps_its_texts_however_long_they_are_and_one_without_texts_does_not_go_on(
    document, team, monkeypatch
):
    monkeypatch.setattr(field_edits, "MOST_EDIT_LETTERS", 1_000)
    save(document, team.lead, "a" * 2_000)
    assert edits(document) == [("", "a" * 2_000)]
    save(document, team.lead, "Kort", "2")
    assert edits(document) == [("", ""), ("", "Kort")]
    save(document, team.lead, "b")
    assert edits(document)[-1] == ("a" * 2_000, "b")
