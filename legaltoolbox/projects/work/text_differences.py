"""Two texts of an item side by side: where they differ, what stood there and what stands there now, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.kind_types import FiledModel, ItemPart
from legaltoolbox.kinds import KINDS, SCALE

from ..models.written import SCALE as SCALE_KIND
from .texts import QUIET, Record, text_fields_of

MOST_WORDS = 400
"""Words that are compared one by one, after the words that both texts begin and end with; more are shown as a whole."""
WEIGHTY = frozenset(
    {"duty", "level", "addressee", "conditions", "options", "columns", "kind", "requires", "levels", "small_use_kind"}
)
"""The fields and parts whose change can make an answer another one."""
SAME, GONE, NEW = "same", "gone", "new"
"""What a word is marked as."""
_WORD = re.compile(r"\s+|\S+")


@dataclass(frozen=True)
class TextDifference:
    """One place in which two texts differ."""

    where: str
    old: str
    new: str
    """ "" where nothing stood or stands there."""
    is_weighty: bool = False
    """Whether an answer under it may have to be given again."""

    @cached_property
    def marks(self) -> list[tuple[str, str]]:
        """Both texts as one, in pieces: `SAME`, `GONE` or `NEW` and the words."""
        return marked(self.old, self.new)


def marked(old: str, new: str) -> list[tuple[str, str]]:
    """Both texts as one, in pieces: what both have, what has gone and what is new. The time is bounded for texts of any length."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    middle = before[start : len(before) - end], after[start : len(after) - end]
    pieces = [(SAME, before[:start]), *_between(*middle), (SAME, before[len(before) - end :])]
    return [(mark, "".join(words)) for mark, words in pieces if words]


def _between(before: list[str], after: list[str]) -> Iterator[tuple[str, list[str]]]:
    if max(len(before), len(after)) > MOST_WORDS:
        yield GONE, before
        yield NEW, after
        return
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield SAME, before[i:j]
        else:
            yield GONE, before[i:j]
            yield NEW, after[k:m]


def _common(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    number = 0
    for word, another in zip(one, other, strict=False):
        if word != another:
            break
        number += 1
    return number


def differences(kind: str, old: Record, new: Record, catalogue: Catalogue) -> list[TextDifference]:
    """The places in which two texts of a kind differ, in the order of the text. No query."""
    if kind == SCALE_KIND:
        return list(_of_rows(SCALE, old.get("levels", ()), new.get("levels", ()), _("The scale"), catalogue, True))
    return list(_of_record(KINDS[kind], old, new, "", catalogue))


def _of_record(
    described: FiledModel | ItemPart, old: Record, new: Record, where: str, catalogue: Catalogue
) -> Iterator[TextDifference]:
    kind = described.model.KIND if not isinstance(described, ItemPart) and hasattr(described.model, "KIND") else ""
    for each in text_fields_of(described):
        before, after = (_words(each, record.get(each.name), catalogue) for record in (old, new))
        if each.name in QUIET or before.split() == after.split():
            continue
        # The kind of a risk is a heading to find it by; that of a field decides what an answer looks like.
        is_weighty = each.name in WEIGHTY and not (kind and each.name == "kind")
        yield TextDifference(_joined(where, capfirst(str(each.verbose_name))), before, after, is_weighty)
    for part in described.parts:
        rows = old.get(part.name, ()), new.get(part.name, ())
        yield from _of_rows(part, *rows, where, catalogue, part.name in WEIGHTY)


def _of_rows(
    described: FiledModel | ItemPart,
    old: Iterable[Record],
    new: Iterable[Record],
    where: str,
    catalogue: Catalogue,
    is_weighty: bool,
) -> Iterator[TextDifference]:
    before, after = ({row_key(described, row): row for row in rows} for rows in (old, new))
    for key in dict.fromkeys([*before, *after]):
        place = _joined(where, _row_name(described, before.get(key) or after[key]))
        if key in before and key in after:
            found = _of_record(described, before[key], after[key], place, catalogue)
            yield from (TextDifference(each.where, each.old, each.new, each.is_weighty or is_weighty) for each in found)
        else:
            was, now = (_row_words(described, rows[key], catalogue) if key in rows else "" for rows in (before, after))
            yield TextDifference(place, was, now, is_weighty or key not in after)


def row_key(described: FiledModel | ItemPart, row: Record) -> Any:
    """What a row is known by; one without a key by what it names."""
    if "key" in row:
        return row["key"]
    names = {"conditions": ("question", "answer", "group"), "involved": ("role",), "phases": ("phase",)}
    own = names.get(getattr(described, "name", ""), ("axis", "level"))
    return tuple(row.get(name) or "" for name in own)


def _row_name(described: FiledModel | ItemPart, row: Record) -> str:
    """What a row is called in the difference."""
    part = getattr(described, "name", "")
    if part == "checklist":
        return _("question %(key)s of the checklist") % {"key": row["key"]}
    if part == "sections":
        return _("section “%(heading)s”") % {"heading": row.get("heading", row["key"])}
    if part == "fields":
        return _("field “%(label)s”") % {"label": row.get("label", row["key"])}
    return str(described.model._meta.verbose_name)


def _row_words(described: FiledModel | ItemPart, row: Record, catalogue: Catalogue) -> str:
    """The texts of a row and of the rows below it, one to a line."""
    texts = [
        f"{capfirst(str(each.verbose_name))}: {text}"
        for each in text_fields_of(described)
        if (text := _words(each, row.get(each.name), catalogue))
    ]
    below = (_row_words(part, child, catalogue) for part in described.parts for child in row.get(part.name, ()))
    return "\n".join([*texts, *below])


def _words(field: Any, value: Any, catalogue: Catalogue) -> str:
    """A value of a record in words; "" for none."""
    if value is None:
        return ""
    if field.many_to_one:
        item = catalogue.find(field.related_model.KIND, value)
        return str(item) if item is not None else str(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def _joined(where: str, name: str) -> str:
    return f"{where}, {name}" if where else capfirst(name)


def title_of(record: Mapping[str, Any]) -> str:
    """The title of a text, of a question the question; "" where it has none."""
    title: str = record.get("title") or record.get("question") or ""
    return title
