"""Loading the small toolbox in tests: changed files, the command, and what it says."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.core.management import call_command

from legaltoolbox.models import Activity, ChecklistItem
from tests.legaltoolbox.small import A01, SMALL, write

Change = Callable[[dict[str, Any]], object]


def first(name: str, **fields) -> Change:
    """Change the first record of a file; a field set to `...` is left out."""

    def change(contents):
        record = contents[name] if isinstance(contents[name], dict) else contents[name][0]
        record |= fields
        for field in [field for field, value in record.items() if value is ...]:
            del record[field]

    return change


def load_command(folder: Path, capsys, **options) -> list[str]:
    """Run `load_content` on these files; returns the lines that it prints."""
    call_command("load_content", folder=folder, **options)
    return capsys.readouterr().out.splitlines()


def item(model, key: str) -> Any:
    return model.objects.get_by_natural_key(key)


def files_with(small: Path, change: Change) -> Path:
    """The small toolbox after a change of its records."""
    contents = deepcopy(SMALL)
    change(contents)
    return write(small, contents)


def checklist(contents: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of the questions of A01."""
    return contents[A01][0]["checklist"]


def history_types(row) -> list[str]:
    """The types of the lines of the row's history, the newest first."""
    return list(row.history.values_list("history_type", flat=True))


def add_question() -> None:
    """An editor adds a question to A01."""
    row = ChecklistItem(activity=item(Activity, "A01"), number=3, question="q", guidance="g", done_when="d")
    row.give_key()
    row.save()
