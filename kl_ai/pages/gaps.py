"""A template that is rendered once and kept, with gaps that are filled for every page.

    gaps = Gaps("checked", "count")
    kept = gaps.render("components/choice.html", {"label": label, "checked": gaps["checked"], "count": gaps["count"]})
    kept.fill({"checked": "", "count": 3})

Nothing that people write can be taken for a gap: its mark is drawn by lot when the process starts.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_KEY = secrets.token_hex(16)
_MARK = re.compile(rf"gap-{_KEY}-(\w+)-")


def mark(name: str) -> str:
    """The mark of a gap with this name, which consists of letters, digits and underscores."""
    return f"gap-{_KEY}-{name}-"


def joined(parts: Iterable[SafeString]) -> SafeString:
    """The parts as one piece of HTML, which a template shows faster than a list of them."""
    return mark_safe("".join(parts))  # noqa: S308 - each part is HTML


def split(html: str) -> list[str]:
    """By turns a piece of HTML and the name of the gap behind it; a piece at the end."""
    return _MARK.split(html)


class Gaps:
    """The marks of the gaps of one template, by name."""

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)

    def __getitem__(self, name: str) -> str:
        if name not in self.names:
            raise KeyError(name)
        return mark(name)

    def render(self, template: str, context: Mapping[str, Any]) -> "Kept":
        """The template's HTML around the gaps. Raises `ValueError` where the template leaves one of them out."""
        pieces = split(render_to_string(template, dict(context)))
        if missing := self.names.difference(pieces[1::2]):
            raise ValueError(f"{template} has no gap for {', '.join(sorted(missing))}")
        return Kept(pieces)


class Kept:
    """HTML with gaps: by turns a piece of HTML and the name of the gap behind it."""

    __slots__ = ("html", "names")

    def __init__(self, pieces: list[str]) -> None:
        self.html = tuple(pieces[0::2])
        self.names = tuple(pieces[1::2])

    def fill(self, values: Mapping[str, Any]) -> SafeString:
        """The whole HTML. What is no HTML yet is escaped, as a template does it."""
        filled = [self.html[0]]
        for name, html in zip(self.names, self.html[1:], strict=True):
            value = values[name]
            filled += (value if isinstance(value, SafeString) else conditional_escape(value), html)
        return mark_safe("".join(filled))  # noqa: S308 - each part is HTML of a template, or escaped
