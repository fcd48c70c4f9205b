"""The impact assessment (S11), a draft, with the answers of an assessment from elsewhere in its fields."""

from dataclasses import dataclass, field
from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, TemplateField
from legaltoolbox.screening import Situation

from ..models.documents import DocumentStatus
from ..models.values import MOST_CELL_LETTERS, MOST_TEXT_LETTERS, Row, new_row
from ..work.sections import Kind, field_kind, first_values
from .cnil_leaves import Path
from .cnil_places import TEMPLATE, AnswerPlace
from .pieces import split_text

MOST_LINES, MOST_CELL_LINES = 200, 60
"""Of a field and a cell that are filled in: a document counts each line as some letters more."""

Key = tuple[str, str]


@dataclass
class PlacedAnswer:
    """An answer and where it went."""

    path: Path
    label: str
    text: str
    place: str
    rest: str = ""
    """What did not fit."""


@dataclass
class PiaDocument:
    """Collects the answers for each place, and makes the document of them."""

    catalogue: Catalogue
    texts: dict[AnswerPlace, list[PlacedAnswer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.template: DocumentTemplate | None = self.catalogue.find(DocumentTemplate.KIND, TEMPLATE)
        sections = self.catalogue.sections(self.template) if self.template else []
        self.headings = {section.key: section.heading for section in sections}
        self.fields: dict[Key, TemplateField] = {
            (section.key, each.key): each for section in sections for each in self.catalogue.fields(section)
        }
        values = first_values(self.template, self.catalogue, Situation()) if self.template else {}
        self.values: dict[Key, Any] = dict(values)

    def has(self, place: AnswerPlace) -> bool:
        """Whether the template has the place, and it can hold a text."""
        own = self.fields.get((place.section, place.field))
        if own is None:
            return False
        if not place.column:
            return field_kind(own) == Kind.TEXT
        if field_kind(own) != Kind.TABLE or place.column >= len(own.columns):
            return False
        return not place.row or self._row(place) is not None

    def put(self, place: AnswerPlace, path: Path, label: str, text: str) -> None:
        """Put the answer to a question into the place, after those that are there."""
        own = self.fields[place.section, place.field]
        where = f"{TEMPLATE}, {self.headings[place.section]}: {own.label}"
        self.texts.setdefault(place, []).append(PlacedAnswer(path, label, text, where))

    def filled(self, now: str) -> tuple[dict[str, Any] | None, list[PlacedAnswer]]:
        """The record of the document, None where nothing was put in, and all answers with what did not fit."""
        for place, texts in self.texts.items():
            self._fill(place, texts)
        answers = [
            {"section": section, "field": key, "value": value} for (section, key), value in sorted(self.values.items())
        ]
        found = [each for texts in self.texts.values() for each in texts]
        if not found or self.template is None:
            return None, found
        people = {"created_by": None, "changed_by": None}
        times: dict[str, Any] = {"created_at": now, "changed_at": now, "opinion_until": None, "approved_content": {}}
        version = {"template": TEMPLATE, "template_version": self.template.version, "version": 1, "number": 1}
        status = {"status": DocumentStatus.DRAFT.value, "answers": answers, "sections": [], "imported": {}}
        return {**people, **times, **version, **status}, found

    def _fill(self, place: AnswerPlace, texts: list[PlacedAnswer]) -> None:
        most, lines = (MOST_CELL_LETTERS, MOST_CELL_LINES) if place.column else (MOST_TEXT_LETTERS, MOST_LINES)
        value = ""
        for each in texts:
            is_named = bool(place.column and not place.row)  # the row begins with the name of the question
            block = each.text if is_named else f"{each.label}:\n{each.text}"
            kept, each.rest = split_text(block, most - len(value) - 2, max(lines - value.count("\n") - 2, 1))
            value = f"{value}\n\n{kept}".strip()
        if not place.column:
            self.values[place.section, place.field] = value
            return
        row = self._row(place) if place.row else self._new_row(place, texts[0].label)
        if row is not None:
            row["cells"][place.column] = value

    def _row(self, place: AnswerPlace) -> Row | None:
        rows = self.values.get((place.section, place.field), [])
        return next((row for row in rows if row["cells"][0].startswith(place.row)), None)

    def _new_row(self, place: AnswerPlace, label: str) -> Row:
        row = new_row([label], len(self.fields[place.section, place.field].columns))
        self.values[place.section, place.field] = [*self.values.get((place.section, place.field), []), row]
        return row
