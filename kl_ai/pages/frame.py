"""The rendering of every page of the portal outside the administration."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from .bilingual import front_page, other_language
from .gaps import with_large_pieces

Crumbs = Sequence[tuple[str, str]]
"""The way to a page: (label, address) of each step; the address of the last step, the page itself, is ""."""

DOORS = {
    **dict.fromkeys(("market", "solutions", "figures", "matrix", "changes", "neutrality"), "market"),
    **dict.fromkeys(("about", "data", "privacy"), "about"),
    "toolbox": "toolbox",
    "vendor": "vendor",
    "projects": "projects",
    "municipality and vendor": "projects vendor",
}
"""The entry of the first level of the menu (`components/menu.html`) that each entry of the second level stands below; two for the login
of somebody who works for a municipality and acts for a company."""


def frame_context(request: HttpRequest) -> dict[str, Any]:
    """The variables of every page: those of the functions in `FRAME_CONTEXT`, with the queries that these cost."""
    variables: dict[str, Any] = {}
    for path in settings.FRAME_CONTEXT:
        variables |= import_string(path)(request)
    return variables


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    nav_current: str = "",
    crumbs: Crumbs = (),
    status: int | None = None,
    retry_after: int = 0,
) -> HttpResponse:
    """`render()` with the variables of every page. As many queries as `frame_context`, none while rendering.

    A value that is bytes is a long piece of HTML (`gaps.with_large_pieces`).

    `nav_current` is the entry of the menu that the page belongs to, a key of `DOORS`; "" or "home" for none.
    Where there is no such page (400, 404), the switch of language leads to the front page in the other language.
    `retry_after` is the number of seconds after which the visitor may try again; 0 sends no such header.
    """
    frame = {
        "nav_current": nav_current,
        "nav_door": DOORS.get(nav_current, ""),
        "crumbs": list(crumbs),
        **frame_context(request),
    }
    if status in (400, 404):
        frame["switch_language_url"] = front_page(other_language())
    content = with_large_pieces(
        {**frame, **(context or {})}, lambda variables: render_to_string(template, variables, request)
    )
    response = HttpResponse(content, status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response
