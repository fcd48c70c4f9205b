"""What documents say of their own making: who takes part, and the versions. Nobody types it, and it is no part of their state.

It is Danish, as the template is, whatever the language of the page: the caller sets the language.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Min, Prefetch
from django.utils import timezone
from django.utils.text import capfirst

from kl_ai.models import User
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.texts import danish_date
from legaltoolbox.models import DocumentTemplate

from ..models import Decision, FieldEdit, MunicipalityMember, Opinion, Project, ProjectDocument, ProjectFact
from ..rights import ProjectRole

Rows = list[list[str]]
OWNER = "Procesejer"
OFFICERS = {
    MunicipalityMember.Dpo.OFFICER: "DPO (rådgivning)",
    MunicipalityMember.Dpo.SUBSTITUTE: "Stedfortræder for DPO’en",
}
FIRST_VERSION = "Første version."
NOTHING_CHANGED = "Ingen afsnit er ændret."


def participants(project: Project) -> Rows:
    """Role and name of everybody who takes part: the process owner, the members but readers, and the officers. Three queries."""
    owner = project.facts.filter(key=ProjectFact.Key.OWNER).exclude(value="").values_list("value", flat=True)
    members = project.members.by_role().exclude(role=ProjectRole.READER).filter(member__user__is_active=True)
    officers = project.municipality.members.exclude(dpo="").filter(user__is_active=True).select_related("user")
    return [
        *([OWNER, name] for name in owner),
        *([capfirst(str(row.get_role_display())), str(row.member.user)] for row in members),
        *([OFFICERS[MunicipalityMember.Dpo(row.dpo)], str(row.user)] for row in officers.order_by("dpo", "pk")),
    ]


def versions(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, decision: Decision | None = None
) -> Rows:
    """Number, day, what is changed, by whom, and what officer and management have said, of the versions until this one.

    `decision` is the newest one on this document, where it is not stored yet. At most five queries.
    """
    headings = {section.key: section.heading for section in catalogue.sections(template)}
    until = document.project.documents.filter(template=document.template, version__lte=document.version)
    known = list(
        until.order_by("version").prefetch_related(
            Prefetch("opinions", Opinion.objects.order_by("at", "pk")),
            Prefetch("decisions", Decision.objects.select_related("by").order_by("at", "pk")),
        )
    )
    edits = FieldEdit.objects.filter(document__in=known).order_by().values("document", "section", "by")
    first = list(edits.annotate(first=Min("at")).order_by("first").values_list("document", "section", "by"))
    people = User.objects.in_bulk({key for _document, _section, key in first if key})
    rows = []
    for each in known:
        own = [(section, by) for key, section, by in first if key == each.pk]
        changed = {section for section, _by in own}
        names = dict.fromkeys(str(people[by]) for _section, by in own if by in people)
        decisions = [*each.decisions.all(), *([decision] if decision and each.pk == document.pk else [])]
        rows.append(
            [
                str(each.version),
                _day(_last_moment(each, decisions)),
                _changes(each, [heading for key, heading in headings.items() if key in changed]),
                ", ".join(names),
                _said(each.opinions.all(), decisions),
            ]
        )
    return rows


def _last_moment(document: ProjectDocument, decisions: list[Decision]) -> datetime:
    """When it was approved; before that, when it was changed last."""
    approvals = [decision.at for decision in decisions if decision.answer != Decision.Answer.NO]
    return approvals[-1] if approvals else document.changed_at


def _changes(document: ProjectDocument, headings: list[str]) -> str:
    if document.version == 1:
        return FIRST_VERSION
    return f"Ændrede afsnit: {'; '.join(headings)}." if headings else NOTHING_CHANGED


def _said(opinions: Iterable[Opinion], decisions: Iterable[Decision]) -> str:
    lines = [
        *((row.at, f"DPO’en udtalte sig den {_day(row.at)}.") for row in opinions),
        *((row.at, _decision_line(row)) for row in decisions),
    ]
    return "\n\n".join(line for _at, line in sorted(lines))


def _decision_line(decision: Decision) -> str:
    words = {
        Decision.Answer.YES: "Godkendt",
        Decision.Answer.CONDITIONS: "Godkendt på vilkår",
        Decision.Answer.NO: "Sendt tilbage",
    }
    by: Any = f" af {decision.by} for ledelsen" if decision.by else ""
    return f"{words[Decision.Answer(decision.answer)]} den {_day(decision.at)}{by}."


def _day(at: datetime) -> str:
    return danish_date(timezone.localdate(at))
