"""The requirement annexes of a project: the list, a new one, and a draft that is changed or deleted."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import PAGE_LENGTH, ChangedMeanwhile, fingerprint, new_page
from kl_ai.login import restore
from kl_ai.pages.frame import Crumbs
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import Requirement

from ..models import Annex, Project
from ..rights import Right
from ..work.annex_pages import annex_rows
from ..work.requirements import requirement_rows
from .annex_forms import AnnexForm, OfferedRequirement
from .edited_forms import add_errors
from .lookups import own_project, project_page

COPY = "kopi"
"""The parameter of a new annex's address: the number of the one that it begins with."""


def own_annex(request: AuthenticatedRequest, code: str, number: int, nr: int, right: Right = Right.READ) -> Annex:
    """The annex of this address, with its project, where the user has the right. Raises `Http404`. Two queries."""
    project = own_project(request, code, number, right)
    annex: Annex | None = project.annexes.select_related("chosen").filter(number=nr).first()
    if annex is None:
        raise Http404
    annex.project = project
    return annex


def crumbs_to(project: Project, annex: Annex | None = None) -> Crumbs:
    """The steps above a page of an annex."""
    crumbs = [
        (_("Requirements"), reverse("projects:requirements", args=project.address)),
        (_("Requirement annexes"), reverse("projects:annexes", args=project.address)),
    ]
    if annex is not None:
        crumbs.append((annex.title, reverse("projects:annex", args=annex.address)))
    return crumbs


@never_cache
@require_safe
def annexes(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/bilag/`: the project's annexes with where each stands. Two queries."""
    project = own_project(request, code, number)
    rows = annex_rows(project)
    return project_page(
        request,
        project,
        "annexes",
        _("Requirement annexes"),
        section="annexes",
        above=crumbs_to(project)[:1],
        rows=rows,
        may_write=project.may_now(Right.WRITE),
    )


@never_cache
@get_and_post
@restore.restorable
def new_annex(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/bilag/ny/`: a new draft, empty or with what the annex of `?kopi=` has; a second click makes no second one."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogues.for_request(request)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    source = _copied(project, request.GET.get(COPY, ""))
    initial = {"title": source.title, "introduction": source.introduction, "contact": source.contact} if source else {}
    form = AnnexForm(offered(project, catalogue, source.uses if source else None), initial, typed)
    if request.method == "POST" and form.is_valid():
        page = request.POST.get("page", "")
        try:
            annex = Annex.begin(project, request.user, page=page if len(page) == PAGE_LENGTH else "", **form.values)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("The draft is saved. Add its recipients, read the text, and send it."))
            return redirect("projects:annex", *annex.address)
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    page = typed.get("page", "") if typed else new_page()
    title = _("New requirement annex")
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "cancel_url": reverse("projects:annexes", args=project.address),
    }
    return project_page(request, project, "annex_form", title, section="annexes", above=crumbs_to(project), **context)


def _copied(project: Project, number: str) -> Annex | None:
    """The annex of the project that a new one begins with. One query, none without a number."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    annex: Annex | None = project.annexes.filter(number=int(number)).first()
    return annex


def offered(project: Project, catalogue: Catalogue, uses: Mapping[str, str] | None) -> list[OfferedRequirement]:
    """The requirements that a draft can have: those that apply to the project, and those of `uses`, which it has.

    Without `uses` those that apply are included as the catalogue proposes. Three queries.
    """
    rows = [row for row in requirement_rows(project, catalogue) if row.requirement]
    applying = {row.code for row in rows if row.counts}
    found = []
    for item in catalogue.requirements:
        if item.code in applying or item.code in (uses or {}):
            use = item.tender_use if uses is None else uses.get(item.code, "")
            found.append(OfferedRequirement(item.code, item.title, str(Requirement.Topic(item.topic).label), use))
    topics = {str(topic.label): place for place, topic in enumerate(Requirement.Topic)}
    found.sort(key=lambda each: topics[each.topic])
    known = {each.code for each in found}
    gone = [code for code in uses or {} if code not in known]
    return found + [
        OfferedRequirement(code, "", _("Not in the catalogue any more"), (uses or {})[code]) for code in gone
    ]


@never_cache
@get_and_post
@restore.restorable
def edit_annex(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/ret/`: a draft is changed; what somebody else has saved meanwhile is shown beside what was typed."""
    annex = own_annex(request, code, number, nr, Right.WRITE)
    project, content = annex.project, annex.content
    if not annex.is_draft and request.method == "GET":
        messages.info(request, _("The requirement annex is sent, and cannot be changed."))
        return redirect("projects:annex", *annex.address)
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = AnnexForm(offered(project, catalogues.for_request(request), content["uses"]), content, typed)
    context: dict[str, Any] = {"seen": typed.get("seen", "") if typed else fingerprint(content)}
    if request.method == "POST" and form.is_valid():
        try:
            is_changed = annex.edit(request.user, form.values, context["seen"])
        except ChangedMeanwhile as changed:
            context = {"seen": fingerprint(changed.stored), "conflict": form.differences(changed.stored)}
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("The draft is saved.") if is_changed else _("Nothing was changed."))
            return redirect("projects:annex", *annex.address)
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    context |= {"form": form, "annex": annex, "cancel_url": reverse("projects:annex", args=annex.address)}
    above = crumbs_to(project, annex)
    return project_page(
        request, project, "annex_form", _("Change the draft"), section="annexes", above=above, **context
    )


@restore.post_only("projects:annexes", "code", "number")
@never_cache
def delete_annex(request: AuthenticatedRequest, code: str, number: int, nr: int) -> HttpResponse:
    """`…/bilag/<nr>/slet/`: deletes a draft. A second click finds it gone."""
    project = own_project(request, code, number, Right.WRITE)
    annex: Annex | None = project.annexes.filter(number=nr).first()
    if annex is not None:
        annex.project = project
        try:
            annex.withdraw(request.user)
            messages.success(request, _("“%(title)s” is deleted.") % {"title": annex.title})
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
    return redirect("projects:annexes", *project.address)
