"""The whole public catalogue as JSON, for others to build on.

`FORMAT` is the version of the shape: the first number changes when something is renamed or taken
away, the second when something is added. The fields are those of the content files, in their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.downloads import open_to_websites

from .. import linking
from ..catalogue import Catalogue
from ..kind_types import FiledModel, ItemPart
from ..kinds import KINDS, SCALE
from ..models import Item, LegalSource

FORMAT = "1.2"
NOT_SHOWN = "is_public"
"""The field that no record has: all that is in the file is public."""


def response(catalogue: Catalogue, request: HttpRequest) -> HttpResponse:
    """The file, which pages of other sites may fetch too."""
    content = data(catalogue, request)
    return open_to_websites(JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}))


def data(catalogue: Catalogue, request: HttpRequest) -> dict[str, Any]:
    """Every public item with its fields, its links as keys, and its address, in lists by kind. No query."""
    return {
        "format": FORMAT,
        "json_schema": request.build_absolute_uri(reverse("toolbox:catalogue_schema")),
        "title": "Juridisk værktøjskasse for ansvarlig AI",
        "notice": "Vejledning, ikke juridisk rådgivning.",
        "language": "da",
        "source": request.build_absolute_uri(reverse("toolbox:overview")),
        "documentation": request.build_absolute_uri(reverse("toolbox:reuse")),
        "reviewed_on": catalogue.reviewed_on,
        **{
            kind.json_name: [
                _record(item, kind.fields, kind.parts, catalogue)
                | {"url": request.build_absolute_uri(linking.url(item))}
                for item in catalogue.all(kind.name)
            ]
            for kind in KINDS.values()
        },
        "scale": [{name: getattr(level, name) for name in SCALE.fields} for level in catalogue.levels],
    }


def _record(row: Any, fields: tuple[str, ...], parts: tuple[ItemPart, ...], catalogue: Catalogue) -> dict[str, Any]:
    """A row as a dictionary: its fields in their order, then a list of dictionaries for each part."""
    record = {name: _value(row, name, catalogue) for name in fields if name != NOT_SHOWN}
    for part in parts:
        record[part.name] = [
            ({"code": child.code} if part.has_code else {}) | _record(child, part.fields, part.parts, catalogue)
            for child in catalogue.parts(part.name, row)
        ]
    return record


def _value(row: Any, name: str, catalogue: Catalogue) -> Any:
    """A field's value as the JSON has it: a link as a key, several as a list of keys."""
    field = row._meta.get_field(name)
    if field.many_to_one:
        other = getattr(row, name)
        return other.key if other is not None else None
    if not field.many_to_many:
        return getattr(row, name)
    if field is LegalSource.amends.field:
        return [catalogue.items[LegalSource.KIND][pk].key for pk in catalogue.amendments.get(row.pk, ())]
    if isinstance(row, Item) and field.related_model is not LegalSource:
        return [other.key for other in catalogue.linked(row, field.related_model.KIND)]
    return [source.key for source in catalogue.parts(name, row)]  # without those of the item's parts


def part_text(part: ItemPart) -> str:
    """The content of a part's list, with the names of its fields."""
    names = [*part.fields, *(f"{inner.name} ({', '.join(inner.fields)})" for inner in part.parts)]
    if part.has_code:
        names.insert(0, "code")
    return f"{part.model._meta.verbose_name_plural}: {', '.join(names)}"


def described_lists(catalogue: Catalogue) -> Iterator[tuple[str, int, list[tuple[str, str]]]]:
    """For each list its name, the number of its items, and the name of each field with a text on what it holds."""
    for kind in KINDS.values():
        fields = [(name, text) for name, text in field_texts(kind) if name != NOT_SHOWN]
        fields += [(part.name, part_text(part)) for part in kind.parts]
        yield kind.json_name, len(catalogue.all(kind.name)), [*fields, ("url", _("the item's page"))]
    yield "scale", len(catalogue.levels), field_texts(SCALE)


def public_fields(filed: FiledModel) -> list[str]:
    """The names of the fields that a record has in the file, in their order."""
    return [name for name in filed.fields if name != NOT_SHOWN]


def field_texts(filed: FiledModel | ItemPart) -> list[tuple[str, str]]:
    """The name of each field with a text on what it holds."""
    return [(name, str(filed.model._meta.get_field(name).verbose_name)) for name in filed.fields]
