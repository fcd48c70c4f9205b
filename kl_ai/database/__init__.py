"""How long a request waits for the database server; in `base` Django's backend for PostgreSQL, which keeps the limit.

    with database.time_limit():      # around every request (`kl_ai.requests.middleware`)
        …

A server that hangs answers nothing, and no setting of the server ends the wait: the client has to. Without a limit, as in
a command, a statement may take as long as it takes.

    with transaction.atomic():
        database.lock_until_commit("company names")      # one transaction after the other
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zlib import crc32

from django.db import connection, transaction

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


def lock_until_commit(name: str) -> None:
    """Wait until no other transaction holds the lock of this name, and hold it until the own one ends. One query.

    For rules about rows that do not exist yet. Take it before any row is locked. On SQLite every transaction that writes
    waits for the others in any case (`transaction_mode`), and there is no query. Raises `TransactionManagementError`
    outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"The lock “{name}” needs a transaction.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [crc32(name.encode())])
