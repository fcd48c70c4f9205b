"""The form of the vendors' JSON: its keys with their meanings, and the JSON Schema (2020-12) that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..models import SampleOffering
from ..models.export_keys import ExportKey
from .columns import TEXT, Column, Schema
from .snapshot import Snapshot

FORM = "kl-ai-marketoverview/1"
"""Name and version of the JSON; the version is raised when a key changes its meaning or goes. New keys can come at any time."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXTS: Schema = {"type": "array", "items": TEXT}
ADDRESS: Schema = {"type": "string", "format": "uri"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the JSON, its meaning in the active language, and what values it can have."""

    name: str
    explanation: str
    schema: Schema


def about_keys(form: str, source: str) -> list[Key]:
    """The first keys of every JSON file of the market; `form` is its name and version, `source` what its `source` means."""
    return [
        Key("schema", _("Name and version of this form."), {"const": form}),
        Key("json_schema", _("The address of the JSON Schema of this form."), ADDRESS),
        Key("documentation", _("The address of the page about the files."), ADDRESS),
        Key("source", source, ADDRESS),
        Key("data_as_of", _("The day of the data."), {"type": "string", "format": "date"}),
        Key("is_demonstration_data", _("Whether the companies are invented."), {"type": "boolean"}),
        Key("recommendation", _("That KL recommends nobody."), TEXT),
        Key("ignored", _("What in the address was not understood, as sentences."), TEXTS),
    ]


def selection_key(explanation: str, *names: str) -> Key:
    """The key of the selection: texts under each of `names` but `q`, which is one text, and codes by question."""
    texts = {name: TEXT if name == "q" else TEXTS for name in names}
    schema: Schema = {
        "type": "object",
        "required": list(names),
        "properties": texts,
        "additionalProperties": TEXTS,
    }
    return Key("selection", explanation, schema)


def count_key(explanation: str) -> Key:
    return Key("count", explanation, {"type": "integer", "minimum": 0})


def envelope_keys() -> list[Key]:
    """The keys around the companies, in the order of the file; the companies themselves come last."""
    return [
        *about_keys(FORM, _("The selection in the directory.")),
        selection_key(_("The free text (q) and the chosen codes by question."), "q"),
        Key(
            "shortlist",
            _("The IDs in the portal of the companies that were picked one by one; empty for a whole selection."),
            TEXTS,
        ),
        count_key(_("The number of companies in the selection.")),
    ]


def companies_key() -> Key:
    return Key("companies", _("The companies, with the keys above."), {"type": "array"})


def example_keys(snapshot: Snapshot) -> list[Key]:
    """The keys of an entry of a company's `offerings`. No query."""
    stages = SampleOffering.Stage.values
    combined = {
        tally.code: {"type": "array", "items": {"enum": [choice.code for choice in tally.choices]}}
        for tally in snapshot.tallies.values()
    }
    return [
        Key("title", _("The example's title."), TEXT),
        Key("description", _("The company's description of it."), TEXT),
        Key(
            "stage",
            _("How far it is: %(codes)s; empty where not stated.") % {"codes": ", ".join(stages)},
            {"enum": [*stages, ""]},
        ),
        Key("where_used", _("Where it is used."), TEXT),
        Key(
            "combines",
            _("The codes that it uses together, by question."),
            {"type": "object", "properties": combined, "additionalProperties": TEXTS},
        ),
    ]


def json_schema(snapshot: Snapshot, columns: Sequence[Column], address: str) -> dict[str, Any]:
    """The JSON Schema of the file, published at `address`. No query.

    It lets new keys come, and new questions; the codes of a question are those that it has now and had before.
    """
    company = object_schema([Key(column.key, column.explanation, column.schema) for column in columns], list(ExportKey))
    company["properties"][ExportKey.OFFERINGS]["items"] = object_schema(example_keys(snapshot))
    keys = [*envelope_keys(), companies_key()]
    schema = object_schema(keys)
    schema["properties"]["companies"]["items"] = company
    return {"$schema": DIALECT, "$id": address, "title": FORM, **schema}


def object_schema(keys: Sequence[Key], required: Sequence[str] | None = None) -> dict[str, Any]:
    """The schema of an object with these keys; without `required` it has all of them."""
    return {
        "type": "object",
        "required": [key.name for key in keys] if required is None else list(required),
        "properties": {key.name: {"description": key.explanation, **key.schema} for key in keys},
    }
