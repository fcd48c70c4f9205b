"""The version of the public data, one number for each area of the portal, and what a process holds in memory of it.

Whatever changes what is public bumps its area's number in the same transaction; each request compares.
"""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..requests.http import request_state


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
    return dict(PublicVersion.objects.values_list("area", "number"))


def for_request(request: HttpRequest) -> Mapping[str, int]:
    """The numbers that this request is answered from: read once, so that a page never mixes two states."""
    state = request_state(request)
    if state.public_versions is None:
        state.public_versions = numbers()
    return state.public_versions


@dataclass(eq=False)
class AreaVersion:
    """The version of one area's public data."""

    area: str

    def bump(self) -> None:
        """Tell every process, when this transaction commits, that what is public has changed.

        The number is the time in nanoseconds and not a counter: a counter that was rolled back, or
        restored from a backup, would have the same value again for other data.
        """
        PublicVersion.objects.update_or_create(area=self.area, defaults={"number": time.time_ns()})

    def current(self) -> int:
        """The number now; 0 before anything was published. One query."""
        return numbers().get(self.area, 0)

    def for_request(self, request: HttpRequest) -> int:
        """The number that this request is answered from. At most one query, shared by all areas."""
        return for_request(request).get(self.area, 0)


# Values in memory ---------------------------------------------------------------------------------

Value = TypeVar("Value")
Key = tuple[int, date]
"""A version and a day: rounds open, options retire and reviews fall due at midnight."""


class ValuePerVersion(Generic[Value]):
    """A value that follows from one area's public data and the day. Each process holds one, so a page costs one query.

    `read(version, day)` reads the value from the database. It runs in one thread at a time; the others wait for it.
    """

    def __init__(self, area_version: AreaVersion, read: Callable[[int, date], Value]) -> None:
        self.area_version = area_version
        self.read = read
        self._lock = Lock()
        self._held: tuple[Key, Value] | None = None

    def current(self, version: int | None = None) -> Value:
        """The value of what is public now, or at `version`, where that is known already.

        One query when nothing has changed; none with a `version`.
        """
        key = (self.area_version.current() if version is None else version, timezone.localdate())
        held = self._held
        if held is None or held[0] != key:
            with self._lock:
                held = self._held
                if held is None or held[0] != key:
                    held = self._held = self._newest(held)
        return held[1]

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
        """The value, read from the database now and not held. As many queries as `read` has, and two."""
        return self._newest(None)[1]

    def hold(self, value: Value, version: int) -> None:
        """Take `value` for what is public at `version` today, as if it had been read."""
        self._held = (version, timezone.localdate()), value

    def forget(self) -> None:
        """Read anew on the next call."""
        self._held = None

    def _newest(self, held: tuple[Key, Value] | None) -> tuple[Key, Value]:
        """The value of what is public now with its key: `held` where it has that key, or else read from the database.

        A request that began before a change asks for an older version than the one that is held by then.
        """
        key = self._present_key()
        while held is None or held[0] != key:
            value = self.read(*key)
            # A change that commits while the value is read starts the reading anew.
            held, key = (key, value), self._present_key()
        return held

    def _present_key(self) -> Key:
        return self.area_version.current(), timezone.localdate()


class Memo:
    """Results that follow from one value in memory and live as long as it: indexes, orders, rendered pieces.

    The value has it as an attribute. Two threads may build the same result at the same moment; the later one stays.
    """

    def __init__(self) -> None:
        self._results: dict[Hashable, Any] = {}

    def remember(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """The result of `build` on the first call with this key. A key belongs to one type of result."""
        try:
            result: Value = self._results[key]
        except KeyError:
            result = self._results[key] = build()
        return result
