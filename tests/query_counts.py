"""The number of queries that a block of code makes. Savepoints do not count."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

PLUMBING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@contextmanager
def costs(number: int) -> Iterator[None]:
    """Fails unless the block makes exactly so many queries."""
    with CaptureQueriesContext(connection) as captured:
        yield
    queries = [query["sql"] for query in captured if not query["sql"].startswith(PLUMBING)]
    assert len(queries) == number, "\n".join(queries)
