"""The days of a project's plan as a calendar file, after iCalendar (RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from legaltoolbox.files.calendar import PRODUCT

from ..models import Project
from ..work.measures import MeasureRow
from ..work.plan import PlanRow, ProjectPlan
from .plan_workbook import file_name as plan_file_name

HIGHEST_SEQUENCE = 2**31 - 1
"""The highest number of a change that iCalendar can hold."""


def file_name(project: Project) -> str:
    return plan_file_name(project, "ics")


def dated(plan: ProjectPlan, measures: Iterable[MeasureRow]) -> list[PlanRow | MeasureRow]:
    """What has a day and is still to be done."""
    rows: list[PlanRow | MeasureRow] = [*plan.all_rows, *measures]
    return [row for row in rows if row.due and row.is_waiting and row.url]


def calendar(project: Project, rows: Iterable[PlanRow | MeasureRow], absolute: Callable[[str], str]) -> bytes:
    """The calendar as the bytes of a file, with an all-day event for each of the rows, which are `dated`. No query.

    A task or measure has the same UID in each file: one that is read in again moves the event, and adds none.
    """
    result = Calendar()
    result.add("prodid", PRODUCT)
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("x-wr-calname", project.title)
    for row in rows:
        result.add_component(_event(project, row, absolute))
    return bytes(result.to_ical())


def uid(project: Project, row: PlanRow | MeasureRow) -> str:
    """The name of an event: of the municipality's code, the project's number and the activity, own task or measure."""
    return f"{project.municipality.code}-{project.number}-{row.uid}@projekter.juridisk-vaerktoejskasse"


def _event(project: Project, row: PlanRow | MeasureRow, absolute: Callable[[str], str]) -> Event:
    if row.stored is None or row.due is None:
        raise ValueError("Only what has a day has an event.")
    lines = [project.title, _("State: %(state)s") % {"state": capfirst(row.state_label)}]
    if row.owner_name:
        lines.insert(1, _("Person responsible: %(owner)s") % {"owner": row.owner_name})
    if row.note:
        lines.append(row.note)
    event = Event()
    event.add("uid", uid(project, row))
    event.add("dtstamp", row.stored.saved_at)
    event.add("last-modified", row.stored.saved_at)
    since = int(row.stored.saved_at.timestamp()) - int(project.created_at.timestamp())
    event.add("sequence", min(max(since, 0), HIGHEST_SEQUENCE))  # what was imported is older than its project here
    day = min(row.due, date.max - timedelta(days=1))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"{row.title} ({row.code})" if row.code else row.title)
    event.add("description", "\n".join(lines))
    event.add("url", absolute(row.url))
    event.add("transp", "TRANSPARENT")
    return event
