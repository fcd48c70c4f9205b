"""What a project gives to other municipalities: a record of the parts that are chosen, without people, vendors and what others have said.

    shared_record(project, catalogue, Chosen(parts={"risks"}, documents={3}))

It is built from named fields. Owners, authors, comments, opinions, decisions, evidence, numbers of cases and annexes are
not among them, and are not read. What people have typed goes through a `Redactor`, which knows the names that the portal
has. Texts of the catalogue stand in the record as they are now, so that a copy can be read without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import override

from legaltoolbox import plans
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.left_out import split
from legaltoolbox.models import DocumentTemplate, LegalBasis, TemplateField
from legaltoolbox.screening import Situation

from ..models import FieldAnswer, Project, ProjectDocument, ProjectFact, RequirementState, TaskState
from ..models.fact_fields import BY_FIELD
from ..models.risks import OWN_CODE
from .known_names import redactor_of
from .redaction import Redactor
from .sections import Kind, date_words, field_kind, fitting
from .situations import situation_of
from .withheld_fields import SHARED_FACTS, is_template_withheld, shared_columns, shared_fields

FORMAT, VERSION = "kl-ai-delt-projekt", 1

Record = dict[str, Any]


class SharedPart(StrEnum):
    """What can be chosen; the documents are chosen one by one."""

    ANSWERS = "answers"
    ACTIVITIES = "activities"
    CHECKLISTS = "checklists"
    BASES = "bases"
    RISKS = "risks"
    MEASURES = "measures"
    REQUIREMENTS = "requirements"


DOCUMENTS = "documents"
ALL_PARTS = frozenset(SharedPart)


@dataclass(frozen=True)
class Chosen:
    """What goes into the copy."""

    parts: frozenset[str] = ALL_PARTS
    documents: frozenset[int] = field(default_factory=frozenset)
    """The numbers of documents."""
    purpose: bool = True

    @property
    def is_empty(self) -> bool:
        return not self.parts and not self.documents


def shareable_documents(project: Project, catalogue: Catalogue) -> list[tuple[ProjectDocument, DocumentTemplate]]:
    """Of each template that can be given the newest version of the project's document, in the order of the templates. One query."""
    newest: dict[str, ProjectDocument] = {}
    for document in project.documents.only("project", "number", "template", "version", "approved_content").order_by(
        "version"
    ):
        newest[document.template] = document
    return [
        (newest[template.code], template)
        for template in catalogue.templates
        if template.code in newest and not is_template_withheld(template) and shared_fields(template, catalogue)
    ]


def shared_record(project: Project, catalogue: Catalogue, chosen: Chosen) -> Record:
    """The record of what is chosen; equal projects and choices give equal records, whatever the language. 20 queries at most."""
    with override("da"):
        return _SharedParts(project, catalogue, redactor_of(project, catalogue)).record(chosen)


class _SharedParts:
    """Writes the parts of the record."""

    def __init__(self, project: Project, catalogue: Catalogue, redact: Redactor) -> None:
        """One query."""
        self.project, self.catalogue, self.redact = project, catalogue, redact
        self.answers = list(project.screening_answers.only("project", "question", "value", "why"))
        self.situation: Situation = situation_of(project, self.answers, catalogue)
        self.phases = {phase.slug: str(phase) for phase in catalogue.phases}

    def record(self, chosen: Chosen) -> Record:
        project = self.project
        record: Record = {
            "format": FORMAT,
            "version": VERSION,
            "title": self.redact(project.title),
            "municipality": {"code": project.municipality.code, "name": project.municipality.name},
            "phase": self._phase(project.phase),
        }
        if chosen.purpose and project.purpose:
            record["purpose"] = self.redact(project.purpose)
        writers: dict[str, Callable[[], Iterable[Record]]] = {
            SharedPart.ANSWERS: self._answers,
            SharedPart.ACTIVITIES: self._activities,
            SharedPart.CHECKLISTS: self._checklists,
            SharedPart.BASES: self._bases,
            SharedPart.RISKS: self._risks,
            SharedPart.MEASURES: self._measures,
            SharedPart.REQUIREMENTS: self._requirements,
        }
        for part, write in writers.items():
            if part in chosen.parts and (rows := list(write())):
                record[str(part)] = rows
        if chosen.documents and (documents := list(self._documents(chosen.documents))):
            record[DOCUMENTS] = documents
        return record

    def _phase(self, slug: str) -> Record:
        return {"slug": slug, "title": self.phases[slug]} if slug in self.phases else {}

    def _answers(self) -> Iterator[Record]:
        rows = {row.question: row for row in self.answers}
        for question in self.catalogue.questions:
            if question.code in rows:
                row = rows[question.code]
                yield {
                    "code": question.code,
                    "question": question.question,
                    "value": row.value,
                    "why": self.redact(row.why),
                }

    def _activities(self) -> Iterator[Record]:
        """What applies, with how far it is. A decision point is left out: how far it is says what was decided. One query."""
        states = dict(self.project.tasks.exclude(activity="").values_list("activity", "state"))
        for phase in plans.plan(self.catalogue, self.situation).phases:
            for entry in (*phase.entries, *phase.together):
                activity = entry.activity
                if not activity.is_decision_point:
                    yield {
                        "code": activity.code,
                        "title": activity.title,
                        "phase": str(phase.phase),
                        "state": states.get(activity.code, TaskState.OPEN.value),
                    }

    def _checklists(self) -> Iterator[Record]:
        """One query."""
        rows: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        for code, key, value, note in self.project.checklist_answers.values_list("activity", "key", "value", "note"):
            rows[code][key] = value, note
        for activity in self.catalogue.activities:
            checks = self.catalogue.checklist(activity) if rows.get(activity.code) else []
            answers = [
                {"key": check.reference, "question": check.question, "value": value, "note": self.redact(note)}
                for check in checks
                if check.reference in rows[activity.code]
                for value, note in [rows[activity.code][check.reference]]
            ]
            if answers:
                yield {"activity": activity.code, "title": activity.title, "answers": answers}

    def _bases(self) -> Iterator[Record]:
        """One query."""
        bases: Any = self.project.legal_bases.values("phase", "code", "processing", "basis", "why", "judgement")
        for row in bases:
            texts = {name: self.redact(row[name]) for name in ("processing", "basis", "why")}
            code = row["code"] if self.catalogue.find(LegalBasis.KIND, row["code"]) else ""
            yield {**texts, "code": code, "judgement": row["judgement"], "phase": self._phase(row["phase"])}

    def _risks(self) -> Iterator[Record]:
        """Those that apply by the answers, and those that somebody has written about. One query."""
        names = (
            *("code", "title", "event", "applies", "likelihood", "consequence", "reason", "treatment"),
            *("likelihood_after", "consequence_after", "reason_after"),
        )
        stored = {row["code"]: row for row in self.project.risk_assessments.values(*names)}
        applying = {risk.code for risk in split(self.catalogue.risks, self.catalogue, self.situation)[0]}
        empty = (
            dict.fromkeys(names, "")
            | {"applies": True}
            | {name: None for name in names if name.startswith(("likelihood", "consequence"))}
        )
        titles = {risk.code: risk.title for risk in self.catalogue.risks}
        own = sorted(code for code in stored.keys() - titles.keys() if OWN_CODE.fullmatch(code))
        for code in [*(code for code in titles if code in applying or code in stored), *own]:
            row = {**empty, "code": code, **stored.get(code, {})}
            texts = {name: self.redact(row[name]) for name in ("event", "reason", "reason_after")}
            yield {**row, **texts, "title": titles.get(code) or self.redact(row["title"])}

    def _measures(self) -> Iterator[Record]:
        """One query."""
        known = {item.code for item in self.catalogue.risks} | {item.code for item in self.catalogue.requirements}
        for text, places, is_done in self.project.measures.order_by("pk").values_list("text", "places", "is_done"):
            served = [code for code in places if code in known or OWN_CODE.fullmatch(code)]
            yield {"text": self.redact(text), "places": served, "is_done": is_done}

    def _requirements(self) -> Iterator[Record]:
        """One query."""
        stored = {
            code: (state, how)
            for code, state, how in self.project.requirement_states.values_list("code", "state", "how")
        }
        applying = {item.code for item in split(self.catalogue.requirements, self.catalogue, self.situation)[0]}
        for item in self.catalogue.requirements:
            if item.code in applying or item.code in stored:
                state, how = stored.get(item.code, (RequirementState.State.OPEN.value, ""))
                yield {"code": item.code, "title": item.title, "state": state, "how": self.redact(how)}

    # Documents ------------------------------------------------------------------------------

    def _documents(self, numbers: frozenset[int]) -> Iterator[Record]:
        """Three queries, however many there are."""
        documents = [each for each in shareable_documents(self.project, self.catalogue) if each[0].number in numbers]
        stored: dict[int, dict[tuple[str, str], Any]] = defaultdict(dict)
        rows = FieldAnswer.objects.filter(document__in=[document.pk for document, _template in documents])
        for key, section, name, value in rows.values_list("document_id", "section", "field", "value"):
            stored[key][section, name] = value
        facts = ProjectFact.stored(self.project)
        for document, template in documents:
            shown = document.approved_content.get("facts", facts)
            sections = list(self._sections(template, stored[document.pk], shown))
            yield {"template": template.code, "title": template.title, "sections": sections}

    def _sections(
        self, template: DocumentTemplate, stored: Mapping[tuple[str, str], Any], facts: dict[str, str]
    ) -> Iterator[Record]:
        for section, fields in shared_fields(template, self.catalogue):
            written = []
            for each in fields:
                place = template.code, section.key, each.key
                value = fitting(each, stored.get((section.key, each.key), ""))
                if not value and BY_FIELD.get(place) in SHARED_FACTS:
                    value = facts.get(BY_FIELD[place], "")
                if (content := self._field(each, value)) is not None:
                    written.append({"key": each.key, "label": each.label, **content})
            if written:
                yield {"key": section.key, "heading": section.heading, "fields": written}

    def _field(self, each: TemplateField, value: Any) -> Record | None:
        """What is given of a field; None of an empty one, and of a wording that stands as the template has it."""
        kind = field_kind(each)
        if not value or (kind == Kind.WORDING and value == each.wording):
            return None
        if kind == Kind.TABLE:
            return self._table(each, value)
        if kind == Kind.CHECK:
            chosen = [item for item in value if item in each.options]
            return {"kind": "list", "value": chosen} if chosen else None
        if kind == Kind.YES_NO:
            return {"kind": "yes-no", "value": value} if value in ("yes", "no") else None
        if kind == Kind.CHOICE:
            return {"kind": "choice", "value": value} if value in each.options else None
        if kind == Kind.DATE:
            words = self.redact(value)
            return {"kind": "date", "value": words, "words": date_words(words)}
        return {"kind": "text", "value": self.redact(value)}

    def _table(self, each: TemplateField, rows: list[Record]) -> Record | None:
        """The rows in which somebody has written something in a column that is given."""
        places = shared_columns(each)
        given = []
        for row in rows:
            cells, fixed = row["cells"], row["fixed"]
            # A file can call any text of a row fixed: what the template gives is looked at as all else is.
            texts = [self.redact(cells[place]) if place < len(cells) else "" for place in places]
            if any(cells[place] for place in places if fixed <= place < len(cells)):
                given.append(texts)
        columns = [each.columns[place] for place in places]
        return {"kind": "table", "columns": columns, "places": places, "rows": given} if places and given else None
