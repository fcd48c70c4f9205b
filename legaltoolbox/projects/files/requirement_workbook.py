"""The requirements of a project as a workbook: how far each is met, its measures, and where the evidence is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.http import FileResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kl_ai.export.document import Link
from kl_ai.export.xlsx import Sheet, xlsx_response

from ..models import Evidence, Project
from ..work.measures import MeasureRow
from ..work.requirements import RequirementRow, counts
from .risk_workbook import about, measure_lines

WIDTHS = (7, 44, 18, 50, 44, 24, 50)
EVIDENCE_WIDTHS = (7, 44, 44, 20, 12)


def workbook(
    project: Project,
    rows: Sequence[RequirementRow],
    measures: Mapping[str, Sequence[MeasureRow]],
    absolute: Callable[[str], str],
) -> FileResponse:
    """The workbook as a download; `measures` are those of each requirement by its code. No query."""
    headings = (
        _("Code"),
        _("Requirement"),
        _("State"),
        _("How, or why not"),
        _("Evidence"),
        _("Person responsible"),
        _("Measures"),
    )
    evidence_headings = (_("Code"), _("Requirement"), _("Evidence"), _("Case number"), _("Date"))
    lines = [_line(row, measures.get(row.code, ()), absolute) for row in rows]
    pieces = [_evidence_line(row, piece) for row in rows for piece in row.evidence]
    states = [(capfirst(label), number) for _value, label, number in counts(list(rows))]
    sheets = [
        Sheet(_("Requirements"), headings, lines, WIDTHS, frozen=2, is_typed=True),
        Sheet(_("Evidence"), evidence_headings, pieces, EVIDENCE_WIDTHS, frozen=2, is_typed=True),
        about(project, "requirements", absolute, states),
    ]
    return xlsx_response(f"krav-{project.municipality.code}-{project.number}.xlsx", sheets)


def _line(row: RequirementRow, measures: Sequence[MeasureRow], absolute: Callable[[str], str]) -> Iterator[object]:
    state = row.state
    yield row.code
    yield Link(row.title or row.code, absolute(row.url))
    yield capfirst(row.label)
    yield state.how if state else ""
    yield "\n".join(" · ".join(filter(None, (piece.title, piece.case_number, piece.link))) for piece in row.evidence)
    yield str(state.owner.user) if state and state.owner else ""
    yield measure_lines(measures)


def _evidence_line(row: RequirementRow, piece: Evidence) -> Iterator[object]:
    yield from (row.code, row.title)
    yield Link(piece.title, piece.link) if piece.link else piece.title
    yield from (piece.case_number, piece.dated)
