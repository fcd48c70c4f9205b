"""What a project shares with other municipalities: the choice of parts, the very bytes before, publishing and taking back."""

from typing import Any

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

from kl_ai.export.downloads import file_response
from kl_ai.login import restore
from kl_ai.pages.querystring import encode
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.texts import filename

from ..models import Project, SharedCopy
from ..models.shared_copies import CHANGED
from ..rights import Right
from ..work.project_catalogue import catalogue_for
from ..work.shared_copy import Chosen, SharedPart, shareable_documents, shared_record
from .lookups import own_project, project_page
from .shared_text import shared_sections

AUDIENCE = SharedCopy.Audience.MUNICIPALITIES
PART, DOCUMENT = "del", "dokument"
"""The parameters of the preview's address."""
JSON_TYPE = "application/json"
CHOICES = (
    (SharedPart.ANSWERS, gettext_lazy("The answers about the solution, with the reasons")),
    (SharedPart.BASES, gettext_lazy("The legal bases")),
    (SharedPart.RISKS, gettext_lazy("The risks with their ratings and reasons")),
    (SharedPart.REQUIREMENTS, gettext_lazy("The requirements, and how each is met")),
    (SharedPart.MEASURES, gettext_lazy("The measures")),
    (SharedPart.ACTIVITIES, gettext_lazy("The activities that apply, with how far each is")),
    (SharedPart.CHECKLISTS, gettext_lazy("The answers to the checklists")),
)
GOES = (
    gettext_lazy("the title, the municipality, the phase and the purpose"),
    gettext_lazy("the parts that you choose below"),
    gettext_lazy("of documents the texts about the solution and how you use it"),
)
NEVER = (
    gettext_lazy("names and addresses of people: who leads, writes, is responsible or takes part"),
    gettext_lazy("comments, opinions of the data protection officer, and decisions"),
    gettext_lazy("vendors, requirement annexes and what vendors have answered"),
    gettext_lazy("evidence, links, case numbers and numbers in KITOS"),
    gettext_lazy("the history of the project"),
)


class SharedPartsForm(forms.Form):
    """What is to be shared."""

    def __init__(self, data: Any, documents: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields[PART] = forms.MultipleChoiceField(
            label=gettext_lazy("Parts of the project"),
            choices=[(part.value, label) for part, label in CHOICES],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[part.value for part, _label in CHOICES],
        )
        if documents:
            self.fields[DOCUMENT] = forms.MultipleChoiceField(
                label=gettext_lazy("Documents"),
                choices=documents,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a choice of nothing."""
        data: dict[str, Any] = self.cleaned_data
        if not self.errors and not any(data.values()):
            raise ValidationError(_("Choose at least one part or one document."))
        return data

    @property
    def chosen(self) -> Chosen:
        numbers = frozenset(map(int, self.cleaned_data.get(DOCUMENT, ())))
        return Chosen(frozenset(self.cleaned_data[PART]), numbers)


class PublishForm(forms.Form):
    """That somebody has read what will be shared."""

    has_read = forms.BooleanField(
        label=gettext_lazy(
            "I have read the text, and it names no person, no vendor and nothing that must not be shared."
        ),
        error_messages={"required": gettext_lazy("Read the text first, and say here that you have.")},
    )


@never_cache
@require_safe
def sharing(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/deling/`: what is shared now and was before, and the choice of what to share. Four queries at most."""
    project = own_project(request, code, number)
    copies = SharedCopy.objects.filter(project=project, audience=AUDIENCE).without_record().with_people()
    rows = list(copies.order_by("-number"))
    may_publish = project.may_now(Right.MANAGE)
    form = SharedPartsForm(None, _documents(project, catalogue_for(request, project))) if may_publish else None
    return _sharing_page(request, project, rows, form)


def _sharing_page(
    request: AuthenticatedRequest, project: Project, rows: list[SharedCopy], form: SharedPartsForm | None
) -> HttpResponse:
    current = next((copy for copy in rows if copy.is_current), None)
    return project_page(
        request,
        project,
        "shared",
        _("Sharing with other municipalities"),
        section="share",
        above=[(_("Report"), reverse("projects:report", args=project.address))],
        current=current,
        current_url=reverse("shared_projects:copy", args=[current.pk]) if current else "",
        withdraw_url=_withdraw_url(project, current) if current and project.may(Right.MANAGE) else "",
        copies=rows,
        form=form,
        preview_url=reverse("projects:share_preview", args=project.address),
        goes=GOES,
        never=NEVER,
    )


def _withdraw_url(project: Project, copy: SharedCopy) -> str:
    return reverse("projects:share_withdraw", args=[*project.address, copy.number])


def _documents(project: Project, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Number and title of each document that can be shared. One query."""
    return [
        (str(document.number), f"{template.code} {template.title}")
        for document, template in shareable_documents(project, catalogue)
    ]


@never_cache
@get_and_post
def share_preview(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/deling/se/?del=risks&dokument=3`: the very bytes that will be shared, as a text and as JSON; POST publishes them.

    Where the project has changed since, the new text is shown, and nothing is published. 30 queries at most.
    """
    project = own_project(request, code, number, Right.MANAGE)
    choice = _choice(request, project)
    if not choice.is_valid():
        for texts in choice.errors.values():
            messages.error(request, " ".join(map(str, texts)))
        return redirect("projects:share", *project.address)
    record = shared_record(project, catalogue_for(request, project), choice.chosen)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _publish(request, project, record)
        except (ValidationError, limits.LimitReached) as refused:
            if getattr(refused, "code", "") == CHANGED:
                form = PublishForm(None)  # what was read is not what stands here now
                messages.error(request, refused_text(refused))
            else:
                form.add_error(None, refused_text(refused))
        else:
            messages.success(request, _("The copy is shared. Other municipalities can read it now."))
            return redirect("projects:share", *project.address)
    return _preview_page(request, project, record, form)


def refused_text(refused: ValidationError | limits.LimitReached) -> str:
    """What the person is told."""
    return " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)


def _choice(request: AuthenticatedRequest, project: Project) -> SharedPartsForm:
    """What the address chooses."""
    data = {name: request.GET.getlist(name) for name in (PART, DOCUMENT)}
    return SharedPartsForm(data, _documents(project, catalogue_for(request, project)))


def _publish(request: AuthenticatedRequest, project: Project, record: dict[str, Any]) -> SharedCopy:
    """Publish the record. A second click, which publishes nothing, is not counted. Raises `ValidationError` and `LimitReached`."""
    current = SharedCopy.objects.filter(project=project, audience=AUDIENCE).current().values_list("sha256", flat=True)
    if current.first() != SharedCopy.hash_of(record):
        limits.consume("publish_copy", person=request.user)
    return SharedCopy.publish(project, request.user, AUDIENCE, record, request.POST.get("seen", ""))


def _preview_page(
    request: AuthenticatedRequest, project: Project, record: dict[str, Any], form: PublishForm
) -> HttpResponse:
    query = encode([(name, value) for name in (PART, DOCUMENT) for value in request.GET.getlist(name)])
    data = SharedCopy.to_bytes(record)
    return project_page(
        request,
        project,
        "share_preview",
        _("What will be shared"),
        section="share",
        above=[
            (_("Report"), reverse("projects:report", args=project.address)),
            (_("Sharing with other municipalities"), reverse("projects:share", args=project.address)),
        ],
        record=record,
        sections=shared_sections(record),
        json_text=data.decode(),
        json_url=reverse("projects:share_json", args=project.address) + query,
        action=request.path + query,
        seen=SharedCopy.hash_of(record),
        form=form,
        may_publish=project.may_now(Right.MANAGE),
        share_url=reverse("projects:share", args=project.address),
    )


@never_cache
@require_safe
def share_json(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/deling/kopi.json?del=…`: the bytes that the preview shows. 30 queries at most."""
    project = own_project(request, code, number, Right.MANAGE)
    choice = _choice(request, project)
    if not choice.is_valid():
        return redirect("projects:share", *project.address)
    record = shared_record(project, catalogue_for(request, project), choice.chosen)
    return file_response(
        filename(project.title, _("shared copy"), ending="json"), SharedCopy.to_bytes(record), JSON_TYPE
    )


@never_cache
@restore.post_only("projects:share", "code", "number")
def share_withdraw(request: AuthenticatedRequest, code: str, number: int, copy: int) -> HttpResponse:
    """`…/deling/<copy>/traek-tilbage/`: take the copy back, at once. Nine queries."""
    project = own_project(request, code, number, Right.MANAGE)
    row = get_object_or_404(SharedCopy.objects.without_record(), project=project, audience=AUDIENCE, number=copy)
    row.project = project
    try:
        row.withdraw(request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("The copy is taken back. Nobody can read it any more."))
    return redirect("projects:share", *project.address)
