"""Tables of documents that show what the project says elsewhere: which ones, and the state of what they show."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from .edited import EditedRow
from .events import ProjectEvent
from .fact_fields import facts_of_state
from .facts import ProjectFact
from .legal_bases import ProjectLegalBasis
from .measures import Measure
from .requirements import RequirementState
from .risks import RiskAssessment

What = ProjectEvent.What


class LiveSource(StrEnum):
    """What a table shows."""

    BASES = "bases"
    RISKS = "risks"
    """Those of the catalogue."""
    OWN_RISKS = "own-risks"
    MEASURES = "measures"
    """Those against risks."""
    RESIDUAL = "residual"
    """What stays of each risk."""
    HIGH = "high"
    """The risks that stay high."""
    REQUIREMENTS = "requirements"
    ANSWERS = "answers"
    """What the vendor that was chosen has answered to the requirements."""
    PEOPLE = "people"
    """Who takes part."""
    VERSIONS = "versions"
    """The versions of the document."""


RECORDS = frozenset({LiveSource.PEOPLE, LiveSource.VERSIONS})
"""What is no part of a document's state: to let somebody in, or an opinion on an earlier version, changes nothing that it says.

These tables always have rows, and count as filled.
"""
LIVE_FIELDS: dict[tuple[str, str, str], LiveSource] = {
    ("S08", "14", "1"): LiveSource.BASES,
    ("S11", "1", "10"): LiveSource.PEOPLE,
    ("S11", "1", "12"): LiveSource.VERSIONS,
    ("S11", "5", "1"): LiveSource.BASES,
    ("S11", "11", "1"): LiveSource.RISKS,
    ("S11", "11", "2"): LiveSource.OWN_RISKS,
    ("S11", "12", "1"): LiveSource.MEASURES,
    ("S11", "12", "2"): LiveSource.RESIDUAL,
    ("S15", "1", "3"): LiveSource.HIGH,
    ("S15", "4", "1"): LiveSource.MEASURES,
    ("S16", "14", "1"): LiveSource.REQUIREMENTS,
    ("S18", "5", "5"): LiveSource.ANSWERS,
    ("S24", "2", "4"): LiveSource.BASES,
    ("S26", "3", "1"): LiveSource.BASES,
    ("S26", "10", "5"): LiveSource.VERSIONS,
    ("S27", "12", "5"): LiveSource.VERSIONS,
    ("S30", "13", "3"): LiveSource.VERSIONS,
}
"""Template, section and field of each table to what it shows."""


class WaySource(StrEnum):
    """What a field shows of the document's own way: the officer's opinion, the answers to it, and the decision."""

    ASKED = "asked"
    """The day on which the officer was asked."""
    OPINION_DAY = "opinion-day"
    OPINION = "opinion"
    FOLLOWED = "followed"
    """Whether the advice is followed."""
    NOT_FOLLOWED = "not-followed"
    """The advice that is not followed, and why."""
    DECISION = "decision"
    DECISION_WORDS = "decision-words"
    SIGNED = "signed"
    """Who has sent it to the management, and who has decided."""


WAY_FIELDS: dict[tuple[str, str, str], WaySource] = {
    ("S05", "11", "4"): WaySource.SIGNED,
    ("S07", "8", "1"): WaySource.ASKED,
    ("S07", "8", "2"): WaySource.OPINION_DAY,
    ("S07", "8", "3"): WaySource.OPINION,
    ("S07", "8", "4"): WaySource.FOLLOWED,
    ("S07", "8", "5"): WaySource.NOT_FOLLOWED,
    ("S11", "13", "1"): WaySource.ASKED,
    ("S11", "13", "2"): WaySource.OPINION_DAY,
    ("S11", "13", "3"): WaySource.OPINION,
    ("S11", "13", "4"): WaySource.FOLLOWED,
    ("S11", "13", "5"): WaySource.NOT_FOLLOWED,
    ("S11", "14", "2"): WaySource.DECISION,
    ("S11", "14", "3"): WaySource.DECISION_WORDS,
    ("S11", "14", "4"): WaySource.SIGNED,
}
"""Template, section and field to what it shows of the way. That is no part of the document's state: an opinion is no change."""


def way_places(template: str) -> set[tuple[str, str]]:
    """Section and field of each field of the template that the document's way fills. No query."""
    return {(section, field) for code, section, field in WAY_FIELDS if code == template}


LATER_FIELDS: set[tuple[str, str, str]] = {("S11", "14", field) for field in ("5", "6", "7", "8", "9", "10")}
"""Template, section and field of what is known after the first decision: the next review, the test, the control in use."""


def later_places(template: str, version: int) -> set[tuple[str, str]]:
    """Section and field of what is written in the next version; none from version 2 on. No query."""
    return {(section, field) for code, section, field in LATER_FIELDS if code == template} if version == 1 else set()


def uncounted_places(template: str, version: int) -> set[tuple[str, str]]:
    """Section and field of what nobody has to fill in now: `way_places` and `later_places`. No query."""
    return way_places(template) | later_places(template, version)


def _without_owner(model: type[EditedRow]) -> tuple[str, ...]:
    """Whatever the form has, but who is responsible: a document says the same when somebody takes over."""
    return tuple(name for name in model.FIELDS if name != "owner")


_STORED: dict[str, tuple[str, ...]] = {
    "legal_bases": ("phase", "code", *_without_owner(ProjectLegalBasis)),
    "risk_assessments": ("code", *_without_owner(RiskAssessment)),
    "measures": _without_owner(Measure),
    "requirement_states": ("code", *_without_owner(RequirementState)),
    "evidence": ("place", "title", "link", "case_number", "dated"),
}
"""The rows of a project that tables show, with the fields that count."""
CHOSEN_ANSWERS = "chosen_answers"
"""The answers of the vendors that were chosen: which vendor, and the number of what it has handed in, which never changes."""
_SAVED_BY = ("legal_bases", "risk_assessments", "measures", "requirement_states")
"""Of these the rows that keep who has saved them."""
_NEEDED: dict[LiveSource, tuple[str, ...]] = {
    LiveSource.BASES: ("legal_bases",),
    LiveSource.RISKS: ("risk_assessments",),
    LiveSource.OWN_RISKS: ("risk_assessments",),
    LiveSource.MEASURES: ("measures",),
    LiveSource.RESIDUAL: ("risk_assessments",),
    LiveSource.HIGH: ("risk_assessments", "measures"),
    LiveSource.REQUIREMENTS: ("requirement_states", "evidence"),
    LiveSource.ANSWERS: (CHOSEN_ANSWERS,),
    LiveSource.PEOPLE: (),
    LiveSource.VERSIONS: (),
}


_EVENTS: dict[str, tuple[str, ...]] = {
    "legal_bases": (What.BASIS, What.BASIS_ADDED),
    "risk_assessments": (What.RISK, What.RISK_ADDED),
    "measures": (What.MEASURE, What.MEASURE_ADDED),
    "requirement_states": (What.REQUIREMENT,),
    "evidence": (What.EVIDENCE_ADDED,),
    CHOSEN_ANSWERS: (What.CHOSEN, What.ENTERED),
}
"""The events by which rows come about that tables show."""
_DELETED: dict[str, str] = {
    "legal_bases": What.BASIS_DELETED,
    "risk_assessments": What.RISK_DELETED,
    "measures": What.MEASURE_DELETED,
    "evidence": What.EVIDENCE_DELETED,
}
"""The events by which such rows go."""


def events_of_rows(template: str) -> set[str]:
    """The kinds of events by which the rows come about that a document of this template shows. No query."""
    return {what for name in _rows_of(template) for what in _EVENTS[name]}


def events_of_shown(template: str) -> set[str]:
    """The kinds of events that change what a document of this template shows of the project. No query.

    The rows of its tables, and the answers about the solution. Its own sections and the facts are not among it.
    """
    gone = {_DELETED[name] for name in _rows_of(template) if name in _DELETED}
    return {*events_of_rows(template), *gone, What.ANSWERED}


def _rows_of(template: str) -> set[str]:
    """The kinds of rows that a document of this template shows."""
    return {name for place, source in LIVE_FIELDS.items() if place[0] == template for name in _NEEDED[source]}


def savers_of_rows(project: Any, template: str, since: datetime) -> set[Any]:
    """The keys of those who have saved a row last that a document of this template shows, since a moment.

    One query for each kind of row. Rows that are deleted by now, and those of a login that is, have nobody.
    """
    savers: set[Any] = set()
    for name in sorted(_rows_of(template).intersection(_SAVED_BY)):
        rows = getattr(project, name).filter(saved_at__gte=since, saved_by__isnull=False).order_by()
        fields = ("saved_by", "places") if name == "measures" else ("saved_by",)
        savers |= {key for key, *places in rows.values_list(*fields) if not places or is_against_risks(*places)}
    return savers


def project_content(project: Any) -> dict[str, Any]:
    """The title, facts, risks, measures, bases, requirements and evidence of the project; equal for equal content.

    Without who leads it and who is responsible for them. Six queries.
    """
    return {"facts": ProjectFact.with_title(project)} | {name: _all_rows(project, name) for name in _STORED}


def is_against_risks(places: list[str], left_out: Collection[str] = ()) -> bool:
    """Whether a measure with these places is one that a table of measures shows.

    That is all but those for requirements alone, or for risks that the table leaves out.
    """
    return not places or any(code.startswith(("R", "E")) and code not in left_out for code in places)


def live_states(project: Any, templates: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Template to what the project says elsewhere and its document shows, facts and rows; equal for equal content.

    One query, and one for each kind of row that one of them shows: four for one template, six at most.
    """
    facts = ProjectFact.with_title(project)
    needed = {template: _rows_of(template) for template in templates}
    rows = {name: _rows(project, name) for name in sorted(set().union(*needed.values()))}
    return {
        template: {"facts": {key: facts[key] for key in facts_of_state(template)}}
        | {name: rows[name] for name in names}
        for template, names in needed.items()
    }


def _rows(project: Any, name: str) -> list[list[Any]]:
    """The rows that tables show: of the measures those against risks."""
    rows = _all_rows(project, name)
    if name != "measures":
        return rows
    return [row for row in rows if is_against_risks(row[_STORED[name].index("places")])]


def _all_rows(project: Any, name: str) -> list[list[Any]]:
    if name == CHOSEN_ANSWERS:
        chosen = project.annexes.exclude(chosen=None).order_by("pk", "chosen__submissions__number")
        return [list(row) for row in chosen.values_list("number", "chosen__company", "chosen__submissions__number")]
    return [
        [value.isoformat() if isinstance(value, date) else value for value in row]
        for row in getattr(project, name).order_by("pk").values_list(*_STORED[name])
    ]
