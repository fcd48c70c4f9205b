"""The legal bases of a project: phase by phase, and one processing with its basis and why it is sufficient."""

from collections.abc import Container, Iterable, Mapping
from copy import copy
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
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
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.linking import linker
from legaltoolbox.models import LegalBasis, Phase

from ..models import Project, ProjectLegalBasis
from ..models.legal_bases import AddedBases
from ..rights import Right
from ..work.discussions import discussion
from ..work.legal_bases import phases_of, project_bases, same_processing
from ..work.places import basis_place
from ..work.project_catalogue import catalogue_for
from .edited_forms import EditedRowForm, add_errors, capitalised, delete, save
from .lookups import own_project, project_page
from .risks import text_field

SOURCE = "som"
"""The parameter of the address: the key of the row whose texts the form takes over."""


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
        gettext_lazy("Reason for the judgement"),
        gettext_lazy("Has to be filled in, as the legal basis, if you choose “sufficient”."),
        rows=4,
    )
    judgement = forms.ChoiceField(label=gettext_lazy("Judgement"), widget=forms.RadioSelect)

    def __init__(self, row: ProjectLegalBasis, data: Any = None) -> None:
        super().__init__(row, {}, data)
        judgement = cast(forms.ChoiceField, self.fields["judgement"])
        judgement.choices = capitalised(ProjectLegalBasis.Judgement.choices)


class NewBasisForm(BasisForm):
    """A processing that is added to phases: one of the catalogue by its code, or one that the project describes itself.

    `described` are the phases that have it already.
    """

    code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, row: ProjectLegalBasis, catalogue: Catalogue, described: Container[str] = (), data: Any = None
    ) -> None:
        super().__init__(row, data)
        self.bases = {basis.code: basis for basis in catalogue.all(LegalBasis.KIND)}
        self.initial = {**self.initial, "phases": [row.phase], "code": row.code}
        already = _("%(phase)s (described already)")
        self.fields["phases"] = forms.MultipleChoiceField(
            label=_("In which phases?"),
            help_text=_("Tick each phase that the text fits. One save describes the processing in all of them."),
            error_messages={"required": _("Choose at least one phase.")},
            choices=[
                (phase.slug, already % {"phase": phase} if phase.slug in described else str(phase))
                for phase in phases_of(catalogue, row.code)
            ],
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(["phases"])

    def clean_code(self) -> str:
        """The code, "" for one that the catalogue does not have."""
        code: str = self.cleaned_data["code"]
        return code if code in self.bases else ""


@never_cache
@require_safe
def legal_bases(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/hjemmel/`: each phase with its processings, and what is missing. Three queries."""
    project = own_project(request, code, number)
    catalogue = catalogue_for(request, project)
    return project_page(
        request,
        project,
        "legal_bases",
        _("Legal basis"),
        bases=project_bases(project, catalogue),
        may_write=project.may_now(Right.WRITE),
    )


@never_cache
@get_and_post
@restore.restorable
def add_basis(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/hjemmel/tilfoej/`: the form of a new processing, with `?phase=` and `?code=` for one of the catalogue; POST saves.

    With `?som=` it has the texts of the row with this key. Nothing is stored before, and a second click adds no second one.
    Two queries.
    """
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogue_for(request, project)
    rows = list(project.legal_bases.all())
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    row = _new_row(project, catalogue, typed if typed is not None else request.GET)
    source = _source(request, rows)
    if source is not None and typed is None:
        row.code, row.processing = source.code, source.processing
        row.basis, row.why = source.basis, source.why
    same = same_processing(row, rows)
    form = NewBasisForm(row, catalogue, {each.phase for each in same}, typed)
    if request.method == "POST" and form.is_valid():
        try:
            added = ProjectLegalBasis.add_to_phases(project, request.user, **form.values)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            _say_added(request, catalogue, added)
            return redirect(reverse("projects:legal_bases", args=project.address) + f"#{added.rows[0].phase}")
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _basis_page(request, project, catalogue, row, form, source=source, others=same)


def _new_row(project: Project, catalogue: Catalogue, chosen: QueryDict) -> ProjectLegalBasis:
    """The processing that an address or a form asks for, stored nowhere; empty where the catalogue does not have it. No query."""
    item = catalogue.find(LegalBasis.KIND, chosen.get("code", ""))
    phase = chosen.get("phase", "")
    return ProjectLegalBasis(
        project=project,
        phase=phase if any(phase == each.slug for each in catalogue.phases) else "",
        code=item.code if item else "",
        processing=item.title if item else "",
    )


def _source(request: AuthenticatedRequest, rows: Iterable[ProjectLegalBasis]) -> ProjectLegalBasis | None:
    """The row whose texts the address asks for; None for none. No query."""
    return next((row for row in rows if str(row.pk) == request.GET.get(SOURCE)), None)


def _say_added(request: AuthenticatedRequest, catalogue: Catalogue, added: AddedBases) -> None:
    """A message of what is saved, and one of the phases whose texts are as they were."""
    title, number = added.rows[0].processing, len(added.rows)
    if number == 1:
        messages.success(request, _("“%(title)s” is saved.") % {"title": title})
    else:
        words = _("“%(title)s” is saved in %(number)s phases.")
        messages.success(request, words % {"title": title, "number": number})
    if added.unchanged:
        names = {phase.slug: str(phase) for phase in catalogue.phases}
        words = _("It was described already in %(phases)s. The text there is not changed.")
        phases = ", ".join(names.get(row.phase, row.phase) for row in added.unchanged)
        messages.info(request, words % {"phases": phases})


@never_cache
@get_and_post
@restore.restorable
def legal_basis(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/hjemmel/<pk>/`: one processing; POST saves, or shows what somebody else saved. Three queries, four where something is commented."""
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    catalogue = catalogue_for(request, project)
    row = get_object_or_404(project.legal_bases.select_related("saved_by"), pk=pk)
    row.project = project
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(row.content)}
    if row.is_empty:
        rows = list(project.legal_bases.exclude(pk=pk))
        context |= {"others": same_processing(row, rows), "source": _source(request, rows)}
    form = BasisForm(_with_texts(row, context.get("source")), typed)
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


def _with_texts(row: ProjectLegalBasis, source: ProjectLegalBasis | None) -> ProjectLegalBasis:
    """The row with the texts of another one, stored nowhere; as it is without one."""
    if source is None:
        return row
    filled = copy(row)
    filled.basis, filled.why = source.basis, source.why
    return filled


def _basis_page(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    row: ProjectLegalBasis,
    form: BasisForm,
    **context: Any,
) -> HttpResponse:
    """The page of a processing; a new one, which is stored nowhere, has no discussion and cannot be deleted."""
    phases = {phase.slug: phase for phase in catalogue.phases}
    source = context.get("source")
    context |= {
        "row": row,
        "form": form,
        "item": catalogue.find(LegalBasis.KIND, row.code) if row.code else None,
        "phase": phases.get(row.phase),
        "source_phase": phases.get(source.phase, source.phase) if source and not form.is_bound else None,
        "offers": [] if form.is_bound else _offers(row, context.get("others", ()), phases),
        "linker": linker(catalogue),
        "may_write": project.may_now(Right.WRITE) or form.is_bound,
    }
    above = [(_("Legal basis"), reverse("projects:legal_bases", args=project.address))]
    title = row.processing or _("Another processing")
    if row.pk and row.code:
        context["text_keys"] = [(LegalBasis.KIND, row.code)]
    return project_page(request, project, "legal_basis", title, section="legal_bases", above=above, **context)


def _offers(
    row: ProjectLegalBasis, same: Iterable[ProjectLegalBasis], phases: Mapping[str, Phase]
) -> list[tuple[int, Phase]]:
    """Key and phase of the rows whose texts the empty form can take over, in the order of the phases, equal texts once."""
    written = {each.phase: each for each in same if each.phase != row.phase and not each.is_empty}
    found: dict[tuple[str, str], tuple[int, Phase]] = {}
    for key, phase in phases.items():
        if key in written:
            found.setdefault((written[key].basis, written[key].why), (written[key].pk, phase))
    return list(found.values())


@restore.post_only("projects:legal_bases", "code", "number")
@never_cache
def delete_basis(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/hjemmel/<pk>/slet/`: deletes a processing; a second click finds it gone."""
    project = own_project(request, code, number, Right.WRITE)
    if delete(request, project, project.legal_bases.filter(pk=pk).first()):
        return redirect("projects:legal_bases", *project.address)
    return redirect("projects:legal_basis", *project.address, pk)
