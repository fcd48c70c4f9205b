"""Holds data against a JSON Schema, and says in words what does not follow it. For the keywords that the project's schema has."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from kl_ai.text import EMOJI_PARTS, clean_line, has_unseen

from ..days import EARLIEST, FIRST_TIME, LATEST, is_possible_day, is_possible_time

MOST_PROBLEMS = 20
MOST_DEPTH = 20
HIGHEST = 2**53
"""Beyond it programs that read JSON take two numbers for one."""
KEY_LETTERS = 40
_JOINED = str.maketrans("", "", EMOJI_PARTS)
TYPES: dict[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


class Problem(NamedTuple):
    """What is wrong at a place in a file."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


def first_problems(problems: Iterator[Problem]) -> list[Problem]:
    """The first problems, as many as a page shows."""
    return [problem for problem, _number in zip(problems, range(MOST_PROBLEMS), strict=False)]


def unstorable(data: Any) -> Iterator[Problem]:
    """What no database or page can hold, wherever it stands: broken or invisible characters, numbers that are none, deep nesting."""
    waiting: list[tuple[str, Any, int]] = [("", data, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if isinstance(value, dict | list):
            if depth == MOST_DEPTH:
                yield Problem(path[:200], _("This is nested too deeply."))
                continue
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [(_step(path, key), inner, depth + 1) for key, inner in pairs]
            if isinstance(value, dict) and any(_is_unseen(key) for key in value):
                yield Problem(path, _("A name here holds characters that cannot be seen or stored."))
        elif isinstance(value, str) and _is_unseen(value):
            yield Problem(path, _("The text holds characters that cannot be seen or stored."))
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) > HIGHEST):
            yield Problem(path, _("The file has whole numbers alone, and no such large ones."))


def _is_unseen(text: str) -> bool:
    """Whether the text holds what no form lets through. A text that was cut in the middle of an emoji is let through."""
    return has_unseen(text.translate(_JOINED)) or "\r" in text


def _step(path: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    name = clean_line(key)[:KEY_LETTERS]
    return f"{path}.{name}" if path else name


def differing(data: Any, schema: dict[str, Any], path: str = "") -> Iterator[Problem]:
    """Where the data does not follow the schema."""
    if "anyOf" in schema:
        yield from _any_of(data, schema["anyOf"], path)
        return
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        if not any(type(data) is type(value) and data == value for value in values):
            yield Problem(path, _("The value is none of those that are possible here."))
        return
    if not _is_of_type(data, schema["type"]):
        yield Problem(path, _not_of_type(schema["type"]))
        return
    checks: dict[str, Callable[[Any, dict[str, Any], str], Iterator[Problem]]] = {
        "object": _object,
        "array": _array,
        "string": _string,
        "integer": _integer,
    }
    check = checks.get(schema["type"])
    if check:
        yield from check(data, schema, path)


def _any_of(data: Any, schemas: list[dict[str, Any]], path: str) -> Iterator[Problem]:
    """The problems of the first schema of the data's type, where the data follows none."""
    found = [list(differing(data, each, path)) for each in schemas]
    if all(found):
        of_type = [
            problems
            for problems, each in zip(found, schemas, strict=True)
            if "type" not in each or _is_of_type(data, each["type"])
        ]
        yield from (of_type or found)[0]


def _is_of_type(data: Any, name: str) -> bool:
    return type(data) is TYPES[name]


def _not_of_type(name: str) -> str:
    texts = {
        "object": _("An object with names and values has to stand here."),
        "array": _("A list has to stand here."),
        "string": _("A text has to stand here."),
        "integer": _("A whole number has to stand here."),
        "boolean": _("True or false has to stand here."),
        "null": _("Nothing can stand here."),
    }
    return texts[name]


def _object(data: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[Problem]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in data:
            yield Problem(_step(path, name), _("This is missing."))
    for name, value in data.items():
        if name in properties:
            yield from differing(value, properties[name], _step(path, name))
        elif schema.get("additionalProperties") is False:
            yield Problem(_step(path, name), _("The format does not know this."))


def _array(data: list[Any], schema: dict[str, Any], path: str) -> Iterator[Problem]:
    if len(data) > schema["maxItems"]:
        yield Problem(path, _("The list can have %(most)s entries at most.") % {"most": schema["maxItems"]})
        return
    for index, value in enumerate(data):
        yield from differing(value, schema["items"], _step(path, index))


def _string(data: str, schema: dict[str, Any], path: str) -> Iterator[Problem]:
    if len(data) > schema.get("maxLength", len(data)):
        yield Problem(path, _("The text can have %(most)s characters at most.") % {"most": schema["maxLength"]})
    elif len(data) < schema.get("minLength", 0):
        yield Problem(path, _("The text is empty."))
    elif "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), data, re.ASCII):
        yield Problem(path, _("The text does not have the form that it has to have here."))
    elif "format" in schema:
        yield from _day(data, schema["format"], path)


def _day(text: str, name: str, path: str) -> Iterator[Problem]:
    """What is wrong with a day, or with a time at which something has happened."""
    try:
        is_possible = (
            is_possible_time(datetime.fromisoformat(text))
            if name == "date-time"
            else is_possible_day(date.fromisoformat(text))
        )
    except ValueError:
        yield Problem(path, _("There is no such day or time."))
        return
    if not is_possible:
        years = {"first": FIRST_TIME.year, "earliest": EARLIEST.year, "latest": LATEST.year}
        text = (
            _("A time from %(first)s on, and none that is still to come, has to stand here.")
            if name == "date-time"
            else _("A day from %(earliest)s to %(latest)s has to stand here.")
        )
        yield Problem(path, text % years)


def _integer(data: int, schema: dict[str, Any], path: str) -> Iterator[Problem]:
    if not schema.get("minimum", data) <= data <= schema.get("maximum", data):
        yield Problem(path, _("The number is too small or too large."))
