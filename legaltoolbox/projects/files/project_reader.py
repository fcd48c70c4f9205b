"""Reads the file of a project for an import: the record of the project as it is stored here, or what is wrong with the file."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..models.portable import (
    DOCUMENTS,
    FOREIGN,
    HISTORY,
    MOST_OLDER_DOCUMENTS,
    MOST_ROWS,
    OLDER_DOCUMENTS,
    WORK,
    FilePart,
)
from ..models.risks import MOST_OWN_RISKS
from ..models.tasks import MOST_OWN_TASKS
from .project_json import FORMAT, MOST_BYTES, VERSION, as_imported
from .project_schema import added_later, schema
from .schema_check import Problem, clean_texts, differing, first_problems, unstorable

MOST_BRACKETS, MOST_COMMAS = 400_000, 1_500_000
"""Of a file: each can be an object in memory, many times as large as its letter."""
MOST_ANSWERS = 20_000
"""Of all documents of a file together; the templates have some thousand fields."""
MOST_FILE_ROWS = 30_000
"""Of all lists of a file together, the history too; they are counted before anything else is looked at."""
DEEPEST = 2
"""So many times rows have rows: an annex has recipients, and these have submissions."""


def _inner_names(parts: Iterable[FilePart]) -> Iterator[str]:
    """The names of all parts of these parts."""
    for part in parts:
        yield from (inner.name for inner in part.parts)
        yield from _inner_names(part.parts)


_INNER = frozenset(_inner_names((*WORK, *HISTORY)))

Record = dict[str, Any]


class UnreadableFile(Exception):
    """A file that is not imported; `problems` says what is wrong with it, and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("unreadable file")
        self.problems = list(problems)


def read_file(content: bytes) -> tuple[Record, Record]:
    """The project as an import stores it, and what the file says of its making. Raises `UnreadableFile`. No query."""
    return read_data(parsed(content))


def read_data(data: Any) -> tuple[Record, Record]:
    """`read_file` of the data of a file. The texts in it are cleaned."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise unreadable(
            _("This is neither the JSON file that “Get the whole project” gives nor an export of the CNIL’s PIA tool.")
        )
    if type(data.get("version")) is not int or data["version"] != VERSION:
        raise unreadable(_("The file has another version of the format than this portal reads."))
    if _answers(data.get("project")) > MOST_ANSWERS:
        most = {"most": number_format(MOST_ANSWERS, force_grouping=True)}
        raise unreadable(_("The documents of a file can have %(most)s answers in all.") % most)
    if _rows(data.get("project")) > MOST_FILE_ROWS:
        most = {"most": number_format(MOST_FILE_ROWS, force_grouping=True)}
        raise unreadable(_("A file can have %(most)s rows in all, its history among them.") % most)
    if first := first_problems(unstorable(data)):
        raise UnreadableFile(first)
    clean_texts(data)
    if first := first_problems(differing(data, schema())):
        raise UnreadableFile(first)
    _add_later_parts(data["project"])
    if first := first_problems(_contradictions(data["project"])):
        raise UnreadableFile(first)
    return as_imported(data["project"]), data["exported"]


def _add_later_parts(project: Record) -> None:
    """Put an empty list where an older file does not have a part. `project` has the form of the schema."""
    for name in added_later(WORK):
        project.setdefault(name, [])
    for name in added_later(HISTORY):
        project["history"].setdefault(name, [])
        project["imported"].setdefault(name, [])


def is_too_much(content: bytes, project: Record) -> bool:
    """Whether the file of a project, as it is written here, is more than an import takes. No query."""
    if len(content) > MOST_BYTES or _has_too_many_entries(content.decode()):
        return True
    if _answers(project) > MOST_ANSWERS or _rows(project) > MOST_FILE_ROWS:
        return True
    history, imported = project["history"], project["imported"]
    return (
        any(len(project[part.name]) > part.most for part in WORK)
        or any(len(history[part.name]) > part.most for part in HISTORY)
        or any(len(imported[part.name]) > part.most_imported for part in HISTORY)
        or len(imported[OLDER_DOCUMENTS]) > MOST_OLDER_DOCUMENTS
        or any(len(imported[name]) > MOST_ROWS for name in FOREIGN)
    )


def _answers(project: Any) -> int:
    """How many answers the documents of a file have, earlier versions among them, as far as it has the form of one."""
    older = _inner(_inner(project, "imported"), OLDER_DOCUMENTS)
    lists = [_inner(project, DOCUMENTS.name), older]
    documents = [document for each in lists if isinstance(each, list) for document in each]
    answers = [_inner(document, "answers") for document in documents]
    return sum(len(each) for each in answers if isinstance(each, list))


def _rows(project: Any) -> int:
    """How many rows all lists of a file have, with the rows of rows, as far as it has the form of one."""
    groups = [project, _inner(project, "history"), _inner(project, "imported")]
    lists = [each for group in groups if isinstance(group, dict) for each in group.values() if isinstance(each, list)]
    return sum(_with_below(rows, DEEPEST) for rows in lists)


def _with_below(rows: list[Any], depth: int) -> int:
    """How many rows a list has, with the rows of its rows, so deep as parts are nested."""
    if not depth:
        return len(rows)
    named = [_inner(row, name) for row in rows if isinstance(row, dict) for name in _INNER & row.keys()]
    return len(rows) + sum(_with_below(each, depth - 1) for each in named if isinstance(each, list))


def _inner(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None


def unreadable(text: str) -> UnreadableFile:
    """The refusal of a whole file, for one reason."""
    return UnreadableFile([Problem("", text)])


# JSON -----------------------------------------------------------------------------------------------


def parsed(content: bytes) -> Any:
    """The data of a JSON file, whatever it is. Raises `UnreadableFile` for one that is none, or too large."""
    if len(content) > MOST_BYTES:
        raise unreadable(_("The file is larger than 10 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable(_("The file is not JSON in UTF-8.")) from None
    if _has_too_many_entries(text):
        raise unreadable(_("The file has too many entries."))
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=float)
    except RecursionError:
        raise unreadable(_("The file is nested too deeply.")) from None
    except json.JSONDecodeError as wrong:
        place = {"line": wrong.lineno, "column": wrong.colno}
        raise unreadable(_("The file is not JSON: line %(line)s, character %(column)s.") % place) from None
    except ValueError:  # a number with thousands of digits
        raise unreadable(_("The file holds a number that is too large.")) from None


def _has_too_many_entries(text: str) -> bool:
    return text.count("[") + text.count("{") > MOST_BRACKETS or text.count(",") > MOST_COMMAS


def _object(pairs: list[tuple[str, Any]]) -> Record:
    data = dict(pairs)
    if len(data) != len(pairs):
        [(name, _number)] = Counter(name for name, _value in pairs).most_common(1)
        raise UnreadableFile([Problem(repr(name[:40]), _("This name stands twice in the same object."))])
    return data


# What the schema cannot say -------------------------------------------------------------------------


def _contradictions(project: Record) -> Iterator[Problem]:
    """Rows that are there twice, and rows of documents that are not there."""
    for part in WORK:
        yield from _twice(part, project[part.name], f"project.{part.name}")
    documents = project[DOCUMENTS.name]
    yield from _doubled(DOCUMENTS.name, [(row["template"], row["version"]) for row in documents])
    known = {row["number"] for row in (*documents, *project["imported"][OLDER_DOCUMENTS])} | {None}
    for name in ("history", "imported"):
        for part, rows in project[name].items():
            if part != OLDER_DOCUMENTS and rows and "document" in rows[0]:
                for index, row in enumerate(rows):
                    if row["document"] not in known:
                        path = f"project.{name}.{part}[{index}].document"
                        yield Problem(path, _("The file has no document with this number."))
    yield from _own_rows(project)


def _twice(part: FilePart, rows: list[Record], path: str) -> Iterator[Problem]:
    keys = [tuple(row[name] for name in part.key) for row in rows]
    # A task of the project's own has no activity, and a processing of its own no code: there can be several.
    yield from _doubled(path.removeprefix("project."), [key if key and key[-1] else None for key in keys])
    for inner in part.parts:
        for index, row in enumerate(rows):
            yield from _twice(inner, row[inner.name], f"{path}[{index}].{inner.name}")


def _doubled(path: str, keys: list[Any]) -> Iterator[Problem]:
    seen = set()
    for index, key in enumerate(keys):
        if key is not None and key in seen:
            yield Problem(f"project.{path}[{index}]", _("The same stands in the list already."))
        seen.add(key)


def _own_rows(project: Record) -> Iterator[Problem]:
    """Own tasks and risks are as many as on the pages and have a title; those of the catalogue have it there.

    What is done has a time.
    """
    for name, most, is_own in (
        ("tasks", MOST_OWN_TASKS, lambda row: not row["activity"]),
        ("risks", MOST_OWN_RISKS, lambda row: row["code"].startswith("E")),
    ):
        if sum(map(is_own, project[name])) > most:
            text = _("The project can have added %(most)s of its own at most.")
            yield Problem(f"project.{name}", text % {"most": most})
        for index, row in enumerate(project[name]):
            if is_own(row) is not bool(row["title"]):
                yield Problem(
                    f"project.{name}[{index}].title", _("What the project has added itself has a title, all else none.")
                )
    for index, row in enumerate(project["tasks"]):
        if (row["state"] == "done") is (row["done_at"] is None):
            yield Problem(f"project.tasks[{index}].done_at", _("A task that is done has a time, any other none."))
