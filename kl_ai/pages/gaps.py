"""A template that is rendered once and kept, with gaps that are filled for every page.

    gaps = Gaps("checked", "count")
    kept = gaps.render("components/choice.html", {"label": label, "checked": gaps["checked"], "count": gaps["count"]})
    kept.fill({"checked": "", "count": 3})

Nothing that people write can be taken for a gap: its mark is drawn by lot when the process starts.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

_KEY = secrets.token_hex(16)
_MARK = re.compile(rf"gap-{_KEY}-(\w+)-")


def mark(name: str) -> str:
    """The mark of a gap with this name, which consists of letters, digits and underscores."""
    return f"gap-{_KEY}-{name}-"


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
    """HTML with gaps, in UTF-8: by turns a piece of HTML and the name of the gap behind it."""

    __slots__ = ("html", "names")

    def __init__(self, pieces: list[str]) -> None:
        self.html = tuple(piece.encode() for piece in pieces[0::2])
        self.names = tuple(pieces[1::2])

    def fill(self, values: Mapping[str, Any]) -> bytes:
        """The whole HTML. Bytes are HTML already; what is no HTML yet is escaped, as a template does it."""
        filled = [self.html[0]]
        for name, html in zip(self.names, self.html[1:], strict=True):
            value = values[name]
            filled += (value if isinstance(value, bytes) else conditional_escape(value).encode(), html)
        return b"".join(filled)


def with_large_pieces(context: Mapping[str, Any], render: Callable[[dict[str, Any]], str]) -> bytes:
    """What `render` makes of the context, in UTF-8.

    Values of the context that are bytes are pieces of HTML: they are put in after everything else is rendered, since each
    block of a template around a long text copies it twice. The template may show such a value or ask whether it is empty.
    """
    pieces = {name: value for name, value in context.items() if isinstance(value, bytes)}
    marks = {name: mark_safe(mark(name)) if value else "" for name, value in pieces.items()}  # noqa: S308 - as above
    first, *rest = split(render({**context, **marks}))
    parts = [first.encode()]
    for name, html in zip(rest[::2], rest[1::2], strict=True):
        parts += (pieces[name], html.encode())
    return b"".join(parts)
