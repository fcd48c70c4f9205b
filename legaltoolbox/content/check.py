"""The content check: the mistakes in the content that its form does not show, found before a page shows them.

A problem is something to mend. A note is something to know: an item whose review is overdue says
so on its page by itself, and a source without an address of its own may still be right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from .. import citations, read_texts, rules, wording
from ..catalogue import Catalogue
from ..kind_types import ItemKind, ItemPart
from ..kinds import KINDS, code_pattern, item_kind, kinds_by_letter
from ..models import Certainty, Item, LegalSource, Sourced
from .named_documents import NamedDocuments


@dataclass(frozen=True)
class Finding:
    """Something about one item; a problem, or only a note."""

    item: str
    text: str
    is_problem: bool = True

    def __str__(self) -> str:
        return f"{self.item}: {self.text}"


def findings(catalogue: Catalogue) -> list[Finding]:
    """The problems and notes about all items of a catalogue, which should hold drafts too. No query."""
    checker = _Checker(catalogue)
    return [finding for item in checker.items for finding in checker.item_findings(item)]


def counts(catalogue: Catalogue) -> dict[str, Counter[str]]:
    """Kind to certainty to the number of items."""
    return {kind: Counter(item.certainty for item in catalogue.all(kind)) for kind in KINDS}


_NOT_READ = re.compile(
    r"\b(?:ordlyd|tekst|nummer|bestemmelse)\w*\b.*\ber ikke (?:efterprøvet|læst|kontrolleret|slået op)", re.IGNORECASE
)
"""A sentence that says that the text of something was not read."""


class _Checker:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.items: list[Item] = [item for kind in KINDS for item in catalogue.all(kind)]
        self.citations = citations.pattern(catalogue.acts).pattern
        self.codes, self.kinds = code_pattern(), kinds_by_letter()
        self.sources = {citations.normalized(source.name): source for source in catalogue.sources}
        self.documents = NamedDocuments(catalogue.sources)

    def item_findings(self, item: Item) -> Iterator[Finding]:
        """The problems and notes about an item."""
        for text in self._problems(item):
            yield Finding(item.key, text)
        if item.is_overdue:
            yield Finding(
                item.key, _("was to be reviewed by %(day)s; its page says so.") % {"day": item.review_by}, False
            )
        if isinstance(item, LegalSource) and item.has_begun:
            yield Finding(
                item.key,
                _("has applied since %(day)s and is shown as in force; set its status.") % {"day": item.applies_from},
                False,
            )
        if isinstance(item, LegalSource) and item.part_of is None and not item.address:
            yield Finding(item.key, _("has no official address."), False)

    def _problems(self, item: Item) -> Iterator[str]:
        yield from self._state(item)
        yield from self._links(item)
        yield from self._prose(item)
        yield from self._writing(item)
        yield from self._terms(item)
        yield from self._own_sources(item)
        yield from self._own_documents(item)
        yield from self._overtaken(item)
        yield from rules.unmarked_numbers(item, self.catalogue)
        kind = item_kind(item)
        if kind.rule is not None:
            yield from kind.rule(item, self.catalogue)
        yield from (str(text) for name, text in kind.needs if not self.catalogue.linked(item, name))

    def _state(self, item: Item) -> Iterator[str]:
        if item.is_public and item.certainty == Certainty.UNCERTAIN and not item.unsettled.strip():
            yield _("is public and uncertain, without a text on what is not settled.")
        if item.review_by <= item.reviewed_on:
            yield _("is to be reviewed before it was reviewed.")
        if item.is_public and isinstance(item, Sourced) and not self.catalogue.linked(item, LegalSource.KIND):
            yield _("has no source.")
        if item.is_public:
            yield from self._reading(item)
            yield from read_texts.problems(item, self.catalogue)

    def _reading(self, item: Item) -> Iterator[str]:
        """What is checked in the text of its source says where and when; of anything else it is known why not.

        What is uncertain may have been read.
        """
        is_read = read_texts.is_read(item)
        if item.certainty == Certainty.VERIFIED:
            if not is_read:
                yield _("is checked in the text of its source, and does not say where and when.")
        elif not item.unread_reason.strip() and not (is_read and item.certainty == Certainty.UNCERTAIN):
            yield _("is not checked in the text of its source, and does not say why.")

    def _terms(self, item: Item) -> Iterator[str]:
        for text in texts(item, item_kind(item).parts, self.catalogue):
            for word, term in wording.other_terms(text):
                yield _("says “%(word)s”; the term is “%(term)s”.") % {"word": word, "term": term}

    def _writing(self, item: Item) -> Iterator[str]:
        """How a citation stands in its sentence, but for where an item was read."""
        citation_pattern = re.compile(self.citations, re.IGNORECASE)
        for text in texts(item, item_kind(item).parts, self.catalogue):
            for words, right in citations.false_genitives(text):
                yield _("cites “%(citation)s”; write “%(right)s”.") % {"citation": words, "right": right}
            if text not in (item.read_in, item.unread_reason):
                for citation in citations.without_comma(text, citation_pattern):
                    yield _("has no comma behind “%(citation)s”.") % {"citation": citation}

    def _links(self, item: Item) -> Iterator[str]:
        """Links of a public item to items that are not public, and an owner that is not public."""
        if not item.is_public:
            return
        kind = item_kind(item)
        for key in kind.foreign_keys:
            other = getattr(item, key.name)
            if other is not None and not other.is_public:
                yield _("needs %(other)s, which is not public.") % {"other": other.key}
        for name in _kinds_named_by(kind):
            for other in self.catalogue.linked(item, name):
                if not other.is_public:
                    yield _("leads to %(other)s, which is not public.") % {"other": other.key}

    def _own_sources(self, item: Item) -> Iterator[str]:
        """What an item says of a provision rests on a source of its own: the provision, its parts, or a level above.

        The act alone is none: whoever reads it does not learn which provision was looked up.
        """
        if not isinstance(item, Sourced) or not item.is_public:
            return
        own = {
            level.pk
            for source in self.catalogue.linked(item, LegalSource.KIND)
            for level in (*self._within(source), *_levels(source))
        }
        for text in texts(item, item_kind(item).parts, self.catalogue):
            for citation in _mentions(text, self.citations, self.codes)[0]:
                one_form = citations.in_one_form(citation, self.catalogue.acts)
                source = self.sources.get(citations.normalized(one_form))
                if source is not None and source.pk not in own:
                    yield _("cites “%(citation)s”, which is not among its sources.") % {"citation": citation}

    def _own_documents(self, item: Item) -> Iterator[str]:
        """A decision, a judgment or a guide that an item names is among its sources. Where it was read is another matter."""
        if not isinstance(item, Sourced) or not item.is_public:
            return
        own = {source.act for source in self.catalogue.linked(item, LegalSource.KIND)}
        apart = {item.read_in, item.unread_reason, *item.search_words}
        named = (text for text in texts(item, item_kind(item).parts, self.catalogue) if text not in apart)
        yield from dict.fromkeys(problem for text in named for problem in self.documents.missing(text, own))

    def _within(self, source: LegalSource) -> list[LegalSource]:
        """The source and its parts; of an act only itself."""
        return self.catalogue.within(source) if source.part_of is not None else [source]

    def _overtaken(self, item: Item) -> Iterator[str]:
        """What is said not to be read or checked is not what the source itself says was read in its text."""
        for sentence in re.split(r"(?<=\.) (?=[A-ZÆØÅ])|\n", item.unsettled):
            if not _NOT_READ.search(sentence):
                continue
            for citation in _mentions(sentence, self.citations, self.codes)[0]:
                source = self.sources.get(citations.normalized(citations.in_one_form(citation, self.catalogue.acts)))
                if source is not None and source.certainty == Certainty.VERIFIED and not source.unsettled:
                    yield _("says that “%(citation)s” is not checked, which its source is.") % {"citation": citation}

    def _prose(self, item: Item) -> Iterator[str]:
        for text in texts(item, item_kind(item).parts, self.catalogue):
            cited, codes = _mentions(text, self.citations, self.codes)
            for citation in cited:
                one_form = citations.in_one_form(citation, self.catalogue.acts)
                source = self.sources.get(citations.normalized(one_form))
                if one_form != citation:
                    yield _("cites “%(citation)s”; write “%(right)s”.") % {"citation": citation, "right": one_form}
                elif source is None:
                    yield _("cites “%(citation)s”, which is not in the table of sources.") % {"citation": citation}
                elif item.is_public and not source.is_public:
                    yield _("cites “%(citation)s”, which is not public.") % {"citation": citation}
            for code in codes:
                other = self.catalogue.find(self.kinds[code[0]].name, code)
                if other is None:
                    yield _("mentions %(code)s, which does not exist.") % {"code": code}
                elif item.is_public and not other.is_public:
                    yield _("mentions %(code)s, which is not public.") % {"code": code}


@lru_cache(maxsize=20_000)
def _mentions(text: str, citations_pattern: str, code_pattern: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The citations and the codes in a text. Remembered: all but a few texts are those of the last check."""
    cited = citations.cited(text, re.compile(citations_pattern, re.IGNORECASE))
    return tuple(cited), tuple(re.findall(code_pattern, text))


def _levels(source: LegalSource) -> Iterator[LegalSource]:
    """The source and the provisions that it is part of, without the act."""
    while source.part_of is not None:
        yield source
        source = source.part_of


def _kinds_named_by(kind: ItemKind) -> list[str]:
    """The kinds of items that an item of this kind names itself, without those that name it."""
    fields = [*kind.foreign_keys, *kind.many_to_many]
    fields += [field for part in kind.parts for field in part.linking_fields]
    named = {field.related_model.KIND for field in fields} - {kind.name}
    return [name for name in KINDS if name in named]


def texts(row: Any, parts: Iterable[ItemPart], catalogue: Catalogue) -> Iterator[str]:
    """Every text that a row and its parts show."""
    for field in row._meta.fields:
        if (
            isinstance(field, models.TextField | models.CharField)
            and not field.choices
            and field.name not in ("code", "slug", "key")
        ):
            yield getattr(row, field.name)
        elif isinstance(field, models.JSONField):
            yield from getattr(row, field.name)
    for part in parts:
        for child in catalogue.parts(part.name, row):
            yield from texts(child, part.parts, catalogue)
