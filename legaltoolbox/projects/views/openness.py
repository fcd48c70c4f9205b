"""Openness: the project's sheet in the public register, looked at before, published and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from kl_ai.login import restore
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.validators import validate_text

from ..models import Project, SharedCopy
from ..models.sheets import SheetArea
from ..rights import Right
from ..work.project_catalogue import catalogue_for
from ..work.register import sheet_versions, withdrawn_on
from ..work.sheet import ProjectSheet, SheetChoices, SheetSource, sheet_source
from ..work.sheet_page import shown_sheet
from ..work.sheet_parts import TEXT_GROUPS
from ..work.sheet_solutions import MOST_LETTERS, MOST_SOLUTIONS, solution_addresses
from .lookups import own_project, project_page

PREVIEW = "vis"
"""The parameter of the address that shows the sheet as it would be."""


class SheetForm(forms.Form):
    """What the municipality chooses for its sheet."""

    area = forms.ChoiceField(label=gettext_lazy("The area in which the solution is used"))
    texts = forms.MultipleChoiceField(
        label=gettext_lazy("Texts to citizens (S24)"), required=False, widget=forms.CheckboxSelectMultiple
    )
    has_experiences = forms.BooleanField(label=gettext_lazy("Take along what you have learned (S35)"), required=False)
    solutions = forms.CharField(
        label=gettext_lazy("Solutions in the market overview"),
        required=False,
        max_length=MOST_SOLUTIONS * (MOST_LETTERS + 1),
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Addresses of companies or solutions in this portal, one a line, five at most. The sheet leads to them, and nothing leads from them to the sheet."
        ),
    )

    def __init__(self, source: SheetSource, hosts: set[str], data: Any, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.hosts = hosts
        areas = [(value, capfirst(label)) for value, label in SheetArea.choices]
        cast(forms.ChoiceField, self.fields["area"]).choices = [("", _("Choose an area")), *areas]
        offered = [(key, str(TEXT_GROUPS[key][0])) for key in source.offered_texts()]
        cast(forms.MultipleChoiceField, self.fields["texts"]).choices = offered
        if not offered:
            del self.fields["texts"]
        if source.why_no_experiences():
            del self.fields["has_experiences"]

    def clean_solutions(self) -> tuple[str, ...]:
        return solution_addresses(self.cleaned_data["solutions"], self.hosts)

    def sent(self) -> Iterator[tuple[str, str]]:
        """The names and values that this form, which is valid, was sent with, for the button that publishes."""
        for name in self.fields:
            values = self[name].data
            yield from ((name, str(value)) for value in (values if isinstance(values, list) else [values]) if value)

    @property
    def choices(self) -> SheetChoices:
        """What is chosen, of a form that is valid."""
        data = self.cleaned_data
        return SheetChoices(
            area=data["area"],
            texts=tuple(data.get("texts", ())),
            has_experiences=data.get("has_experiences", False),
            solutions=data["solutions"],
        )


class SheetWithdrawForm(forms.Form):
    """Why a sheet is withdrawn."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the project’s history alone."),
    )


def own_hosts(request: HttpRequest) -> set[str]:
    """The names of the hosts that are this portal, in small letters."""
    named = {
        urlsplit(f"//{request.get_host()}").hostname,
        urlsplit(settings.SITE_URL).hostname,
        *settings.ALLOWED_HOSTS,
    }
    return {host.strip("[]").lower() for host in named if host and "*" not in host and not host.startswith(".")}


def _initial(source: SheetSource, current: SharedCopy | None) -> dict[str, Any]:
    """What the form shows first: the choices of the sheet that is public, or our proposal."""
    if current is None:
        return {"texts": source.proposed_texts()}
    record = current.record
    return {
        "area": record.get("area", ""),
        "texts": [group["key"] for group in record.get("texts", ())],
        "has_experiences": bool(record.get("experiences")),
        "solutions": "\n".join(record.get("solutions", ())),
    }


# The page -----------------------------------------------------------------------------------------


@restore.restorable
@never_cache
@get_and_post
def openness(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/offentlighed/`: where the sheet stands; `?vis=1` shows it as it would be, POST publishes it. 30 queries at most."""
    project = own_project(request, code, number, Right.MANAGE if request.method == "POST" else Right.READ)
    source = sheet_source(project, catalogue_for(request, project))
    versions = sheet_versions(code, number)
    current = next((copy for copy in versions if copy.is_current), None)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    if typed is not None and request.method == "GET":
        messages.warning(request, restore.RESTORED_NOTICE)
    shown = typed if typed is not None or PREVIEW not in request.GET else request.GET
    form = SheetForm(source, own_hosts(request), shown, _initial(source, current))
    sheet = source.sheet(form.choices) if form.is_bound and form.is_valid() else None
    if request.method == "POST" and sheet is not None and _publish(request, project, sheet, form):
        return redirect("projects:openness", *project.address)
    return _openness_page(request, project, source, versions, form, sheet)


def _publish(request: AuthenticatedRequest, project: Project, sheet: ProjectSheet, form: SheetForm) -> bool:
    """Publish the sheet that was looked at, and say so; False, with errors at the form, where that cannot be."""
    if sheet.to_confirm and not request.POST.get("confirmed"):
        form.add_error(None, _("Look at what the page names below, and say that it may be public."))
    for text in sheet.missing:
        form.add_error(None, text)
    if form.errors:
        return False
    try:
        limits.consume("publish_copy", person=request.user)
        audience, seen = SharedCopy.Audience.PUBLIC, request.POST.get("seen", "")
        SharedCopy.publish(project, request.user, audience, sheet.record, seen)
    except limits.LimitReached as reached:
        form.add_error(None, str(reached))
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    else:
        messages.success(request, _("The sheet is public now."))
        return True
    return False


@restore.post_only("projects:openness", "code", "number", takes_text=True)
@never_cache
def withdraw(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/offentlighed/traek-tilbage/`: take the sheet off the register with all its versions. As `openness`."""
    project = own_project(request, code, number, Right.MANAGE)
    versions = sheet_versions(code, number)
    current = next((copy for copy in versions if copy.is_current), None)
    if current is None:
        messages.info(request, _("The sheet is not public."))
        return redirect("projects:openness", *project.address)
    withdraw_form = SheetWithdrawForm(restore.sent_input(request))
    if request.method == "POST" and withdraw_form.is_valid():
        current.project = project
        try:
            current.withdraw(request.user, withdraw_form.cleaned_data["reason"])
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, _("The sheet is withdrawn. Its page says so, and nothing of it is shown."))
        return redirect("projects:openness", *project.address)
    source = sheet_source(project, catalogue_for(request, project))
    form = SheetForm(source, own_hosts(request), None, _initial(source, current))
    return _openness_page(request, project, source, versions, form, None, withdraw_form=withdraw_form)


def _openness_page(
    request: AuthenticatedRequest,
    project: Project,
    source: SheetSource,
    versions: list[SharedCopy],
    form: SheetForm,
    sheet: ProjectSheet | None,
    *,
    withdraw_form: SheetWithdrawForm | None = None,
) -> HttpResponse:
    current = next((copy for copy in versions if copy.is_current), None)
    looked_at = sheet or source.sheet(SheetChoices(area=SheetArea.OTHER, texts=tuple(source.proposed_texts())))
    return project_page(
        request,
        project,
        "openness",
        _("Openness"),
        section="openness",
        current=current,
        withdrawn_on=withdrawn_on(versions, 0) if versions and current is None else None,
        public_url=reverse("register:sheet", args=project.address),
        missing=looked_at.missing,
        missing_links=list(_missing_links(project, source)) if looked_at.missing else [],
        warnings=looked_at.warnings,
        is_ready=source.facts is not None,
        no_experiences=source.why_no_experiences(),
        form=form,
        withdraw_form=withdraw_form or SheetWithdrawForm(),
        may_publish=project.may_now(Right.MANAGE),
        may_withdraw=project.may(Right.MANAGE) and current is not None,
        **_preview(sheet, form, current),
    )


def _preview(sheet: ProjectSheet | None, form: SheetForm, current: SharedCopy | None) -> dict[str, Any]:
    """What the page shows of a sheet before it is public; `preview` is None where there is none that can be."""
    if sheet is None or sheet.missing:
        return {"preview": None}
    seen = SharedCopy.hash_of(sheet.record)
    return {
        "preview": sheet,
        "is_same": current is not None and seen == current.sha256,
        "sheet": shown_sheet(sheet.record),
        "solutions": sheet.record["solutions"],
        "to_confirm": list(map(str, sheet.to_confirm)),
        "seen": seen,
        "content": SharedCopy.to_bytes(sheet.record).decode(),
        "hidden": list(form.sent()),
    }


def _missing_links(project: Project, source: SheetSource) -> Iterator[tuple[str, str]]:
    """Where the fact sheet is written: the version that is open, or the list of documents. No query."""
    if source.open_number is not None:
        yield _("The fact sheet (S27)"), reverse("projects:document", args=[*project.address, source.open_number])
    elif source.facts is not None:
        number = source.facts.document.number
        yield _("The fact sheet (S27)"), reverse("projects:document", args=[*project.address, number])
    else:
        yield _("Begin the fact sheet (S27) among the documents"), reverse("projects:documents", args=project.address)
