"""The calendar file of what is done again while a solution is in use, after iCalendar (RFC 5545)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Event

from kl_ai.pages.querystring import encode

from ..catalogue import Catalogue
from ..models import Activity, LegalSource
from ..plans import PlanEntry
from ..screening import Band, Situation

PRODUCT = "-//KL//Juridisk værktøjskasse for ansvarlig AI//DA"
CALENDAR_TYPE = "text/calendar; charset=utf-8"
BASIS = {
    Activity.RepeatBasis.INTERVAL: "Loven kræver det, og loven fastsætter tiden.",
    Activity.RepeatBasis.DUTY: "Hvor tit det gentages, er vores forslag.",
    Activity.RepeatBasis.ADVICE: "Det er vores forslag, både at gentage det og hvor tit.",
}
"""What stands behind the time of an event, in Danish as the content around it is.

That the law demands it is said only where the law gives the time: in a calendar it would be read as a time limit.
"""
BASIS_LABEL = "Grundlag"
LAST_SURE_DAY = 28
"""The last day that every month has."""


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def repeating(entries: Iterable[PlanEntry]) -> list[PlanEntry]:
    """The activities that are done again while the solution is in use.

    What is done together with another one stands in that one's event where both are done again at the same interval, and
    has an event of its own where the intervals differ: a duty of each quarter is not met once a year.
    """
    repeated = []
    for entry in entries:
        same = in_same_event(entry)
        repeated += [entry] if entry.activity.repeat_months else []
        repeated += repeating(other for other in entry.together if other not in same)
    return repeated


def in_same_event(entry: PlanEntry) -> list[PlanEntry]:
    """What is done together with the activity each time that it is done again."""
    months = entry.activity.repeat_months
    return [other for other in entry.together if months and other.activity.repeat_months == months]


def calendar(
    entries: Iterable[PlanEntry],
    start: date,
    situation: Situation,
    catalogue: Catalogue,
    absolute: Callable[[str], str],
) -> bytes:
    """The calendar as the bytes of a file, with an all-day event for each activity that is done again.

    `start` is the day on which the solution is taken into use; `absolute` makes a whole address of a path. The same
    activity has the same UID for the same start, role and answers, so that a file that is read in again moves nothing and adds
    nothing, and that of another solution takes nothing's place.
    """
    result = Calendar()
    result.add("prodid", PRODUCT)
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("x-wr-calname", "Ansvarlig AI: det, der gentages")
    for entry in repeating(entries):
        result.add_component(_event(entry, start, situation, catalogue, absolute))
    return bytes(result.to_ical())


def _event(
    entry: PlanEntry, start: date, situation: Situation, catalogue: Catalogue, absolute: Callable[[str], str]
) -> Event:
    """The event of one activity."""
    activity = entry.activity
    first = add_months(start, activity.repeat_months)
    event = Event()
    event.add("uid", f"{activity.code.lower()}-{start:%Y%m%d}-{_fingerprint(situation)}@juridisk-vaerktoejskasse")
    event.add("dtstamp", datetime.combine(activity.reviewed_on, time(), UTC))
    event.add("dtstart", first)
    event.add("dtend", first + timedelta(days=1))
    event.add("rrule", _rule(start.day, activity.repeat_months))
    event.add("summary", f"{_what_to_do(activity.repeat_note)} ({activity.code})")
    event.add("description", _description(entry, catalogue))
    event.add("url", absolute(entry.url + encode(situation.pairs())))
    event.add("transp", "TRANSPARENT")
    return event


def _what_to_do(note: str) -> str:
    """The first sentence of the text on what is done again, without its full stop; an abbreviation ends none."""
    return re.split(r"(?<!\bart)(?<!\bstk)(?<!\bnr)\.(?:\s|$)", note, maxsplit=1)[0]


def _fingerprint(situation: Situation) -> str:
    """A few letters for a role and answers: another solution that is taken into use on the same day has events of its own."""
    pairs = list(replace(situation, phase="").pairs())
    return hashlib.sha256(repr(pairs).encode()).hexdigest()[:8]


def _rule(day: int, months: int) -> dict[str, Any]:
    """Every so many months on this day; in a month without it on the last day."""
    rule: dict[str, Any] = {"freq": "monthly", "interval": months}
    if day > LAST_SURE_DAY:
        rule |= {"bymonthday": list(range(LAST_SURE_DAY, day + 1)), "bysetpos": -1}
    return rule


def _description(entry: PlanEntry, catalogue: Catalogue) -> str:
    """The activity, what is done, whose the time is and on what law it rests, why it applies, and who is responsible."""
    activity = entry.activity
    lines = [str(activity), activity.repeat_note, BASIS[Activity.RepeatBasis(activity.repeat_basis)]]
    sources = [source.name for source in catalogue.linked(activity, LegalSource.KIND)]
    if sources:
        lines.append(f"{BASIS_LABEL}: {'; '.join(sources)}.")
    if activity.small_use and entry.verdict.small_use:
        lines.append(f"Ved jeres lille brug: {activity.small_use}")
    together = "Hører med, hvis den er nødvendig" if entry.verdict.band is Band.ASSESSED else "Klares samtidig"
    for other in in_same_event(entry):
        lines.append(f"{together}: {other.activity}. {other.activity.small_use}")
        lines.append(other.activity.repeat_note)
    if entry.reason:
        lines.append(entry.reason)
    if entry.verdict.band is Band.UNANSWERED:
        lines.append(f"Kun hvis: {' '.join(question.question for question in entry.verdict.unanswered)}")
    if entry.verdict.band is Band.ASSESSED:
        lines.append(f"Kun hvis {entry.verdict.with_activity} viser, at den er nødvendig.")
    lines.append(f"Ansvarlig: {entry.responsible.role.name}.")
    if entry.with_whom:
        lines.append(f"Inddrages: {entry.with_whom}.")
    lines.append("Vejledning, ikke juridisk rådgivning.")
    return "\n".join(lines)
