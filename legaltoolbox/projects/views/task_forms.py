"""The forms of tasks: an activity with its checklist, and a task of the project's own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kl_ai.forms import LineField, copy_validators
from legaltoolbox.catalogue import ChecklistRow
from legaltoolbox.models import ChecklistItem, LegalSource

from ..days import EARLIEST, LATEST
from ..models import ChecklistAnswer, Task, TaskState
from ..models.tasks import EMPTY

ANSWERS = [*ChecklistAnswer.Value.choices, ("", _("not answered"))]


class CheckField(NamedTuple):
    """A question of the checklist with the fields of its answer."""

    check: ChecklistItem
    sources: list[LegalSource]
    answer: BoundField
    note: BoundField


class TaskForm(forms.Form):
    """Who does it, until when, how far it is."""

    owner = forms.TypedChoiceField(label=_("Person responsible"), coerce=int, empty_value=None, required=False)
    due = forms.DateField(
        label=_("Due"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"}),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
    state = forms.ChoiceField(label=_("State"), choices=TaskState.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why it is not relevant"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Has to be filled in if you choose “not relevant”."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    TEXTS: ClassVar[tuple[str, ...]] = ("reason", "note")
    needed_fields = ("reason",)

    def __init__(self, people: Mapping[int, str], data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.people = people
        self.choice("owner").choices = [("", _("Nobody yet")), *self.people.items()]
        self.choice("state").choices = [(value, capfirst(label)) for value, label in TaskState.choices]
        for name in self.TEXTS:
            copy_validators(self.fields[name], Task._meta.get_field(name))

    def choice(self, name: str) -> forms.ChoiceField:
        """The field with this name, which is one of choices."""
        return cast(forms.ChoiceField, self.fields[name])

    @property
    def task_fields(self) -> list[BoundField]:
        """The fields of the task, in their order."""
        return [self[name] for name in ("title", *EMPTY) if name in self.fields]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed about the task, by the names of `Task.content`."""
        return {name: self.cleaned_data[name] for name in ("title", *EMPTY) if name in self.fields}


class OwnTaskForm(TaskForm):
    """A task that the project adds itself."""

    title = LineField(label=_("What is to be done?"), max_length=150)
    TEXTS: ClassVar[tuple[str, ...]] = ("title", "reason", "note")


class ActivityForm(TaskForm):
    """The task of an activity, and the answers to its checklist."""

    def __init__(self, checks: Sequence[ChecklistRow], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.checks = checks
        for check, _sources in checks:
            self.fields[f"answer-{check.reference}"] = forms.ChoiceField(
                label=check.code, choices=ANSWERS, required=False, widget=forms.RadioSelect
            )
            note = forms.CharField(
                label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
            )
            copy_validators(note, ChecklistAnswer._meta.get_field("note"))
            self.fields[f"note-{check.reference}"] = note

    @staticmethod
    def initial_answers(stored: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        """Stored answers (`ChecklistAnswer.contents`) as the form's initial values."""
        values = {f"answer-{key}": value for key, (value, _note) in stored.items()}
        return values | {f"note-{key}": note for key, (_value, note) in stored.items()}

    @property
    def check_fields(self) -> list[CheckField]:
        return [
            CheckField(check, sources, self[f"answer-{check.reference}"], self[f"note-{check.reference}"])
            for check, sources in self.checks
        ]

    @property
    def answers(self) -> dict[str, tuple[str, str]]:
        """What was answered, by the keys of the questions."""
        keys = (check.reference for check, _sources in self.checks)
        return {key: (self.cleaned_data[f"answer-{key}"], self.cleaned_data[f"note-{key}"]) for key in keys}
