"""Reading several tables in one state of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction


@contextmanager
def consistent_reads() -> Iterator[None]:
    """Within the block all queries see the database as the first one does, whatever others commit meanwhile.

    No other transaction waits for it, and it waits for none; nothing can be written in it. One query on PostgreSQL to
    begin with. Inside an open transaction that one is used as it is: its own level of isolation decides what it sees.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _deferred_transactions(), transaction.atomic():
            yield


@contextmanager
def _deferred_transactions() -> Iterator[None]:
    """Within the block a transaction of this thread takes SQLite's lock for writing when it writes, not when it begins.

    Django reads `transaction_mode` of its own connection at each beginning; with the setting `IMMEDIATE` a reading
    transaction would keep every writer waiting.
    """
    connection.ensure_connection()  # a new connection takes the mode of the settings
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    mode = wrapper.transaction_mode
    wrapper.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        wrapper.transaction_mode = mode
