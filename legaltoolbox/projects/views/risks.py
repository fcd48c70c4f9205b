"""The risks of a project: the list with the matrix, and one risk with its rating before and after what is done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
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
from legaltoolbox.models import Risk, ScaleLevel

from ..files import risk_workbook
from ..models import Project, RiskAssessment
from ..models.risks import Treatment
from ..models.written import SCALE_KEY
from ..rights import Right
from ..work.discussions import discussion
from ..work.measures import MeasureRow, by_place, measure_rows
from ..work.project_catalogue import catalogue_for
from ..work.risks import MatrixCell, RiskRow, matrix, risk_counts, risk_rows
from .added_measures import AddedMeasureForm, save_with_measure, say_saved, usual_text
from .edited_forms import EditedRowForm, add_errors, delete
from .lookups import own_project, project_page
from .tasks import people

LIKELIHOODS, CONSEQUENCES = ("likelihood", "likelihood_after"), ("consequence", "consequence_after")


class OwnRiskForm(forms.Form):
    title = LineField(label=gettext_lazy("What can go wrong?"), max_length=150)


def step_field(label: Any) -> forms.TypedChoiceField:
    """A step of the scale; its words come with the catalogue."""
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect)


def text_field(label: Any, help_text: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": rows})
    )


class RiskForm(EditedRowForm):
    """What the team says of a risk."""

    MODEL = RiskAssessment
    needed_fields = ("reason", "reason_after")

    applies = forms.TypedChoiceField(
        label=gettext_lazy("Can it happen here?"),
        coerce=lambda value: value == "True",
        choices=[
            (True, gettext_lazy("Yes, we assess it")),
            (False, gettext_lazy("No, it does not apply to this solution")),
        ],
        widget=forms.RadioSelect,
    )
    event = text_field(gettext_lazy("How can it happen here, and who is hit?"))
    consequence = step_field(gettext_lazy("Consequence for the citizen before"))
    likelihood = step_field(gettext_lazy("Likelihood before"))
    reason = text_field(
        gettext_lazy("Why so"),
        gettext_lazy("Has to be filled in if the risk does not apply: then write why it cannot happen here."),
    )
    treatment = forms.ChoiceField(
        label=gettext_lazy("What do you do about it?"), required=False, widget=forms.RadioSelect
    )
    consequence_after = step_field(gettext_lazy("Consequence for the citizen after"))
    likelihood_after = step_field(gettext_lazy("Likelihood after"))
    reason_after = text_field(
        gettext_lazy("Why what stays can be defended"),
        gettext_lazy("Has to be filled in if you accept the risk: then write why."),
    )
    owner = forms.TypedChoiceField(
        label=gettext_lazy("Person responsible"), coerce=int, empty_value=None, required=False
    )

    def __init__(
        self,
        row: RiskAssessment,
        people: Mapping[int, str],
        levels: Iterable[ScaleLevel],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(row, people, data)
        if row.is_own:
            self.fields["title"] = LineField(label=_("What can go wrong?"), max_length=150)
        scale = list(levels)
        for names, axis in ((LIKELIHOODS, ScaleLevel.Axis.LIKELIHOOD), (CONSEQUENCES, ScaleLevel.Axis.CONSEQUENCE)):
            words = [
                (level.level, format_html("<strong>{} {}:</strong> {}", level.level, level.name, level.description))
                for level in scale
                if level.axis == axis
            ]
            for name in names:
                cast(forms.ChoiceField, self.fields[name]).choices = [*words, ("", _("Not rated yet"))]
        treatment = cast(forms.ChoiceField, self.fields["treatment"])
        treatment.choices = [
            *((value, capfirst(label)) for value, label in Treatment.choices),
            ("", _("Not chosen yet")),
        ]

    @property
    def before(self) -> list[BoundField]:
        """What is said of the risk without measures."""
        names = ("title", "applies", "event", "consequence", "likelihood", "reason")
        return [self[name] for name in names if name in self.fields]

    @property
    def after(self) -> list[BoundField]:
        """What is done about it, and what stays."""
        return [self[name] for name in ("treatment", "consequence_after", "likelihood_after", "reason_after", "owner")]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Label and words of what is stored, for who may not change it."""
        names = (name for name in self.fields if name != "owner")
        facts = [(str(self.fields[name].label), self.text_of(name, self.initial[name])) for name in names]
        owner = self.people.get(self.initial["owner"], "")
        return [*facts, (str(self.fields["owner"].label), owner)]


@never_cache
@require_safe
def risks(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/risici/`: the project's risks, and the matrix before and after. Four queries."""
    return _risks_page(request, own_project(request, code, number), OwnRiskForm())


def _risks_page(request: AuthenticatedRequest, project: Project, form: OwnRiskForm) -> HttpResponse:
    """The page of all risks, with the form for an own one."""
    catalogue = catalogue_for(request, project)
    rows = risk_rows(project, catalogue)
    return project_page(
        request,
        project,
        "risks",
        _("Risks"),
        text_keys=[SCALE_KEY],
        rows=rows,
        counts=risk_counts(rows),
        high=[row for row in rows if row.stays_high],
        matrices=[_matrix(_("Before measures"), rows, after=False), _matrix(_("After measures"), rows, after=True)],
        axes=_axes(catalogue),
        form=form,
        may_write=project.may_now(Right.WRITE),
    )


def _matrix(heading: str, rows: list[RiskRow], *, after: bool) -> tuple[str, list[list[MatrixCell]], bool]:
    """The heading, the lines of the matrix, and whether any risk stands in it."""
    lines = matrix(rows, after=after)
    return heading, lines, any(cell.rows for line in lines for cell in line)


def _axes(catalogue: Catalogue) -> dict[str, list[ScaleLevel]]:
    """The steps of both axes, each from 1 to 4."""
    return {axis.value: [level for level in catalogue.levels if level.axis == axis] for axis in ScaleLevel.Axis}


@never_cache
@require_safe
@expensive
def risks_xlsx(request: AuthenticatedRequest, code: str, number: int) -> HttpResponseBase:
    """`…/risici.xlsx`: the risks with their measures and the matrix as a workbook. Five queries."""
    project = own_project(request, code, number)
    catalogue = catalogue_for(request, project)
    measures = by_place(measure_rows(project, catalogue, timezone.localdate()))
    rows = risk_rows(project, catalogue)
    return risk_workbook.workbook(project, rows, measures, catalogue, request.build_absolute_uri)


@restore.post_only("projects:risks", "code", "number", takes_text=True)
@never_cache
def add_risk(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/risici/tilfoej/`: a risk of the project's own; leads to its page. A second click makes no second one; what is refused comes back."""
    project = own_project(request, code, number, Right.WRITE)
    form = OwnRiskForm(restore.sent_input(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = RiskAssessment.add_own(project, form.cleaned_data["title"], request.user)
            return redirect("projects:risk", *project.address, row.code.lower())
        except ValidationError as refused:
            add_errors(form, refused)
    return _risks_page(request, project, form)


@never_cache
@get_and_post
@restore.restorable
def risk(request: AuthenticatedRequest, code: str, number: int, risk: str) -> HttpResponse:
    """`…/risici/<code>/`: one risk; POST saves, or shows what somebody else saved. Six queries."""
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    catalogue = catalogue_for(request, project)
    row, item = _assessment(project, catalogue, risk.upper())
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    can_own = people(project, row)
    form = RiskForm(row, can_own, catalogue.levels, typed)
    measure = AddedMeasureForm(can_own, typed, usual_text(request, catalogue, row.code))
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(row.content)}
    if request.method == "POST":
        by = request.user
        outcome = save_with_measure(
            form,
            measure,
            lambda values, seen: RiskAssessment.assess(project, row.code, values, seen, by),
            lambda: measure.add_to(project, row.code, by),
            context["seen"],
        )
        if outcome is None:
            say_saved(request, _("%(risk)s is saved.") % {"risk": row.code}, measure)
            return redirect(reverse("projects:risks", args=project.address) + f"#{row.code}")
        context |= outcome
    elif typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _risk_page(request, project, catalogue, row, item, form, measure_form=measure, **context)


def _risk_page(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    row: RiskAssessment,
    item: Risk | None,
    form: RiskForm,
    **context: Any,
) -> HttpResponse:
    title = f"{row.code} {item.title if item else row.title}"
    above = [(_("Risks"), reverse("projects:risks", args=project.address))]
    context |= {"item": item, "row": row, "form": form, "linker": linker(catalogue)}
    context |= {"may_write": project.may_now(Right.WRITE) or form.is_bound, "discussion": discussion(project, row.code)}
    context["measures"] = measures_of(project, catalogue, row.code)
    context["text_keys"] = [(Risk.KIND, row.code)]
    return project_page(request, project, "risk", title, section="risks", above=above, **context)


def measures_of(project: Project, catalogue: Catalogue, code: str) -> list[MeasureRow]:
    """The measures that serve a risk or a requirement, without this place. Two queries."""
    rows = measure_rows(project, catalogue, timezone.localdate())
    return [
        replace(row, places=[place for place in row.places if place.code != code])
        for row in by_place(rows).get(code, [])
    ]


def _assessment(project: Project, catalogue: Catalogue, code: str) -> tuple[RiskAssessment, Risk | None]:
    """What is stored of a risk, or an empty assessment of one of the catalogue. Raises `Http404`. One query."""
    rows = project.risk_assessments.select_related("owner__user", "saved_by")
    row: RiskAssessment | None = rows.filter(code=code).first()
    item = catalogue.find(Risk.KIND, code)
    if row is None and item is None:
        raise Http404
    found = row or RiskAssessment(project=project, code=code)
    found.project = project
    return found, item


@restore.post_only("projects:risks", "code", "number")
@never_cache
def delete_risk(request: AuthenticatedRequest, code: str, number: int, risk: str) -> HttpResponse:
    """`…/risici/<code>/slet/`: deletes an own risk; a second click finds it gone."""
    project = own_project(request, code, number, Right.WRITE)
    if delete(request, project, project.risk_assessments.filter(code=risk.upper()).first()):
        return redirect("projects:risks", *project.address)
    return redirect("projects:risk", *project.address, risk)
