"""The fields for a new measure on the page of a risk or a requirement: saved together with it, or not at all."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.forms import copy_validators
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Risk

from ..days import EARLIEST, LATEST
from ..models import Measure, Project
from .edited_forms import EditedRowForm, add_errors, save

USUAL = "forslag"
"""The parameter of the address: the number of a usual measure of the risk."""


def due_field() -> forms.DateField:
    return forms.DateField(
        label=gettext_lazy("Due"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"}),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )


class AddedMeasureForm(forms.Form):
    """A measure that serves the risk or requirement of the page. Nothing has to be filled in."""

    text = forms.CharField(
        label=gettext_lazy("What do you do?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner = forms.TypedChoiceField(label=gettext_lazy("Who does it?"), coerce=int, empty_value=None, required=False)
    due = due_field()

    def __init__(self, people: Mapping[int, str], data: Mapping[str, Any] | None = None, text: str = "") -> None:
        super().__init__(data, prefix="measure", initial={"text": text})
        cast(forms.ChoiceField, self.fields["owner"]).choices = [("", _("Nobody yet")), *people.items()]
        copy_validators(self.fields["text"], Measure._meta.get_field("text"))

    def clean(self) -> dict[str, Any]:
        """Refuse who and when without what."""
        values = self.cleaned_data
        if (values.get("owner") or values.get("due")) and not values.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write what is done, or leave out who does it and until when."))
        return values

    def add_to(self, project: Project, code: str, by: Any) -> None:
        """Store what is written, if anything. Raises as `Measure.add_measure`."""
        values = dict(self.cleaned_data)
        if text := values.pop("text"):
            Measure.add_measure(project, text, [code], by, **values)


def save_with_measure(
    form: EditedRowForm,
    measure: AddedMeasureForm,
    store: Callable[[dict[str, Any], str], Any],
    add: Callable[[], None],
    seen: str,
) -> dict[str, Any] | None:
    """As `save`, and the new measure in the same transaction: of the two none is stored without the other."""
    if not measure.is_valid():
        form.is_valid()
        return {"seen": seen}
    try:
        with transaction.atomic():
            outcome = save(form, store, seen)
            if outcome is None:
                add()
    except ValidationError as refused:
        add_errors(measure, refused)
        return {"seen": seen}
    return outcome


def say_saved(request: AuthenticatedRequest, words: str, measure: AddedMeasureForm) -> None:
    """A message of what is saved."""
    messages.success(request, words)
    if measure.cleaned_data["text"]:
        messages.success(request, _("The measure is added."))


def usual_text(request: AuthenticatedRequest, catalogue: Catalogue, code: str) -> str:
    """The text of the usual measure of this risk that the address asks for by its number; "" for none."""
    risk: Any = catalogue.find(Risk.KIND, code) if code else None
    number = request.GET.get(USUAL, "")
    texts = list(risk.measures) if risk else []
    is_number = number.isascii() and number.isdecimal() and len(number) <= 2
    return texts[int(number) - 1] if is_number and 0 < int(number) <= len(texts) else ""
