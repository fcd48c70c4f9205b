"""A project's overview, its details, and its end: closing and taking up again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import ChangedMeanwhile, Difference, differences, fingerprint
from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.validators import validate_text
from legaltoolbox.catalogue import Catalogue, catalogues

from ..models import Project
from ..rights import Right
from ..work.overview import deletion_day, project_overview
from ..work.own_texts import new_applying, new_words, own_texts
from ..work.project_catalogue import catalogue_for
from .lookups import own_project, project_page
from .new import ProjectForm


@never_cache
@require_safe
def overview(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/<number>/`: where the project stands.

    One query, and those of `catalogue_for`, `own_texts` and `project_overview`.
    """
    project = own_project(request, code, number)
    catalogue = catalogue_for(request, project)
    changed = own_texts(project, catalogues.for_request(request))
    return project_page(
        request,
        project,
        "overview",
        overview=project_overview(project, request.user, catalogue, timezone.localdate(), changed),
        new_items=new_words(len(new_applying(project, changed, catalogue))) if project.is_active else "",
        may_write=project.may_now(Right.WRITE),
        may_reopen=project.may(Right.MANAGE) and not project.is_active,
    )


# The details ------------------------------------------------------------------------------------


class DetailsForm(ProjectForm):
    """What can be said about a project beside its answers."""

    kitos_id = LineField(
        label=gettext_lazy("Number in KITOS"),
        max_length=60,
        width="s",
        required=False,
        help_text=gettext_lazy("The number of the system in KITOS, if it is registered there."),
    )

    def __init__(self, data: Any, project: Project, catalogue: Catalogue) -> None:
        names = [*self.base_fields, "phase"]
        super().__init__(data, initial={name: getattr(project, name) for name in names})
        self.phases = {"": _("Not said yet")} | {phase.slug: str(phase) for phase in catalogue.phases}
        if project.phase not in self.phases:  # of another catalogue: it stays until somebody chooses another one
            self.phases[project.phase] = project.phase
        self.fields["phase"] = forms.ChoiceField(
            label=gettext_lazy("The phase that the project is in"), choices=list(self.phases.items()), required=False
        )

    def differences(self, stored: dict[str, Any]) -> list[Difference]:
        """The details that are stored with other values than were typed, in words."""

        def text(name: str, value: str) -> str:
            return self.phases.get(value, value) if name == "phase" else value

        return differences(stored, self.cleaned_data, lambda name: str(self.fields[name].label), text)


@restore.restorable
@never_cache
@get_and_post
def details(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/oplysninger/`: title, purpose, case number, number in KITOS and phase."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogue_for(request, project)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = DetailsForm(typed, project, catalogue)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(form.initial)}
    if request.method == "POST" and form.is_valid():
        try:
            project.edit(request.user, context["seen"], **form.cleaned_data)
        except ChangedMeanwhile as meanwhile:
            context = {
                "conflict": form.differences(meanwhile.stored),
                "saved_meanwhile": meanwhile.saved,
                "seen": fingerprint(meanwhile.stored),
            }
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The details are saved.") if form.changed_data else _("Nothing was changed."))
            return redirect("projects:overview", *project.address)
    elif typed is not None and request.method == "GET":
        messages.warning(request, restore.RESTORED_NOTICE)
    context |= {"form": form, "is_active": project.is_active}
    end_url = _end_url(project) if project.may(Right.MANAGE) else ""
    context["openness_url"] = reverse("projects:openness", args=project.address)
    context["json_url"] = reverse("projects:project_json", args=project.address) if project.may(Right.MANAGE) else ""
    return project_page(request, project, "details", _("Details"), end_url=end_url, **context)


def _end_url(project: Project) -> str:
    """Where the project is closed, or taken up again."""
    return reverse("projects:close" if project.is_active else "projects:reopen", args=project.address)


# The end ----------------------------------------------------------------------------------------


class ReasonForm(forms.Form):
    """Why a project is closed or taken up again."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the history, for those who ask later."),
    )


@restore.restorable
@never_cache
@get_and_post
def close(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/afslut/`: close the project, after what that means; a closed one leads to its overview."""
    return _end(request, own_project(request, code, number, Right.MANAGE), is_closing=True)


@restore.restorable
@never_cache
@get_and_post
def reopen(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/genaabn/`: take up a closed project again; an active one leads to its overview."""
    return _end(request, own_project(request, code, number, Right.MANAGE), is_closing=False)


def _end(request: AuthenticatedRequest, project: Project, *, is_closing: bool) -> HttpResponse:
    if project.is_active is not is_closing:  # a second click, or somebody else was first
        messages.info(request, _("The project is closed.") if is_closing else _("The project is active."))
        return redirect("projects:overview", *project.address)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = ReasonForm(typed)
    if request.method == "POST" and form.is_valid():
        verb = project.close if is_closing else project.reopen
        try:
            verb(request.user, form.cleaned_data["reason"])
        except ValidationError as refused:
            messages.warning(request, " ".join(refused.messages))
        else:
            messages.success(request, _ended(project))
        return redirect("projects:overview", *project.address)
    if typed is not None and request.method == "GET":
        messages.info(request, restore.PRESS_AGAIN)
    title = _("Close the project") if is_closing else _("Take up the project again")
    context: dict[str, Any] = {
        "form": form,
        "is_closing": is_closing,
        "kept": project.municipality.kept_words,
        "day": project.municipality.deletion_day(timezone.localdate()),
    }
    return project_page(request, project, "close", title, section="details", **context)


def _ended(project: Project) -> str:
    """What the page says after closing and after reopening."""
    if project.is_active:
        return _("The project is active again, and is not deleted.")
    text = _("The project is closed. It is deleted with its history on %(day)s (%(kept)s after it was closed).")
    return text % {"kept": project.municipality.kept_words, "day": deletion_day(project)}
