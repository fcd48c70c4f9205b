"""Addresses of items, links to them, and running text in which citations and codes are links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kl_ai.export import prose

from . import citations
from .catalogue import Catalogue
from .code_titles import code_titles
from .kind_types import ItemKind
from .kinds import KINDS, code_pattern, kinds_with_codes
from .models import Item


def url(item: Item) -> str:
    """The item's address in the active language."""
    return _url(item.KIND, item.key, get_language() or "da")


@lru_cache(maxsize=2048)
def _url(kind: str, key: str, language: str) -> str:
    page = KINDS[kind].anchor_on
    return f"{reverse(f'toolbox:{page}')}#{key}" if page else reverse(f"toolbox:{kind}", args=[key])


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to an item: its code, "" where its key is no code, its name and its address."""

    code: str
    title: str
    url: str
    mark: str = ""
    """In a situation "not-applicable" or "small-use" where the item does not apply, or can be left out; "" otherwise."""


def ref(item: Item, mark: str = "") -> Ref:
    """The link to an item, in the active language."""
    return Ref(item.key if item.KEY == "code" else "", item.link_text, url(item), mark)


def refs(items: Iterable[Item], marks: Mapping[str, str] | None = None) -> list[Ref]:
    """The links to several items, in their order, with the marks of those that have one, by their keys."""
    return [ref(item, (marks or {}).get(item.key, "")) for item in items]


@dataclass(frozen=True, slots=True)
class RefGroup:
    """Links to items of one kind."""

    kind: str
    heading: str
    refs: list[Ref]


def group(kind: ItemKind, items: Iterable[Item], marks: Mapping[str, str] | None = None) -> RefGroup:
    """Links to these items, which are of one kind, with their marks."""
    return RefGroup(kind.name, str(kind.heading), refs(items, marks))


class Linker:
    """Turns plain text into HTML with links to provisions and items of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._acts, self._titles = catalogue.acts, code_titles(catalogue)
        provisions = citations.pattern(self._acts)
        self._pattern = re.compile(f"{provisions.pattern}|(?-i:{code_pattern()})", re.IGNORECASE)
        self._items: dict[str, Item] = {citations.normalized(source.name): source for source in catalogue.sources}
        for kind in kinds_with_codes():
            self._items |= {code.casefold(): item for code, item in catalogue.by_key[kind.name].items()}

    def inline(self, text: str, named: set[str] | None = None) -> SafeString:
        """One line of text. A code that it does not name has its title behind it, unless it is among `named`."""
        text = self._titles.expand(text, named)
        pieces, end = [], 0
        for match in self._pattern.finditer(text):
            item = self._items.get(citations.normalized(citations.in_one_form(match[0], self._acts)))
            if item is not None:
                pieces += [escape(text[end : match.start()]), f'<a href="{escape(url(item))}">{escape(match[0])}</a>']
                end = match.end()
        return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - every piece is escaped

    def blocks(self, text: str) -> SafeString:
        """Paragraphs and lists."""
        html: list[str] = []
        named: set[str] = set()
        for block in prose.blocks(text):
            if isinstance(block, prose.Bullets):
                items = "".join(f"<li>{self.inline(item, named)}</li>" for item in block.items)
                html.append(f"<ul>{items}</ul>")
            else:
                html.append(f"<p>{self.inline(block.text, named)}</p>")
        return mark_safe("".join(html))  # noqa: S308 - every piece is escaped


def linker(catalogue: Catalogue) -> Linker:
    """The catalogue's linker, made once."""
    return catalogue.memo.remember("linker", lambda: Linker(catalogue))
