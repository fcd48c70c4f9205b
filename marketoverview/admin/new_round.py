"""The page that makes a new round from the last one: a short form, with names and code proposed."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.forms import LineField
from kl_ai.requests.http import AuthenticatedRequest

from ..models import SurveyRound

YEAR = re.compile(r"\b20\d\d\b")


def date_field(**options: Any) -> forms.DateField:
    """A date that browsers offer a calendar for. They send it as 2026-11-29, in every language."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "vDateField"})
    return forms.DateField(widget=widget, **options)


def name_field(label: Promise) -> LineField:
    field = LineField(label=label, max_length=100)
    field.widget.attrs["class"] = "vTextField"
    return field


class NewRoundForm(forms.Form):
    """What differs from the last round: the names, the code and the dates."""

    name_da = name_field(_("Name (Danish)"))
    name_en = name_field(_("Name (English)"))
    code = forms.SlugField(
        label=_("Code"), max_length=20, help_text=_("Stands in files and addresses, and is never changed.")
    )
    opens_on = date_field(label=_("Opens on"))
    closes_on = date_field(
        label=_("Closes on"),
        required=False,
        help_text=_("The last day on which answers can be handed in. Empty: until the next round opens."),
    )

    def clean(self) -> dict[str, Any]:
        opens_on, closes_on = self.cleaned_data.get("opens_on"), self.cleaned_data.get("closes_on")
        if opens_on and opens_on < timezone.localdate():
            self.add_error("opens_on", gettext("This day has passed."))
        elif opens_on and closes_on and closes_on <= opens_on:
            self.add_error("closes_on", gettext("The closing date is not after the opening date."))
        elif opens_on:
            self._refuse_overlap(SurveyRound(opens_on=opens_on, closes_on=closes_on))
        return self.cleaned_data

    def _refuse_overlap(self, candidate: SurveyRound) -> None:
        """A round without an end is asked about when this one is released; others are refused here."""
        for finding in candidate.overlap_findings():
            if finding.is_problem:
                self.add_error("opens_on", finding.text)


def proposal(last: SurveyRound) -> dict[str, str]:
    """Code and names for the round after `last`: the year in them is the next one without a round of its code."""
    codes = set(SurveyRound.objects.values_list("code", flat=True))
    if not YEAR.fullmatch(last.code):
        number = next(number for number in range(2, len(codes) + 3) if f"{last.code[:16]}-{number}" not in codes)
        return {"code": f"{last.code[:16]}-{number}", "name_da": last.name_da, "name_en": last.name_en}
    year = next(str(year) for year in range(int(last.code) + 1, 3000) if str(year) not in codes)
    names = {name: YEAR.sub(year, getattr(last, name)) for name in ("name_da", "name_en")}
    return {"code": year, **names}


def new_round_view(model_admin: ModelAdmin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/surveyround/new/`: the form; a POST makes the round and leads to its checklist."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    last = SurveyRound.objects.released().filter(questions__isnull=False).first()
    if last is None:
        messages.warning(request, gettext("There is no earlier round with questions. Make the first one here."))
        return redirect("admin:marketoverview_surveyround_add")
    form = NewRoundForm(request.POST) if request.method == "POST" else NewRoundForm(initial=proposal(last))
    if form.is_valid():
        try:
            new = SurveyRound.make_from(last, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            model_admin.log_addition(request, new, gettext("Made from %(round)s.") % {"round": last})
            text = gettext("“%(round)s” is made. It opens only when you have released it; see below.")
            messages.success(request, text % {"round": new})
            return redirect("admin:marketoverview_surveyround_checklist", new.pk)
    context = {
        "title": gettext("New round from the latest"),
        "opts": model_admin.opts,
        "form": form,
        "last": last,
        "question_count": last.questions.count(),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/surveyround/new.html", context)
