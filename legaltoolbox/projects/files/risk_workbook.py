"""The risks of a project as a workbook: each with its assessment and measures, and the matrix before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.http import FileResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kl_ai.export.document import Link
from kl_ai.export.xlsx import Sheet, xlsx_response
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import ScaleLevel
from legaltoolbox.rating import RiskLevel

from ..models import Project
from ..work.measures import MeasureRow
from ..work.risks import RiskRow, matrix, risk_counts

WIDTHS = (7, 34, 12, 40, 18, 18, 10, 36, 24, 50, 18, 18, 10, 36, 24)
MATRIX_WIDTHS = (26, 34)
Steps = Mapping[tuple[str, int], str]
"""Axis and step to the step with its name, "3 Alvorlig"."""


def workbook(
    project: Project,
    rows: Sequence[RiskRow],
    measures: Mapping[str, Sequence[MeasureRow]],
    catalogue: Catalogue,
    absolute: Callable[[str], str],
) -> FileResponse:
    """The workbook as a download; `measures` are those of each risk by its code. No query."""
    steps = {(level.axis, level.level): f"{level.level} {level.name}" for level in catalogue.levels}
    headings = (
        _("Code"), _("Risk"), _("Applies"), _("How it can happen here, and who is hit"),
        _("Consequence for the citizen before"), _("Likelihood before"), _("Level before"), _("Why so"),
        _("Treatment"), _("Measures"), _("Consequence for the citizen after"), _("Likelihood after"),
        _("Level after"), _("Why what stays can be defended"), _("Person responsible"),
    )  # fmt: skip
    lines = [_line(row, measures.get(row.code, ()), steps, absolute) for row in rows]
    sheets = [
        Sheet(_("Risks"), headings, lines, WIDTHS, frozen=2, is_typed=True),
        _matrix_sheet(_("Matrix before measures"), rows, steps, after=False),
        _matrix_sheet(_("Matrix after measures"), rows, steps, after=True),
        about(project, "risks", absolute, [(_("Risks rated"), str(risk_counts(rows)))]),
    ]
    return xlsx_response(f"risici-{project.municipality.code}-{project.number}.xlsx", sheets)


def about(
    project: Project, page: str, absolute: Callable[[str], str], more: Sequence[tuple[str, object]] = ()
) -> Sheet:
    """The sheet that says where the workbook comes from; `page` is the name of the page's address. No query."""
    facts = [
        (_("Municipality"), project.municipality.name),
        (_("Project"), project.title),
        (_("Address"), absolute(reverse(f"projects:{page}", args=project.address))),
        (_("Fetched"), timezone.localdate()),
        *more,
    ]
    return Sheet(_("About the workbook"), (), facts, kind="notes")


def measure_lines(rows: Sequence[MeasureRow]) -> str:
    """Measures with owner, day and state, a line for each."""
    return "\n".join(f"• {row.title} ({', '.join(_details(row))})" for row in rows)


def _details(row: MeasureRow) -> Iterator[str]:
    yield row.owner_name or _("no owner yet")
    if row.due:
        yield _("due %(day)s") % {"day": formats.date_format(row.due, "DATE_FORMAT")}
    yield row.state_label


def _line(
    row: RiskRow, measures: Sequence[MeasureRow], steps: Steps, absolute: Callable[[str], str]
) -> Iterator[object]:
    assessed: Any = row.assessment
    yield row.code
    yield Link(row.title, absolute(row.url))
    yield _("no") if row.is_left_out else _("yes")
    yield assessed.event if assessed else ""
    yield _step(steps, ScaleLevel.Axis.CONSEQUENCE, assessed and assessed.consequence)
    yield _step(steps, ScaleLevel.Axis.LIKELIHOOD, assessed and assessed.likelihood)
    yield _level(row.level)
    yield assessed.reason if assessed else ""
    yield capfirst(assessed.get_treatment_display()) if assessed else ""
    yield measure_lines(measures)
    yield _step(steps, ScaleLevel.Axis.CONSEQUENCE, assessed and assessed.consequence_after)
    yield _step(steps, ScaleLevel.Axis.LIKELIHOOD, assessed and assessed.likelihood_after)
    yield _level(row.residual_level)
    yield assessed.reason_after if assessed else ""
    yield str(assessed.owner.user) if assessed and assessed.owner else ""


def _step(steps: Steps, axis: str, step: int | None) -> str:
    return steps.get((axis, step), str(step)) if step else ""


def _level(level: RiskLevel | None) -> str:
    return capfirst(str(level.label)) if level else ""


def _matrix_sheet(name: str, rows: Sequence[RiskRow], steps: Steps, *, after: bool) -> Sheet:
    """The matrix with the highest likelihood first: in each cell the level and the risks with their titles."""
    lines = matrix(rows, after=after)
    consequences = [_step(steps, ScaleLevel.Axis.CONSEQUENCE, cell.consequence) for cell in lines[0]]
    corner = f"{_('Likelihood')} / {_('Consequence for the citizen')}"
    table = [
        [
            _step(steps, ScaleLevel.Axis.LIKELIHOOD, line[0].likelihood),
            *("\n".join([_level(cell.level), *(f"{row.code} {row.title}" for row in cell.rows)]) for cell in line),
        ]
        for line in lines
    ]
    return Sheet(name, (corner, *consequences), table, MATRIX_WIDTHS, frozen=1, is_typed=True)
