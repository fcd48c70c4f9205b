"""The first load of files into a database whose content version 1.0.0 has loaded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from legaltoolbox.content.files import filed_models
from legaltoolbox.content.load import load
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    LoadedItem,
    Role,
    TemplateField,
)
from tests.builders import make_user
from tests.legaltoolbox.content.loading import (
    add_question,
    files_with,
    first,
    item,
    load_command,
)
from tests.legaltoolbox.small import A01

pytestmark = pytest.mark.django_db


def forget_what_was_loaded() -> None:
    """Delete the records of what was loaded, which version 1.0.0 did not write."""
    LoadedItem.objects.all().delete()


def edit(row, user=None, history_type: str = "~") -> None:
    """A line in the history, as the administration writes it."""
    row._history_user = user
    row.history.bulk_history_create([row], update=history_type == "~", default_user=user)


def test_what_version_1_0_0_has_loaded_and_nobody_has_changed_is_updated(small, capsys):
    load(small)
    forget_what_was_loaded()
    assert load_command(files_with(small, first("risks.yaml", title="Ny risiko")), capsys) == ["Updated: R01 (title)."]


def move_away(user) -> None:
    check = ChecklistItem.objects.get(key="2")
    check.activity = item(Activity, "P1")
    check._history_user = user
    check.save()


LINES: dict[str, Callable[[Any], object]] = {
    "the item": lambda user: edit(item(Activity, "A01"), user),
    "a question": lambda user: edit(ChecklistItem.objects.get(key="1"), user),
    "a condition that is gone": lambda user: item(Activity, "A01").conditions.first().delete(),
    "a question that moved away": lambda user: move_away(user),
    "a user who is gone": lambda user: edit(ChecklistItem.objects.get(key="1")),
    "a user who is gone, and the item": lambda user: edit(item(Activity, "A01")),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_what_an_editor_has_changed_under_version_1_0_0_is_kept(line, small, capsys):
    load(small)
    line(make_user())
    forget_what_was_loaded()
    lines = load_command(files_with(small, first(A01, title="Nyt grundlag")), capsys)
    assert [text.split(": ")[0] for text in lines] == [
        "Kept, because an editor has changed them (--overwrite replaces them)"
    ]


def test_a_field_that_an_editor_has_changed_under_version_1_0_0_keeps_its_template(small, capsys):
    load(small)
    edit(TemplateField.objects.get(key="trin"), make_user())
    forget_what_was_loaded()
    (line,) = load_command(files_with(small, first("templates/S01.yaml", title="Nyt notat")), capsys)
    assert line.endswith("S01 (title).")


def test_overwriting_under_version_1_0_0_was_no_change_by_hand(small, capsys):
    """It wrote a line for each item, and made all rows anew."""
    load(small)
    for kind in filed_models():
        kind.model.history.bulk_history_create(kind.model.objects.all(), update=True)
    ChecklistItem.objects.first().delete()
    add_question()
    edit(item(Role, "leder"))
    forget_what_was_loaded()

    def change(contents):
        contents[A01][0]["title"] = "Nyt grundlag"
        contents["roles.yaml"][0]["name"] = "Leder"

    updated, withdrawn, kept_items = (line.split(": ")[1] for line in load_command(files_with(small, change), capsys))
    assert updated == "A01 (title, checklist)."
    assert withdrawn == "A01.3."
    assert kept_items == "leder (name)."


def overwrite_as_before() -> None:
    """The lines that an overwriting of version 1.0.0 wrote: one for each item that the files had."""
    for kind in filed_models():
        made_by_editors = kind.model.history.filter(history_type="+", history_user__isnull=False).values("id")
        kind.model.history.bulk_history_create(kind.model.objects.exclude(pk__in=made_by_editors), update=True)


def write_own_role(user) -> None:
    role = Role(slug="egen", name="KL's egen", **{name: getattr(item(Role, "leder"), name) for name in NEEDED})
    role._history_user = user
    role.save()


NEEDED = ("position", "reviewed_on", "review_by")


def date_back(days: int) -> None:
    """Let everything in the history have happened so many days earlier."""
    for kind in filed_models():
        kind.model.history.update(history_date=F("history_date") - timedelta(days=days))


def test_an_item_of_an_editor_does_not_keep_what_was_overwritten_from_being_updated(small, capsys):
    load(small)
    write_own_role(make_user())
    overwrite_as_before()
    forget_what_was_loaded()
    assert load_command(files_with(small, rename_role), capsys) == ["Updated: leder (name)."]
    assert item(Role, "egen").is_public


def test_an_item_that_came_with_the_files_of_the_overwriting_does_not_either(small, capsys):
    """It has one line less, and so has an item of an editor whose login is deleted."""
    load(small)
    date_back(10)
    overwrite_as_before()
    write_own_role(None)
    forget_what_was_loaded()
    lines = load_command(files_with(small, rename_role), capsys, yes=True)
    assert "Updated: leder (name)." in lines


def rename_role(contents) -> None:
    contents["roles.yaml"][0]["name"] = "Leder"


def test_rows_that_version_1_0_0_has_written_in_the_meantime_get_their_key(small):
    load(small)
    ChecklistItem.objects.filter(key="2").update(key="")
    assert item(Activity, "A01").checklist.last().code == "A01.nr-2"
    load(small)
    assert item(Activity, "A01").checklist.last().key == "2"
