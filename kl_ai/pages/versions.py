"""The version of the public data, one number for each area of the portal, and what a process holds in memory of it.

Whatever changes what is public bumps its area's number in the same transaction; each request compares.
"""

import time
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, ClassVar, Generic, TypeVar

from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..database.reading import consistent_reads
from ..requests.http import request_state
from .places import Turn


class PublicVersion(models.Model):
    """One row for an area. Whatever changes what is public there bumps it in the same transaction."""

    area = models.SlugField(_("area"), max_length=20, primary_key=True)
    number = models.PositiveBigIntegerField(_("number"), default=0)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("version of the public data")
        verbose_name_plural = _("versions of the public data")

    def __str__(self) -> str:
        return f"{self.area} {self.number}"


def numbers() -> Mapping[str, int]:
    """Each area's number now; none for an area where nothing was published yet. One query."""
    with connection.cursor() as cursor:  # each public page asks this, and a queryset takes three times as long
        cursor.execute("SELECT area, number FROM kl_ai_publicversion")
        return dict(cursor.fetchall())


def for_request(request: HttpRequest) -> Mapping[str, int]:
    """The numbers that this request is answered from: read once, so that a page never mixes two states."""
    state = request_state(request)
    if state.public_versions is None:
        state.public_versions = numbers()
    return state.public_versions


KEPT_DAYS = 2
"""How long a change is recorded; a process that has seen nothing since reads everything anew."""
MOST_KEYS = 2_000
"""A change of more rows is recorded as one of everything."""


class PublicChange(models.Model):
    """One change of an area's number, and of which rows alone what is public has changed with it."""

    area = models.SlugField(_("area"), max_length=20, db_index=False)
    number = models.PositiveBigIntegerField(_("number"))
    previous = models.PositiveBigIntegerField(_("number before it"))
    keys = models.JSONField(_("primary keys of what has changed"), null=True)
    """None where anything may have changed."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("change of the public data")
        verbose_name_plural = _("changes of the public data")
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "number"], name="one_change_per_number")]

    def __str__(self) -> str:
        return f"{self.area} {self.number}"

    @classmethod
    def record(cls, version: PublicVersion, previous: int, keys: list[int] | None) -> None:
        """Store the change that gave `version` its number, and delete those that are too old. Two queries."""
        if keys is not None and len(keys) > MOST_KEYS:
            keys = None
        cls.objects.create(area=version.area, number=version.number, previous=previous, keys=keys)
        oldest = version.number - KEPT_DAYS * 86_400_000_000_000
        cls.objects.filter(area=version.area, number__lt=oldest).delete()


@dataclass(eq=False)
class AreaVersion:
    """The version of one area's public data."""

    area: str

    def bump(self, keys: Iterable[int] | None = None) -> None:
        """Tell every process, when this transaction commits, that what is public has changed.

        `keys` are the primary keys of the rows of the area that alone have changed (in the market: vendors; none of
        them, where only what all share has). Without it anything may have, and everything is read anew.

        The number is the time in nanoseconds and not a counter: a counter that was rolled back, or restored from a
        backup, would have the same value again for other data. It rises in the order of the commits. Locks the area's
        row: call it after all other rows are locked. At most five queries.
        """
        with transaction.atomic():
            row, _is_new = PublicVersion.objects.select_for_update().get_or_create(area=self.area)
            previous, row.number = row.number, max(time.time_ns(), row.number + 1)
            row.save(update_fields=["number"])
            PublicChange.record(row, previous, None if keys is None else sorted(set(keys)))

    def current(self) -> int:
        """The number now; 0 before anything was published. One query."""
        return numbers().get(self.area, 0)

    def for_request(self, request: HttpRequest) -> int:
        """The number that this request is answered from. At most one query, shared by all areas."""
        return for_request(request).get(self.area, 0)

    def changed_keys(self, old: int, new: int) -> set[int] | None:
        """The keys of what alone has changed from the number `old` to `new`; None where anything may have.

        Each change names the number before it. Where one in between is not known, was made by an earlier release or
        undone by a restored backup, the chain does not reach `old`, and the result is None. At most one query.
        """
        if old == new:
            return set()
        changes = PublicChange.objects.filter(area=self.area, number__gt=old, number__lte=new)
        by_number = {change.number: change for change in changes}
        keys: set[int] = set()
        while new != old:
            change = by_number.get(new)
            if change is None or change.keys is None:
                return None
            keys.update(change.keys)
            new = change.previous
        return keys


# Values in memory ---------------------------------------------------------------------------------

Value = TypeVar("Value")
Key = tuple[int, date]
"""A version and a day: rounds open, options retire and reviews fall due at midnight."""


@dataclass(frozen=True, slots=True)
class Held(Generic[Value]):
    """A value in memory."""

    key: Key
    value: Value
    build: int = 0
    """The number of its build, rising from 1; 0 where others may not go by it: it may hold what is not committed yet."""


class ValuePerVersion(Generic[Value]):
    """A value that follows from one area's public data and the day. Each process holds one, so a page costs one query.

    `read(version, day)` reads the value from the database. `renew(value, keys, version, day)`, where there is one, makes
    the new value from the one that is held, which stays as it is, where only the rows with these keys have changed.
    Both see one state of the database, and run in one thread at a time. Others that need the value wait for it as long as
    `places` allows; a value that is `cheap` is read by each of them itself, and nobody waits.
    """

    def __init__(
        self,
        area_version: AreaVersion,
        read: Callable[[int, date], Value],
        renew: Callable[[Value, Collection[int], int, date], Value] | None = None,
        *,
        cheap: bool = False,
    ) -> None:
        self.area_version = area_version
        self.read = read
        self.renew = renew
        self.cheap = cheap
        self._turn = Turn()
        self._builds = 0
        self._held: Held[Value] | None = None

    def current(self, version: int | None = None) -> Value:
        """The value of what is public now, or at `version`, where that is known already.

        One query when nothing has changed; none with a `version`. Raises `Busy` where others build it and no thread can be
        spared to wait for them.
        """
        key = (self.area_version.current() if version is None else version, timezone.localdate())
        held = self._held
        if held is None or held.key != key:
            held = self._renewed(key, self._builds)
        return held.value

    def _renewed(self, key: Key, builds: int) -> Held[Value]:
        """What is held after the wait for others: with this key, or of a build that began after the first `builds`.

        Such a one has read the database after whoever asks has, so nobody waits for more than the build that is going on
        and one more, however often something is published.
        """
        with nullcontext() if self.cheap else self._turn.taken():
            held, is_uncommitted = self._held, connection.in_atomic_block
            if held is None or (held.key != key and (held.build <= builds or is_uncommitted)):
                number = 0
                if not (self.cheap or is_uncommitted):
                    number = self._builds = self._builds + 1
                held = self._held = Held(*self._newest(held), number)
            return held

    def for_request(self, request: HttpRequest) -> Value:
        """The value that this request is answered from: one for the whole request. At most one query."""
        values = request_state(request).public_values
        if self not in values:
            values[self] = self.current(self.area_version.for_request(request))
        return values[self]

    def set_for_request(self, request: HttpRequest, value: Value) -> None:
        """Answer this request from `value`, as the preview of something that is not public does."""
        request_state(request).public_values[self] = value

    def build(self) -> Value:
        """The value, read from the database now and not held. As many queries as `read` has, and at most two."""
        return self._newest(None)[1]

    def hold(self, value: Value, version: int) -> None:
        """Take `value` for what is public at `version` today, as if it had been read."""
        self._held = Held((version, timezone.localdate()), value)

    def forget(self) -> None:
        """Read anew on the next call."""
        self._held = None

    def _newest(self, held: Held[Value] | None) -> tuple[Key, Value]:
        """The value of what is public now with its key: `held` where it has that key, or else a new one.

        A request that began before a change asks for an older version than the one that is held by then.
        """
        with consistent_reads():
            version, day = key = self.area_version.current(), timezone.localdate()
            if held is not None and held.key == key:
                return held.key, held.value
            keys = self.area_version.changed_keys(held.key[0], version) if held and self.renew else None
            if held is None or self.renew is None or keys is None:
                return key, self.read(version, day)
            return key, self.renew(held.value, keys, version, day)


class Memo:
    """Results that follow from one value in memory and live as long as it: indexes, orders, rendered pieces.

    The value has it as an attribute. Its keys are as many as the code and the value allow: nothing that a visitor sends may
    be in one, unless it is checked to be something of the value (`LimitedMemo`). Two threads may build the same result at the same moment; the later one stays.
    """

    def __init__(self) -> None:
        self._results: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self._results)

    def remember(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """The result of `build` on the first call with this key. A key belongs to one type of result."""
        try:
            result: Value = self._results[key]
        except KeyError:
            result = self._results[key] = build()
        return result

    def get(self, key: Hashable) -> Any:
        """The result with this key; None where it is not remembered."""
        return self._results.get(key)

    def keep(self, key: Hashable, result: Any) -> None:
        """Remember a result that was made otherwise."""
        self._results[key] = result


Text = TypeVar("Text", bound=str)


class LimitedMemo:
    """Texts that follow from one value in memory and from what a visitor sends, such as the answers in an address.

    At most `most` of them and `most_letters` in all, so that no number of addresses fills the memory: the oldest go for
    new ones. A text is made again where it has gone. What only the value decides is in its `Memo`.
    """

    def __init__(self, most: int, most_letters: int) -> None:
        self.most, self.most_letters = most, most_letters
        self._texts: dict[Hashable, Any] = {}
        self._letters = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def letters(self) -> int:
        """The length of all texts together."""
        return self._letters

    def remember(self, key: Hashable, build: Callable[[], Text]) -> Text:
        """The text with this key; that of `build` where there is none. A key belongs to one type of text."""
        text: Text | None = self._texts.get(key)
        if text is None:
            text = build()
            self._keep(key, text)
        return text

    def _keep(self, key: Hashable, text: str) -> None:
        with self._lock:
            if key in self._texts:  # another thread was faster
                return
            self._texts[key] = text
            self._letters += len(text)
            while len(self._texts) > self.most or self._letters > self.most_letters:
                self._letters -= len(self._texts.pop(next(iter(self._texts))))
