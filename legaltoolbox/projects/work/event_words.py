"""The events of a project in words: who did what, where, from what to what, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from kl_ai.drafts.parts import value_text
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.kinds import kinds_by_letter
from legaltoolbox.models import DocumentTemplate, LegalBasis, Phase, ScreeningQuestion
from legaltoolbox.tender import Use

from ..models import (
    AdvicePoint,
    Annex,
    ChecklistAnswer,
    Decision,
    DocumentStatus,
    ItemVerdict,
    Measure,
    Opinion,
    Project,
    ProjectEvent,
    ProjectFact,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    ScreeningAnswer,
    SharedCopy,
    Task,
    TaskState,
)
from ..models.events import cut
from ..rights import ProjectRole

What = ProjectEvent.What
ROWS: dict[str, Any] = {
    What.TASK: Task,
    What.MEASURE: Measure,
    What.RISK: RiskAssessment,
    What.REQUIREMENT: RequirementState,
    What.BASIS: ProjectLegalBasis,
    What.ANNEX_EDITED: Annex,
}
"""What is changed to the model whose field a change names."""
AT_BASES = (What.BASIS, What.BASIS_ADDED, What.BASIS_DELETED, What.COMMENTED, What.RESOLVED)
"""What is done to a legal basis, or can be; the titles of other rows have their marks as they were written."""
BASIS_MARK = " · "
"""Between a processing and its phase (`ProjectLegalBasis.place`)."""
STEPS_OF_DOCUMENTS = (
    What.ASKED,
    What.OPINION,
    What.ANSWERED_ADVICE,
    What.TO_MANAGEMENT,
    What.DECIDED,
    What.TAKEN_BACK,
)
DAYS = ("due", "deadline")
"""The fields that hold a day."""
SHOWN = 160
"""Letters of a value that a page shows."""
_CODE = re.compile(r"([A-Z]+\d+)(?:\.(.+))?")


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as a page shows it."""

    at: datetime
    actor: str
    """The name of who did it; "" for the portal itself, and for somebody whose login is deleted."""
    text: str
    """What was done."""
    place: str | SafeString
    """Where; "" where the text says all."""
    old: str
    new: str
    reason: str
    conditions: str = ""
    """Of a decision, as far as the event keeps them."""


def event_lines(events: Iterable[ProjectEvent], catalogue: Catalogue) -> list[EventLine]:
    """These events in words, in their order. No query on events with their actors."""
    return [_line(event, catalogue) for event in events]


def _line(event: ProjectEvent, catalogue: Catalogue) -> EventLine:
    what = event.what
    place, field = _place(event, catalogue)
    after, _line_end, conditions = event.new.partition("\n") if what == What.DECIDED else (event.new, "", "")
    old, new = (_value(what, field, value, catalogue) for value in (event.old, after))
    if field == "owner" or what == What.HANDED_OVER:
        old, new = (str(person or "") for person in (event.person_before, event.person))
    if what in (What.CLOSED, What.REOPENED):
        old = new = ""  # the text says it
    if what in (What.ASKED, What.OPINION, What.DECIDED):
        old = ""  # the status before: another thing than the day, the opinion or the decision
    if what == What.ASKED and new:
        new = gettext("wanted by %(day)s") % {"day": new}
    actor = str(event.actor) if event.actor else ""
    text = gettext("took a decision") if what == What.DECIDED else event.get_what_display()
    return EventLine(event.at, actor, capfirst(text), place, cut(old, SHOWN), cut(new, SHOWN), event.reason, conditions)


def _place(event: ProjectEvent, catalogue: Catalogue) -> tuple[str | SafeString, str]:
    """Where the event was, in words, and the name of the field that was changed; "" for none."""
    if event.what in (What.MEMBER_ADDED, What.MEMBER_ROLE, What.MEMBER_REMOVED):
        return str(event.person or ""), ""
    if event.what == What.EDITED:
        return _field_name(Project, event.place), event.place
    if event.what == What.ANSWERED:
        question = catalogue.find(ScreeningQuestion.KIND, event.place)
        return format_html('<span lang="da">{}</span>', question.question) if question else event.place, "answer"
    if event.what in ROWS:
        place, _dot, field = event.place.rpartition(".")
        return format_html("{}, {}", _named(event.what, place, catalogue), _field_name(ROWS[event.what], field)), field
    return _named(event.what, event.place, catalogue), ""


def _named(what: str, place: str, catalogue: Catalogue) -> str | SafeString:
    """A place in words, as far as the catalogue knows it."""
    if what in AT_BASES and BASIS_MARK in place:
        return _basis_place(place, catalogue)
    if what == What.FACT:
        return capfirst(_label(ProjectFact.Key, place))
    code, dot, key = place.partition(".")
    if what == What.ANSWERED_ADVICE and dot:
        return gettext("%(template)s, advice %(number)s") % {"template": code, "number": key}
    if what in (What.SECTION, What.COMMENTED, What.RESOLVED):
        return _section_place(place, catalogue)
    return _titled(place, catalogue)


def _basis_place(place: str, catalogue: Catalogue) -> str | SafeString:
    """A processing with its phase: “Use the solution (7. Operation)”, from “H05 · drift”."""
    code, _dot, slug = place.rpartition(BASIS_MARK)
    basis, phase = catalogue.find(LegalBasis.KIND, code), catalogue.find(Phase.KIND, slug)
    return format_html('<span lang="da">{} ({})</span>', basis.title if basis else code, phase or slug)


def _section_place(place: str, catalogue: Catalogue) -> str | SafeString:
    """A section of a document with its number and heading, from “S11.13”; the place itself for one that is gone."""
    code, _dot, key = place.partition(".")
    template = catalogue.find(DocumentTemplate.KIND, code)
    sections = catalogue.sections(template) if template else []
    for number, section in enumerate(sections, 1):
        if section.key == key:
            heading = format_html('<span lang="da">{}</span>', section.heading)
            words = gettext("{template} section {number} “{heading}”")
            return format_html(words, template=code, number=number, heading=heading)
    return _titled(place, catalogue)


def _titled(place: str, catalogue: Catalogue) -> str | SafeString:
    """A place with the title of the item whose code it begins with: “A25.3 …”."""
    match = _CODE.fullmatch(place)
    kind = kinds_by_letter().get(place[:1]) if match else None
    item: Any = catalogue.find(kind.name, match[1]) if match and kind else None
    return format_html('{} <span lang="da">{}</span>', place, item.title) if item else place


def _field_name(model: Any, name: str) -> str:
    """What the field of a model is called; the name itself for one that it has no more."""
    if name == "owner":
        return gettext("person responsible")
    if name == "uses":
        return gettext("requirements")
    names = {field.name: str(field.verbose_name) for field in model._meta.concrete_fields}
    return names.get(name, name)


def _value(what: str, field: str, value: str, catalogue: Catalogue) -> str:
    """A value of an event in words."""
    if not value:
        return ""
    if what == What.EDITED and field == "phase":
        phase = catalogue.find(Phase.KIND, value)
        return str(phase) if phase else value
    if (field in DAYS or what in (What.ANNOUNCED, What.ANNEX_DEADLINE)) and (day := parse_date(value)):
        return _day(day)
    if field == "uses":
        return ", ".join(map(_use, value.split(", ")))
    if what in (What.SHARED, What.SHARE_WITHDRAWN):
        return _label(SharedCopy.Audience, value)
    if what == What.DOCUMENT:
        return gettext("version %(version)s") % {"version": value}
    if what in STEPS_OF_DOCUMENTS:
        return _of_step(value)
    if what == What.TEXT_DECIDED:
        return _label(ItemVerdict, value)
    if what == What.CHECKLIST:
        return _label(ChecklistAnswer.Value, value)
    if what in ROWS and what != What.TASK:
        return _row_value(ROWS[what], field, value)
    if field in ("answer", "state") or what in (What.MEMBER_ADDED, What.MEMBER_ROLE, What.MEMBER_REMOVED):
        choices = {"answer": ScreeningAnswer.Value, "state": TaskState}.get(field, ProjectRole)
        return _label(choices, value)
    return value


def _use(text: str) -> str:
    """A requirement with its use in words, from "K01 minimum"."""
    code, _space, use = text.partition(" ")
    return f"{code} ({_label(Use, use)})" if use else text


def _row_value(model: Any, name: str, value: str) -> str:
    """What an event keeps of a field, in words."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    if name not in fields:
        return value
    if isinstance(fields[name], BooleanField):
        return value_text(value == "True")
    return str(dict(fields[name].flatchoices).get(value, value))


def _of_step(value: str) -> str:
    """What an event of a document's way holds, in words: a status, an opinion, a decision, an answer to advice, or a day."""
    for choices in (DocumentStatus, Opinion.Verdict, Decision.Answer, AdvicePoint.Answer):
        if value in choices.values:
            return capfirst(_label(choices, value))
    day = parse_date(value)
    return _day(day) if day else value


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def _day(day: date) -> str:
    return str(formats.date_format(day, "DATE_FORMAT"))
