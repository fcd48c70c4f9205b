"""Addresses of items, and running text in which citations and codes are links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kl_ai.export import prose

from . import citations
from .catalogue import Catalogue
from .models import Guidance, Item, LegalSource, ScreeningQuestion
from .texts import CODE

KIND_NAMES = {
    "activity": _("Activities"),
    "template": _("Templates"),
    "risk": _("Risks"),
    "requirement": _("Requirements"),
    "guidance": _("May and may not"),
    "role": _("Roles"),
    "phase": _("Phases"),
    "source": _("Legal sources"),
}
"""The kinds in the order in which a page lists what is related."""


def url(item: Item) -> str:
    """The item's address in the active language."""
    return _url(item.KIND, item.key, get_language() or "da")


@lru_cache(maxsize=2048)
def _url(kind: str, key: str, language: str) -> str:
    if kind == Guidance.KIND:
        return f"{reverse('toolbox:guidance')}#{key}"
    if kind == ScreeningQuestion.KIND:
        return f"{reverse('toolbox:overview')}#{key}"
    return reverse(f"toolbox:{kind}", args=[key])


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to an item."""

    code: str
    title: str
    url: str


def ref(item: Item) -> Ref:
    if isinstance(item, LegalSource):
        return Ref("", item.name, url(item))
    code = item.key if item.KEY == "code" else ""
    return Ref(code, getattr(item, "title", "") or str(item), url(item))


def refs(items) -> list[Ref]:
    return [ref(item) for item in items]


@dataclass(frozen=True, slots=True)
class Group:
    """Related items of one kind."""

    kind: str
    heading: str
    refs: list[Ref]


def related(item: Item, catalogue: Catalogue, *kinds: str) -> list[Group]:
    """What is linked with an item, by kind, in the order asked for; kinds without links are left out."""
    found = ((kind, catalogue.linked(item, kind)) for kind in kinds)
    return [Group(kind, str(KIND_NAMES[kind]), refs(items)) for kind, items in found if items]


class Linker:
    """Turns plain text into HTML with links to provisions and items of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        acts = [source for source in catalogue.sources if source.part_of is None and source.kind == "act"]
        found = citations.pattern(acts)
        self._pattern = re.compile(f"{found.pattern}|(?-i:{CODE})", re.IGNORECASE)
        self._items: dict[str, Item] = {citations.normal(source.name): source for source in catalogue.sources}
        for kind, items in catalogue.by_key.items():
            if kind in ("activity", "template", "risk", "requirement", "guidance"):
                self._items |= {code.casefold(): item for code, item in items.items()}

    def inline(self, text: str) -> SafeString:
        """One line of text."""
        pieces, at = [], 0
        for match in self._pattern.finditer(text):
            item = self._items.get(citations.normal(match[0]))
            if item is not None:
                pieces += [escape(text[at : match.start()]), f'<a href="{escape(url(item))}">{escape(match[0])}</a>']
                at = match.end()
        return mark_safe("".join([*pieces, escape(text[at:])]))  # noqa: S308 - every piece is escaped

    def blocks(self, text: str) -> SafeString:
        """Paragraphs and lists."""
        html = []
        for block in prose.blocks(text):
            if isinstance(block, prose.Bullets):
                items = "".join(f"<li>{self.inline(item)}</li>" for item in block.items)
                html.append(f"<ul>{items}</ul>")
            else:
                html.append(f"<p>{self.inline(block.text)}</p>")
        return mark_safe("".join(html))  # noqa: S308 - every piece is escaped


def linker(catalogue: Catalogue) -> Linker:
    """The catalogue's linker, made once."""
    if "linker" not in catalogue.memo:
        catalogue.memo["linker"] = Linker(catalogue)
    return catalogue.memo["linker"]
