"""The days of a project's plan as a calendar file, after iCalendar (RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from legaltoolbox.files.calendar import PRODUCT

from ..models import Project
from ..work.plan import PlanRow, ProjectPlan
from .plan_workbook import file_name as plan_file_name


def file_name(project: Project) -> str:
    return plan_file_name(project, "ics")


def dated(plan: ProjectPlan) -> list[PlanRow]:
    """What has a day and is still to be done."""
    return [row for row in plan.all_rows if row.due and row.is_waiting and row.url]


def calendar(project: Project, rows: Iterable[PlanRow], absolute: Callable[[str], str]) -> bytes:
    """The calendar as the bytes of a file, with an all-day event for each of the rows, which are `dated`. No query.

    A task has the same UID in each file: one that is read in again moves the event, and adds none.
    """
    result = Calendar()
    result.add("prodid", PRODUCT)
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("x-wr-calname", project.title)
    for row in rows:
        result.add_component(_event(project, row, absolute))
    return bytes(result.to_ical())


def uid(project: Project, row: PlanRow) -> str:
    """The name of a task's event: of the municipality's code, the project's number and the activity or own task."""
    name = row.code.lower() if row.code else f"opgave-{row.task.pk if row.task else 0}"
    return f"{project.municipality.code}-{project.number}-{name}@projekter.juridisk-vaerktoejskasse"


def _event(project: Project, row: PlanRow, absolute: Callable[[str], str]) -> Event:
    if row.task is None or row.due is None:
        raise ValueError("Only a task with a day has an event.")
    lines = [project.title, _("State: %(state)s") % {"state": capfirst(row.state_label)}]
    if row.owner_name:
        lines.insert(1, _("Owner: %(owner)s") % {"owner": row.owner_name})
    if row.task.note:
        lines.append(row.task.note)
    event = Event()
    event.add("uid", uid(project, row))
    event.add("dtstamp", row.task.saved_at)
    event.add("last-modified", row.task.saved_at)
    event.add("sequence", int(row.task.saved_at.timestamp()) - int(project.created_at.timestamp()))
    event.add("dtstart", row.due)
    event.add("dtend", row.due + timedelta(days=1))
    event.add("summary", f"{row.title} ({row.code})" if row.code else row.title)
    event.add("description", "\n".join(lines))
    event.add("url", absolute(row.url))
    event.add("transp", "TRANSPARENT")
    return event
