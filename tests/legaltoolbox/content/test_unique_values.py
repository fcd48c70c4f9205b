"""Names, numbers and keys that no two items or rows share: who may take which, in one load."""

from copy import deepcopy

import pytest
from django.core.management import CommandError, call_command

from legaltoolbox.content import files
from legaltoolbox.content.load import load
from legaltoolbox.content.reading import ContentError
from legaltoolbox.models import Activity, ChecklistItem, LegalSource, LoadedItem, Phase
from tests.builders import make_user
from tests.legaltoolbox.content.loading import checklist, files_with, item, load_command
from tests.legaltoolbox.small import A01, SMALL, write

pytestmark = pytest.mark.django_db


# Names and numbers ------------------------------------------------------------------------------


def swap_all(contents) -> None:
    """Two phases change numbers, two sources names, and a new source takes the name that a third one gives up."""
    first, second = contents["phases.yaml"][:2]
    first["number"], second["number"] = second["number"], first["number"]
    sources = contents["sources.yaml"]
    sources[0]["name"], sources[1]["name"] = sources[1]["name"], sources[0]["name"]
    former, sources[2]["name"] = sources[2]["name"], "Et helt andet navn"
    sources.append(deepcopy(sources[2]) | {"slug": "ny-kilde", "name": former})


def test_items_change_names_and_numbers_with_each_other_in_one_load(small):
    load(small)
    phases, sources = dict(Phase.objects.values_list("slug", "pk")), dict(LegalSource.objects.values_list("slug", "pk"))
    folder = files_with(small, swap_all)
    load(folder)
    assert files.read(folder)[Phase] == files.read(small)[Phase]
    contents = deepcopy(SMALL)
    swap_all(contents)
    assert dict(Phase.objects.values_list("slug", "number")) == {
        record["slug"]: record["number"] for record in contents["phases.yaml"]
    }
    assert dict(LegalSource.objects.values_list("slug", "name")) == {
        record["slug"]: record["name"] for record in contents["sources.yaml"]
    }
    assert dict(Phase.objects.values_list("slug", "pk")) == phases
    assert sources.items() <= dict(LegalSource.objects.values_list("slug", "pk")).items()
    numbers = [line.number for line in Phase.history.order_by("history_id")]
    assert max(numbers) < 100  # no line of the history holds a number in between


def test_rows_change_places_and_words_in_one_load(small):
    load(small)
    rows = dict(ChecklistItem.objects.values_list("key", "pk"))

    def change(contents):
        records = checklist(contents)
        records[0]["question"], records[1]["question"] = records[1]["question"], records[0]["question"]
        records.insert(0, records[0] | {"key": "ny", "question": "Er det nyt?"})
        records.reverse()

    load(files_with(small, change))
    stored = item(Activity, "A01").checklist.values_list("key", "number")
    assert list(stored) == [("2", 1), ("1", 2), ("ny", 3)]
    assert rows.items() <= dict(ChecklistItem.objects.values_list("key", "pk")).items()


def test_a_name_that_an_editor_has_given_to_an_item_that_is_kept_is_refused(small):
    """The load says at which line, and changes nothing."""
    load(small)
    LegalSource.objects.filter(slug="gdpr").update(name="Navnet")

    def change(contents):
        contents["sources.yaml"][1]["name"] = "Navnet"

    before = files.export()
    with pytest.raises(ContentError, match=r"sources\.yaml, line \d+: LegalSource .* has the same name"):
        load(files_with(small, change))
    assert files.export() == before


# Keys -------------------------------------------------------------------------------------------


def write_question(text: str = "KL's spørgsmål?", user=None) -> ChecklistItem:
    """An editor's own question, as the administration writes it: with a key, and a line of history with the user."""
    activity = item(Activity, "A01")
    row = ChecklistItem(
        activity=activity, number=activity.checklist.count() + 1, question=text, guidance="g", done_when="d"
    )
    row.give_key()
    row._history_user = user or make_user()
    row.save()
    return row


def add_third(contents) -> None:
    checklist(contents).append({"key": "3", "question": "Filens?", "guidance": "Ja.", "done_when": "Svaret."})


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_an_editors_key_is_not_given_to_another_question(is_withdrawn, small):
    """Not by `--overwrite`, and not where the editor has withdrawn the own question, which leaves the item unchanged."""
    load(small)
    row = write_question()
    assert row.key == "3"
    ChecklistItem.objects.filter(pk=row.pk).update(is_withdrawn=is_withdrawn)
    with pytest.raises(CommandError, match=rf"^{A01}, line \d+: A01\.3: an editor has written another row of this key"):
        call_command("load_content", folder=files_with(small, add_third), overwrite=True, yes=True)
    row.refresh_from_db()
    assert (row.question, row.is_withdrawn) == ("KL's spørgsmål?", is_withdrawn)

    def other_key(contents):
        add_third(contents)
        checklist(contents)[-1]["key"] = "4"

    call_command("load_content", folder=files_with(small, other_key), overwrite=True, yes=True, verbosity=0)
    assert dict(ChecklistItem.objects.values_list("key", "question"))["3"] == "KL's spørgsmål?"
    assert dict(ChecklistItem.objects.values_list("key", "question"))["4"] == "Filens?"


def test_a_question_that_was_moved_here_keeps_its_key_too(small):
    load(small)
    moved = ChecklistItem.objects.get(key="2")
    moved.activity, moved._history_user = item(Activity, "P1"), make_user()
    moved.number = 1
    moved.give_key()
    moved.save()

    def change(contents):
        lists = [records for records in contents.values() if isinstance(records, list)]
        other = next(record for records in lists for record in records if record.get("code") == "P1")
        other["checklist"] = [{"key": moved.key, "question": "Filens?", "guidance": "Ja.", "done_when": "Svaret."}]

    with pytest.raises(ContentError, match="an editor has written another row"):
        load(files_with(small, change), overwrite=True)


def test_an_editors_question_that_the_files_have_taken_over_is_corrected_by_them(small, tmp_path):
    load(small)
    write_question()
    exported = tmp_path / "exported"
    files.write(exported)
    load(exported)
    Activity.objects.filter(code="A01").update(title="KL's titel")
    text = (exported / A01).read_text()
    (exported / A01).write_text(
        text.replace("KL's spørgsmål?", "Filens spørgsmål?").replace("KL''s spørgsmål?", "Filens spørgsmål?")
    )
    assert (exported / A01).read_text() != text
    load(exported, overwrite=True)
    assert dict(ChecklistItem.objects.values_list("key", "question"))["3"] == "Filens spørgsmål?"


def test_what_was_loaded_before_rows_were_recorded_is_updated(small, capsys):
    load(small)
    LoadedItem.objects.update(row_labels=None)

    def change(contents):
        checklist(contents)[0]["question"] = "Er det nyt?"

    assert load_command(files_with(small, change), capsys) == ["Updated: A01 (checklist)."]
    assert LoadedItem.objects.get(kind="activity", key="A01").row_labels == ["A01.1", "A01.2"]


def test_a_row_of_a_file_comes_back_with_its_key_whoever_has_written_it_first(small):
    """Once the files have had a key it is theirs, also after they have left it out."""
    load(small)
    load(files_with(small, add_third))
    load(write(small, deepcopy(SMALL)))
    assert ChecklistItem.objects.get(key="3").is_withdrawn

    def reworded(contents):
        add_third(contents)
        checklist(contents)[-1]["question"] = "Filens igen?"

    load(files_with(small, reworded))
    row = ChecklistItem.objects.get(key="3")
    assert (row.question, row.is_withdrawn) == ("Filens igen?", False)
