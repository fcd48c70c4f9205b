"""Pieces of pages that a catalogue keeps: each is rendered from a template of its own."""

from __future__ import annotations

import re
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_SPAN = re.compile(r'<span lang="da">([^<]*)</span>')


def rendered(template: str, **context: Any) -> SafeString:
    """The template's HTML in the active language.

    The content is Danish. On a Danish page it needs no mark of its language, which is the page's; a large page has a
    thousand of them.
    """
    html = render_to_string(template, context).strip()
    if get_language() == "da":
        html = _SPAN.sub(r"\1", html).replace(' lang="da"', "")
    return mark_safe(html)  # noqa: S308 - rendered by a template
