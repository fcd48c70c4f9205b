"""The sheet of a project for the public register: made of documents that the management has approved, and of nothing else.

What a sheet can hold is named in `sheet_parts.py`. Where the catalogue marks a section or a field as the municipality's own
copy, it is left out all the same, whatever is named there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, TemplateField

from ..models import Decision, DocumentStatus, Project, ProjectDocument
from ..models.sheets import STAGE_OPTIONS
from . import sheet_parts as parts
from .facts import with_facts
from .live import shown_facts
from .sections import TO_WRITE, Kind, empty_value, field_kind, fitting, is_filled, value_words
from .sheet_checks import SheetFinding, findings
from .sheet_parts import SheetPart

FORMAT = "kl-ai-faktaark/1"
Piece = str | dict[str, Any]
"""A text, or a table with its columns and rows."""


@dataclass(frozen=True)
class SheetChoices:
    """What the municipality chooses for a sheet beside what its documents say."""

    area: str = ""
    texts: tuple[str, ...] = ()
    """Keys of `sheet_parts.TEXT_GROUPS`."""
    has_experiences: bool = False
    solutions: tuple[str, ...] = ()
    """Addresses in the market overview (`sheet_solutions.py`)."""


@dataclass(frozen=True)
class ApprovedDocument:
    """The newest version of a document that the management has approved, as it was approved."""

    document: ProjectDocument
    template: DocumentTemplate
    catalogue: Catalogue
    stored: Mapping[tuple[str, str], Any]
    is_followed: bool
    """Whether a later version is begun."""

    def piece(self, place: tuple[str, str]) -> Piece:
        """What the field says, in Danish; "" where it says nothing, or is the municipality's own."""
        found = self._fields.get(place)
        if found is None:
            return ""
        value = fitting(found, self.stored.get(place, empty_value(found)))
        if not is_filled(found, value) and not TO_WRITE.search(str(value)):
            return ""
        if field_kind(found) == Kind.TABLE:
            return _table(found, value)
        with override("da"):
            return value_words(found, value).strip()

    def text(self, place: tuple[str, str]) -> str:
        """As `piece`, of a field that is no table."""
        piece = self.piece(place)
        return piece if isinstance(piece, str) else ""

    def internal(self, place: tuple[str, str]) -> Any:
        """What is stored in a field of the municipality's own, to go by and never to publish."""
        return self.stored.get(place, "")

    @property
    def _fields(self) -> dict[tuple[str, str], TemplateField]:
        """The fields that are not the municipality's own, by section and field."""
        return {
            (section.key, each.key): each
            for section in self.catalogue.sections(self.template)
            if not section.own_copy_only
            for each in self.catalogue.fields(section)
            if not each.own_copy_only
        }


def _table(found: TemplateField, rows: Iterable[Mapping[str, Any]]) -> Piece:
    """The rows in which somebody has written; "" where there is none."""
    columns = list(found.columns)
    texts = [
        [str(cell).strip() for cell in [*row["cells"], *[""] * len(columns)][: len(columns)]]
        for row in rows
        if any(str(cell).strip() for cell in row["cells"][row["fixed"] :])
    ]
    return {"columns": columns, "rows": texts} if texts else ""


@dataclass(frozen=True)
class ProjectSheet:
    """A sheet as it would be published now."""

    record: dict[str, Any]
    missing: list[str]
    """What has to happen before it can be published, as sentences."""
    warnings: list[str]
    to_confirm: list[SheetFinding] = field(default_factory=list)
    """What somebody has to have looked at: addresses, numbers and names in the texts."""


@dataclass(frozen=True)
class SheetSource:
    """The documents of a project that a sheet is made of; None for each that is not approved, or whose template is gone."""

    project: Project
    facts: ApprovedDocument | None
    citizens: ApprovedDocument | None
    learning: ApprovedDocument | None
    decided: Decision | None
    """The management's decision on the fact sheet."""
    is_changed: bool
    """Whether the project says something else by now of what the approved fact sheet shows of it."""
    names: tuple[str, ...]
    """Of the people in the project, which no sheet should have."""
    open_number: int | None
    """The number of the fact sheet that is not approved yet; None for none."""

    # The choices ----------------------------------------------------------------------------

    def offered_texts(self) -> list[str]:
        """The keys of the texts to citizens that are written."""
        if self.citizens is None:
            return []
        return [
            key
            for key, (_label, fields) in parts.TEXT_GROUPS.items()
            if any(self.citizens.text(each.place) for each in fields)
        ]

    def proposed_texts(self) -> list[str]:
        """Of them the short and the long one, and the additions that the document says are in use."""
        if self.citizens is None:
            return []
        used = self.citizens.internal(parts.ADDITIONS)
        used = used if isinstance(used, list) else []
        added = {f"added-{parts.ADDITION_OPTIONS[each]}" for each in used if each in parts.ADDITION_OPTIONS}
        return [
            key
            for key in self.offered_texts()
            if (key in ("letter", "long") or key in added) and not self._is_unadapted(key)
        ]

    def _is_unadapted(self, key: str) -> bool:
        _label, fields = parts.TEXT_GROUPS[key]
        return self.citizens is not None and any(TO_WRITE.search(self.citizens.text(each.place)) for each in fields)

    def why_no_experiences(self) -> str:
        """Why what was learned cannot be part of the sheet, as a sentence; "" where it can."""
        if self.learning is None:
            return _("The management has not approved what you have learned (S35).")
        if self.learning.internal(parts.SHARED_WITH) != parts.WITH_ALL:
            return _(
                "What you have learned (S35) says that it is not shared with everybody. Change that in a new version."
            )
        return ""

    # The sheet ------------------------------------------------------------------------------

    def sheet(self, choices: SheetChoices) -> ProjectSheet:
        """The sheet with these choices. No query."""
        missing = list(self._missing())
        record = self._record(choices) if self.facts is not None and self.decided is not None else {}
        if record:
            missing += self._lacking(record, choices)
        return ProjectSheet(record, missing, list(self._warnings(choices)), findings(record, self.names))

    def _missing(self) -> Iterator[str]:
        if self.facts is None:
            yield _("The management has not approved the fact sheet (S27) yet.")

    def _lacking(self, record: Mapping[str, Any], choices: SheetChoices) -> Iterator[str]:
        names = (("title", _("the solution’s name")), ("summary", _("the summary")), ("contact", _("whom to ask")))
        for key, name in names:
            if not record[key]:
                yield _("The fact sheet (S27) does not say %(what)s. Write it in a new version.") % {"what": name}
        if not record["stage"]:
            yield _("The fact sheet (S27) does not say how far the solution is. Write it in a new version.")
        if not choices.area:
            yield _("Choose the area in which the solution is used.")
        if choices.has_experiences and (why := self.why_no_experiences()):
            yield why
        for label in unadapted(record):
            yield _("“%(label)s” still has places where something is to be written. Write it in a new version.") % {
                "label": label
            }

    def _warnings(self, choices: SheetChoices) -> Iterator[str]:
        if self.facts is None:
            return
        if self.facts.is_followed:
            yield _("A new version of the fact sheet (S27) is begun. The sheet is made of the one that is approved.")
        if self.is_changed:
            yield _("What the project says has changed since the management approved the fact sheet (S27).")
        if self.facts.document.has_open_conditions:
            yield _("The management has approved the fact sheet (S27) on conditions that are not met yet.")
        if self.citizens is None:
            yield _("The texts to citizens (S24) are not approved, and no part of the sheet.")
        elif not choices.texts:
            yield _("No text to citizens (S24) is part of the sheet.")

    def _record(self, choices: SheetChoices) -> dict[str, Any]:
        facts, decided, municipality = self.facts, self.decided, self.project.municipality
        if facts is None or decided is None:
            raise ValueError("There is no sheet without an approved fact sheet.")
        stage = STAGE_OPTIONS.get(facts.text(parts.STAGE))
        return {
            "format": FORMAT,
            "municipality": {"code": municipality.code, "name": municipality.name},
            "title": _line(facts.text(parts.NAME)),
            "stage": stage.value if stage else "",
            "area": choices.area,
            "summary": facts.text(parts.SUMMARY),
            "affected": facts.text(parts.AFFECTED),
            "contact": facts.text(parts.CONTACT),
            "sheet_version": _line(facts.text(parts.SHEET_VERSION)),
            "corrected_on": str(facts.stored.get(parts.CORRECTED, "")),
            "document_version": facts.document.version,
            "decided_on": timezone.localdate(decided.at).isoformat(),
            "parts": {part.key: pieces for part in parts.PARTS if (pieces := _pieces(facts, part))},
            "texts": self._texts(choices),
            "experiences": self._experiences(choices),
            "solutions": list(choices.solutions),
        }

    def _texts(self, choices: SheetChoices) -> list[dict[str, Any]]:
        if self.citizens is None:
            return []
        groups = []
        for key, (_label, fields) in parts.TEXT_GROUPS.items():
            written = [text for each in fields if (text := self.citizens.text(each.place))]
            if key in choices.texts and written:
                groups.append({"key": key, "pieces": written})
        return groups

    def _experiences(self, choices: SheetChoices) -> dict[str, Piece]:
        if self.learning is None or not choices.has_experiences or self.why_no_experiences():
            return {}
        return _pieces(self.learning, parts.EXPERIENCES)


def _line(text: str) -> str:
    return " ".join(text.split())


def _pieces(source: ApprovedDocument, part: SheetPart) -> dict[str, Piece]:
    return {each.key: piece for each in part.fields if (piece := source.piece(each.place))}


def sheet_source(project: Project, catalogue: Catalogue) -> SheetSource:
    """The documents that a sheet of the project is made of. 20 queries at most."""
    codes = (parts.FACT_SHEET, parts.CITIZENS, parts.LEARNING)
    rows = list(project.documents.filter(template__in=codes).with_conditions().order_by("version"))
    approved = {code: _approved(project, rows, code, catalogue) for code in codes}
    facts = approved[parts.FACT_SHEET]
    decided = facts.document.decisions.exclude(answer=Decision.Answer.NO).first() if facts else None
    is_changed = facts is not None and decided is not None and facts.document.state_hash() != decided.state
    names = project.members.values_list("member__user__full_name", flat=True)
    open_rows = (row for row in rows if row.template == parts.FACT_SHEET and row.status != DocumentStatus.APPROVED)
    return SheetSource(
        project,
        facts,
        approved[parts.CITIZENS],
        approved[parts.LEARNING],
        decided,
        is_changed,
        tuple(sorted(name for name in names if name)),
        next((row.number for row in open_rows), None),
    )


def _approved(
    project: Project, rows: Iterable[ProjectDocument], code: str, catalogue: Catalogue
) -> ApprovedDocument | None:
    """The newest approved version of these rows; None where there is none, or its template is gone. Three queries at most."""
    template: DocumentTemplate | None = catalogue.find(DocumentTemplate.KIND, code)
    versions = [row for row in rows if row.template == code]
    approved = [row for row in versions if row.status == DocumentStatus.APPROVED]
    if template is None or not approved:
        return None
    document = approved[-1]
    document.project = project
    stored = with_facts(document.all_stored(), template, shown_facts(document))
    return ApprovedDocument(document, template, catalogue, stored, document is not versions[-1])


# What is still to be written ----------------------------------------------------------------------


def unadapted(record: Mapping[str, Any]) -> list[str]:
    """The labels of the pieces of a sheet in which something is still to be written. No query."""
    return [label for label, text in sheet_texts(record) if TO_WRITE.search(text)]


def sheet_texts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each piece of a sheet with its label, a table as one text. No query."""
    heads = (
        ("title", _("Name")),
        ("summary", _("Summary")),
        ("affected", _("Who is affected")),
        ("contact", _("Where to ask")),
        ("sheet_version", _("Version of the sheet")),
    )
    for key, label in heads:
        yield label, str(record.get(key, ""))
    for part in parts.PARTS:
        yield from _labelled(part, record.get("parts", {}).get(part.key, {}))
    for group in record.get("texts", ()):
        label = parts.TEXT_GROUPS[group["key"]][0] if group["key"] in parts.TEXT_GROUPS else group["key"]
        yield str(label), "\n".join(group["pieces"])
    yield from _labelled(parts.EXPERIENCES, record.get("experiences", {}))


def _labelled(part: SheetPart, pieces: Mapping[str, Piece]) -> Iterator[tuple[str, str]]:
    labels = {each.key: str(each.label) for each in part.fields}
    for key, piece in pieces.items():
        yield labels.get(key, key), piece if isinstance(piece, str) else "\n".join(map(" · ".join, piece["rows"]))
