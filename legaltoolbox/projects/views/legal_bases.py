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

from kl_ai.drafts.parts import fingerprint
from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.linking import linker
from legaltoolbox.models import LegalBasis

from ..models import ProjectLegalBasis
from ..rights import Right
from ..work.discussions import discussion
from ..work.legal_bases import project_bases
from ..work.places import basis_place
from .edited_forms import EditedRowForm, add_errors, capitalised, save
from .lookups import own_project, project_page
from .risks import text_field
from .tasks import may_write


class BasisForm(EditedRowForm):
    """A processing with its basis."""

    MODEL = ProjectLegalBasis

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
    why = text_field(gettext_lazy("Why it is sufficient"), rows=4)
    judgement = forms.ChoiceField(label=gettext_lazy("Judgement"), widget=forms.RadioSelect)

    def __init__(self, row: ProjectLegalBasis, data: Any = None) -> None:
        super().__init__(row, (), data)
        judgement = cast(forms.ChoiceField, self.fields["judgement"])
        judgement.choices = capitalised(ProjectLegalBasis.Judgement.choices)


class NewBasisForm(forms.Form):
    """A processing that is added: one of the catalogue by its code, or one that the project describes itself."""

    phase = forms.ChoiceField(label=gettext_lazy("Phase"))
    processing = LineField(label=gettext_lazy("Processing"), max_length=200, required=False)
    code = forms.ChoiceField(required=False)

    def __init__(self, catalogue: Catalogue, data: Any = None) -> None:
        super().__init__(data)
        self.bases = {basis.code: basis for basis in catalogue.all(LegalBasis.KIND)}
        for name, choices in (
            ("phase", [(phase.slug, str(phase)) for phase in catalogue.phases]),
            ("code", [("", "–"), *((code, str(basis)) for code, basis in self.bases.items())]),
        ):
            cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """A processing of the catalogue has its title; any other needs one."""
        data = super().clean() or {}
        if basis := self.bases.get(data.get("code", "")):
            data["processing"] = basis.title
        if not data.get("processing"):
            raise ValidationError({"processing": _("Write what is done with personal data.")})
        return data


@never_cache
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
        form=NewBasisForm(catalogue),
        may_write=may_write(project),
    )


@restore.post_only("projects:legal_bases", "code", "number")
@never_cache
def add_basis(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/hjemmel/tilfoej/`: a processing of a phase; leads to its page. A second click adds no second one."""
    project = own_project(request, code, number, Right.WRITE)
    form = NewBasisForm(catalogues.for_request(request), request.POST)
    if form.is_valid():
        try:
            row = ProjectLegalBasis.add_processing(project, request.user, **form.cleaned_data)
            return redirect("projects:legal_basis", *project.address, row.pk)
        except ValidationError as refused:
            add_errors(form, refused)
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("projects:legal_bases", *project.address)


@never_cache
@restore.restorable
def legal_basis(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/hjemmel/<pk>/`: one processing; POST saves, or shows what somebody else saved. Two queries."""
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
    context |= {
        "row": row,
        "form": form,
        "item": catalogue.find(LegalBasis.KIND, row.code) if row.code else None,
        "phase": next((phase for phase in catalogue.phases if phase.slug == row.phase), None),
        "linker": linker(catalogue),
        "may_write": may_write(project) or form.is_bound,
        "discussion": discussion(project, basis_place(row)),
    }
    above = [(_("Legal basis"), reverse("projects:legal_bases", args=project.address))]
    return project_page(request, project, "legal_basis", row.processing, section="legal_bases", above=above, **context)


@restore.post_only("projects:legal_bases", "code", "number")
@never_cache
def delete_basis(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/hjemmel/<pk>/slet/`: deletes a processing; a second click finds it gone."""
    project = own_project(request, code, number, Right.WRITE)
    row = project.legal_bases.filter(pk=pk).first()
    try:
        if row is not None:
            row.project = project
            row.withdraw(request.user)
            messages.success(request, _("“%(title)s” is deleted.") % {"title": row.processing})
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect("projects:legal_bases", *project.address)
