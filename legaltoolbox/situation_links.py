"""The situation in the addresses of a page: whoever has told their role and answers takes them along on every link.

A page is rendered without them; `with_situation` adds them to its links in one step, wherever a link comes from: a template,
running text, the drawing, or a fragment that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils.translation import override

from .screening import Situation

WHOLE_CATALOGUE = (".json", ".yaml", ".atom")
"""The endings of the files that hold the same in every situation: the content as data, and the feed of its changes."""


def with_situation(html: str, situation: Situation, names: Iterable[str]) -> str:
    """The page with the parameters of the situation in every link to a page or file of the toolbox.

    The forms and buttons that send something for a file lead to an address, too. Forms that make an address, with GET, have
    hidden fields instead (`components/situation_fields.html`).

    A link that has a situation of its own keeps it: one with a parameter of a situation (`names` are all there may be), such
    as the switch of language, or with an empty query string, “?”, which leads to a page without a situation. Links within
    the page and those in the page's head stay as they are.
    """
    if situation.is_open:
        return html
    query, known = urlencode(list(situation.pairs())), frozenset(names)

    def link(match: re.Match[str]) -> str:
        return match[1] + _address(match[2], query, known)

    return _links(get_script_prefix()).sub(link, html)


def _address(address: str, query: str, known: frozenset[str]) -> str:
    """The address, as it stands in HTML, with the query string of the situation in front of its fragment.

    The situation's own “&” stand as they are, which HTML allows in front of a name and “=”: the one-pager has 3,000 of them.
    """
    page, hash_mark, fragment = address.partition("#") if "&" not in address else _parts(address)
    path, question_mark, own = page.partition("?")
    names = (name for name, _value in parse_qsl(unescape(own), True))
    if (question_mark and (not own or any(name in known for name in names))) or path.endswith(WHOLE_CATALOGUE):
        return address
    return f"{path}?{own}{'&amp;' if own else ''}{query}{hash_mark}{fragment}"


def _parts(address: str) -> tuple[str, str, str]:
    """What stands before and behind the “#” of an address with character references, which may have one too: “&#x27;”."""
    page, hash_mark, fragment = unescape(address).partition("#")
    return escape(page), hash_mark, escape(fragment)


@lru_cache(maxsize=10)
def _links(_script_prefix: str) -> re.Pattern[str]:
    """A link to an address of the toolbox in any language: all up to the address, and the address."""
    targets = r'<a\b[^>]*?\shref|<button\b[^>]*?\sformaction|<form\b[^>]*?\smethod="post"[^>]*?\saction'
    homes = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            homes.append(re.escape(reverse("toolbox:overview")))
    return re.compile(rf'((?:{targets})=")((?:{"|".join(homes)})[^"]*)(?=")')
