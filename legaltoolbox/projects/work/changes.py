"""What has changed in a document since a moment: its sections, and what else of the project it shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, TemplateSection

from ..models import ProjectDocument, ProjectEvent
from ..models.fact_fields import events_of_facts
from ..models.live import events_of_shown
from .event_words import EventLine, event_lines

MOST_OTHERS = 12
"""Changes outside of the document's own sections that a page names."""


@dataclass(frozen=True)
class Changes:
    """What has changed since a moment."""

    sections: list[tuple[int, TemplateSection]]
    """Each with its number, in their order."""
    others: list[EventLine]
    """What has been done elsewhere in the project, each place once, the latest first."""
    more: int
    """How many of the others are not named."""

    @property
    def are_known(self) -> bool:
        return bool(self.sections or self.others)


def changes_since(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, moments: Collection[datetime]
) -> dict[datetime, Changes]:
    """Each of these moments to what has changed in the document since. Two queries, none without a moment."""
    if not moments:
        return {}
    first = min(moments)
    edits: Any = document.edits.filter(at__gt=first).order_by().values_list("section").annotate(Max("at"))
    sections = dict(edits)
    numbered = list(enumerate(catalogue.sections(template), start=1))
    lines = _lines(document, template, catalogue, first)
    return {moment: _changes(moment, numbered, sections, lines) for moment in moments}


def _changes(
    moment: datetime,
    numbered: list[tuple[int, TemplateSection]],
    edited: dict[str, datetime],
    lines: list[EventLine],
) -> Changes:
    later = [line for line in lines if line.at > moment]
    return Changes(
        [(number, section) for number, section in numbered if edited.get(section.key, moment) > moment],
        later[:MOST_OTHERS],
        len(later[MOST_OTHERS:]),
    )


def _lines(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, first: datetime
) -> list[EventLine]:
    """What has been done since then to what the document shows of the project: each place once, the latest first. One query."""
    is_shown = Q(what__in=events_of_shown(template.code)) | events_of_facts(template.code)
    events: Any = document.project.events.filter(is_shown, at__gt=first).order_by()
    latest = events.values_list("what", "place").annotate(last=Max("at")).order_by("-last")
    return event_lines([ProjectEvent(what=what, place=place, at=at) for what, place, at in latest], catalogue)
