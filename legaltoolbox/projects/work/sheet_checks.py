"""What in the texts of a sheet can point to a person: somebody has to look at each before it becomes public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

EMAIL = re.compile(r"[^\s@<>()\[\],;:\"“”]+@[^\s@<>()\[\],;:\"“”]+\.[^\s@<>()\[\],;:\"“”.]+")
CIVIL_NUMBER = re.compile(r"(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[ –-]?\d{4}(?!\d)")
"""Ten digits that begin with a day and a month, as the number of a person does."""
MOST_FINDINGS = 50
FEWEST_LETTERS = 4
"""Of a name that is looked for."""


class FindingKind(StrEnum):
    EMAIL = "email"
    CIVIL_NUMBER = "civil-number"
    NAME = "name"


@dataclass(frozen=True)
class SheetFinding:
    """A piece of a text that can point to a person."""

    kind: FindingKind
    text: str

    def __str__(self) -> str:
        sentences = {
            FindingKind.EMAIL: _("The e-mail address %(text)s"),
            FindingKind.CIVIL_NUMBER: _("A number that looks like a civil registration number: %(text)s"),
            FindingKind.NAME: _("The name of somebody in the project: %(text)s"),
        }
        return sentences[self.kind] % {"text": self.text}


def findings(record: Mapping[str, Any], names: Iterable[str]) -> list[SheetFinding]:
    """What in the sheet can point to a person, each once. No query."""
    texts = list(_strings({key: value for key, value in record.items() if key not in ("municipality", "solutions")}))
    whole = "\n".join(texts)
    found = [SheetFinding(FindingKind.EMAIL, match[0]) for match in EMAIL.finditer(whole)]
    found += [SheetFinding(FindingKind.CIVIL_NUMBER, match[0]) for match in CIVIL_NUMBER.finditer(whole)]
    folded = " ".join(whole.casefold().split())
    found += [
        SheetFinding(FindingKind.NAME, name)
        for name in names
        if len(name) >= FEWEST_LETTERS
        and re.search(rf"(?<!\w){re.escape(' '.join(name.casefold().split()))}(?!\w)", folded)
    ]
    return list(dict.fromkeys(found))[:MOST_FINDINGS]


def _strings(value: Any) -> Iterator[str]:
    """Every text in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
