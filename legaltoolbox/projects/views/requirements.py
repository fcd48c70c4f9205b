"""The requirements of a project: the list, and one requirement with how far it is met and its evidence."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import fingerprint
from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.pages.expensive import expensive
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.linking import linker
from legaltoolbox.models import Requirement

from ..days import EARLIEST, LATEST
from ..files import requirement_workbook
from ..models import Evidence, Project, RequirementState
from ..rights import Right
from ..work.chosen_answers import quoted_answers
from ..work.discussions import discussion
from ..work.measures import by_place, measure_rows
from ..work.project_catalogue import catalogue_for
from ..work.requirements import counts, requirement_rows
from .added_measures import AddedMeasureForm, save_with_measure, say_saved
from .edited_forms import EditedRowForm, add_errors, capitalised
from .lookups import own_project, project_page
from .risks import measures_of, text_field
from .tasks import people


class RequirementForm(EditedRowForm):
    """How far the project meets a requirement."""

    MODEL = RequirementState
    needed_fields = ("how",)

    state = forms.ChoiceField(
        label=gettext_lazy("How far is it met?"), choices=RequirementState.State.choices, widget=forms.RadioSelect
    )
    how = text_field(
        gettext_lazy("How, or why not"),
        gettext_lazy("Has to be filled in if the requirement is not met, or not relevant: then write why."),
    )
    owner = forms.TypedChoiceField(
        label=gettext_lazy("Person responsible"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        state = cast(forms.ChoiceField, self.fields["state"])
        state.choices = capitalised(RequirementState.State.choices)


class EvidenceForm(forms.Form):
    """Where something is that shows it."""

    title = LineField(label=gettext_lazy("What is it?"), max_length=150)
    link = forms.URLField(
        label=gettext_lazy("Link"),
        help_text=gettext_lazy("Write a link, a case number or both."),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    case_number = LineField(label=gettext_lazy("Case number"), required=False, max_length=60, width="s")
    dated = forms.DateField(
        label=gettext_lazy("Date"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"}),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
    needed_fields = ("link", "case_number")


@never_cache
@require_safe
def requirements(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/krav/`: the project's requirements with their states. Four queries."""
    project = own_project(request, code, number)
    rows = requirement_rows(project, catalogue_for(request, project))
    return project_page(request, project, "requirements", _("Requirements"), rows=rows, counts=counts(rows))


@never_cache
@require_safe
@expensive
def requirements_xlsx(request: AuthenticatedRequest, code: str, number: int) -> HttpResponseBase:
    """`…/krav.xlsx`: the requirements with their measures and evidence as a workbook. Six queries."""
    project = own_project(request, code, number)
    catalogue = catalogue_for(request, project)
    measures = by_place(measure_rows(project, catalogue, timezone.localdate()))
    rows = requirement_rows(project, catalogue)
    return requirement_workbook.workbook(project, rows, measures, request.build_absolute_uri)


@never_cache
@get_and_post
@restore.restorable
def requirement(request: AuthenticatedRequest, code: str, number: int, requirement: str) -> HttpResponse:
    """`…/krav/<code>/`: one requirement; POST saves, or shows what somebody else saved. Eight queries, ten with a vendor that was chosen."""
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    catalogue = catalogue_for(request, project)
    row, item = _state(project, catalogue, requirement.upper())
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    can_own = people(project, row)
    form, measure = RequirementForm(row, can_own, typed), AddedMeasureForm(can_own, typed)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(row.content)}
    if request.method == "POST":
        by = request.user
        outcome = save_with_measure(
            form,
            measure,
            lambda values, seen: RequirementState.assess(project, row.code, values, seen, by),
            lambda: measure.add_to(project, row.code, by),
            context["seen"],
        )
        if outcome is None:
            say_saved(request, _("%(requirement)s is saved.") % {"requirement": row.code}, measure)
            return redirect(reverse("projects:requirements", args=project.address) + f"#{row.code}")
        context |= outcome
    elif typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _requirement_page(request, project, catalogue, row, item, form, measure_form=measure, **context)


def _requirement_page(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    row: RequirementState,
    item: Requirement | None,
    form: RequirementForm,
    **context: Any,
) -> HttpResponse:
    context |= {
        "item": item,
        "row": row,
        "form": form,
        "linker": linker(catalogue),
        "evidence": list(project.evidence.filter(place=row.code)),
        "evidence_form": context.get("evidence_form") or EvidenceForm(prefix="evidence"),
        "may_write": project.may_now(Right.WRITE) or form.is_bound,
        "discussion": discussion(project, row.code),
        "quoted": quoted_answers(project, row.code),
    }
    context["measures"] = measures_of(project, catalogue, row.code)
    above = [(_("Requirements"), reverse("projects:requirements", args=project.address))]
    title = f"{row.code} {item.title}" if item else row.code
    context["text_keys"] = [(Requirement.KIND, row.code)]
    return project_page(request, project, "requirement", title, section="requirements", above=above, **context)


def _state(project: Project, catalogue: Catalogue, code: str) -> tuple[RequirementState, Requirement | None]:
    """What is stored of a requirement, or an empty state of one of the catalogue. Raises `Http404`. One query."""
    rows = project.requirement_states.select_related("owner__user", "saved_by")
    row: RequirementState | None = rows.filter(code=code).first()
    item = catalogue.find(Requirement.KIND, code)
    if row is None and item is None:
        raise Http404
    found = row or RequirementState(project=project, code=code)
    found.project = project
    return found, item


@restore.post_only("projects:requirement", "code", "number", "requirement", takes_text=True)
@never_cache
def add_evidence(request: AuthenticatedRequest, code: str, number: int, requirement: str) -> HttpResponse:
    """`…/krav/<code>/bevis/`: a piece of evidence; a second click adds no second one. What is wrong comes back with the page."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogue_for(request, project)
    row, item = _state(project, catalogue, requirement.upper())
    form = EvidenceForm(restore.sent_input(request), prefix="evidence")
    if request.method == "POST" and form.is_valid():
        try:
            Evidence.add_piece(project, request.user, place=row.code, **form.cleaned_data)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("The evidence is added."))
            return redirect("projects:requirement", *project.address, row.code.lower())
    can_own = people(project, row)
    own_form = RequirementForm(row, can_own)
    context = {"evidence_form": form, "measure_form": AddedMeasureForm(can_own), "seen": fingerprint(row.content)}
    return _requirement_page(request, project, catalogue, row, item, own_form, **context)


@restore.post_only("projects:requirements", "code", "number")
@never_cache
def delete_evidence(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/bevis/<pk>/slet/`: deletes a piece of evidence and leads back to its requirement.

    A second click finds it gone, and leads to the requirements.
    """
    project = own_project(request, code, number, Right.WRITE)
    piece = project.evidence.filter(pk=pk).first()
    if piece is None:
        return redirect("projects:requirements", *project.address)
    piece.project = project
    try:
        piece.withdraw(request.user)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": piece.title})
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect("projects:requirement", *project.address, piece.place.lower())
