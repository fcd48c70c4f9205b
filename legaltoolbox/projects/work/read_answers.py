"""What was read of a file that a vendor has filled in, beside what is stored: shown before anything is saved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import AnnexLine
from ..models.vendor_answers import ANSWER_FIELDS, EMPTY_ANSWER, AnswerValue

Answers = Mapping[str, Mapping[str, str]]


class ReadProblem(NamedTuple):
    """Something in the file that was not understood, and so is not taken."""

    place: str
    """The cell, "E4", or cells."""
    text: str


@dataclass
class ReadAnswers:
    """What a file says to each point."""

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    """The number of each point that has a row, to what its cells say; "" where a cell is empty."""
    problems: list[ReadProblem] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """The points of the annex that have no row in the file."""

    @property
    def is_empty(self) -> bool:
        return not any(text for answer in self.answers.values() for text in answer.values())


class ChangedAnswer(NamedTuple):
    """A point for which the file says something else than what is stored: each pair is what is stored, and what the file says."""

    number: str
    text: str
    """The point's own text."""
    fields: list[tuple[str, str, str]]
    """Label, what is stored, what the file says."""


class Preview(NamedTuple):
    """What would be saved."""

    changed: list[ChangedAnswer]
    emptied: list[ChangedAnswer]
    """What is stored and empty in the file: it stays, unless somebody chooses otherwise."""
    same: int
    """How many points the file answers as they are stored."""


def labels() -> dict[str, str]:
    """The parts of an answer in words."""
    return {"value": _("Is it met?"), "how": _("How, or why not"), "reference": _("Annex and page")}


def shown_value(name: str, value: str) -> str:
    """A part of an answer as a page shows it."""
    return capfirst(str(AnswerValue(value).label)) if name == "value" and value in AnswerValue.values else value


def preview(lines: Sequence[AnnexLine], stored: Answers, read: Answers) -> Preview:
    """The differences between what is stored and what was read, in the order of the annex. No query."""
    changed, emptied, same = [], [], 0
    for point in _points(lines):
        number = point["number"]
        if number not in read:
            continue
        before, after = stored.get(number, EMPTY_ANSWER), read[number]
        different = {name for name in after if after[name] != before.get(name, "")}
        new = [name for name in ANSWER_FIELDS if name in different and after[name]]
        gone = [name for name in ANSWER_FIELDS if name in different and not after[name]]
        changed += [_changed(point, new, before, after)] if new else []
        emptied += [_changed(point, gone, before, after)] if gone else []
        same += not different and any(after.values())
    return Preview(changed, emptied, same)


def _points(lines: Sequence[AnnexLine]) -> Iterator[Mapping[str, Any]]:
    return (point for line in lines for point in line.answered_points)


def _changed(
    point: Mapping[str, Any], names: Sequence[str], before: Mapping[str, str], after: Mapping[str, str]
) -> ChangedAnswer:
    words = labels()
    fields = [(words[name], shown_value(name, before.get(name, "")), shown_value(name, after[name])) for name in names]
    return ChangedAnswer(point["number"], point["text"], fields)


# From the page that shows it to the one that saves it --------------------------------------------


def packed(read: Answers) -> str:
    """What was read, as the page sends it back."""
    return json.dumps(read, ensure_ascii=False)


def unpacked(text: str, lines: Sequence[AnnexLine]) -> dict[str, dict[str, str]] | None:
    """What `packed` has made; None for anything else: the page's field can be tampered with. No query."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    known = {point["number"] for point in _points(lines)}
    if not isinstance(data, dict) or not data.keys() <= known:
        return None
    for answer in data.values():
        if not isinstance(answer, dict) or not answer.keys() <= set(ANSWER_FIELDS):
            return None
        if not all(isinstance(value, str) and "\0" not in value for value in answer.values()):
            return None
    return data


def to_store(read: Answers, *, with_empty: bool) -> dict[str, dict[str, str]]:
    """Of what was read that which is to be stored: `with_empty` also the cells that are empty."""
    return {
        number: {name: value for name, value in answer.items() if value or with_empty}
        for number, answer in read.items()
    }


def by_requirement(lines: Sequence[AnnexLine], answers: Answers) -> dict[str, dict[str, str]]:
    """The answers as `Recipient.save_answers` takes them: code of the requirement to "K10.1.value" and so on. No query."""
    items = {
        line.code: {
            f"{point['number']}.{name}": value
            for point in line.answered_points
            for name, value in answers.get(point["number"], {}).items()
        }
        for line in lines
    }
    return {code: values for code, values in items.items() if values}


def merged(stored: Answers, answers: Answers) -> dict[str, dict[str, str]]:
    """What is stored with these answers in their places. No query."""
    return {
        number: {**EMPTY_ANSWER, **stored.get(number, {}), **answers.get(number, {})}
        for number in {**stored, **answers}
    }
