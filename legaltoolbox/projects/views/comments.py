"""What people say about a place of a project: written, answered and ended; and the list of what is still open."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.drafts.parts import PageSave, new_page
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post

from ..models import Comment, Project
from ..rights import Right
from ..work.discussions import CommentForm, may_comment
from ..work.places import Place, ProjectPlaces
from ..work.project_catalogue import catalogue_for
from .edited_forms import add_errors
from .lookups import own_project, project_page


@never_cache
@get_and_post
@restore.restorable
def comments(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/kommentarer/`: the open discussions with their places; POST writes a comment at `place`. Seven queries."""
    if request.method == "POST":
        project = own_project(request, code, number, Right.COMMENT)
        return _write(request, project, _place(request, project, request.POST.get("place", "")))
    project = own_project(request, code, number)
    typed = restore.restore_input(request)
    if typed is not None and may_comment(project):
        messages.warning(request, restore.RESTORED_NOTICE)
        place = _place(request, project, typed.get("place", ""))
        return _comment_page(request, project, place, CommentForm("comment", typed))
    places = ProjectPlaces(project, catalogue_for(request, project))
    threads = project.comments.open().select_related("by").annotate(reply_number=Count("replies"))
    return project_page(
        request,
        project,
        "comments",
        _("Comments"),
        section="history",
        threads=[(thread, places.find(thread.place)) for thread in threads],
        may_write=may_comment(project),
    )


@never_cache
@get_and_post
@restore.restorable
def reply(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/kommentarer/<pk>/svar/`: answer a comment. Eight queries."""
    project = own_project(request, code, number, Right.COMMENT)
    parent = get_object_or_404(project.comments.filter(parent=None).select_related("by"), pk=pk)
    place = _place(request, project, parent.place)
    if request.method == "POST":
        return _write(request, project, place, parent)
    typed = restore.restore_input(request)
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return _comment_page(request, project, place, CommentForm("comment", typed), parent)


@never_cache
@restore.post_only("projects:comments", "code", "number")
def resolve(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/kommentarer/<pk>/afslut/`: end a discussion. A second click changes nothing."""
    project = own_project(request, code, number, Right.COMMENT)
    thread = get_object_or_404(project.comments.filter(parent=None), pk=pk)
    thread.project = project
    place = ProjectPlaces(project, catalogue_for(request, project)).find(thread.place)
    try:
        thread.resolve(request.user, event_place=place.event_place if place else "")
        messages.success(request, _("The discussion is ended. Whoever answers opens it again."))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    if place is None or request.POST.get("back") == "list":
        return redirect("projects:comments", *project.address)
    return redirect(f"{place.url}#comments")


def _place(request: AuthenticatedRequest, project: Project, code: str) -> Place:
    """The place with this code; 404 where the project has none. Four queries."""
    place = ProjectPlaces(project, catalogue_for(request, project)).find(code)
    if place is None:
        raise Http404
    return place


def _write(
    request: AuthenticatedRequest, project: Project, place: Place, parent: Comment | None = None
) -> HttpResponse:
    """Store what was typed and lead back to the place; the form with why where it is refused."""
    form = CommentForm("comment", request.POST)
    if form.is_valid():
        try:
            comment = Comment.write(
                project,
                request.user,
                place.code,
                form.cleaned_data["text"],
                page=PageSave.from_post(request.POST).page,
                parent=parent,
                event_place=place.event_place,
            )
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            return redirect(f"{place.url}#comment-{comment.parent_id or comment.pk}")
    return _comment_page(request, project, place, form, parent)


def _comment_page(
    request: AuthenticatedRequest, project: Project, place: Place, form: CommentForm, parent: Comment | None = None
) -> HttpResponse:
    """A page with the form alone: what came back with an error, or from before a login."""
    context: dict[str, Any] = {"place": place, "form": form, "parent": parent}
    context["page"] = PageSave.from_post(form.data).page or new_page()
    above = [(_("Comments"), reverse("projects:comments", args=project.address)), (place.title, place.url)]
    title = _("Answer") if parent else _("Write a comment")
    return project_page(request, project, "comment", title, section="history", above=above, **context)
