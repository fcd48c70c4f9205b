"""Loading the files of a later version: what is updated by its key, what is withdrawn, and what an editor has changed."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.content import files
from legaltoolbox.content.load import load
from legaltoolbox.content.plan import LoadStep, make_plan
from legaltoolbox.content.reading import ContentError
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    LegalSource,
    Risk,
    Role,
    ScaleLevel,
    ScreeningQuestion,
)
from tests.legaltoolbox.content.loading import (
    add_question,
    checklist,
    files_with,
    first,
    history_types,
    item,
    load_command,
)
from tests.legaltoolbox.small import A01, REVIEWED, SMALL, file_texts, write

pytestmark = pytest.mark.django_db


# A later version of the files ------------------------------------------------------------------------


def test_what_nobody_has_changed_is_updated_with_its_rows_and_links(small, capsys):
    load(small)
    activity = item(Activity, "A01")
    rows = dict(activity.checklist.values_list("key", "pk"))

    def change(contents):
        contents[A01][0]["title"] = "Nyt grundlag"
        contents[A01][0]["sources"] = ["gdpr"]
        contents[A01][0]["conditions"] = contents[A01][0]["conditions"][:1]
        contents[A01][0]["involved"][0]["why"] = "Kender loven."
        checklist(contents)[0]["question"] = "Er det nyt?"
        checklist(contents)[1]["sources"] = ["gdpr"]

    assert load_command(files_with(small, change), capsys) == [
        "Updated: A01 (title, sources, involved, conditions, checklist)."
    ]
    assert files.export() == file_texts(small)
    assert dict(item(Activity, "A01").checklist.values_list("key", "pk")) == rows
    assert history_types(activity) == ["~", "+"]
    assert [history_types(row) for row in activity.checklist.all()] == [["~", "+"], ["~", "+"]]
    assert history_types(item(Activity, "P1")) == ["+"]
    assert history_types(item(DocumentTemplate, "S01").sections.first()) == ["+"]


def test_a_row_that_moves_keeps_its_key_and_what_refers_to_it(small):
    load(small)
    first = item(Activity, "A01").checklist.get(key="1")

    def change(contents):
        checklist(contents).reverse()
        checklist(contents).insert(0, checklist(contents)[0] | {"key": "3", "question": "Er det forrest?"})

    load(files_with(small, change))
    rows = item(Activity, "A01").checklist.all()
    assert [(row.number, row.code) for row in rows] == [(1, "A01.3"), (2, "A01.2"), (3, "A01.1")]
    assert rows[2].pk == first.pk
    assert rows[2].question == first.question
    assert files.export() == file_texts(small)


def test_a_row_that_the_files_no_longer_have_is_withdrawn_and_comes_back_with_its_key(small, capsys):
    load(small)
    row = item(Activity, "A01").checklist.get(key="1")
    lines = load_command(files_with(small, lambda contents: checklist(contents).pop(0)), capsys)
    assert lines == ["Updated: A01 (checklist).", "Withdrawn, because the files no longer have them: A01.1."]
    assert [check.code for check in draft_catalogues.current().checklist(item(Activity, "A01"))] == ["A01.2"]
    row.refresh_from_db()
    assert (row.is_withdrawn, row.question) == (True, "Er grundlaget lagt?")
    assert files.export() == file_texts(small)
    load(write(small))
    row.refresh_from_db()
    assert (row.is_withdrawn, row.number) == (False, 1)
    assert files.export() == file_texts(small)


def test_a_section_is_withdrawn_with_its_fields(small, capsys):
    load(small)

    def change(contents):
        contents["templates/S01.yaml"]["sections"].pop(0)

    assert "S01.1" in load_command(files_with(small, change), capsys)[1]
    template = item(DocumentTemplate, "S01")
    assert [section.heading for section in draft_catalogues.current().sections(template)] == ["Svar"]
    assert template.sections.get(key="1").fields.count() == 4
    assert files.export() == file_texts(small)


def test_an_item_that_the_files_no_longer_have_is_withdrawn_and_comes_back(small, capsys):
    load(small)
    gone = files_with(small, lambda contents: contents["guidance.yaml"].clear())
    with pytest.raises(CommandError, match="--yes"):
        call_command("load_content", folder=gone)
    assert capsys.readouterr().out.splitlines()[1:] == ["  M01"]
    assert item(Guidance, "M01").is_public
    lines = load_command(gone, capsys, yes=True)
    assert lines[1:] == ["  M01", "Withdrawn, because the files no longer have them: M01."]
    assert not item(Guidance, "M01").is_public
    assert history_types(item(Guidance, "M01")) == ["~", "+"]
    assert files.export() == {name: text for name, text in file_texts(small).items() if name != "guidance.yaml"}
    assert load_command(gone, capsys) == ["The files and the database agree."]
    assert load_command(write(small), capsys) == ["Updated: M01 (is_public)."]
    assert files.export() == file_texts(small)


def test_an_item_of_an_editor_is_left_alone(small, capsys):
    load(small)
    Role.objects.create(slug="ny", name="Ny rolle", short_name="Ny", why="w", does="d", position=9, **REVIEWED)
    assert load_command(small, capsys, overwrite=True) == ["The files and the database agree."]
    assert item(Role, "ny").is_public


# What an editor has changed ---------------------------------------------------------------------------


EDITS: dict[str, Callable[[], object]] = {
    "a text": lambda: Activity.objects.filter(code="A01").update(why="KL's ord"),
    "a confirmation": lambda: Activity.objects.filter(code="A01").update(confirmed_on=date(2025, 4, 1)),
    "a link": lambda: item(Activity, "A01").sources.clear(),
    "a row": lambda: ChecklistItem.objects.filter(key="1").update(question="KL's spørgsmål?"),
    "a row's link": lambda: ChecklistItem.objects.get(key="1").sources.clear(),
    "the order": lambda: ChecklistItem.objects.filter(key="1").update(number=9),
    "a row more": add_question,
    "a row withdrawn": lambda: ChecklistItem.objects.filter(key="1").update(is_withdrawn=True),
    "who is involved": lambda: item(Activity, "A01").involvement_set.all().delete(),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_what_an_editor_has_changed_is_kept_and_listed_beside_what_is_updated(edit, small, capsys):
    load(small)
    edit()
    before = files.export()[A01]

    def change(contents):
        contents[A01][0]["title"] = "Nyt grundlag"
        contents["risks.yaml"][0]["title"] = "Ny risiko"

    updated_line, kept_line = load_command(files_with(small, change), capsys)
    assert updated_line == "Updated: R01 (title)."
    assert kept_line.startswith("Kept, because an editor has changed them (--overwrite replaces them): A01 (title")
    assert files.export()[A01] == before
    assert item(Risk, "R01").title == "Ny risiko"


def test_what_an_editor_has_changed_is_kept_by_every_later_load(small, capsys):
    load(small)
    Activity.objects.filter(code="A01").update(title="KL's ord")
    for _time in range(2):
        assert load_command(small, capsys) == [
            "Kept, because an editor has changed them (--overwrite replaces them): A01 (title)."
        ]


def test_an_item_that_an_editor_has_changed_is_not_withdrawn_with_the_files(small, capsys):
    load(small)
    Guidance.objects.update(answer="KL's ord")
    gone = files_with(small, lambda contents: contents["guidance.yaml"].clear())
    (line,) = load_command(gone, capsys)
    assert line.endswith("M01.")
    assert item(Guidance, "M01").is_public
    load_command(gone, capsys, overwrite=True, yes=True)
    assert not item(Guidance, "M01").is_public


def test_an_editor_who_writes_what_the_files_say_has_changed_nothing(small, capsys):
    load(small)
    Risk.objects.update(title="Ny risiko")
    later = files_with(small, first("risks.yaml", title="Ny risiko"))
    assert load_command(later, capsys) == ["The files and the database agree."]
    assert load_command(write(small), capsys) == ["Updated: R01 (title)."]


# Overwriting ------------------------------------------------------------------------------------------


def test_overwrite_sets_items_back_with_their_parts_and_links(small):
    load(small)
    activity, risk, template = Activity.objects.get(code="A01"), Risk.objects.get(), DocumentTemplate.objects.get()
    activity.title, activity.responsible = "Ny titel", Role.objects.get(slug="jurist")
    activity.save()
    activity.checklist.first().delete()
    activity.conditions.all().delete()
    activity.involvement_set.all().delete()
    activity.outputs.clear()
    risk.measures = []
    risk.save()
    risk.roles.add(Role.objects.get(slug="leder"))
    risk.sources.set([])
    template.sections.create(position=3, heading="Mere")
    template.sections.first().fields.all().delete()
    LegalSource.objects.filter(slug="gdpr").update(aliases=[], certainty="recalled", confirmed_on=None)
    LegalSource.objects.get(slug="lovforslag").amends.clear()
    ScreeningQuestion.objects.update(requires=None, yes_label="Ja")
    ScaleLevel.objects.update(name="Andet")
    load(small, overwrite=True)
    assert files.export() == file_texts(small)
    assert make_plan(small).steps(LoadStep.LEAVE) == list(make_plan(small).items)


def test_overwrite_lists_what_it_will_replace_and_does_nothing_without_a_yes(small, capsys):
    load(small)
    Activity.objects.filter(code="A01").update(title="KL's ord")
    with pytest.raises(CommandError, match="--yes"):
        call_command("load_content", folder=small, overwrite=True)
    assert "  A01 (title)" in capsys.readouterr().out.splitlines()
    assert item(Activity, "A01").title == "KL's ord"
    lines = load_command(small, capsys, overwrite=True, yes=True)
    assert lines[1:] == ["  A01 (title)", "Updated: A01 (title)."]
    assert item(Activity, "A01").title == "Læg grundlaget"
    assert history_types(item(Activity, "A01")) == ["~", "+"]


@pytest.mark.parametrize(("answer", "is_replaced"), [("yes", True), (" YES ", True), ("no", False), ("", False)])
def test_overwrite_asks_whoever_sits_at_the_keyboard(answer, is_replaced, small, monkeypatch):
    load(small)
    Activity.objects.filter(code="A01").update(title="KL's ord")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _prompt: answer)
    try:
        call_command("load_content", folder=small, overwrite=True, verbosity=0)
    except CommandError:
        assert not is_replaced
    assert (item(Activity, "A01").title == "Læg grundlaget") == is_replaced


def test_what_was_changed_while_somebody_thought_about_the_list_is_not_replaced(small):
    load(small)
    Activity.objects.filter(code="A01").update(title="KL's ord")
    plan = make_plan(small)
    Risk.objects.update(title="KL's ord")
    with pytest.raises(ContentError, match="in the meantime"):
        load(small, overwrite=True, expected=plan)
    assert {item(Activity, "A01").title, item(Risk, "R01").title} == {"KL's ord"}


@pytest.mark.parametrize("is_missing", [False, True])
def test_a_listed_item_that_was_edited_again_in_the_same_field_is_not_replaced(is_missing, small):
    load(small)
    if is_missing:
        files_with(small, lambda contents: contents["guidance.yaml"].clear())
    Guidance.objects.update(answer="KL's ord")
    plan = make_plan(small)
    Guidance.objects.update(answer="KL's andet ord")
    with pytest.raises(ContentError, match="in the meantime"):
        load(small, overwrite=True, expected=plan)
    assert (item(Guidance, "M01").answer, item(Guidance, "M01").is_public) == ("KL's andet ord", True)
    load(small, overwrite=True, expected=make_plan(small))
    assert (item(Guidance, "M01").answer, item(Guidance, "M01").is_public) == (
        ("KL's andet ord", False) if is_missing else ("Måske.", True)
    )


def test_a_load_costs_the_same_number_of_queries_at_two_sizes(small):
    def queries(number: int) -> int:
        contents = deepcopy(SMALL)
        contents[A01] = [contents[A01][0] | {"code": f"A{code:02}"} for code in range(1, number + 1)]
        load(write(small, contents))
        for activity in contents[A01]:
            activity["checklist"] = [activity["checklist"][0] | {"question": f"Spørgsmål {number}?"}]
        with CaptureQueriesContext(connection) as captured:
            load(write(small, contents))
        return len(captured)

    assert queries(2) == queries(8)
