"""The action plan of a project, and its measures: what is done about risks and requirements, by whom, until when."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import fingerprint, value_text
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..models import Measure, Project
from ..models.measures import MOST_PLACES
from ..rights import Right
from ..work.measures import Servable, project_action_plan, servable
from ..work.project_catalogue import catalogue_for
from .added_measures import due_field, usual_text
from .edited_forms import EditedRowForm, add_errors, delete, save
from .lookups import own_project, project_page
from .tasks import chosen_rows, people

FOR = "til"
"""The parameter of the address: the code of the risk or requirement that one comes from."""


class MeasureForm(EditedRowForm):
    """What is done, for what, by whom and until when."""

    MODEL = Measure

    text = forms.CharField(
        label=gettext_lazy("What do you do?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.TypedChoiceField(
        label=gettext_lazy("Person responsible"), coerce=int, empty_value=None, required=False
    )
    due = due_field()
    is_done = forms.BooleanField(label=gettext_lazy("It is done"), required=False)
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Which risks and requirements does it serve?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        row: Measure,
        people: Mapping[int, str],
        served: Servable,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(row, people, data)
        self.served = served
        gone = {code: code for code in row.places if code not in served.titles}
        cast(forms.MultipleChoiceField, self.fields["places"]).choices = list((served.titles | gone).items())

    def clean_places(self) -> list[str]:
        """The codes; in the stored order where they are the same."""
        codes: list[str] = self.cleaned_data["places"]
        if len(codes) > MOST_PLACES:
            raise ValidationError(_("One measure can serve %(most)s risks and requirements.") % {"most": MOST_PLACES})
        return list(self.row.content["places"]) if set(codes) == set(self.row.content["places"]) else codes

    @property
    def groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """The boxes of what is chosen, then of the other risks and of the other requirements, each with a heading."""
        chosen = set(self["places"].value() or ())
        risks = {row.code for row in self.served.risks}
        groups: dict[str, list[BoundWidget]] = {"": [], _("Risks"): [], _("Requirements"): []}
        for box in cast(Any, self["places"]).options:
            code = box.data["value"]
            name = "" if code in chosen else _("Risks") if code in risks else _("Requirements")
            groups[name].append(box)
        return list(groups.items())

    def text_of(self, name: str, value: Any) -> str:
        if name == "places":
            return "\n".join(self.served.titles.get(code, code) for code in value)
        return value_text(value) if isinstance(value, bool) else super().text_of(name, value)


@never_cache
@require_safe
def plan(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/plan/`: tasks and measures by day, or those of them that `?vis=` asks for. Seven queries."""
    project = own_project(request, code, number)
    whole = project_action_plan(project, catalogue_for(request, project), timezone.localdate())
    context = {**chosen_rows(request, whole), "may_write": project.may_now(Right.WRITE)}
    return project_page(request, project, "plan", _("Action plan"), plan=whole, **context)


@never_cache
@get_and_post
@restore.restorable
def new_measure(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/foranstaltninger/ny/`: a measure, with `?til=R09` for this risk or requirement. A second click makes no second one.

    Seven queries.
    """
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogue_for(request, project)
    served = servable(project, catalogue)
    origin = _origin(request, served)
    row = Measure(project=project, places=[origin] if origin else [], text=usual_text(request, catalogue, origin))
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = MeasureForm(row, people(project), served, typed)
    if request.method == "POST" and form.is_valid():
        try:
            values = form.values
            Measure.add_measure(project, values.pop("text"), values.pop("places"), request.user, **values)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("The measure is added."))
            return redirect(_back(project, served, origin))
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _measure_page(request, project, row, form, _("New measure"), back_url=_back(project, served, origin))


@never_cache
@get_and_post
@restore.restorable
def measure(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/foranstaltninger/<pk>/`: one measure; POST saves, or shows what somebody else saved. Eight queries."""
    project = own_project(request, code, number, Right.WRITE if request.method == "POST" else Right.READ)
    row = get_object_or_404(project.measures.with_people(), pk=pk)
    row.project = project
    served = servable(project, catalogue_for(request, project))
    back_url = _back(project, served, _origin(request, served))
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = MeasureForm(row, people(project, row), served, typed)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(row.content)}
    context["places"] = served.places(row.places)
    if request.method == "POST":
        outcome = save(form, lambda values, seen: row.change(values, seen, request.user), context["seen"])
        if outcome is None:
            messages.success(request, _("The measure is saved."))
            return redirect(back_url)
        context |= outcome
    elif typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _measure_page(request, project, row, form, _("Measure"), back_url=back_url, **context)


@restore.post_only("projects:plan", "code", "number")
@never_cache
def delete_measure(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/foranstaltninger/<pk>/slet/`: deletes a measure; a second click finds it gone."""
    project = own_project(request, code, number, Right.WRITE)
    if delete(request, project, project.measures.filter(pk=pk).first()):
        return redirect("projects:plan", *project.address)
    return redirect("projects:measure", *project.address, pk)


def _measure_page(
    request: AuthenticatedRequest, project: Project, row: Measure, form: MeasureForm, title: str, **context: Any
) -> HttpResponse:
    above = [(_("Action plan"), reverse("projects:plan", args=project.address))]
    context |= {"row": row, "form": form, "may_write": project.may_now(Right.WRITE) or form.is_bound}
    return project_page(request, project, "measure", title, section="plan", above=above, **context)


def _origin(request: AuthenticatedRequest, served: Servable) -> str:
    """The code of the risk or requirement that one comes from; "" for none."""
    code = request.GET.get(FOR, "").upper()
    return code if code in served.titles else ""


def _back(project: Project, served: Servable, origin: str) -> str:
    """Where a saved measure leads to: the risk or requirement that one comes from, or the action plan."""
    if not origin:
        return reverse("projects:plan", args=project.address)
    name = "risk" if origin in {row.code for row in served.risks} else "requirement"
    return reverse(f"projects:{name}", args=[*project.address, origin.lower()]) + "#measures"
