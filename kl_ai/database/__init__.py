"""How long a request waits for the database server; in `base` Django's backend for PostgreSQL, which keeps the limit.

    with database.time_limit():      # around every request (`kl_ai.middleware`)
        …

A server that hangs answers nothing, and no setting of the server ends the wait: the client has to. Without a limit, as in
a command, a statement may take as long as it takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

STATEMENT_SECONDS = 15.0
"""How long a request waits for the answer to one statement."""
CHECK_SECONDS = 3.0
"""How long it waits for a connection that was kept from an earlier request to show that it still works."""
CONNECT_SECONDS = 3
"""How long it waits for a new connection, at each address of the server."""

limit: ContextVar[float | None] = ContextVar("database_time_limit", default=None)
"""The seconds that each wait for the server may take; None without a limit."""


@contextmanager
def time_limit(seconds: float = STATEMENT_SECONDS) -> Iterator[None]:
    """Within the block each wait for the database server takes so long at most, and then is an `OperationalError`."""
    token = limit.set(seconds)
    try:
        yield
    finally:
        limit.reset(token)
