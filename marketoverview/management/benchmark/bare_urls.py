"""The address of the bare view, at the root of a server of its own."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """The response of a constant."""
    return HttpResponse(b"<!doctype html><title>bare</title>")


urlpatterns = [path("", bare)]
