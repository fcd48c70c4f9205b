"""Shared by the pages of a draft: the decorator that admits a member, and the frame around each page."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.drafts.autosave import refused_response
from kl_ai.pages.frame import render_page
from kl_ai.requests.http import AuthenticatedRequest, is_fetch

from ..models import Response, TransitionRefused, Verb
from ..survey.parts import SurveyPart, next_part

View = Callable[..., HttpResponse]
FROM_REVIEW = "review"
"""The value of the parameter `back`."""


def on_draft(view: View) -> View:
    """The view gets the member's draft in place of its `pk`; a stranger gets 404.

    Where the response is no draft (any more), the member is redirected to the company's page with a message.
    """

    @never_cache
    @wraps(view)
    def view_on_draft(request: AuthenticatedRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        own = Response.objects.for_member(request.user).select_related("vendor", "round", "based_on")
        draft = get_object_or_404(own, pk=pk)
        try:
            if not draft.is_editable:
                raise TransitionRefused(draft, Verb.EDIT)
            return view(request, draft, *args, **kwargs)
        except TransitionRefused as refused:
            if is_fetch(request):
                return refused_response(refused.explain())
            messages.warning(request, refused.explain())
            return redirect("vendor:company", draft.vendor.slug)

    return view_on_draft


def part_url(draft: Response, key: str, *, back: bool = False, **query: str) -> str:
    """The address of the part; with `back` its page leads back to the review. `query`: further query parameters."""
    parameters = ({"back": FROM_REVIEW} if back else {}) | query
    return reverse("vendor:part", args=[draft.pk, key]) + (f"?{urlencode(parameters)}" if parameters else "")


def review_url(draft: Response) -> str:
    return reverse("vendor:review", args=[draft.pk])


def goes_back(data: Mapping[str, str]) -> bool:
    """Whether the query string or the form says that its page was opened from the review, and leads back there."""
    return data.get("back") == FROM_REVIEW


def url_after(request: HttpRequest, draft: Response, parts: Sequence[SurveyPart], key: str) -> str:
    """The page after the part that was sent: the review, the next part, or the task list, as the buttons say.

    The next part of a response that KL has sent back with remarks is the next one with an open remark.
    """
    if goes_back(request.POST):
        return f"{review_url(draft)}#{key}"
    if "_next" in request.POST and (remarks := draft.remarks_and_open())[0]:
        # Whoever corrects goes from remark to remark, and from the last one to the review.
        keys = [part.key for part in parts]
        others = [*parts[keys.index(key) + 1 :], *parts[: keys.index(key)]]
        open_part = next((part for part in others if any(part.holds(item) for item in remarks[1])), None)
        return part_url(draft, open_part.key) if open_part else review_url(draft)
    following = next_part(parts, key) if "_next" in request.POST else None
    return part_url(draft, following.key) if following else reverse("vendor:tasks", args=[draft.pk])


def survey_page(request: HttpRequest, draft: Response, name: str, title: str, **context: Any) -> HttpResponse:
    """The page `survey/<name>.html` of a draft; the task list has no `title`."""
    tasks_url = reverse("vendor:tasks", args=[draft.pk])
    crumbs = [
        (_("Your company"), reverse("vendor:home")),
        (draft.vendor.name, reverse("vendor:company", args=[draft.vendor.slug])),
        *([(_("The survey"), tasks_url)] if title else []),
        (title or _("The survey"), ""),
    ]
    context |= {"response": draft, "title": title, "tasks_url": tasks_url}
    template = f"marketoverview/survey/{name}.html"
    return render_page(request, template, context, nav_current="vendor", crumbs=crumbs)
