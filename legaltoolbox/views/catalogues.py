"""The lists with filters: risks, requirements, the answers about what one may and may not do, and what they share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page

from .. import linking, rating
from ..catalogue import Catalogue, catalogues
from ..kinds import KINDS
from ..models import Guidance, Item, LegalSource, Phase, Requirement, Risk, Role, ScaleLevel
from ..selection import ItemSelection, chips, facets, matching, read_selection
from .items import VENDOR_QUERY
from .pages import LeftOutNotice, left_out_notice, render_list_page


def read_list(request: HttpRequest, kind: str) -> tuple[Catalogue, ItemSelection, list[Any]]:
    """The catalogue, the selection that the request describes, and the items of `kind` that match it. No query."""
    catalogue = catalogues.for_request(request)
    selection = read_selection(request, kind, catalogue)
    return catalogue, selection, matching(kind, catalogue, selection)


def render_filtered_list(
    request: HttpRequest,
    kind: str,
    catalogue: Catalogue,
    selection: ItemSelection,
    items: Sequence[Item],
    **context: Any,
) -> HttpResponse:
    """The list of a kind with its filters, from a template that extends `legaltoolbox/catalogue_page.html`.

    The links of the filters and chips keep what is picked. `left_out` says how much does not apply in the situation.
    """
    return render_list_page(
        request,
        KINDS[kind],
        catalogue,
        q=selection.q,
        facets=facets(kind, catalogue, selection),
        chips=list(chips(kind, catalogue, selection, request.path)),
        clear_url="" if selection.is_everything else request.path + selection.cleared().query(),
        notices=selection.notices,
        situation=selection.situation,
        left_out=_left_out(request, kind, catalogue, selection, items),
        total=len(items),
        **context,
    )


def _left_out(
    request: HttpRequest, kind: str, catalogue: Catalogue, selection: ItemSelection, items: Sequence[Item]
) -> LeftOutNotice | None:
    """How many of the selection do not apply in the situation; None where all do."""
    others = selection.showing_all(not selection.situation.shows_all)
    number = abs(len(matching(kind, catalogue, others)) - len(items))
    return left_out_notice(number, selection.situation, request.path + others.query())


@versioned_page
def item_list(request: HttpRequest, kind: str) -> HttpResponse:
    """The list of a kind whose template needs nothing but the items."""
    catalogue, selection, items = read_list(request, kind)
    sentence = ngettext("%(n)s result", "%(n)s results", len(items)) % {"n": len(items)}
    return render_filtered_list(request, kind, catalogue, selection, items, rows=items, sentence=sentence)


# Risks ------------------------------------------------------------------------------------------


@versioned_page
def risks(request: HttpRequest) -> HttpResponse:
    """The risk catalogue, with the scale and the matrix to assess a risk by."""
    catalogue, selection, items = read_list(request, Risk.KIND)
    words = {"n": len(items), "total": len(catalogue.risks)}
    return render_filtered_list(
        request,
        Risk.KIND,
        catalogue,
        selection,
        items,
        rows=[
            (
                risk,
                catalogue.linked(risk, Phase.KIND),
                catalogue.linked(risk, Role.KIND),
                len(catalogue.linked(risk, Requirement.KIND)),
            )
            for risk in items
        ],
        sentence=ngettext("%(n)s of %(total)s risks", "%(n)s of %(total)s risks", len(items)) % words,
        scale=_scale(catalogue),
        matrix=_risk_matrix(catalogue),
        file_url=reverse("toolbox:risks_file") + selection.query(),
    )


def _scale(catalogue: Catalogue) -> list[tuple[str, list[ScaleLevel]]]:
    """The heading and the levels of each axis: likelihood first, then consequence, each from 1 to 4."""
    return [(str(axis.label), [level for level in catalogue.levels if level.axis == axis]) for axis in ScaleLevel.Axis]


@dataclass(frozen=True, slots=True)
class RiskMatrixRow:
    """A likelihood, and the risk's level at each consequence."""

    likelihood: ScaleLevel
    levels: list[rating.RiskLevel]


def _risk_matrix(catalogue: Catalogue) -> list[RiskMatrixRow]:
    """The rows of the risk matrix, the most likely first, as such a matrix is drawn."""
    (_, likelihoods), (_, consequences) = _scale(catalogue)
    return [
        RiskMatrixRow(row, [rating.level(row.level, column.level) for column in consequences])
        for row in reversed(likelihoods)
    ]


# Requirements -----------------------------------------------------------------------------------


@versioned_page
def requirements(request: HttpRequest) -> HttpResponse:
    """The requirements catalogue. The picked requirements stand in the address and go into the annex."""
    catalogue, selection, items = read_list(request, Requirement.KIND)
    words = {"n": len(items), "total": len(catalogue.requirements)}
    return render_filtered_list(
        request,
        Requirement.KIND,
        catalogue,
        selection,
        items,
        topics=_topics(items, catalogue, selection),
        sentence=ngettext("%(n)s of %(total)s requirements", "%(n)s of %(total)s requirements", len(items)) % words,
        annex_docx=reverse("toolbox:annex", args=["docx"]),
        annex_xlsx=reverse("toolbox:annex", args=["xlsx"]),
        vendor_query=VENDOR_QUERY,
        **_picks(items, catalogue, selection, request.path),
    )


def _topics(
    items: Iterable[Requirement], catalogue: Catalogue, selection: ItemSelection
) -> list[tuple[str, list[tuple[Requirement, bool, list[LegalSource]]]]]:
    """The heading of each topic with its requirements: whether each is picked, and its sources."""
    rows = [(item, item.code in selection.picked, catalogue.linked(item, LegalSource.KIND)) for item in items]
    topics = ((topic, [row for row in rows if row[0].topic == topic]) for topic in Requirement.Topic)
    return [(str(topic.label), topic_rows) for topic, topic_rows in topics if topic_rows]


def _picks(items: Sequence[Requirement], catalogue: Catalogue, selection: ItemSelection, path: str) -> dict[str, Any]:
    """The picked requirements, each with the address without it, and the files and links of the annex."""
    picked, query = selection.picked, selection.query()
    sentence = ngettext("%(n)s requirement picked", "%(n)s requirements picked", len(picked)) % {"n": len(picked)}
    codes = [item.code for item in items]
    return {
        "picked": [
            (
                catalogue.by_key[Requirement.KIND][code],
                path + replace(selection, picked=tuple(other for other in picked if other != code)).query(),
            )
            for code in picked
        ],
        "picked_sentence": sentence if picked else "",
        "hidden_picks": [code for code in picked if code not in codes],
        "pick_all_url": path + replace(selection, picked=tuple(codes)).query(),
        "pick_none_url": path + selection.query(picked=False),
        "docx_url": reverse("toolbox:annex", args=["docx"]) + query,
        "xlsx_url": reverse("toolbox:annex", args=["xlsx"]) + query,
    }


# May and may not --------------------------------------------------------------------------------


@versioned_page
def guidance(request: HttpRequest) -> HttpResponse:
    """The answers about what one may and may not do, by theme."""
    catalogue, selection, items = read_list(request, Guidance.KIND)
    rows = [(item, linking.related(item, catalogue), catalogue.linked(item, LegalSource.KIND)) for item in items]
    themes = ((theme, [row for row in rows if row[0].theme == theme]) for theme in Guidance.Theme)
    words = {"n": len(items), "total": len(catalogue.guidance)}
    return render_filtered_list(
        request,
        Guidance.KIND,
        catalogue,
        selection,
        items,
        themes=[(theme.value, str(theme.label), theme_rows) for theme, theme_rows in themes if theme_rows],
        sentence=ngettext("%(n)s of %(total)s answers", "%(n)s of %(total)s answers", len(items)) % words,
    )
