"""The JSON Schema (2020-12) of a project's file, which an import holds a file against too. It derives from the models."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.db import models

from ..models import (
    AnnexLine,
    ApprovedFile,
    Decision,
    EarlierAnswer,
    Evidence,
    ItemDecision,
    Measure,
    ProjectDocument,
    ProjectEvent,
    ProjectItem,
    RequirementState,
    RiskAssessment,
    Submission,
)
from ..models.documents import HIGHEST_NUMBER
from ..models.opinions import HASH_LETTERS
from ..models.portable import (
    DETAILS,
    DOCUMENTS,
    FOREIGN,
    FOREIGN_FIELDS,
    HISTORY,
    MOST_OLDER_DOCUMENTS,
    MOST_ROWS,
    OLDER_DOCUMENTS,
    WORK,
    FilePart,
)
from ..models.values import MOST_CELL_LETTERS, MOST_COLUMNS, MOST_TABLE_ROWS, MOST_TEXT_LETTERS
from ..models.written import SCALE
from ..work.texts import WRITTEN_KINDS
from .project_json import FORMAT, VERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

TIME: Schema = {
    "type": "string",
    "pattern": r"^(19|20|21)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z$",
    "format": "date-time",
}
DATE: Schema = {"type": "string", "pattern": r"^\d{4}-[01]\d-[0-3]\d$", "format": "date"}
NAME: Schema = {"type": "string", "maxLength": 300}
HASH: Schema = {"type": "string", "pattern": rf"^[0-9a-f]{{{HASH_LETTERS}}}$"}
ITEM = r"[A-Z]{1,3}\d{1,4}"
"""The code of an item of the catalogue, as addresses have it. One that the catalogue does not have, or not any more, is kept."""
HIGHEST = HIGHEST_NUMBER
"""Of the numbers of documents and their versions."""
ROW: Schema = {
    "type": "object",
    "required": ["id", "fixed", "cells"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
        "fixed": {"type": "integer", "minimum": 0, "maximum": MOST_COLUMNS},
        "cells": {
            "type": "array",
            "items": {"type": "string", "maxLength": MOST_CELL_LETTERS},
            "maxItems": MOST_COLUMNS,
        },
    },
}
TEXT_OR_ROW: Schema = {"anyOf": [{"type": "string", "maxLength": MOST_CELL_LETTERS}, ROW]}
VALUE: Schema = {
    "anyOf": [
        {"type": "string", "maxLength": MOST_TEXT_LETTERS},
        {"type": "array", "items": TEXT_OR_ROW, "maxItems": MOST_TABLE_ROWS},
    ]
}
"""What a field of a document holds, see `values.py`."""
CODE: Schema = {"type": "string", "maxLength": 4, "pattern": f"^{ITEM}$"}
PINNED_CODE: Schema = {"type": "string", "maxLength": 30, "pattern": "^[-a-zA-Z0-9_]+$"}
HASH_OR_NONE: Schema = {"type": "string", "pattern": rf"^([0-9a-f]{{{HASH_LETTERS}}})?$"}
PLACES: Schema = {"type": "array", "items": CODE, "maxItems": 50}
SPECIAL: dict[tuple[Any, str], Schema] = {
    (Measure, "places"): PLACES,
    (Decision, "rested_on"): {"type": "object"},
    (AnnexLine, "text"): {"type": "object"},
    (Submission, "answers"): {"type": "object"},
    (ProjectDocument, "approved_content"): {"type": "object"},
    (RiskAssessment, "code"): CODE | {"pattern": r"^(E\d{2,3}|[A-DF-Z]\d{1,3})$"},
    (RequirementState, "code"): CODE,
    (Evidence, "place"): {"type": "string", "maxLength": 4, "pattern": r"^K\d{1,3}$"},
    (ProjectItem, "kind"): {"enum": [*WRITTEN_KINDS, SCALE]},
    (ProjectItem, "code"): PINNED_CODE,
    (ProjectItem, "hash"): HASH,
    (ProjectItem, "decided_on"): HASH_OR_NONE,
    (EarlierAnswer, "kind"): {"enum": [*WRITTEN_KINDS, SCALE]},
    (EarlierAnswer, "code"): PINNED_CODE,
    (EarlierAnswer, "document_number"): {"type": "integer", "minimum": 0, "maximum": HIGHEST},
    (EarlierAnswer, "columns"): {
        "type": "array",
        "items": {"type": "string", "maxLength": MOST_CELL_LETTERS},
        "maxItems": MOST_COLUMNS,
    },
    (ItemDecision, "kind"): {"enum": [*WRITTEN_KINDS, SCALE]},
    (ItemDecision, "code"): PINNED_CODE,
    (ItemDecision, "old"): HASH,
    (ItemDecision, "new"): HASH_OR_NONE,
    (ProjectEvent, "what"): {"type": "string", "maxLength": 20, "pattern": "^[a-z-]+$"},
}
"""Fields whose values do not follow from the model alone."""


@cache
def schema(address: str = "") -> Schema:
    """The schema, published at `address`. No query. It is shared: do not change it."""
    exported = {
        "address": {"type": "string", "maxLength": 500},
        "at": TIME,
        "changed_at": TIME,
        "imported_at": _or_null(TIME),
        "imported_by": _or_null(NAME),
        "municipality": _object({"code": {"type": "string", "maxLength": 10}, "name": NAME}),
        "number": {"type": "integer", "minimum": 1},
    }
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": "KL: et projekt i den juridiske værktøjskasse",
        **_object(
            {
                "format": {"const": FORMAT},
                "version": {"const": VERSION},
                "exported": _object(exported),
                "project": _project(),
            }
        ),
    }


def _project() -> Schema:
    work = {part.name: _list(part, is_work=True) for part in WORK}
    history = {part.name: _list(part, is_work=False) for part in HISTORY}
    came_along = {part.name: history[part.name] | {"maxItems": part.most_imported} for part in HISTORY}
    imported = {**came_along, OLDER_DOCUMENTS: _list(DOCUMENTS, is_work=True) | {"maxItems": MOST_OLDER_DOCUMENTS}}
    later_work, later = (added_later(parts) for parts in (WORK, HISTORY))
    return _object(
        {
            **work,
            "details": _row(DETAILS, is_work=True),
            "history": _object(history, later),
            "imported": _object(imported | dict.fromkeys(FOREIGN, _foreign_rows()), (*later, *FOREIGN)),
        },
        later_work,
    )


def added_later(parts: Iterable[FilePart]) -> set[str]:
    """The names of the parts that older files do not have."""
    return {part.name for part in parts if part.is_added_later}


def _list(part: FilePart, *, is_work: bool) -> Schema:
    return {"type": "array", "items": _row(part, is_work=is_work), "maxItems": part.most}


def _foreign_rows() -> Schema:
    """The rows of what came with a file of another program."""
    texts: dict[str, Schema] = {name: {"type": "string", "maxLength": most} for name, most in FOREIGN_FIELDS.items()}
    return {"type": "array", "items": _object(texts | {"by": _or_null(NAME)}), "maxItems": MOST_ROWS}


def _row(part: FilePart, *, is_work: bool) -> Schema:
    """A row of a part; one of the work may have `imported`, with what an import has taken off."""
    fields = {name: _field(part.model, name) for name in part.fields}
    people = dict.fromkeys(part.people, _or_null(NAME))
    properties = fields | people | {inner.name: _list(inner, is_work=is_work) for inner in part.parts}
    if part.has_document:
        number = {"type": "integer", "minimum": 1, "maximum": HIGHEST}
        properties["document"] = _or_null(number) if part.model is Decision else number
    if part.model is ApprovedFile:
        properties |= {"docx": HASH, "pdf": HASH}
    if part is DETAILS:
        properties["created_at"] = _or_null(TIME)
    if is_work and part.fields_set_back:
        set_back = {name: _not_null(properties[name]) for name in part.fields_set_back}
        properties["imported"] = {"type": "object", "properties": set_back, "additionalProperties": False}
    return _object(properties, added_later(part.parts))


def _object(properties: dict[str, Schema], left_out: Collection[str] = ()) -> Schema:
    """An object that has all these properties, of which those `left_out` can be missing, and no other."""
    return {
        "type": "object",
        "required": sorted(properties.keys() - left_out),
        "additionalProperties": False,
        "properties": properties,
    }


def _field(model: Any, name: str) -> Schema:
    """The values of a field of a model."""
    field: Any = model._meta.get_field(name)
    if (model, name) in SPECIAL:
        return SPECIAL[model, name]
    plain = _plain(field)
    return _or_null(plain) if field.null else plain


def _plain(field: Any) -> Schema:
    if isinstance(field, models.JSONField):
        return VALUE
    if isinstance(field, models.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, models.DateTimeField):
        return TIME
    if isinstance(field, models.DateField):
        return DATE
    if isinstance(field, models.IntegerField):
        return {"type": "integer", **_limits(field)}
    if field.choices:
        values = [value for value, _label in field.flatchoices]
        return {"enum": [*values, ""] if field.blank and "" not in values else values}
    return _text(field)


def _limits(field: Any) -> Schema:
    if field.name.startswith(("likelihood", "consequence")):
        return {"minimum": 1, "maximum": 4}
    return {"minimum": 1, "maximum": HIGHEST}


def _text(field: Any) -> Schema:
    """A text of a field. A code or slug has a pattern."""
    text: Schema = {"type": "string", "maxLength": field.max_length}
    if not field.blank:
        text["minLength"] = 1
    if field.name in ("activity", "template", "code"):
        return text | {"pattern": rf"^({ITEM})?$" if field.blank else f"^{ITEM}$"}
    return text | ({"pattern": "^[-a-zA-Z0-9_]*$"} if isinstance(field, models.SlugField) else {})


def _or_null(plain: Schema) -> Schema:
    return {"anyOf": [plain, {"type": "null"}]}


def _not_null(either: Schema) -> Schema:
    """A schema without the null that `_or_null` has added."""
    plain: Schema = either["anyOf"][0] if "anyOf" in either else either
    return plain
