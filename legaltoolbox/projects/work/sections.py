"""The sections and fields of a document: what the template gives them, how far they are filled in, and values in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.drafts.parts import Difference
from legaltoolbox import filled_tables, left_out
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection
from legaltoolbox.screening import Situation

from ..models import DocumentPart
from ..models.live import LIVE_FIELDS, WAY_FIELDS, LiveSource
from ..models.values import YES, Row, new_row
from .live import Tables

Kind = TemplateField.Kind
TO_WRITE = re.compile(r"\[skriv\b", re.IGNORECASE)
"""A place in a wording where something is still to be written."""


def field_kind(field: TemplateField) -> str:
    """The kind of a field as it is filled in: one that an editor is not done with is a text, several of none is yes or no."""
    if field.lacks_content:
        return Kind.TEXT
    return Kind.YES_NO if field.kind == Kind.CHECK and not field.options else field.kind


def empty_value(field: TemplateField) -> Any:
    """What the field holds without an answer."""
    return [] if field_kind(field) in (Kind.CHECK, Kind.TABLE) else ""


def fitting(field: TemplateField, value: Any) -> Any:
    """The value as the field can show it: nothing where the field has become one of another kind since it was filled in.

    What was stored stays stored, and in the history of the field.
    """
    kind = field_kind(field)
    if kind not in (Kind.CHECK, Kind.TABLE):
        return value if isinstance(value, str) else ""
    item = dict if kind == Kind.TABLE else str
    return value if isinstance(value, list) and all(isinstance(each, item) for each in value) else []


def empty_values(fields: Iterable[TemplateField]) -> dict[str, Any]:
    """The keys of fields to their values without an answer."""
    return {field.key: empty_value(field) for field in fields}


def first_values(template: DocumentTemplate, catalogue: Catalogue, situation: Situation) -> dict[tuple[str, str], Any]:
    """What the template gives the fields of a new document: wordings, and the rows of tables. No query.

    Nothing for the fields that show what the project says elsewhere, or the document's way; but rows for who takes part.
    """
    values: dict[tuple[str, str], Any] = {}
    for section in catalogue.sections(template):
        for field in catalogue.fields(section):
            place = template.code, section.key, field.key
            if LIVE_FIELDS.get(place, LiveSource.PEOPLE) != LiveSource.PEOPLE or place in WAY_FIELDS:
                continue
            match field_kind(field):
                case Kind.WORDING:
                    values[section.key, field.key] = field.wording
                case Kind.TABLE if rows := given_rows(field, catalogue, situation):
                    values[section.key, field.key] = rows
    return values


def given_rows(field: TemplateField, catalogue: Catalogue, situation: Situation) -> list[Row]:
    """The rows that the template gives a table; their first texts are fixed."""
    texts = [*filled_tables.rows(field, catalogue, situation), *([label] for label in field.row_labels)]
    return [new_row(cells, len(field.columns), fixed=True) for cells in texts]


# How far ------------------------------------------------------------------------------------------

REMOVED = "Teksten er fjernet."
NO_ROWS = "Ingen."
LEFT_EMPTY = "Ikke udfyldt."
"""What stands in a field that is empty on purpose, in Danish as the template is."""


def is_filled(field: TemplateField, value: Any) -> bool:
    """Whether the field has an answer. A table has one where a cell is filled in that the template leaves open."""
    value = fitting(field, value)
    match field_kind(field):
        case Kind.WORDING:
            return bool(value) and not TO_WRITE.search(value)
        case Kind.TABLE:
            return any(any(row["cells"][row["fixed"] :]) for row in value)
    return bool(value)


def optional_words(field: TemplateField) -> str:
    """What stands in a field that may stay empty where it does; "" for any other."""
    if not field.is_optional:
        return ""
    has_rows_given = bool(field.row_labels) or filled_tables.filled_table(field) is not None
    return NO_ROWS if field_kind(field) == Kind.TABLE and not has_rows_given else LEFT_EMPTY


def empty_on_purpose(
    section: TemplateSection,
    fields: Iterable[TemplateField],
    stored: Mapping[tuple[str, str], Any],
    live: Tables,
    *,
    is_saved: bool,
) -> dict[str, str]:
    """The keys of the section's fields that are empty and need no answer, to what stands there. No query.

    A wording that somebody has deleted, and what the template marks as a field that may stay empty, once the section is
    saved or something else in it is filled in. Not a table that waits for what the project has still to say.
    """
    fields = list(fields)
    filled = {field.key for field in fields if _has_answer(section, field, stored, live)}
    words = {}
    for field in fields:
        place = section.key, field.key
        if field.key in filled:
            continue
        if field_kind(field) == Kind.WORDING and stored.get(place) == "":
            words[field.key] = REMOVED
        elif (is_saved or filled) and (text := optional_words(field)) and not (place in live and live[place].lacking):
            words[field.key] = text
    return words


def is_unadapted(field: TemplateField, value: Any) -> bool:
    """Whether it is a wording of the template in which something is still to be written."""
    return field_kind(field) == Kind.WORDING and bool(TO_WRITE.search(fitting(field, value)))


@dataclass(frozen=True)
class SectionState:
    """A section of a document, and how far it is."""

    section: TemplateSection
    number: int
    filled: int
    total: int
    saved: DocumentPart | None
    nothing: Mapping[str, str]
    """The keys of the fields that are empty and need no answer, to what stands there."""
    why_not: str = ""
    """Why the situation does not ask for the section; "" where it does."""
    is_by_way: bool = False
    """Whether the document's way fills all of its fields: there is nothing to fill in."""
    unadapted: int = 0
    """The wordings in which something is still to be written."""

    @property
    def answered(self) -> int:
        """The number of fields that wait for nothing."""
        return self.filled + len(self.nothing)

    @property
    def state(self) -> str:
        """As `part_state.html` takes it."""
        if self.is_complete:
            return "complete"
        return "in-progress" if self.saved or self.answered else "not-started"

    @property
    def is_asked(self) -> bool:
        """Whether the situation asks for it, or somebody has saved it all the same."""
        return not self.why_not or self.saved is not None

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total


@dataclass(frozen=True)
class Progress:
    """How many sections of a document are filled in and under way, of those that are asked for."""

    complete: int
    under_way: int
    total: int
    unadapted: int = 0
    """Wordings in which something is still to be written."""

    @property
    def not_begun(self) -> int:
        return self.total - self.complete - self.under_way

    def __str__(self) -> str:
        """The counts as sentences, the same on every page."""
        counts = _("%(complete)s of %(total)s sections are filled in, %(under_way)s are under way.") % {
            "complete": self.complete,
            "total": self.total,
            "under_way": self.under_way,
        }
        return f"{counts} {unadapted_words(self.unadapted)}".strip()


def unadapted_words(number: int) -> str:
    """That so many wordings are not adapted, as a sentence; "" for none."""
    words = ngettext("%(n)s text is not adapted yet.", "%(n)s texts are not adapted yet.", number)
    return words % {"n": number} if number else ""


def progress(states: Iterable[SectionState]) -> Progress:
    """How far a document with these sections is. No query."""
    asked = [state for state in states if state.is_asked and not state.is_by_way]
    words = [state.state for state in asked]
    unadapted = sum(state.unadapted for state in asked)
    return Progress(words.count("complete"), words.count("in-progress"), len(asked), unadapted)


def section_states(
    sections: Iterable[TemplateSection],
    catalogue: Catalogue,
    situation: Situation,
    stored: Mapping[tuple[str, str], Any],
    saved: Mapping[str, DocumentPart],
    live: Tables | None = None,
    uncounted: Collection[tuple[str, str]] = (),
) -> list[SectionState]:
    """The sections in their order. Those that the situation does not ask for come along with the reason. No query.

    `live` are the tables that show what the project says elsewhere: filled in where that is complete, or with own rows.
    The fields `uncounted`, see `uncounted_places`, do not count.
    """
    sections = list(sections)
    _applying, pieces = left_out.split(sections, catalogue, situation)
    reasons = {piece.key: piece.reason for piece in pieces}
    states = []
    for number, section in enumerate(sections, start=1):
        of_section = catalogue.fields(section)
        fields = [field for field in of_section if (section.key, field.key) not in uncounted]
        filled = sum(_has_answer(section, field, stored, live or {}) for field in fields)
        reason, is_by_way = reasons.get(section.key, ""), bool(of_section) and not fields
        last = saved.get(section.key)
        nothing = empty_on_purpose(section, fields, stored, live or {}, is_saved=last is not None)
        unadapted = sum(is_unadapted(field, stored.get((section.key, field.key), "")) for field in fields)
        states.append(SectionState(section, number, filled, len(fields), last, nothing, reason, is_by_way, unadapted))
    return states


def _has_answer(
    section: TemplateSection, field: TemplateField, stored: Mapping[tuple[str, str], Any], live: Tables
) -> bool:
    place = section.key, field.key
    is_complete = place in live and live[place].is_complete
    return is_complete or is_filled(field, stored.get(place, empty_value(field)))


# In words -----------------------------------------------------------------------------------------


def value_words(field: TemplateField, value: Any) -> str:
    """A value in the words of the language in use; "" without an answer."""
    if isinstance(value, list):
        return "\n".join(each if isinstance(each, str) else row_words(each) for each in value)
    match field_kind(field):
        case Kind.YES_NO if value:
            return _("Yes") if value == YES else _("No")
        case Kind.DATE if value:
            return date_words(value)
    return str(value)


def date_words(value: str) -> str:
    """A day in ISO form as it is written; anything else as it is."""
    try:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    except ValueError:
        return value


def row_words(row: Row) -> str:
    """The texts of a row on one line; of those that the template gives, their first lines."""
    cells = [cell.partition("\n")[0] if place < row["fixed"] else cell for place, cell in enumerate(row["cells"])]
    return " · ".join(filter(None, cells))


def differences(
    fields: Iterable[TemplateField], stored: Mapping[str, Any], typed: Mapping[str, Any]
) -> Iterator[Difference]:
    """The fields, and of tables the rows, that are stored with other values than were typed."""
    for field in fields:
        if field.key not in typed or stored[field.key] == typed[field.key]:
            continue
        if field_kind(field) == Kind.TABLE:
            yield from _row_differences(field, fitting(field, stored[field.key]), typed[field.key])
        else:
            before, after = (value_words(field, values[field.key]) for values in (stored, typed))
            yield Difference(field.label, before, after)


def _row_differences(field: TemplateField, stored: list[Row], typed: list[Row]) -> Iterator[Difference]:
    """The rows of a table that differ; the table alone where only their order does."""
    rows = {row["id"]: (number, row_words(row)) for number, row in enumerate(stored, start=1)}
    now = {row["id"]: (number, row_words(row)) for number, row in enumerate(typed, start=1)}
    changed = [row_id for row_id in {**rows, **now} if rows.get(row_id, (0, ""))[1] != now.get(row_id, (0, ""))[1]]
    for row_id in changed:
        number = (rows.get(row_id) or now[row_id])[0]
        heading = _("%(table)s, row %(number)s") % {"table": field.label, "number": number}
        yield Difference(heading, *(values.get(row_id, (0, ""))[1] for values in (rows, now)))
    if not changed:
        yield Difference(field.label, _("Other rows, or another order"), _("The rows as below"))


def change_words(field: TemplateField, old: Any, new: Any) -> tuple[str, str]:
    """What a change took away and what it put there, in words; of a table the rows that it changed."""
    if field_kind(field) != Kind.TABLE or not isinstance(old, list) or not isinstance(new, list):
        return value_words(field, old), value_words(field, new)
    changes = list(_row_differences(field, fitting(field, old), fitting(field, new)))
    return "\n".join(filter(None, (change.stored for change in changes))), "\n".join(
        filter(None, (change.typed for change in changes))
    )
