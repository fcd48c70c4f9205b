"""Says in words what of a file does not follow its JSON Schema, and what nothing can store."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from kl_ai.text import EMOJI_PARTS, clean_line, clean_text, has_unseen

from ..days import EARLIEST, FIRST_TIME, LATEST, is_possible_day, is_possible_time

MOST_PROBLEMS = 20
MOST_DEPTH = 20
HIGHEST = 2**53
"""Beyond it programs that read JSON take two numbers for one."""
KEY_LETTERS = 40
_JOINED = str.maketrans("", "", EMOJI_PARTS)


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
    """What no database or page can hold, wherever it stands: invisible characters in names, numbers that are none, deep nesting."""
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
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) > HIGHEST):
            yield Problem(path, _("The file has whole numbers alone, and no such large ones."))


def clean_texts(data: Any) -> None:
    """Clean the texts of the data, wherever they stand, as forms clean what is typed: nobody is refused for what came along."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        for key, value in list(each.items() if isinstance(each, dict) else enumerate(each)):
            if isinstance(value, str) and _is_unseen(value):
                each[key] = clean_text(value)
            elif isinstance(value, dict | list):
                waiting.append(value)


def _is_unseen(text: str) -> bool:
    """Whether the text holds what no form lets through. A text that was cut in the middle of an emoji is let through."""
    return has_unseen(text.translate(_JOINED)) or "\r" in text


def _step(path: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    name = clean_line(key)[:KEY_LETTERS]
    return f"{path}.{name}" if path else name


def differing(data: Any, schema: dict[str, Any]) -> Iterator[Problem]:
    """Where the data does not follow the schema; of each place one problem."""
    last = None
    for error in Validator(schema, format_checker=FORMATS).iter_errors(data):
        for problem in _in_words(error):
            if problem.path != last:
                yield problem
            last = problem.path


def _pattern(validator: Any, pattern: str, text: Any, schema: dict[str, Any]) -> Iterator[ValidationError]:
    """As other programs read it: a digit is one of ten, and nothing stands after the end, no line break either."""
    if isinstance(text, str) and not re.fullmatch(pattern.strip("^$"), text, re.ASCII):
        yield ValidationError("")


Validator = validators.extend(Draft202012Validator, {"pattern": _pattern})
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def _is_day(text: Any) -> bool:
    return not isinstance(text, str) or is_possible_day(date.fromisoformat(text))


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(text: Any) -> bool:
    return not isinstance(text, str) or is_possible_time(datetime.fromisoformat(text))


def _in_words(error: ValidationError) -> Iterator[Problem]:
    """What the library has found, for people. Of several schemas of which none is followed, that of the data's type."""
    path = _path(error.absolute_path)
    match error.validator:
        case "anyOf":
            yield from _in_words(_nearest(error))
        case "required":
            yield from (
                Problem(_step(path, name), _("This is missing."))
                for name in error.validator_value
                if f"'{name}'" in error.message
            )
        case "additionalProperties":
            unknown = error.instance.keys() - error.schema["properties"].keys()
            yield from (Problem(_step(path, name), _("The format does not know this.")) for name in sorted(unknown))
        case "type":
            yield Problem(path, _not_of_type(error.validator_value))
        case "maxItems":
            yield Problem(path, _("The list can have %(most)s entries at most.") % {"most": error.validator_value})
        case "maxLength":
            text = _("The text can have %(most)s characters at most.")
            yield Problem(path, text % {"most": error.validator_value})
        case "minLength":
            yield Problem(path, _("The text is empty."))
        case "pattern":
            yield Problem(path, _("The text does not have the form that it has to have here."))
        case "format":
            yield Problem(path, _not_a_day(error.instance, error.validator_value))
        case "minimum" | "maximum":
            yield Problem(path, _("The number is too small or too large."))
        case _:
            yield Problem(path, _("The value is none of those that are possible here."))


def _path(steps: Iterable[Any]) -> str:
    path = ""
    for step in steps:
        path = _step(path, step)
    return path


def _nearest(error: ValidationError) -> ValidationError:
    """The first error of the first schema that the data is of the type of; of the first schema where there is none."""
    depth = len(error.absolute_path)
    other_type = {each.schema_path[0] for each in error.context if _is_about_type(each, depth)}
    fitting = [each for each in error.context if each.schema_path[0] not in other_type]
    return (fitting or error.context)[0]


def _is_about_type(error: ValidationError, depth: int) -> bool:
    return error.validator == "type" and len(error.absolute_path) == depth


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


def _not_a_day(text: str, name: str) -> str:
    """What is wrong with a day, or with a time at which something has happened."""
    years = {"first": FIRST_TIME.year, "earliest": EARLIEST.year, "latest": LATEST.year}
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return _("There is no such day or time.")
    if name == "date-time":
        return _("A time from %(first)s on, and none that is still to come, has to stand here.") % years
    return _("A day from %(earliest)s to %(latest)s has to stand here.") % years
