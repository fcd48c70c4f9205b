"""The kinds of work that wait for KL's staff. The front page, the inbox, the staff's mails and the menu read them.

An app declares its kinds in a sequence of `WaitingKind`, or in a function that gives one, and names it in the setting
`WAITING_WORK`. A kind counts rows
of one queryset; all kinds together are counted in one query.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import reduce
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, DateTimeField, Min, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.module_loading import import_string


class WorkSection(Enum):
    """The part of the front page that a kind stands in."""

    WORK = "work"
    """Somebody waits for KL's answer. These kinds alone are counted in the menu."""
    DEADLINES = "deadlines"
    """A day that comes; `since` is that day."""
    WATCH = "watch"
    """Nobody waits, but somebody should look at it."""


@dataclass(frozen=True, kw_only=True)
class WaitingKind:
    """One kind of waiting work."""

    code: str
    """A slug, the same in addresses and in the keys of mails."""
    words: Callable[[int], str]
    """What so many rows are, in the active language, without the number: “responses wait for review”."""
    rows: Callable[[], QuerySet[Any]]
    """The rows that wait, the oldest first."""
    since: str
    """The date or time since which a row waits: a field, a field of a related row, or an annotation."""
    page: Callable[[], str]
    """The address of the page on which the work is done, in the active language."""
    permission: str
    """`app.codename` of the permission without which somebody neither sees the number nor gets mail about it."""
    section: WorkSection = WorkSection.WORK
    inbox_template: str = ""
    """The template that shows `rows` (`WaitingRow`s) in the inbox of its app; "" for a kind with a page of its own."""
    inbox_items: Callable[[Sequence[Any]], Sequence[Any]] = list
    """What that template gets for one page of the rows, one item each or None; in a constant number of queries."""


@dataclass(frozen=True)
class Waiting:
    """How many rows of a kind wait, and the date or time of the oldest (of the first day that comes, in `DEADLINES`)."""

    kind: WaitingKind
    number: int
    oldest: datetime

    @property
    def text(self) -> str:
        return self.kind.words(self.number)

    @property
    def url(self) -> str:
        return self.kind.page()

    @property
    def days(self) -> int:
        """The days since the oldest, or until the first day that comes."""
        return days_from(self.oldest)


@dataclass(frozen=True)
class WaitingRow:
    """A row of a kind as the inbox shows it, with the date or time since which it waits."""

    item: Any
    since: date | datetime

    @property
    def days(self) -> int:
        return days_from(self.since)


def days_from(when: date | datetime) -> int:
    """The days between then and today."""
    day = timezone.localdate(when) if isinstance(when, datetime) else when
    return abs((timezone.localdate() - day).days)


def inbox_rows(kind: WaitingKind, rows: Iterable[Any]) -> list[WaitingRow]:
    """These rows of the kind for its `inbox_template`, those left out for which `inbox_items` gives None."""
    listed = list(rows)
    since = [reduce(getattr, kind.since.split("__"), row) for row in listed]
    return [WaitingRow(item, at) for item, at in zip(kind.inbox_items(listed), since, strict=True) if item is not None]


def kinds() -> Iterator[WaitingKind]:
    """Every kind, in the order of `WAITING_WORK`. No query."""
    for path in settings.WAITING_WORK:
        declared = import_string(path)
        yield from declared() if callable(declared) else declared


def kind_named(code: str) -> WaitingKind:
    """The kind with this code. Raises `LookupError` where there is none. No query."""
    for kind in kinds():
        if kind.code == code:
            return kind
    raise LookupError(code)


def kinds_for(user: Any, *sections: WorkSection) -> list[WaitingKind]:
    """The kinds that the user may see, of these sections, or of all where none is named. The queries of `has_perm`."""
    return [kind for kind in kinds() if (not sections or kind.section in sections) and user.has_perm(kind.permission)]


def count(counted: Sequence[WaitingKind]) -> list[Waiting]:
    """Those of these kinds of which something waits: by section, in it the longest wait first. One query; none for none."""
    if not counted:
        return []
    by_code = {kind.code: kind for kind in counted}
    first, *others = (_numbers(kind) for kind in by_code.values())
    rows = first.union(*others, all=True) if others else first
    waiting = [Waiting(by_code[code], number, oldest or timezone.now()) for code, number, oldest in rows if number]
    order = list(WorkSection)
    return sorted(waiting, key=lambda each: (order.index(each.kind.section), each.oldest))


def _numbers(kind: WaitingKind) -> QuerySet[Any]:
    """A query of one row: the kind's code, the number of its rows, and the oldest as a time."""
    rows = kind.rows().order_by().annotate(waiting_kind=Value(kind.code, CharField())).values("waiting_kind")
    oldest = Cast(Min(kind.since), DateTimeField())
    return rows.annotate(waiting_number=Count("pk"), waiting_since=oldest).values_list(
        "waiting_kind", "waiting_number", "waiting_since"
    )
