"""What other municipalities have shared: the list, one copy, and a project of one's own that begins from it.

Whoever works for a municipality that has signed the processor agreement may read it; KL's staff and everybody else get 404.
"""

from typing import Any, cast

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import PageSave, new_page
from kl_ai.export.downloads import file_response
from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate
from kl_ai.pages.querystring import encode
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.search.database import DanishOrder, contains
from kl_ai.text import clean_line
from kl_ai.validators import validate_text
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.files.texts import filename

from ..models import Municipality, Project, ProjectEvent, ProjectImport, SharedCopy
from ..models.projects import refuse_founder
from ..work.pinning import pin
from ..work.shared_copy import DOCUMENTS
from ..work.shared_start import start_record
from .history import MOST_DIGITS, PAGE
from .lookups import after_second_step
from .shared_copies import AUDIENCE, JSON_TYPE, refused_text
from .shared_text import PART_LABELS, shared_sections

PER_PAGE = 25
NEWEST, BY_MUNICIPALITY = "", "kommune"
ORDER = "orden"
MOST_QUERY_LETTERS = 200
CONTENTS = {**{part.value: label for part, label in PART_LABELS.items()}, DOCUMENTS: "Dokumenter"}
"""What can be in a copy, in Danish as the copies are."""


def own_municipalities(request: AuthenticatedRequest) -> list[Municipality]:
    """The municipalities with a signed agreement that the user works for, in Danish order. One query.

    Raises 404 where there is none, and `SecondStepMissing` where each of them asks for the second step.
    """
    signed = Municipality.objects.for_member(request.user).filter(agreement_signed_on__isnull=False)
    municipalities = list(signed.alphabetical())
    if not municipalities:
        raise Http404
    if all(municipality.requires_second_factor for municipality in municipalities):
        after_second_step(request, municipalities[0])
    return municipalities


def readable_copies() -> Any:
    """The copies for municipalities, with the municipality. No query of its own."""
    return SharedCopy.objects.filter(audience=AUDIENCE).select_related("municipality")


# The list -----------------------------------------------------------------------------------------


class SharedFilterSet(django_filters.FilterSet):
    """Search in the titles, by phase and by what is shared."""

    q = django_filters.CharFilter(label=gettext_lazy("Search in the titles"), method="search")
    fase = django_filters.ChoiceFilter(label=gettext_lazy("Phase"), field_name="phase", empty_label=gettext_lazy("All"))
    indhold = django_filters.ChoiceFilter(
        label=gettext_lazy("What is shared"),
        method="holding",
        choices=list(CONTENTS.items()),
        empty_label=gettext_lazy("All"),
    )
    orden = django_filters.ChoiceFilter(
        label=gettext_lazy("Order"),
        method="in_order",
        choices=[(BY_MUNICIPALITY, gettext_lazy("municipality, A to Å"))],
        empty_label=gettext_lazy("newest first"),
    )

    class Meta:
        model = SharedCopy
        fields = ()

    def __init__(self, *args: Any, phases: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["fase"].extra["choices"] = phases

    def search(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Those whose title has each of these words, in capitals or not."""
        for word in clean_line(value, MOST_QUERY_LETTERS).split():
            rows = rows.filter(contains("title", word))
        return rows

    def holding(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(contents__has_key=value)

    def in_order(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.order_by(DanishOrder("municipality__name"), "-published_at", "-pk") if value else rows


@never_cache
@require_safe
def shared_projects(request: AuthenticatedRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/delte-projekter/`: the copies that are shared now. Three queries."""
    own_municipalities(request)
    phases = [(phase.slug, str(phase)) for phase in catalogues.for_request(request).phases]
    rows = readable_copies().current().without_record().order_by("-published_at", "-pk")
    data = {name: request.GET.get(name, "") for name in SharedFilterSet.base_filters}
    chosen = SharedFilterSet(data, rows, phases=phases)
    # An address with a value that is none shows what its other values choose.
    known = {name: value for name, value in data.items() if name not in chosen.form.errors}
    chosen = SharedFilterSet(known, rows, phases=phases)
    given = request.GET.get(PAGE, "")
    is_number = given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS
    pairs = [(name, value) for name, value in known.items() if value]
    pages = paginate(
        chosen.qs.count(),
        max(int(given), 1) if is_number else 1,
        PER_PAGE,
        lambda page: request.path + encode([*pairs, *([(PAGE, str(page))] if page > 1 else [])]),
    )
    title, names = _("Shared projects"), dict(phases)
    context = {
        "title": title,
        "form": chosen.form,
        "copies": [(copy, names.get(copy.phase, ""), _contents(copy)) for copy in chosen.qs[pages.start : pages.stop]],
        "pages": pages,
        "is_filtered": bool(pairs),
    }
    return render_page(request, "projects/shared_projects.html", context, nav_current="projects", crumbs=_crumbs(title))


def _crumbs(title: str, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("For municipalities"), reverse("projects:home")), *steps, (title, "")]


def _list_step() -> tuple[str, str]:
    return _("Shared projects"), reverse("shared_projects:list")


def _contents(copy: SharedCopy) -> list[str]:
    """What is in the copy, in Danish."""
    return [label for name, label in CONTENTS.items() if name in copy.contents]


# One copy -----------------------------------------------------------------------------------------


@never_cache
@require_safe
def copy(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """`…/delte-projekter/<pk>/`: the copy as a text; 410 with the day for one that is taken back or replaced. Three queries."""
    own = own_municipalities(request)
    row = get_object_or_404(readable_copies(), pk=pk)
    if not row.is_current:
        return _gone_page(request, row)
    sections = shared_sections(row.record)
    phase = row.record.get("phase", {}).get("title", "")
    context = {
        "title": row.title,
        "copy": row,
        "phase": phase,
        "sections": sections,
        "headings": [(section.key, section.heading) for section in sections],
        "json_url": reverse("shared_projects:copy_json", args=[row.pk]),
        "start_url": reverse("shared_projects:start", args=[row.pk]),
        "is_own": row.municipality in own,
    }
    crumbs = _crumbs(row.title, _list_step())
    return render_page(request, "projects/shared_copy.html", context, nav_current="projects", crumbs=crumbs)


def _gone_page(request: AuthenticatedRequest, row: SharedCopy) -> HttpResponse:
    """That there was a copy, until when, and where the newer one is. One query."""
    same = SharedCopy.objects.filter(project=row.project_id, audience=AUDIENCE).current()
    newer = None if row.withdrawn_at else same.values_list("pk", flat=True).first()
    title = _("This is no longer shared")
    context = {
        "title": title,
        "copy": row,
        "newer_url": reverse("shared_projects:copy", args=[newer]) if newer else "",
        "list_url": reverse("shared_projects:list"),
    }
    crumbs = _crumbs(title, _list_step())
    return render_page(
        request, "projects/shared_copy_gone.html", context, nav_current="projects", crumbs=crumbs, status=410
    )


@never_cache
@require_safe
def copy_json(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """`…/delte-projekter/<pk>.json`: the bytes that were published; 410 for a copy that is none any more. Two queries."""
    own_municipalities(request)
    row = get_object_or_404(readable_copies(), pk=pk)
    if not row.is_current:
        return _gone_page(request, row)
    return file_response(filename(row.title, ending="json"), SharedCopy.to_bytes(row.record), JSON_TYPE)


# A project of one's own ---------------------------------------------------------------------------


class StartForm(forms.Form):
    """Where the new project is made, and what it is called."""

    municipality = forms.ChoiceField(label=gettext_lazy("Your municipality"))
    title = LineField(label=gettext_lazy("Title"), max_length=120, width="l")
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=2000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What the solution is to achieve, and for whom. Write nothing about single citizens."),
    )

    def __init__(self, data: Any, municipalities: list[Municipality], initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial)
        self.municipalities = {each.code: each for each in municipalities}
        choice = cast(forms.ChoiceField, self.fields["municipality"])
        choice.choices = [(each.code, each.name) for each in municipalities]
        if len(municipalities) == 1:
            choice.widget, choice.initial = forms.HiddenInput(), municipalities[0].code


@restore.restorable
@never_cache
@get_and_post
def start(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """`…/delte-projekter/<pk>/begynd/`: make a project from the copy, in one's own municipality. A form that is sent twice makes one."""
    own = own_municipalities(request)
    row = get_object_or_404(readable_copies(), pk=pk)
    if not row.is_current:
        return _gone_page(request, row)
    may = [municipality for municipality in own if _may_found(municipality, request.user)]
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    initial = {"title": row.title, "purpose": row.record.get("purpose", "")[:2000]}
    form = StartForm(typed, may, initial)
    if request.method == "POST" and may and form.is_valid():
        try:
            project = _start(request, row, form, catalogues.current())
        except (ValidationError, limits.LimitReached) as refused:
            form.add_error(None, refused_text(refused))
        else:
            made = _(
                "The project is made, and you lead it. Check the answers about the solution first: they are those of the other municipality."
            )
            what, url = _("Check the answers"), reverse("projects:screening", args=project.address)
            messages.success(request, format_html('{} <a href="{}">{}</a>', made, url, what))
            return redirect("projects:overview", *project.address)
    elif typed is not None and request.method == "GET":
        messages.warning(request, restore.RESTORED_NOTICE)
    title = _("Begin a project from this one")
    copy_url = reverse("shared_projects:copy", args=[row.pk])
    context = {
        "title": title,
        "copy": row,
        "form": form if may else None,
        "page": PageSave.from_post(typed or {}).page or new_page(),
        "copy_url": copy_url,
    }
    crumbs = _crumbs(title, _list_step(), (row.title, copy_url))
    return render_page(request, "projects/shared_start.html", context, nav_current="projects", crumbs=crumbs)


def _may_found(municipality: Municipality, user: Any) -> bool:
    """Whether the user can make a project there. Two queries."""
    try:
        refuse_founder(municipality, municipality.member(user))
    except ValidationError:
        return False
    return True


def _start(request: AuthenticatedRequest, row: SharedCopy, form: StartForm, catalogue: Catalogue) -> Project:
    """The project of this form; a second click gives the one that it has made. Raises `ValidationError` and `LimitReached`."""
    municipality = form.municipalities[form.cleaned_data["municipality"]]
    after_second_step(request, municipality)
    page = PageSave.from_post(form.data).page
    if earlier := ProjectImport.made_before(municipality, request.user, page):
        return earlier.project
    limits.consume("make_project", person=request.user)
    record = start_record(row.record, catalogue, title=form.cleaned_data["title"], purpose=form.cleaned_data["purpose"])
    source = {
        "municipality": {"code": row.municipality.code, "name": row.municipality.name},
        "title": row.title,
        "copy": row.pk,
        "sha256": row.sha256,
    }
    with transaction.atomic():
        version, what = catalogue.version, ProjectEvent.What.STARTED
        made_now = ProjectImport.take(municipality, request.user, record, source, page, version, what=what)
        pin(made_now.project, catalogue)
    return made_now.project
