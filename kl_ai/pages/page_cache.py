"""The memory of a process for public pages: a cache of Django's that holds the values themselves, not copies of them.

Django's cache in memory pickles what it keeps, which takes longer than all the rest of a page that is found. A value that
stands here is shared by all threads, so nobody may change it.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

_kept: dict[str, tuple[OrderedDict[Hashable, Any], Lock]] = {}
"""The values of each cache by its name: every thread has a `PageCache` of its own, which Django makes."""


class PageCache(BaseCache):
    """At most `MAX_ENTRIES` values under any hashable keys. A new one takes the place of the least recently used one.

    An entry has no time to live: who reads it compares what it was made from.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._most = int(params["OPTIONS"]["MAX_ENTRIES"])
        self._values, self._lock = _kept.setdefault(name, (OrderedDict(), Lock()))

    def get(self, key: Hashable, default: Any = None, version: int | None = None) -> Any:
        with self._lock:
            if key not in self._values:
                return default
            self._values.move_to_end(key)
            return self._values[key]

    def set(self, key: Hashable, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()

    def __len__(self) -> int:
        return len(self._values)
