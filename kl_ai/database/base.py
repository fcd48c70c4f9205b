"""The backend itself: Django looks for `DatabaseWrapper` in a module of this name (`ENGINE` of the settings)."""

import time
from threading import Lock
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from . import CHECK_SECONDS, limit, time_limit


class Connection(psycopg.Connection):
    """A connection of psycopg that does not wait for its server for longer than `limit`."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """The result of the exchange `gen`. Closes the connection and raises `OperationalError` where that takes too long."""
        seconds = limit.get()
        if seconds is None or kwargs.get("timeout") is not None:
            return super().wait(gen, *args, **kwargs)
        began = time.monotonic()
        try:
            return super().wait(gen, *args, **{**kwargs, "timeout": seconds})
        except psycopg.OperationalError as error:
            if error.sqlstate is None and time.monotonic() - began >= seconds:
                self.pgconn.finish()  # the answer may still come, and belongs to no later statement
                raise psycopg.OperationalError(f"no answer from the server within {seconds:g} seconds") from error
            raise


class _Reachability:
    """Whether the server could be reached last. While it cannot, one thread of the process tries at a time.

    The others are refused at once: waiting for a server that hangs, they would leave no thread for anything else. So is
    everybody after an attempt for as long as that has taken.
    """

    def __init__(self) -> None:
        self.is_lost = False
        self.refused_until = 0.0
        self.trying = Lock()

    def connect(self, *args: Any, **kwargs: Any) -> Connection:
        """A new connection. Raises `psycopg.OperationalError`."""
        if limit.get() is None or not self.is_lost:
            return self._connect(*args, **kwargs)
        if time.monotonic() < self.refused_until or not self.trying.acquire(blocking=False):
            raise psycopg.OperationalError("the server could not be reached a moment ago")
        try:
            return self._connect(*args, **kwargs)
        finally:
            self.trying.release()

    def _connect(self, *args: Any, **kwargs: Any) -> Connection:
        began = time.monotonic()
        try:
            connection = Connection.connect(*args, **kwargs)
        except psycopg.OperationalError as error:
            self.is_lost = error.sqlstate is None  # with a code it has answered
            self.refused_until = 2 * time.monotonic() - began
            raise
        self.is_lost = False
        return connection


reachability = _Reachability()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper with connections of the class above."""

    Database = SimpleNamespace(**{**vars(psycopg), "connect": reachability.connect})

    def is_usable(self) -> bool:
        """Whether a kept connection still works, found out within `CHECK_SECONDS`."""
        with time_limit(CHECK_SECONDS):
            usable: bool = super().is_usable()
        return usable
