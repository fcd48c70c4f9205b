"""The names of municipality and project in a file: typed into a small form, sent for that file alone, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

MUNICIPALITY, PROJECT = "kommune", "projekt"
"""The fields of the form. They are no parameters of an address."""
MAX_LETTERS = 100


class NamesForm(forms.Form):
    """The names, each on one line; either may be left out."""

    kommune = forms.CharField(label=gettext_lazy("Municipality"), max_length=MAX_LETTERS, required=False)
    projekt = forms.CharField(label=gettext_lazy("Project"), max_length=MAX_LETTERS, required=False)


@dataclass(frozen=True)
class Names:
    """What a file says of whom it is for; "" for what is not named."""

    municipality: str = ""
    project: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The names with their Danish labels, for the head of a document or a sheet."""
        facts = (("Kommune", self.municipality), ("Projekt", self.project))
        return [(label, name) for label, name in facts if name]

    @property
    def typed(self) -> tuple[str, ...]:
        """The names, which stand in a file as they were typed: “K21” in one is no requirement."""
        return tuple(name for _label, name in self.facts)

    @property
    def line(self) -> str:
        """The names on one line, for the header of a document; "" for none."""
        return " · ".join(name for _label, name in self.facts)


def read_names(request: HttpRequest) -> Names:
    """The names that the request sends with it; none where it sends none, or one that `NamesForm` refuses. No query."""
    form = NamesForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return Names()
    return Names(form.cleaned_data[MUNICIPALITY], form.cleaned_data[PROJECT])
