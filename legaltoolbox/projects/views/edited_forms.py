"""What the forms of a project's rows have in common (`models.edited.EditedRow`): how they are read, saved and shown in a conflict."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext

from kl_ai.drafts.parts import ChangedMeanwhile, Difference, differences, fingerprint
from kl_ai.forms import copy_validators
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.text import clean_line

from ..models import Project, Task
from ..models.edited import DeletableRow, EditedRow

MOST_LETTERS = 80
"""Of the name of a row in a message."""


def capitalised(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The choices of a model's field as a form shows them, each label with a capital letter, in the language of the page."""
    return [(value, capfirst(label)) for value, label in choices]


class EditedRowForm(forms.Form):
    """A form with a field for each of `EditedRow.FIELDS` that it edits; `owner` is one of `people`, keys to names."""

    MODEL: type[EditedRow]

    def __init__(self, row: EditedRow, people: Mapping[int, str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=row.content)
        self.row = row
        self.people = people
        if "owner" in self.fields:
            owner = cast(forms.ChoiceField, self.fields["owner"])
            owner.choices = [("", gettext("Nobody yet")), *self.people.items()]
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea):
                copy_validators(field, self.MODEL._meta.get_field(name))

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by the names of `EditedRow.content`."""
        return {name: self.cleaned_data[name] for name in self.fields}

    def differences(self, stored: Mapping[str, Any]) -> list[Difference]:
        """What is stored otherwise than it was typed, in the words of the form."""
        return differences(stored, self.values, lambda name: str(self.fields[name].label), self.text_of)

    def text_of(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            labels = {str(key): str(label) for key, label in cast(Any, field.choices)}
            return labels.get("" if value is None else str(value), str(value or ""))
        return str(value if value is not None else "")


def save(form: EditedRowForm, store: Callable[[dict[str, Any], str], Any], seen: str) -> dict[str, Any] | None:
    """Store what was typed; None where that is done, else what the page shows: the errors, or what somebody else has stored."""
    if not form.is_valid():
        return {"seen": seen}
    try:
        store(form.values, seen)
    except ChangedMeanwhile as changed:
        return {
            "seen": fingerprint(changed.stored),
            "conflict": form.differences(changed.stored),
            "saved_meanwhile": changed.saved,
        }
    except ValidationError as refused:
        add_errors(form, refused)
        return {"seen": seen}
    return None


def delete(request: AuthenticatedRequest, project: Project, row: DeletableRow | Task | None) -> bool:
    """Delete the row by POST, and say so in a message; False where it was refused, and the message says why.

    Without a row a second click has found it gone.
    """
    if row is None:
        return True
    row.project = project
    try:
        row.withdraw(request.user, request.POST.get("seen", ""))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return False
    messages.success(request, gettext("“%(title)s” is deleted.") % {"title": clean_line(row.name, MOST_LETTERS)})
    return True


def add_errors(form: forms.Form, refused: ValidationError) -> None:
    """Show the errors at their fields; what is about none of the form stands above it."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
