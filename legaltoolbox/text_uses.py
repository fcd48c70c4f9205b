"""How many of the municipalities' projects a change of a text meets. The toolbox knows no project: whoever does registers here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class TextUse(NamedTuple):
    """Numbers alone: whose projects they are is nobody's business here."""

    projects: int
    """Active projects that have the text."""
    municipalities: int
    """Whose projects these are."""
    written: int
    """Of the projects those that have written something on it, and decide on a change."""


Count = Callable[[str, str], TextUse | None]
"""Kind and key of an item to its use; None for a kind that no project has. One query."""
_counts: list[Count] = []


def register(count: Count) -> None:
    """Let the projects say how many there are; at the start of the process."""
    if count not in _counts:
        _counts.append(count)


def text_use(kind: str, key: str) -> TextUse | None:
    """The use of an item; None where nobody counts its kind. One query."""
    found = (count(kind, key) for count in _counts)
    return next((use for use in found if use is not None), None)
