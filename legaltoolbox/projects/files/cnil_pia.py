"""Reads an assessment that the CNIL's PIA tool has exported as JSON, into the record of a project as an import takes it.

    {"pia": {…}, "answers": […], "measures": […], "evaluations": […], "comments": […]}

So the tool writes it since 2018. Its server writes a list of objects that have the four lists in them. Files by other
versions lack fields, or have more: what has no place is kept as it is written.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from legaltoolbox.catalogue import Catalogue

from .cnil_leaves import Leaves
from .cnil_places import PARTS
from .cnil_record import PiaRecord, UnkeptFile
from .project_json import FORMAT, MOST_BYTES, VERSION, plain, written
from .project_reader import UnreadableFile, is_too_much, parsed, read_data, unreadable
from .schema_check import Problem, first_problems

TOOL = "CNIL PIA"
LISTS = PARTS[1:]
MOST_TAGS = 50_000
"""Of all texts of a file: reading them takes half a second."""
ZIP = b"PK\x03\x04"

Record = dict[str, Any]


class ImportFile(NamedTuple):
    """What a file of either kind brings."""

    record: Record
    source: Record
    left_out: list[UnkeptFile]
    """Files inside of the file, which are not kept."""


def read_import(content: bytes, catalogue: Catalogue) -> ImportFile:
    """The project of a file that this portal or the CNIL's PIA tool has written. Raises `UnreadableFile`. No query."""
    if content.startswith(ZIP):
        raise unreadable(_("This is a ZIP file. Unpack it, and choose the JSON file in it."))
    data = parsed(content)
    if not is_of_pia_tool(data):
        record, source = read_data(data)
        return ImportFile(record, source, [])
    if content.count(b"<") > MOST_TAGS:
        raise unreadable(_("The file has too many entries."))
    pia = _one_pia(data)
    if problems := first_problems(_wrong_types(pia)):
        raise UnreadableFile(problems)
    return _import_file(pia, catalogue, timezone.now())


def is_of_pia_tool(data: Any) -> bool:
    """Whether the data seems to be an export of the PIA tool, of whatever kind."""
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, dict) or "format" in first:
        return False
    return "pia" in first or "structure" in first or ("name" in first and "answers" in first)


def _one_pia(data: Any) -> Record:
    """The one assessment of the file, in the form that the tool itself writes."""
    if isinstance(data, list):
        if len(data) > 1:
            raise unreadable(
                _("The file holds %(number)s assessments, and a project is made from one. Export this one alone.")
                % {"number": len(data)}
            )
        data = data[0]
    if "pia" in data:
        return data
    if "structure" in data:
        raise unreadable(
            _("This is a template (structure) of the PIA tool and no assessment. Export an assessment made with it.")
        )
    return {"pia": {key: value for key, value in data.items() if key not in LISTS}} | {
        key: data[key] for key in LISTS if key in data
    }


def _wrong_types(pia: Record) -> Any:
    """What of the assessment has not the type that the tool gives it."""
    if not isinstance(pia["pia"], dict):
        yield Problem("pia", _("An object with names and values has to stand here."))
    elif not isinstance(pia["pia"].get("name") or "", str):
        yield Problem("pia.name", _("A text has to stand here."))
    for name in LISTS:
        rows = pia.get(name)
        if not isinstance(rows, list | None):
            yield Problem(name, _("A list has to stand here."))
            continue
        for index, row in enumerate(rows or ()):
            path = f"{name}[{index}]"
            if not isinstance(row, dict):
                yield Problem(path, _("An object with names and values has to stand here."))
            elif name == "answers":
                yield from _wrong_answer(row, path)


def _wrong_answer(row: Record, path: str) -> Any:
    data = row.get("data")
    if not isinstance(data, dict | None):
        yield Problem(f"{path}.data", _("An object with names and values has to stand here."))
    elif data and not isinstance(data.get("list"), list | None):
        yield Problem(f"{path}.data.list", _("A list has to stand here."))
    if not isinstance(row.get("reference_to"), str | int | None):
        yield Problem(f"{path}.reference_to", _("A whole number has to stand here."))


def _import_file(pia: Record, catalogue: Catalogue, now: datetime) -> ImportFile:
    """The file's project, held against the schema of projects as any other."""
    made = PiaRecord(Leaves(pia), pia, catalogue, plain(now))
    exported = {
        "address": "",
        "at": plain(now),
        "changed_at": plain(now),
        "imported_at": None,
        "imported_by": None,
        "municipality": {"code": "", "name": ""},
        "number": 1,
    }
    file = {"format": FORMAT, "version": VERSION, "exported": exported, "project": made.record}
    record, _exported = read_data(file)
    content = written(file | {"project": record})
    if len(content) > MOST_BYTES or is_too_much(content, record):
        raise unreadable(_("The assessment is larger than a project can be."))
    return ImportFile(record, {"tool": TOOL}, made.left_out)
