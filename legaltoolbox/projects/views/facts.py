"""What a project says once, and each of its documents asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.drafts.parts import ChangedMeanwhile, differences, fingerprint
from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..models import ProjectFact
from ..models.facts import MOST_FACT_LETTERS
from ..rights import Right
from .lookups import own_project, project_page


class FactsForm(forms.Form):
    """The facts of a project, each on one line."""

    needed_fields = tuple(ProjectFact.Key.values)

    def __init__(self, data: Any, stored: dict[str, str]) -> None:
        super().__init__(data, initial=stored)
        for key in ProjectFact.Key:
            self.fields[key.value] = LineField(
                label=capfirst(str(key.label)), max_length=MOST_FACT_LETTERS, required=False
            )


@restore.restorable
@never_cache
@get_and_post
def facts(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/dokumenter/faelles/`: what the documents share. POST saves it. Two queries."""
    project = own_project(request, code, number, Right.WRITE)
    stored = ProjectFact.stored(project)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = FactsForm(typed, stored)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(stored)}
    if request.method == "POST" and form.is_valid():
        try:
            ProjectFact.save_all(project, form.cleaned_data, context["seen"], request.user)
        except ChangedMeanwhile as meanwhile:
            keys = dict(ProjectFact.Key.choices)
            conflict = differences(
                meanwhile.stored, form.cleaned_data, lambda key: str(keys[key]), lambda _key, text: text
            )
            context = {"conflict": conflict, "seen": fingerprint(meanwhile.stored)}
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("It is saved, and stands in the documents that ask for it."))
            return redirect("projects:documents", *project.address)
    above = [(_("Documents"), reverse("projects:documents", args=project.address))]
    title = _("What the documents share")
    return project_page(request, project, "facts", title, section="documents", above=above, form=form, **context)
