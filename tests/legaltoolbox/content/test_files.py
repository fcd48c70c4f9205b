"""The content files: what they hold, and the way back from the database to the files."""

from copy import deepcopy

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.text import clean_text
from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.content import files
from legaltoolbox.content.files import FOLDER
from legaltoolbox.content.load import load
from legaltoolbox.models import (
    Activity,
    Guidance,
    Risk,
    ScaleLevel,
)
from tests.checks import not_empty
from tests.legaltoolbox.small import A01, SMALL, WORDS, empty_the_database, file_texts, write

pytestmark = pytest.mark.django_db


# The inventory ------------------------------------------------------------------------------------


def test_the_toolbox_is_complete(content):
    numbers = {kind: len(content.all(kind)) for kind in content.items if kind != "source"}
    assert numbers == {
        "role": 13,
        "phase": 9,
        "question": 14,
        "template": 35,
        "activity": 56 + 3,
        "risk": 29,
        "requirement": 53,
        "guidance": 45,
        "legal_basis": 7,
    }
    assert [activity.code for activity in content.activities if activity.is_decision_point] == ["P1", "P2", "P3"]
    assert len([template for template in content.templates if template.is_central]) == 15
    assert [(level.axis, level.level) for level in content.levels] == [
        (axis, level) for axis in ("consequence", "likelihood") for level in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("kind", "letter", "last"),
    [("template", "S", 35), ("risk", "R", 29), ("requirement", "K", 53), ("guidance", "M", 45)],
)
def test_codes_run_without_a_gap(kind, letter, last, content):
    assert [item.code for item in content.all(kind)] == [f"{letter}{number:02}" for number in range(1, last + 1)]


def test_every_phase_has_its_number_and_every_decision_closes_one(content):
    assert [phase.number for phase in content.phases] == list(range(9))
    for activity in not_empty(activity for activity in content.activities if activity.is_decision_point):
        assert content.linked(activity.phase, "activity")[-1] is activity


def test_no_checklist_is_too_short_to_work_through(content):
    lengths = {activity.code: len(content.checklist(activity)) for activity in content.activities}
    assert {code: length for code, length in lengths.items() if length < 3} == {}
    central = {code: lengths[code] for code in ("A25", "A21", "A32", "A35", "A50")}
    assert {code: length for code, length in central.items() if length < 8} == {}


# The way back -------------------------------------------------------------------------------------


def test_loaded_content_gives_the_committed_files_byte_for_byte(content_rows):
    exported = files.export()
    committed = file_texts(FOLDER)
    assert set(exported) == set(committed) > {"risks.yaml", "requirements.yaml"}
    assert [name for name, text in exported.items() if text != committed[name]] == []


def test_check_says_which_file_an_edit_would_change(small):
    load(small)
    call_command("export_content", to=small, check=True, verbosity=0)
    Risk.objects.update(title="KL's ord")
    with pytest.raises(CommandError, match=r": risks\.yaml$"):
        call_command("export_content", to=small, check=True)
    Risk.objects.update(title="Intet grundlag")
    Activity.objects.get(code="P1").checklist.create(key="1", number=1, question="q", guidance="g", done_when="d")
    with pytest.raises(CommandError, match=r": activities/phase-1\.yaml$"):
        call_command("export_content", to=small, check=True)


def test_check_writes_nothing(small):
    load(small)
    Risk.objects.update(title="KL's ord")
    before = file_texts(small)
    with pytest.raises(CommandError):
        call_command("export_content", to=small, check=True)
    assert file_texts(small) == before


def test_what_is_exported_can_be_loaded_elsewhere_and_is_the_same(small, tmp_path):
    load(small)
    assert files.export() == file_texts(small)
    Activity.objects.filter(code="A01").update(title="'Grundlag': ja", what="Ét\nto\n\n- tre ", is_public=False)
    Guidance.objects.update(answer="yes", condition="", explanation="\n - foran og bagved \n\n")
    edited = files.export()
    call_command("export_content", to=tmp_path / "other", verbosity=0)
    assert file_texts(tmp_path / "other") == edited
    empty_the_database()
    load(tmp_path / "other")
    assert files.export() == edited
    assert Activity.objects.get(code="A01").what == "Ét\nto\n\n- tre "


def test_texts_are_loaded_cleaned(small):
    contents = deepcopy(SMALL)
    contents[A01][0]["what"] = "sags\u00adbehandling\u200b\r\n- punkt\u2028mere"
    load(write(small, contents))
    assert Activity.objects.get(code="A01").what == "sagsbehandling\n- punkt mere"


def test_a_provision_that_is_added_among_others_stays_where_it_was_written(small):
    """A later release has a provision more, in its place in the file; the database already has the rest."""
    load(small)
    contents = deepcopy(SMALL)
    contents["sources.yaml"].insert(
        1, contents["sources.yaml"][1] | {"slug": "gdpr-art-22", "name": "GDPR art. 22", "title": "Afgørelser"}
    )
    load(write(small, contents))
    assert [source.slug for source in draft_catalogues.build().sources] == [
        "gdpr",
        "gdpr-art-22",
        "gdpr-art-35",
        "lovforslag",
    ]
    assert files.export() == file_texts(small)


def test_export_costs_the_same_number_of_queries_at_two_sizes(small):
    load(small)
    with CaptureQueriesContext(connection) as few:
        files.export()
    contents = deepcopy(SMALL)
    contents["guidance.yaml"] = [contents["guidance.yaml"][0] | {"code": f"M{number:02}"} for number in range(1, 9)]
    contents[A01] = [contents[A01][0] | {"code": f"A{number:02}"} for number in range(1, 9)]
    load(write(small, contents))
    with CaptureQueriesContext(connection) as many:
        assert files.export()["guidance.yaml"].count("code:") == 8
    assert len(few) == len(many)


@hypothesis_settings(max_examples=25)
@example(texts=["linje\x85skift", "\x85", "to\n\x85linjer"])
@given(
    texts=st.lists(
        st.text(st.sampled_from("aæ1 \n\n-:#'\"|>?{}[],&*!%@`\t\r~.=<\u2028\x85"), max_size=12)
        | st.text(max_size=12)
        | st.sampled_from(WORDS),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_comes_back_from_a_file_cleaned_and_else_as_it_was(texts, tmp_path):
    write(tmp_path, {"scale.yaml": [{"axis": text, "example": texts} for text in texts]})
    cleaned = [clean_text(text) for text in texts]
    assert files.read(tmp_path)[ScaleLevel] == [{"axis": text, "example": cleaned} for text in cleaned]
