"""Shared by the toolbox's pages: the lookup of an item, the frames of pages, lists and items, and the state of review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.frame import Crumbs, render_page
from kl_ai.pages.querystring import encode
from kl_ai.requests.http import request_state

from ..catalogue import Catalogue, catalogues
from ..kind_types import ItemKind
from ..kinds import KINDS, item_kind
from ..left_out import LeftOut, not_applicable_reason
from ..linking import linker
from ..marks import LinkMarks
from ..models import Item, LegalSource, Phase, Role
from ..screening import Band, Situation, condition_sets, situation_answers, verdict
from ..selection import page_parameters, read_situation, situation_parameters, unit
from ..situation_links import with_situation

MAX_OVERDUE_KEYS = 12
"""The keys of overdue items that a page of several items names; the rest are "…"."""


def get_item_or_404(request: HttpRequest, kind: str, key: str) -> tuple[Catalogue, Any]:
    """The catalogue and its item with this key; codes are found in small letters too. Raises `Http404`. No query."""
    catalogue = catalogues.for_request(request)
    item = catalogue.find(kind, key) or catalogue.find(kind, key.upper())
    if item is None:
        raise Http404
    return catalogue, item


def render_toolbox_page(
    request: HttpRequest,
    template: str,
    catalogue: Catalogue,
    *,
    crumbs: Crumbs,
    section: str,
    situation: Situation | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of the toolbox, from `legaltoolbox/<template>.html`, with the situation in its links.

    `crumbs` begin below the toolbox's first page. `section` is the entry of the second level of the menu
    (`components/toolbox_nav.html`) that the page belongs to. A page that reads more of its address than the situation
    gives the `situation` that it has read, and shows the notices; the others leave both to this function.
    """
    situation_notices: tuple[str, ...] = ()
    if situation is None:
        situation, situation_notices = read_situation(request, catalogue)
    home = (_("Legal toolbox"), reverse("toolbox:overview") if crumbs else "")
    frame = {
        "section": section,
        "linker": linker(catalogue),
        "is_preview": request_state(request).is_preview,
        "situation": situation,
        "situation_notices": situation_notices,
        "situation_words": situation_words(situation, catalogue),
        "situation_answers": situation_answers(situation, catalogue),
    }
    response = render_page(
        request,
        f"legaltoolbox/{template}.html",
        frame | context,
        nav_current="toolbox",
        crumbs=[home, *crumbs],
    )
    if not situation.is_open:
        names = situation_parameters(catalogue)
        response.content = with_situation(response.content.decode(), situation, names).encode()
    return response


def situation_words(situation: Situation, catalogue: Catalogue) -> SafeString:
    """The situation in a few words, "9 answers · Projektleder"; "" for an open one."""
    words = []
    if situation.answers:
        words.append(ngettext("%(n)s answer", "%(n)s answers", len(situation.answers)) % {"n": len(situation.answers)})
    if situation.role:
        words.append(in_danish(catalogue.by_key[Role.KIND][situation.role].name))
    if situation.phase:
        words.append(in_danish(f"Fase {catalogue.by_key[Phase.KIND][situation.phase]}"))
    return format_html_join(" · ", "{}", ((word,) for word in words))


@dataclass(frozen=True, slots=True)
class LeftOutNotice:
    """How much a page leaves out in the situation, and the way to see it."""

    text: str
    url: str
    """The page with all of it; where it shows all, the page without."""
    shows_all: bool


def left_out_notice(not_applicable: int, small: int, kind: str, situation: Situation, url: str) -> LeftOutNotice | None:
    """What a page says of the pieces of content that do not apply, and of those that a `small` use can leave out.

    None where there are neither. `kind` is that of `selection.unit`. `url` is the page with all of it, or where it shows
    all the page without.
    """
    if not situation.answers or not (not_applicable or small):
        return None
    sentences = []
    if not_applicable:
        text = ngettext(
            "%(n)s %(unit)s does not apply by your answers.",
            "%(n)s %(unit)s do not apply by your answers.",
            not_applicable,
        )
        sentences.append(text % {"n": not_applicable, "unit": unit(kind, not_applicable)})
    if small:
        text = ngettext(
            "%(n)s %(unit)s can be left out, since the use is small and harmless.",
            "%(n)s %(unit)s can be left out, since the use is small and harmless.",
            small,
        )
        sentences.append(text % {"n": small, "unit": unit(kind, small)})
    if situation.shows_all:
        sentences.append(_("They are shown here, too."))
    return LeftOutNotice(" ".join(sentences), url, situation.shows_all)


def left_out_context(
    request: HttpRequest, kind: str, pieces: Sequence[LeftOut], situation: Situation
) -> dict[str, Any]:
    """The variables of a page without filters that leaves these pieces out, or shows all: the notice, and what is left out."""
    url = (
        request.path
        if situation.shows_all
        else request.path + encode(page_parameters(replace(situation, shows_all=True)))
    )
    small = sum(piece.for_small_use for piece in pieces)
    return {
        "situation": situation,
        "left_out": left_out_notice(len(pieces) - small, small, kind, situation, url),
        "left_out_pieces": [] if situation.shows_all else pieces,
    }


def render_list_page(request: HttpRequest, kind: ItemKind, catalogue: Catalogue, **context: Any) -> HttpResponse:
    """The list of a kind's items, from the template of the kind's `list_name`."""
    heading = str(kind.heading)
    return render_toolbox_page(
        request,
        kind.list_name,
        catalogue,
        crumbs=[(heading, "")],
        section=kind.list_name,
        heading=heading,
        status=review_status(catalogue.all(kind.name)),
        **context,
    )


def render_item_page(
    request: HttpRequest, catalogue: Catalogue, item: Item, *, crumbs: Crumbs = (), section: str = "", **context: Any
) -> HttpResponse:
    """The page of one item, from the template named as its kind.

    It shows the item, the rows of its parts, the items linked with it (`linked`, by the names of their kinds) and its
    sources. Without `crumbs` it stands below the list of its kind, without `section` in that list's part of the menu.
    """
    kind = item_kind(item)
    name = item.key if item.KEY == "code" else in_danish(item.link_text)
    if "situation" not in context:
        context["situation"], context["situation_notices"] = read_situation(request, catalogue)
    frame: dict[str, Any] = {
        "item": item,
        "linked": {other: catalogue.linked(item, other) for other in KINDS},
        "related": LinkMarks(catalogue, context["situation"]).related(item),
        "sources": catalogue.linked(item, LegalSource.KIND),
        "status": review_status([item], with_unsettled=True),
        **{part.name: catalogue.parts(part.name, item) for part in kind.parts},
        **_applies(item, catalogue, context["situation"]),
    }
    return render_toolbox_page(
        request,
        kind.name,
        catalogue,
        crumbs=crumbs or [(str(kind.heading), reverse(f"toolbox:{kind.list_name}")), (name, "")],
        section=section or kind.list_name,
        **(frame | context),
    )


def _applies(item: Item, catalogue: Catalogue, situation: Situation) -> dict[str, Any]:
    """When an item applies (`condition_sets`), and where questions are answered whether it does (`applies`) and why not."""
    context: dict[str, Any] = {"condition_sets": condition_sets(catalogue.conditions(item))}
    if situation.answers and any(part.name == "conditions" for part in item_kind(item).parts):
        its = verdict(item, catalogue, situation)
        why_not = "" if its.band is not Band.NOT_APPLICABLE else not_applicable_reason(item, catalogue, situation)
        context |= {"applies": its, "why_not": why_not}
    return context


def neighbours(item: Item, items: Sequence[Item]) -> dict[str, Any]:
    """The items before and after this one in their order, as `previous` and `next`."""
    place = items.index(item)
    return {
        "previous": items[place - 1] if place else None,
        "next": items[place + 1] if place + 1 < len(items) else None,
    }


def in_danish(text: str) -> SafeString:
    """A piece of content for a place that is otherwise in the language of the page."""
    return format_html('<span lang="da">{}</span>', text)


def review_status(items: Sequence[Item], *, with_unsettled: bool = False) -> dict[str, Any]:
    """The context of `components/toolbox_status.html` for these items.

    It holds the day of the oldest review, the keys of the items whose review is overdue, the day since which a
    lawyer has confirmed all of them, and, with `with_unsettled`, the items with a text on what is not settled.
    """
    overdue = [item.key for item in items if item.is_overdue]
    confirmed = [item.confirmed_on for item in items if item.confirmed_on]
    return {
        "reviewed_on": min((item.reviewed_on for item in items), default=None),
        "overdue": ", ".join(overdue[:MAX_OVERDUE_KEYS]) + (" …" if len(overdue) > MAX_OVERDUE_KEYS else ""),
        "is_one": len(items) == 1,
        "confirmed_on": min(confirmed) if confirmed and len(confirmed) == len(items) else None,
        "unsettled": [item for item in items if item.unsettled.strip()] if with_unsettled else [],
    }
