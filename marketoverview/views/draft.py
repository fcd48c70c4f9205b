"""What the pages of a draft share: who may open them, and the frame around each."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.http import is_fetch

from ..models import Response, TransitionRefused, Verb

View = Callable[..., HttpResponse]


def on_draft(view: View) -> View:
    """The view gets the member's response, if it is a draft; else the member comes to the company's page, told why."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, pk: int, *args, **kwargs) -> HttpResponse:
        own = Response.objects.for_member(request.user).select_related("vendor", "round", "based_on")
        response = get_object_or_404(own, pk=pk)
        try:
            if not response.is_editable:
                raise TransitionRefused(response, Verb.EDIT)
            return view(request, response, *args, **kwargs)
        except TransitionRefused as refused:
            if is_fetch(request):
                return JsonResponse({"text": refused.explain()}, status=409)
            messages.warning(request, refused.explain())
            return redirect("vendor:company", response.vendor.slug)

    return answer


def part_url(response: Response, key: str) -> str:
    return reverse("vendor:part", args=[response.pk, key])


def page(request: HttpRequest, response: Response, name: str, title: str, **context) -> HttpResponse:
    """A page of the survey: the same frame around each."""
    tasks = reverse("vendor:tasks", args=[response.pk])
    crumbs = [
        (_("Your company"), reverse("vendor:home")),
        (response.vendor.name, reverse("vendor:company", args=[response.vendor.slug])),
        *([(_("The survey"), tasks)] if title else []),
        (title or _("The survey"), ""),
    ]
    context |= {"nav_current": "vendor", "crumbs": crumbs, "response": response, "title": title, "tasks_url": tasks}
    return render(request, f"marketoverview/survey/{name}.html", context)
