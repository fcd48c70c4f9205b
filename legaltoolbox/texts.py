"""What is text in an item: the fields that are searched, and how a code is written in running text."""

from collections.abc import Iterable
from typing import Any

SEARCHED = {
    "activity": ("code", "title", "what", "why", "when"),
    "template": ("code", "title", "purpose", "when"),
    "risk": ("code", "title", "cause", "event", "consequence", "consequence_municipality", "signs", "measures"),
    "requirement": ("code", "title", "duty", "wording", "evidence", "explanation"),
    "guidance": ("code", "question", "answer", "condition", "explanation"),
    "role": ("name", "short_name", "why", "does", "does_not"),
    "phase": ("name", "summary", "goal", "result"),
    "source": ("slug", "name", "title", "summary", "change", "aliases"),
}
"""Each kind's fields, in the order in which the results of a search are shown."""
CODE = r"(?<![\w.-])(?:[AKMRS]\d{2}|P\d)(?![\w-])"
"""A code in running text; two may stand with a slash between them."""
KIND_OF_LETTER = {"A": "activity", "P": "activity", "K": "requirement", "M": "guidance", "R": "risk", "S": "template"}


def searched(item: Any) -> str:
    """The item's own text that a search looks in."""
    return "\n".join(
        "\n".join(value) if isinstance(value, list) else str(value)
        for value in (getattr(item, name) for name in SEARCHED[item.KIND])
    )


def unsettled(items: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """What is not settled, each text once, with the items that it is about."""
    about: dict[str, list[Any]] = {}
    for item in items:
        if text := item.unsettled.strip():
            about.setdefault(text, []).append(item)
    return list(about.items())
