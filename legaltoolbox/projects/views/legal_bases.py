"""The legal bases of a project: phase by phase, and one processing with its basis and why it is sufficient."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import fingerprint
from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.linking import linker
from legaltoolbox.models import LegalBasis

from ..models import Project, ProjectLegalBasis
from ..rights import Right
from ..work.discussions import discussion
from ..work.legal_bases import project_bases
from ..work.places import basis_place
from .edited_forms import EditedRowForm, add_errors, capitalised, delete, save
from .lookups import own_project, project_page
from .risks import text_field
from .tasks import may_write


class BasisForm(EditedRowForm):
    """A processing with its basis."""

    MODEL = ProjectLegalBasis
    needed_fields = ("basis", "why")

    processing = LineField(label=gettext_lazy("Processing"), max_length=200)
    basis = forms.CharField(
        label=gettext_lazy("Legal basis"),
        help_text=gettext_lazy(
            "The provision in Danish law and in GDPR articles 6, 9 and 10, with paragraph and letter."
        ),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    why = text_field(
        gettext_lazy("Why it is sufficient"),
        gettext_lazy("Has to be filled in, as the legal basis, if you choose “sufficient”."),
        rows=4,
    )
    judgement = forms.ChoiceField(label=gettext_lazy("Judgement"), widget=forms.RadioSelect)

    def __init__(self, row: ProjectLegalBasis, data: Any = None) -> None:
        super().__init__(row, {}, data)
        judgement = cast(forms.ChoiceField, self.fields["judgement"])
        judgement.choices = capitalised(ProjectLegalBasis.Judgement.choices)


class NewBasisForm(BasisForm):
    """A processing that is added: one of the catalogue by its code, or one that the project describes itself."""

    code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, row: ProjectLegalBasis, catalogue: Catalogue, data: Any = None) -> None:
        super().__init__(row, data)
        self.bases = {basis.code: basis for basis in catalogue.all(LegalBasis.KIND)}
        self.initial = {**self.initial, "phase": row.phase, "code": row.code}
        phases = [(phase.slug, str(phase)) for phase in catalogue.phases]
        self.fields["phase"] = forms.ChoiceField(label=_("Phase"), choices=[("", _("Choose the phase")), *phases])
        self.order_fields(["phase"])

    def clean_code(self) -> str:
        """The code, "" for one that the catalogue does not have."""
        code: str = self.cleaned_data["code"]
        return code if code in self.bases else ""


@never_cache
@require_safe
def legal_bases(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/hjemmel/`: each phase with its processings, and what is missing. Three queries."""
    project = own_project(request, code, number)
    catalogue = catalogues.for_request(request)
    return project_page(
        request,
        project,
        "legal_bases",
        _("Legal basis"),
        bases=project_bases(project, catalogue),
        may_write=may_write(project),
    )


@never_cache
@get_and_post
@restore.restorable
def add_basis(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/hjemmel/tilfoej/`: the form of a new processing, with `?phase=` and `?code=` for one of the catalogue; POST saves.

    Nothing is stored before. A second click adds no second one. One query.
    """
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogues.for_request(request)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    chosen = typed if typed is not None else request.GET
    item = catalogue.find(LegalBasis.KIND, chosen.get("code", ""))
    phase = chosen.get("phase", "")
    row = ProjectLegalBasis(
        project=project,
        phase=phase if any(phase == each.slug for each in catalogue.phases) else "",
        code=item.code if item else "",
        processing=item.title if item else "",
    )
    form = NewBasisForm(row, catalogue, typed)
    if request.method == "POST" and form.is_valid():
        try:
            added = ProjectLegalBasis.add_processing(project, request.user, **form.values)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("“%(title)s” is saved.") % {"title": added.processing})
            return redirect(reverse("projects:legal_bases", args=project.address) + f"#{added.phase}")
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _basis_page(request, project, catalogue, row, form)


@never_cache
@get_and_post
@restore.restorable
def legal_basis(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/hjemmel/<pk>/`: one processing; POST saves, or shows what somebody else saved. Three queries, four where something is commented."""
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    catalogue = catalogues.for_request(request)
    row = get_object_or_404(project.legal_bases.select_related("saved_by"), pk=pk)
    row.project = project
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = BasisForm(row, typed)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(row.content)}
    if request.method == "POST":
        outcome = save(form, lambda values, seen: row.change(values, seen, request.user), context["seen"])
        if outcome is None:
            messages.success(request, _("“%(title)s” is saved.") % {"title": row.processing})
            return redirect(reverse("projects:legal_bases", args=project.address) + f"#{row.phase}")
        context |= outcome
    elif typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    context["discussion"] = discussion(project, basis_place(row))
    return _basis_page(request, project, catalogue, row, form, **context)


def _basis_page(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    row: ProjectLegalBasis,
    form: BasisForm,
    **context: Any,
) -> HttpResponse:
    """The page of a processing; a new one, which is stored nowhere, has no discussion and cannot be deleted."""
    context |= {
        "row": row,
        "form": form,
        "item": catalogue.find(LegalBasis.KIND, row.code) if row.code else None,
        "phase": next((phase for phase in catalogue.phases if phase.slug == row.phase), None),
        "linker": linker(catalogue),
        "may_write": may_write(project) or form.is_bound,
    }
    above = [(_("Legal basis"), reverse("projects:legal_bases", args=project.address))]
    title = row.processing or _("Another processing")
    return project_page(request, project, "legal_basis", title, section="legal_bases", above=above, **context)


@restore.post_only("projects:legal_bases", "code", "number")
@never_cache
def delete_basis(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/hjemmel/<pk>/slet/`: deletes a processing; a second click finds it gone."""
    project = own_project(request, code, number, Right.WRITE)
    if delete(request, project, project.legal_bases.filter(pk=pk).first()):
        return redirect("projects:legal_bases", *project.address)
    return redirect("projects:legal_basis", *project.address, pk)
