"""Rows without a key, as version 1.0.0 writes them between the migration and the restart of an upgrade."""

import pytest
from django.core.management import CommandError, call_command

from legaltoolbox.catalogue import catalogues
from legaltoolbox.content.files import filed_models
from legaltoolbox.content.load import load
from legaltoolbox.models import Activity, ChecklistItem, LoadedItem, toolbox_version
from tests.legaltoolbox.content.loading import checklist, files_with, item, load_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(small) -> ChecklistItem:
    """A new first question of A01 without a key; the row with the key "1" has moved behind the others."""
    load(small)
    activity = item(Activity, "A01")
    activity.checklist.filter(key="1").update(number=9)
    return ChecklistItem.objects.create(activity=activity, number=1, question="Ny?", guidance="g", done_when="d")


def keys() -> dict[str, str]:
    """Question to key, of A01."""
    return dict(item(Activity, "A01").checklist.values_list("question", "key"))


def test_the_number_of_a_row_without_a_key_is_not_taken_for_the_key_of_another(row):
    codes = [check.code for check in item(Activity, "A01").checklist.all()]
    assert codes == ["A01.nr-1", "A01.2", "A01.1"]
    rows = catalogues.build().parts("checklist", item(Activity, "A01"))
    assert [check.code for check in rows] == codes


def test_the_command_gives_a_key_that_no_other_row_has_and_the_pages_show_it(row, capsys):
    version = toolbox_version.current()
    call_command("give_row_keys")
    assert capsys.readouterr().out == "Rows that have got a key: 1.\n"
    row.refresh_from_db()
    assert (row.key, row.code) == ("3", "A01.3")
    assert toolbox_version.current() > version
    version = toolbox_version.current()
    call_command("give_row_keys")
    assert capsys.readouterr().out == "Every row has a key.\n"
    assert toolbox_version.current() == version


@pytest.mark.parametrize("options", [{}, {"if_empty": True}, {"overwrite": True, "yes": True}])
def test_every_way_of_loading_gives_the_missing_keys(options, row, small, capsys):
    load_command(small, capsys, **options)
    assert keys()["Ny?"] == "3"
    assert ChecklistItem.objects.get(pk=row.pk).is_withdrawn == ("overwrite" in options)


def test_a_load_that_is_refused_gives_them_too(row, small, capsys):
    wrong = files_with(small, lambda contents: checklist(contents)[0].pop("key"))
    with pytest.raises(CommandError, match="key is missing"):
        load_command(wrong, capsys, overwrite=True, yes=True)
    assert keys()["Ny?"] == "3"


@pytest.mark.parametrize("check", [False, True])
def test_the_export_names_rows_without_a_key_and_writes_nothing(check, row, tmp_path):
    folder = tmp_path / "export"
    with pytest.raises(CommandError, match=r"Run give_row_keys first\..*: A01\.nr-1 Ny"):
        call_command("export_content", to=folder, check=check)
    assert not folder.exists()


def test_what_is_exported_when_they_have_keys_can_be_loaded(row, tmp_path, capsys):
    call_command("give_row_keys")
    call_command("export_content", to=tmp_path / "export")
    capsys.readouterr()
    assert load_command(tmp_path / "export", capsys) == ["The files and the database agree."]
    assert keys()["Ny?"] == "3"


def test_what_was_loaded_is_remembered_for_kinds_of_much_longer_names():
    longest = max(len(kind.model._meta.model_name) for kind in filed_models())
    assert LoadedItem._meta.get_field("kind").max_length >= 2 * longest
