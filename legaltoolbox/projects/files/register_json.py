"""The public register as JSON, and the JSON Schema (2020-12) of its two files.

`FORMAT` is the version of the shape: the first number changes when something is renamed or taken away, the second when
something is added. The texts are Danish, as the municipality has written them; stage and area are codes with their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from ..models import SharedCopy
from ..models.sheets import SheetArea, SheetStage
from ..work import sheet_parts
from ..work.register import SheetEntry
from ..work.sheet_page import label

FORMAT = "1.0"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
Absolute = Callable[[str], str]
"""Makes an absolute address of a path."""
TEXT: Schema = {"type": "string"}
URI: Schema = {"type": "string", "format": "uri"}
TIME: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "pattern": r"^(\d{4}-\d\d-\d\d)?$"}
CODED: Schema = {
    "type": "object",
    "required": ["code", "label"],
    "properties": {"code": TEXT, "label": TEXT},
}
MUNICIPALITY: Schema = {
    "type": "object",
    "required": ["code", "name"],
    "properties": {"code": TEXT, "name": TEXT},
}
PIECE: Schema = {
    "description": "A text, or a table.",
    "anyOf": [
        TEXT,
        {
            "type": "object",
            "required": ["columns", "rows"],
            "properties": {
                "columns": {"type": "array", "items": TEXT},
                "rows": {"type": "array", "items": {"type": "array", "items": TEXT}},
            },
        },
    ],
}


def sheet_path(code: str, number: int, language: str = "da") -> str:
    """The address of a sheet's page."""
    with override(language):
        return reverse("register:sheet", args=[code, number])


def list_record(entries: Iterable[SheetEntry], absolute: Absolute) -> dict[str, Any]:
    """The file of the list, with these sheets in their order. No query."""
    return {
        "format": FORMAT,
        "json_schema": absolute(reverse("register:schema")),
        "language": "da",
        "source": absolute(reverse("register:sheets")),
        "sheets": [_entry(entry, absolute) for entry in entries],
    }


def _entry(entry: SheetEntry, absolute: Absolute) -> dict[str, Any]:
    args = [entry.code, entry.number]
    return {
        "municipality": {"code": entry.code, "name": entry.municipality},
        "title": entry.name,
        "summary": entry.summary,
        "area": _coded(SheetArea, entry.area),
        "stage": _coded(SheetStage, entry.stage),
        "published_at": entry.published_at.isoformat(),
        "is_demonstration_data": entry.is_demo,
        "url": absolute(reverse("register:sheet", args=args)),
        "json": absolute(reverse("register:sheet_json", args=args)),
    }


def _coded(choices: Any, code: str) -> dict[str, str]:
    with override("da"):
        return {"code": code, "label": label(choices, code)}


def sheet_record(copy: SharedCopy, code: str, number: int, absolute: Absolute) -> dict[str, Any]:
    """The file of a sheet: what the municipality has published, and where it stands. No query on `select_related`."""
    record: Mapping[str, Any] = copy.record
    kept = {key: value for key, value in record.items() if key not in ("format", "area", "stage")}
    return {
        "format": FORMAT,
        "json_schema": absolute(reverse("register:schema")),
        "language": "da",
        "url": absolute(reverse("register:sheet", args=[code, number])),
        "published_at": copy.published_at.isoformat(),
        "is_demonstration_data": copy.municipality.is_demo,
        "sha256": copy.sha256,
        "area": _coded(SheetArea, record.get("area", "")),
        "stage": _coded(SheetStage, record.get("stage", "")),
        **kept,
        "solutions": [absolute(path) for path in record.get("solutions", ())],
    }


def schema(address: str) -> Schema:
    """The schema of both files, published at `address`. It lets new fields come, as the format does. No query."""
    about = {
        "format": {"type": "string", "pattern": rf"^{FORMAT.partition('.')[0]}\.[0-9]+$"},
        "json_schema": URI,
        "language": {"const": "da"},
    }
    entry = {
        "municipality": MUNICIPALITY,
        "title": TEXT,
        "summary": TEXT,
        "area": CODED,
        "stage": CODED,
        "published_at": TIME,
        "is_demonstration_data": {"type": "boolean"},
        "url": URI,
    }
    sheets = {"type": "array", "items": {"$ref": "#/$defs/entry"}}
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": "Public register of the municipalities' AI: the list of sheets, and a sheet",
        "anyOf": [{"$ref": "#/$defs/list"}, {"$ref": "#/$defs/sheet"}],
        "$defs": {
            "list": _object({**about, "source": URI, "sheets": sheets}),
            "entry": _object({**entry, "json": URI}),
            "sheet": _object({**about, **entry, **_of_sheet()}),
        },
    }


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


def _of_sheet() -> dict[str, Schema]:
    """The keys that a sheet has beside those of its entry in the list."""
    pieces = {
        part.key: {"type": "object", "properties": {each.key: PIECE for each in part.fields}}
        for part in (*sheet_parts.PARTS, sheet_parts.EXPERIENCES)
    }
    experiences = pieces.pop(sheet_parts.EXPERIENCES.key)
    text = _object({"key": {"enum": list(sheet_parts.TEXT_GROUPS)}, "pieces": {"type": "array", "items": TEXT}})
    return {
        "sha256": {**TEXT, "description": "Of what the municipality saw before it published the sheet."},
        "affected": TEXT,
        "contact": TEXT,
        "sheet_version": TEXT,
        "corrected_on": DAY,
        "document_version": {"type": "integer"},
        "decided_on": DAY,
        "parts": {"type": "object", "properties": pieces},
        "texts": {"type": "array", "items": text},
        "experiences": experiences,
        "solutions": {"type": "array", "items": URI},
    }
