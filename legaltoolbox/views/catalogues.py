"""The lists with filters: risks, requirements, and what one may and may not do."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import filtersets, linking, rating
from ..catalogue import Catalogue, catalogues
from ..filtersets import Selection
from ..models import Guidance, LegalSource, Phase, Requirement, Risk, Role, ScaleLevel
from .items import VENDOR_QUERY
from .pages import page, status, toolbox_page


def panel(kind: str, catalogue: Catalogue, selection: Selection, path: str, items: list) -> dict[str, Any]:
    """The filters, chips and notices of one catalogue, with links that keep what is picked."""
    return {
        "q": selection.q,
        "facets": filtersets.facets(kind, catalogue, selection),
        "chips": list(filtersets.chips(kind, catalogue, selection, path)),
        "clear_url": "" if selection.is_everything else path + selection.cleared().query(),
        "notices": selection.notices,
        "total": len(items),
        "size": len(catalogue.all(kind)),
        "status": status(*catalogue.all(kind)),
    }


@toolbox_page
def risks(request: HttpRequest) -> HttpResponse:
    """The risk catalogue, and the scale to assess with."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read(request, Risk.KIND, catalogue)
    items = filtersets.matching(Risk.KIND, catalogue, selection)
    words = {"n": len(items), "total": len(catalogue.risks)}
    return page(
        request, "risks", catalogue, [(_("Risks"), "")], "risks",
        rows=[
            (item, catalogue.linked(item, Phase.KIND), catalogue.linked(item, Role.KIND),
             len(catalogue.linked(item, Requirement.KIND)))
            for item in items
        ],
        sentence=ngettext("%(n)s of %(total)s risks", "%(n)s of %(total)s risks", len(items)) % words,
        scale=_scale(catalogue),
        matrix=_matrix(catalogue),
        file_url=reverse("toolbox:risks_file") + selection.query(),
        **panel(Risk.KIND, catalogue, selection, request.path, items),
    )  # fmt: skip


def _scale(catalogue: Catalogue) -> list[tuple[str, list[ScaleLevel]]]:
    """Likelihood first, then consequence; each from 1 to 4."""
    return [(str(axis.label), [level for level in catalogue.levels if level.axis == axis]) for axis in ScaleLevel.Axis]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    likelihood: ScaleLevel
    levels: list[rating.Level]


def _matrix(catalogue: Catalogue) -> list[MatrixRow]:
    """The most likely row first, as such a matrix is drawn."""
    (_, likelihoods), (_, consequences) = _scale(catalogue)
    return [
        MatrixRow(row, [rating.level(row.level, column.level) for column in consequences])
        for row in reversed(likelihoods)
    ]


@toolbox_page
def requirements(request: HttpRequest) -> HttpResponse:
    """The requirements catalogue; what is picked stands in the address and goes into the annex."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read(request, Requirement.KIND, catalogue)
    items = filtersets.matching(Requirement.KIND, catalogue, selection)
    file_query = selection.query()
    words = {"n": len(items), "total": len(catalogue.requirements)}
    return page(
        request, "requirements", catalogue, [(_("Requirements"), "")], "requirements",
        topics=[
            (str(topic.label), [(item, item.code in selection.picked, catalogue.linked(item, LegalSource.KIND))
                                for item in rows])
            for topic in Requirement.Topic
            if (rows := [item for item in items if item.topic == topic])
        ],
        sentence=ngettext("%(n)s of %(total)s requirements", "%(n)s of %(total)s requirements", len(items)) % words,
        picked=[
            (catalogue.by_key[Requirement.KIND][code],
             request.path + replace(selection, picked=tuple(o for o in selection.picked if o != code)).query())
            for code in selection.picked
        ],
        picked_sentence=ngettext("%(n)s requirement picked", "%(n)s requirements picked", len(selection.picked))
        % {"n": len(selection.picked)} if selection.picked else "",
        hidden_picks=[code for code in selection.picked if code not in {item.code for item in items}],
        pick_all_url=request.path + replace(selection, picked=tuple(item.code for item in items)).query(),
        pick_none_url=request.path + selection.query(picked=False),
        docx_url=reverse("toolbox:annex", args=["docx"]) + file_query,
        xlsx_url=reverse("toolbox:annex", args=["xlsx"]) + file_query,
        annex_docx=reverse("toolbox:annex", args=["docx"]),
        annex_xlsx=reverse("toolbox:annex", args=["xlsx"]),
        vendor_query=VENDOR_QUERY,
        **panel(Requirement.KIND, catalogue, selection, request.path, items),
    )  # fmt: skip


@toolbox_page
def guidance(request: HttpRequest) -> HttpResponse:
    """What one may and may not do, by theme, the answer first."""
    catalogue = catalogues.for_request(request)
    selection = filtersets.read(request, Guidance.KIND, catalogue)
    items = filtersets.matching(Guidance.KIND, catalogue, selection)
    themes = {theme.value: str(theme.label) for theme in Guidance.Theme}
    words = {"n": len(items), "total": len(catalogue.guidance)}
    return page(
        request, "guidance", catalogue, [(_("May and may not"), "")], "guidance",
        themes=[
            (theme, heading, [
                (item, linking.related(item, catalogue),
                 catalogue.linked(item, LegalSource.KIND))
                for item in rows
            ])
            for theme, heading in themes.items()
            if (rows := [item for item in items if item.theme == theme])
        ],
        sentence=ngettext("%(n)s of %(total)s answers", "%(n)s of %(total)s answers", len(items)) % words,
        **panel(Guidance.KIND, catalogue, selection, request.path, items),
    )  # fmt: skip
