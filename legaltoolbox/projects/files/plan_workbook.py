"""The plan of a project as a workbook: a line for each activity, each own task and each measure."""

from collections.abc import Callable, Iterator, Sequence

from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kl_ai.export.document import Link
from kl_ai.export.xlsx import Sheet, xlsx_response

from ..models import Project
from ..work.measures import MeasureRow
from ..work.plan import PlanRow, ProjectPlan

WIDTHS = (24, 8, 46, 26, 12, 14, 40, 12, 12, 50, 50)


def workbook(
    project: Project, plan: ProjectPlan, measures: Sequence[MeasureRow], absolute: Callable[[str], str]
) -> FileResponse:
    """The workbook as a download; `absolute` makes a whole address of a path. No query."""
    headings = (
        _("Phase"), _("Code"), _("Task"), _("Person responsible"), _("Due"), _("State"), _("Why it is not relevant"),
        _("Checklist answered"), _("Checklist in all"), _("Note"), _("Serves"),
    )  # fmt: skip
    lines = [
        *(_line(row, absolute) for row in plan.all_rows),
        *(_measure_line(row, absolute) for row in measures),
    ]
    done = sum(row.measure.is_done for row in measures)
    facts = [
        (_("Municipality"), project.municipality.name),
        (_("Project"), project.title),
        (_("Address"), absolute(reverse("projects:activities", args=project.address))),
        (_("Fetched"), timezone.localdate()),
        (_("Tasks done"), _("%(done)s of %(total)s") % {"done": plan.done, "total": plan.total}),
        (_("Measures done"), _("%(done)s of %(total)s") % {"done": done, "total": len(measures)}),
    ]
    sheets = [
        Sheet(_("Plan"), headings, lines, WIDTHS, frozen=3, is_typed=True),
        Sheet(_("About the plan"), (), facts, kind="notes"),
    ]
    return xlsx_response(file_name(project, "xlsx"), sheets)


def file_name(project: Project, ending: str) -> str:
    """`plan-9901-3.xlsx`: the municipality's code and the project's number, which stay."""
    return f"plan-{project.municipality.code}-{project.number}.{ending}"


def _line(row: PlanRow, absolute: Callable[[str], str]) -> Iterator[object]:
    task = row.task
    yield str(row.phase) if row.phase else _("Own tasks")
    yield row.code
    yield Link(row.title, absolute(row.url)) if row.url else row.code
    yield row.owner_name
    yield row.due
    yield capfirst(row.state_label)
    yield task.reason if task else ""
    yield row.answered if row.questions else None
    yield row.questions or None
    yield task.note if task else ""


def _measure_line(row: MeasureRow, absolute: Callable[[str], str]) -> Iterator[object]:
    yield from (_("Measures"), "", Link(row.title, absolute(row.url)), row.owner_name, row.due)
    yield from (capfirst(row.state_label), "", None, None, "", row.note)
