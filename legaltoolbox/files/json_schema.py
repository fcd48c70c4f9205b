"""The JSON Schema (2020-12) of the catalogue's JSON. It derives from the same records as the file (`kinds.py`).

It lets new fields come, as the format does; the versions that it is about begin with the same first number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.downloads import open_to_websites

from ..content.writing import SMALLEST_LIMIT
from ..kind_types import FiledModel, ItemKind, ItemPart
from ..kinds import KINDS, SCALE
from .catalogue_json import FORMAT, field_texts, part_text, public_fields

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CONTENT_TYPE = "application/schema+json"

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
DATE: Schema = {"type": "string", "format": "date"}
ADDRESS: Schema = {"type": "string", "format": "uri", "pattern": r"^https?://\S+$"}


def response(request: HttpRequest) -> HttpResponse:
    """The file, which pages of other sites may fetch too."""
    content = schema(request.build_absolute_uri(reverse("toolbox:catalogue_schema")))
    options = {"ensure_ascii": False, "indent": 1}
    return open_to_websites(JsonResponse(content, content_type=CONTENT_TYPE, json_dumps_params=options))


def schema(address: str) -> Schema:
    """The schema of the file, published at `address`, with descriptions in the active language. No query."""
    lists = {
        kind.json_name: {"type": "array", "description": str(kind.heading), "items": _kind_schema(kind)}
        for kind in KINDS.values()
    }
    scale = _object(field_texts(SCALE), {name: _field_schema(SCALE, name) for name in SCALE.fields})
    properties = {**_about(), **lists, "scale": {"type": "array", "items": scale}}
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": _("Legal toolbox: the whole catalogue"),
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "$defs": {_key_name(kind): _key_schema(kind) for kind in KINDS.values()},
    }


def _about() -> dict[str, Schema]:
    """The keys before the lists."""
    first = FORMAT.partition(".")[0]
    return {
        "format": {"type": "string", "pattern": rf"^{first}\.[0-9]+$", "description": _("Version of the format")},
        "json_schema": {**ADDRESS, "description": _("The address of the JSON Schema of this form.")},
        "title": TEXT,
        "notice": TEXT,
        "language": {"const": "da"},
        "source": ADDRESS,
        "documentation": ADDRESS,
        "reviewed_on": _or_null(DATE) | {"description": _("The day of the oldest review in the catalogue.")},
    }


def _kind_schema(kind: ItemKind) -> Schema:
    """An item of a kind."""
    texts = {
        **dict(field_texts(kind)),
        **{part.name: part_text(part) for part in kind.parts},
        "url": _("the item's page"),
    }
    properties = {name: _field_schema(kind, name) for name in public_fields(kind)}
    properties |= {part.name: _part_schema(part) for part in kind.parts} | {"url": ADDRESS}
    return _object([(name, texts[name]) for name in properties], properties)


def _part_schema(part: ItemPart) -> Schema:
    """The list of an item's rows."""
    properties = {"code": TEXT} if part.has_code else {}
    properties |= {name: _field_schema(part, name) for name in part.fields}
    properties |= {inner.name: _part_schema(inner) for inner in part.parts}
    texts = [(name, text) for name, text in field_texts(part) if name in properties]
    return {"type": "array", "items": _object(texts, properties)}


def _object(texts: Iterable[tuple[str, str]], properties: Mapping[str, Schema]) -> Schema:
    """An object that has all these properties, each described where `texts` has a text on it."""
    described = {name: {"description": text, **properties[name]} for name, text in texts}
    return {"type": "object", "required": list(properties), "properties": {**properties, **described}}


# Fields -------------------------------------------------------------------------------------------


def _field_schema(described: FiledModel | ItemPart, name: str) -> Schema:
    """The values that a field can have in the file."""
    field: Any = described.model._meta.get_field(name)
    if field.many_to_many:
        return {"type": "array", "items": _key(field.related_model), "uniqueItems": True}
    if field.many_to_one:
        can_be_empty = field.null or name in getattr(described, "optional", ())
        return {"anyOf": [_key(field.related_model), {"type": "null"}]} if can_be_empty else _key(field.related_model)
    plain = _plain_schema(field)
    return _or_null(plain) if field.null else plain


def _plain_schema(field: Any) -> Schema:
    """The values of a field that is no link."""
    if isinstance(field, models.JSONField):
        return TEXTS
    if isinstance(field, models.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, models.IntegerField):
        return {"type": "integer", **_limits(field)}
    if isinstance(field, models.DateField):
        return DATE
    if field.choices:
        values = [value for value, _label in field.flatchoices]
        return {"enum": values if "" in values or not field.blank else [*values, ""]}
    if isinstance(field, models.URLField):
        return {"anyOf": [ADDRESS, {"const": ""}]} if field.blank else ADDRESS
    return {**TEXT, **_pattern(field)}


def _limits(field: models.IntegerField) -> Schema:
    """The smallest and the largest number that the field takes. The limits of one database's columns are none of them."""
    lowest = [validator.limit_value for validator in field.validators if isinstance(validator, MinValueValidator)]
    highest = [validator.limit_value for validator in field.validators if isinstance(validator, MaxValueValidator)]
    own = [limit for limit in highest if limit < SMALLEST_LIMIT]
    return {"minimum": max([0, *lowest])} | ({"maximum": min(own)} if own else {})


def _pattern(field: Any) -> Schema:
    """The pattern of a text that has one, as ECMAScript writes it; a text that can be empty needs none."""
    for validator in field.validators:
        if isinstance(validator, RegexValidator) and not isinstance(validator, URLValidator) and not field.blank:
            return {"pattern": re.sub(r"\\Z$", "$", re.compile(validator.regex).pattern)}
    return {}


def _or_null(plain: Schema) -> Schema:
    return {**plain, "type": [plain["type"], "null"]}


# Keys ---------------------------------------------------------------------------------------------


def _key_name(kind: ItemKind) -> str:
    return f"{kind.name}_key"


def _key(model: Any) -> Schema:
    """The code or slug of an item of this model."""
    return {"$ref": f"#/$defs/{model.KIND}_key"}


def _key_schema(kind: ItemKind) -> Schema:
    """The codes or slugs that items of a kind can have."""
    return {
        "description": str(kind.model._meta.verbose_name),
        **_plain_schema(kind.model._meta.get_field(kind.model.KEY)),
    }
