"""A whole project as JSON, and what an import makes of such a file.

    {"format": "kl-ai-projekt", "version": 1, "exported": {…}, "project": {…}}

`exported` says where, when and from what the file was made, and is no part of the project. `project` has `details`, the
work (answers, tasks, documents, risks and so on), `history` (people, comments, opinions, decisions, events, changes of
fields) and `imported`, the history that came with a file.

An import stores `as_imported(project)`: what is history moves to `imported`, where it counts for nothing. People come off
the rows of the work and stay beside them as names, a document is a draft again, and of its earlier versions nothing but
the record is kept. Doing so twice changes nothing. So for a project A, its import B and the import C of B's file:
`B["project"] == as_imported(A["project"])`, and B and C are the same bytes but for `exported`.

The files of approved documents stand there by their SHA-256 alone: they can be fetched one by one, and a project with
all of them would be larger than what an import takes.
"""

import hashlib
import json
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any

from django.utils import timezone

from ..models import (
    ApprovedFile,
    Comment,
    ImportedRecord,
    MunicipalityMember,
    Project,
    ProjectEvent,
    ProjectImport,
    ProjectMember,
    Submission,
)
from ..models.portable import DETAILS, DOCUMENTS, FOREIGN, HISTORY, OLDER_DOCUMENTS, WORK, FilePart

FORMAT, VERSION = "kl-ai-projekt", 1
CONTENT_TYPE = "application/json"
MOST_BYTES = 10_000_000
"""Of a file that an import takes. The limits of a project's parts permit some hundred million letters, more than a process
can read at once: a project whose file an import would refuse is handed out with what to do (`project_reader.is_too_much`)."""
LOG = ("edits", "events")
"""The parts of the history that grow with each change."""

Record = dict[str, Any]


def file_bytes(head: Record, project: Record) -> bytes:
    """The file of a project's record, with what stands beside it."""
    return written({**head, "project": project})


def without_log(project: Record) -> Record:
    """The record without its log of changes, that which came with a file too. Leaves `project` as it is."""
    left_out = dict.fromkeys(LOG, ())
    emptied = {name: {**project[name], **left_out} for name in ("history", "imported")}
    return {**project, **emptied}


def written(record: Any) -> bytes:
    """The record as JSON: sorted keys, UTF-8, one value a line. Equal records give equal bytes."""
    return (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def file_head(project: Project, address: str) -> Record:
    """What stands in the file beside the project. One query."""
    imported, municipality = _import_of(project), project.municipality
    exported = {
        "address": address,
        "at": plain(timezone.now()),
        "changed_at": plain(project.changed_at),
        "imported_at": plain(imported.at) if imported else None,
        "imported_by": _name(imported.by) if imported else None,
        "municipality": {"code": municipality.code, "name": municipality.name},
        "number": project.number,
    }
    return {"format": FORMAT, "version": VERSION, "exported": exported}


def project_record(project: Project) -> Record:
    """The project as its file has it. A constant number of queries."""
    imported, (imported_values, records) = _import_of(project), _imported_records(project)
    [details] = _records(DETAILS, [project], imported_values)
    record: Record = {part.name: _records(part, _rows(project, part), imported_values) for part in WORK}
    record["details"] = details | (
        {"created_at": None} if imported else {}
    )  # the time of the import is not of the project
    record["history"] = {
        part.name: _records(part, [row for row in _history_rows(project, part) if not _is_of(imported, row)], None)
        for part in HISTORY
    }
    record["imported"] = records
    return record


def _import_of(project: Project) -> ProjectImport | None:
    return ProjectImport.objects.filter(project=project).select_related("by").first()


def as_imported(project: Record) -> Record:
    """What an import makes of a project: nothing in it is said or decided by anybody here. Leaves `project` as it is."""
    record = deepcopy(project)
    for part in HISTORY:
        rows = record["history"].get(part.name, [])
        record["imported"][part.name] = [*record["imported"].get(part.name, []), *rows]
        record["history"][part.name] = []
    for name in FOREIGN:
        record["imported"].setdefault(name, [])
    newest: dict[str, int] = {}
    for document in record[DOCUMENTS.name]:
        newest[document["template"]] = max(document["version"], newest.get(document["template"], 0))
    older = [each for each in record[DOCUMENTS.name] if each["version"] < newest[each["template"]]]
    record["imported"][OLDER_DOCUMENTS] += older
    record[DOCUMENTS.name] = [each for each in record[DOCUMENTS.name] if each not in older]
    _set_back(DETAILS, record["details"])
    for part in WORK:
        for row in record[part.name]:
            _set_back(part, row)
    return record


def _set_back(part: FilePart, row: Record) -> None:
    """Move what an import does not take over to the row's `imported`, and the same in the rows of the row."""
    for name, reset in part.fields_set_back.items():
        if row[name] != reset:
            row["imported"][name], row[name] = row[name], reset
    for inner in part.parts:
        for each in row[inner.name]:
            _set_back(inner, each)


# Rows -----------------------------------------------------------------------------------------------

Imported = dict[tuple[str, int], Record]
"""Name of a part and key of a row to what was taken off it."""


def _imported_records(project: Project) -> tuple[Imported, dict[str, list[Record]]]:
    """What was taken off rows, and the imported history. One query."""
    imported_values: Imported = {}
    names = (*(part.name for part in HISTORY), OLDER_DOCUMENTS, *FOREIGN)
    history: dict[str, list[Record]] = {name: [] for name in names}
    for part, row, record in ImportedRecord.objects.filter(project=project).values_list("part", "row", "record"):
        if row is None:
            history[part].append(record)
        else:
            imported_values[part, row] = record
    return imported_values, history


def _rows(project: Project, part: FilePart) -> list[Any]:
    """The rows of a part, with their people, and with the rows of each. A query for each part and for each inner one."""
    return _with_people(getattr(project, part.rows), part)


def _history_rows(project: Project, part: FilePart) -> list[Any]:
    """The rows of the history that are of this project."""
    if part.model is Comment:
        return _with_people(project.comments.filter(parent=None), part)
    if not part.rows:
        return _with_people(part.model.objects.filter(document__project=project), part)
    return _rows(project, part)


def _with_people(rows: Any, part: FilePart) -> list[Any]:
    people = [*_people(part), *(["document"] if part.has_document else [])]
    return list(rows.select_related(*people).prefetch_related(*_inner_paths(part)).order_by("pk"))


def _inner_paths(part: FilePart) -> list[str]:
    """The paths from a row to the rows of its parts, to theirs, and to their people."""
    return [
        path
        for each in part.parts
        for path in (each.rows, *(f"{each.rows}__{name}" for name in (*_people(each), *_inner_paths(each))))
    ]


def _people(part: FilePart) -> list[str]:
    """The paths from a row to the logins of its people."""
    return [f"{name}__user" if name in ("owner", "member") else name for name in part.people]


def _is_of(imported: ProjectImport | None, row: Any) -> bool:
    """Whether the row says no more than that the project was imported, which stands beside the project in the file."""
    if imported is None:
        return False
    if isinstance(row, ProjectMember):
        return row.joined_at == imported.at and row.member.user_id == imported.by_id
    return isinstance(row, ProjectEvent) and row.what == ProjectEvent.What.IMPORTED


# Records --------------------------------------------------------------------------------------------


def _records(part: FilePart, rows: Iterable[Any], imported_values: Imported | None, above: str = "") -> list[Record]:
    """The rows of a part, in its order; without `imported_values` they are history, which nothing is taken off."""
    name = f"{above}.{part.name}" if above else part.name
    ordered = sorted(rows, key=attrgetter(*part.order)) if part.order else rows
    return [_record(part, row, imported_values, name) for row in ordered]


def _record(part: FilePart, row: Any, imported_values: Imported | None, name: str) -> Record:
    record = {field: plain(getattr(row, field)) for field in part.fields}
    record |= {field: _name(getattr(row, field)) for field in part.people}
    record |= {inner.name: _records(inner, _inner_rows(row, inner), imported_values, name) for inner in part.parts}
    if part.has_document:
        record["document"] = row.document.number if row.document else None
    if part.model is ApprovedFile:
        record |= {ending: hashlib.sha256(bytes(getattr(row, ending))).hexdigest() for ending in ("docx", "pdf")}
    if imported_values is not None and part.fields_set_back:
        record["imported"] = imported_values.get((name, row.pk), {})
    return record


def _inner_rows(row: Any, inner: FilePart) -> list[Any]:
    """The rows of a row. Of an annex that vendors still answer nobody at the municipality reads what is handed in. No query."""
    if inner.model is Submission and not row.annex.are_answers_readable:
        return []
    return list(getattr(row, inner.rows).all())


def plain(value: Any) -> Any:
    """A value as JSON has it: times in UTC to the microsecond, days as ISO."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value


def _name(person: Any) -> str | None:
    """The name of a person, or of what stands in a person's place; None for nobody."""
    if person is None:
        return None
    return str(person.user if isinstance(person, MunicipalityMember) else person)
