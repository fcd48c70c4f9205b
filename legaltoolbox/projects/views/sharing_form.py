"""The form with owner and day of many tasks of a project."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.boundfield import BoundField
from django.utils import formats
from django.utils.translation import gettext as _

from kl_ai.drafts.parts import Difference, differences, fingerprint

from ..days import EARLIEST, LATEST
from ..models import Task
from ..work.plan import PlanRow

NOTHING = {"owner": None, "due": None}
"""What a task holds that nobody has shared out, by the names of `Task.shared_out`."""


class SharedRow(NamedTuple):
    """A line of the form, with the fingerprint of what the page has shown of it."""

    row: PlanRow
    key: str
    seen: str
    owner: BoundField
    due: BoundField


class Sent(NamedTuple):
    """What a page has sent of the rows of a plan."""

    rows: list[PlanRow]
    data: dict[str, str]
    """For the form: what was chosen, and of rows that nobody has touched on the page what is stored now."""
    seen: dict[str, str]
    missing: int
    """The number of rows that somebody has changed on the page, and that the plan has no longer."""


def sent_rows(plan_rows: Sequence[PlanRow], data: Mapping[str, str]) -> Sent:
    """What was sent of these rows. No query."""
    known = {row.key for row in plan_rows}
    rows = [row for row in plan_rows if f"seen-{row.key}" in data]
    chosen: dict[str, str] = {}
    seen: dict[str, str] = {}
    touched = {name.removeprefix("seen-") for name in data if name.startswith("seen-")}
    touched = {key for key in touched if _is_touched(data, key)}
    for row in rows:
        values = {name: data.get(f"{name}-{row.key}", "") for name in NOTHING}
        if row.key not in touched:
            values = {name: "" if value is None else str(value) for name, value in content(row).items()}
        chosen |= {f"{name}-{row.key}": value for name, value in values.items()}
        seen[row.key] = data[f"seen-{row.key}"] if row.key in touched else fingerprint(content(row))
    return Sent(rows, chosen, seen, len(touched - known))


def _is_touched(data: Mapping[str, str], key: str) -> bool:
    owner = data.get(f"owner-{key}", "")
    is_number = owner.isascii() and owner.isdecimal() and len(owner) < 19
    values = {"owner": int(owner) if is_number else owner or None, "due": data.get(f"due-{key}", "") or None}
    return fingerprint(values) != data[f"seen-{key}"]


def content(row: PlanRow) -> dict[str, Any]:
    """What is stored of the row, by the names of `Task.shared_out`. No query."""
    return row.task.shared_out if row.task else NOTHING


class SharingForm(forms.Form):
    """An owner and a day for each of these rows of a plan."""

    def __init__(
        self,
        rows: Sequence[PlanRow],
        people: Mapping[int, str],
        data: Mapping[str, str] | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        """`people` are the keys and names of those who can be chosen; `seen` the fingerprints, without them those of the rows."""
        contents = {row.key: content(row) for row in rows}
        initial = {f"{name}-{key}": value for key, values in contents.items() for name, value in values.items()}
        super().__init__(data, initial=initial)
        self.rows, self.people = {row.key: row for row in rows}, people
        self.seen = seen or {key: fingerprint(values) for key, values in contents.items()}
        for key, row in self.rows.items():
            self.fields[f"owner-{key}"] = _owner_field(row, people)
            self.fields[f"due-{key}"] = _due_field(row)

    @property
    def lines(self) -> Iterator[SharedRow]:
        for key, row in self.rows.items():
            yield SharedRow(row, key, self.seen[key], self[f"owner-{key}"], self[f"due-{key}"])

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """What was chosen of each task, by its key and the names of `Task.shared_out`."""
        return {key: {name: self.cleaned_data[f"{name}-{key}"] for name in NOTHING} for key in self.rows}

    def differences(self, conflicts: Mapping[str, Task]) -> list[Difference]:
        """What is stored of these tasks otherwise than it was chosen, in words."""
        return [difference for key, task in conflicts.items() for difference in self._of_task(key, task)]

    def _of_task(self, key: str, task: Task) -> list[Difference]:
        return differences(
            task.shared_out,
            self.values[key],
            lambda name: str(self.fields[f"{name}-{key}"].label),
            lambda name, value: self._text(f"{name}-{key}", value, task),
        )

    def _text(self, name: str, value: Any, task: Task) -> str:
        field = self.fields[name]
        if value is None:
            return _("Nobody yet") if isinstance(field, forms.ChoiceField) else ""
        if isinstance(field, forms.ChoiceField):
            names = {str(key): str(label) for key, label in cast(Any, field.choices)}
            return names.get(str(value), str(task.owner.user) if task.owner else "")
        return str(formats.date_format(value, "DATE_FORMAT"))

    def refuse(self, refused: ValidationError) -> None:
        """Show what was refused of an owner at its field; anything else stands above the form."""
        if not hasattr(refused, "error_dict"):
            self.add_error(None, refused)
            return
        for key, errors in refused.error_dict.items():
            self.add_error(f"owner-{key}" if key in self.rows else None, cast(Any, errors))


def _owner_field(row: PlanRow, people: Mapping[int, str]) -> forms.ChoiceField:
    """The choice of an owner; the one that the task has stays one of them."""
    names: dict[Any, str] = {"": _("Nobody yet"), **people}
    owner = row.task.owner if row.task else None
    if owner is not None and owner.pk not in people:
        names[owner.pk] = _("%(name)s (can no longer write)") % {"name": owner.user}
    label = _("%(task)s: person responsible") % {"task": row.code or row.title}
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=False, choices=list(names.items())
    )


def _due_field(row: PlanRow) -> forms.DateField:
    return forms.DateField(
        label=_("%(task)s: due") % {"task": row.code or row.title},
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"}),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
