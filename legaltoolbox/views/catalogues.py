"""The lists with filters: risks, requirements, the answers about what one may and may not do, and what they share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page

from .. import rating, tender
from ..catalogue import Catalogue, catalogues
from ..files.names import MAX_LETTERS
from ..kinds import KINDS
from ..left_out import split
from ..marks import LinkMarks
from ..models import Guidance, Item, LegalSource, Phase, Requirement, Risk, Role, ScaleLevel
from ..screening import Situation, short_way
from ..selection import ItemSelection, chips, facets, for_file, matching, read_selection
from .pages import LeftOutNotice, left_out_notice, render_list_page
from .papers import PaperCopy, copies, file_links


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
        short_way=short_way(kind, catalogue, selection.situation),
        total=len(items),
        **context,
    )


def _left_out(
    request: HttpRequest, kind: str, catalogue: Catalogue, selection: ItemSelection, items: Sequence[Item]
) -> LeftOutNotice | None:
    """How many of the selection do not apply in the situation; None where all do. No list of activities is filtered here."""
    others = selection.showing_all(not selection.situation.shows_all)
    number = abs(len(matching(kind, catalogue, others)) - len(items))
    return left_out_notice(number, 0, kind, selection.situation, request.path + others.query())


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
    files = file_links("toolbox:risks_file", ("docx", "xlsx", "pdf"), query=list(selection.pairs()))
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
                *_requirement_counts(risk, catalogue, selection.situation.applied),
            )
            for risk in items
        ],
        sentence=ngettext("%(n)s of %(total)s risks", "%(n)s of %(total)s risks", len(items)) % words,
        scale=_scale(catalogue),
        matrix=_risk_matrix(catalogue),
        files=files,
        named_copies=[PaperCopy("", "", files)] if items else [],
        max_letters=MAX_LETTERS,
    )


def _requirement_counts(risk: Risk, catalogue: Catalogue, situation: Situation) -> tuple[int, int]:
    """How many requirements against the risk apply in the situation, and how many its page links."""
    requirements = catalogue.linked(risk, Requirement.KIND)
    return len(split(requirements, catalogue, situation)[0]), len(requirements)


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
    """The requirements catalogue. The picked requirements, and their uses in a tender, stand in the address.

    A use that was changed in the form leads on to the address with it.
    """
    catalogue, selection, items = read_list(request, Requirement.KIND)
    if tender.CHANGE in request.GET:
        return _with_changed_uses(request, catalogue, selection)
    words = {"n": len(items), "total": len(catalogue.requirements)}
    return render_filtered_list(
        request,
        Requirement.KIND,
        catalogue,
        selection,
        items,
        topics=_topics(items, catalogue, selection),
        sentence=ngettext("%(n)s of %(total)s requirements", "%(n)s of %(total)s requirements", len(items)) % words,
        vendor_files=file_links("toolbox:annex", ("docx", "xlsx", "pdf")),
        **_uses(catalogue, selection, request.path),
        **_picks(items, catalogue, selection, request.path),
    )


def _with_changed_uses(request: HttpRequest, catalogue: Catalogue, selection: ItemSelection) -> HttpResponse:
    """The same list with the uses as the form has changed them; the other parameters stay as they are."""
    changes = request.GET.getlist(tender.CHANGE)
    uses = tender.changed(selection.uses, changes, catalogue.by_key[Requirement.KIND])
    query = request.GET.copy()
    for name in (tender.CHANGE, *tender.PARAMETERS):
        query.pop(name, None)
    for name, code in tender.pairs(uses):
        query.appendlist(name, code)
    return redirect(f"{request.path}?{query.urlencode()}" if query else request.path)


RequirementRow = tuple[Requirement, bool, list[LegalSource], list[tuple[str, str]]]
"""A requirement, whether it is picked, its sources, and its uses as the value and label of options."""


def _topics(
    items: Iterable[Requirement], catalogue: Catalogue, selection: ItemSelection
) -> list[tuple[str, list[RequirementRow]]]:
    """The heading of each topic with its requirements."""
    rows: list[RequirementRow] = [
        (
            item,
            item.code in selection.picked,
            catalogue.linked(item, LegalSource.KIND),
            _use_options(item, tender.use_of(item, selection.uses)),
        )
        for item in items
    ]
    topics = ((topic, [row for row in rows if row[0].topic == topic]) for topic in Requirement.Topic)
    return [(str(topic.label), topic_rows) for topic, topic_rows in topics if topic_rows]


def _use_options(item: Requirement, chosen: tender.Use) -> list[tuple[str, str]]:
    """The options of a requirement's use. The chosen one has no value, so that the form sends what was changed alone."""
    return [
        (
            "" if use is chosen else f"{item.code}.{name}",
            _("%(use)s (our proposal)") % {"use": use.label} if use == item.tender_use else str(use.label),
        )
        for name, use in tender.PARAMETERS.items()
    ]


def _uses(catalogue: Catalogue, selection: ItemSelection, path: str) -> dict[str, Any]:
    """The uses of the requirements in the annex: how many of each, which are softer than the law, and the links."""
    in_annex = for_file(Requirement.KIND, catalogue, selection)
    uses = [(item, tender.use_of(item, selection.uses)) for item in in_annex]
    counts = ((sum(chosen is use for _item, chosen in uses), use) for use in tender.Use)
    return {
        "uses_sentence": ", ".join(_use_count(use, count) for count, use in counts if count),
        "softer": ", ".join(item.code for item, use in uses if tender.is_softer_than_law(item, use)),
        "hidden_uses": list(tender.pairs(selection.uses)),
        "proposals_url": path + replace(selection, uses={}).query() if selection.uses else "",
    }


def _use_count(use: tender.Use, count: int) -> str:
    """How many requirements have a use, "30 minimum requirements"."""
    texts = {
        tender.Use.MINIMUM: ngettext("%(n)s minimum requirement", "%(n)s minimum requirements", count),
        tender.Use.COMPETITION: ngettext("%(n)s award criterion", "%(n)s award criteria", count),
        tender.Use.INFORMATION: ngettext("%(n)s point of information", "%(n)s points of information", count),
    }
    return texts[use] % {"n": count}


def _picks(items: Sequence[Requirement], catalogue: Catalogue, selection: ItemSelection, path: str) -> dict[str, Any]:
    """The picked requirements, each with the address without it, and the files and links of the annex."""
    picked = selection.picked
    sentence = ngettext("%(n)s requirement picked", "%(n)s requirements picked", len(picked)) % {"n": len(picked)}
    codes = [item.code for item in items]
    offered = copies("toolbox:annex", (), list(selection.pairs()), ("docx", "xlsx", "pdf"))
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
        "copies": offered,
        "named_copies": offered if items or picked else [],
        "max_letters": MAX_LETTERS,
    }


# May and may not --------------------------------------------------------------------------------


@versioned_page
def guidance(request: HttpRequest) -> HttpResponse:
    """The answers about what one may and may not do, by theme."""
    catalogue, selection, items = read_list(request, Guidance.KIND)
    marks = LinkMarks(catalogue, selection.situation)
    rows = [(item, marks.related(item), catalogue.linked(item, LegalSource.KIND)) for item in items]
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
