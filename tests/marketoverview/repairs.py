"""The migration that repairs stored rows, run on rows of today, and tries that are undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.apps import apps
from django.db import connection, transaction

migration = import_module("marketoverview.migrations.0022_repair_dead_ends")


def repair() -> None:
    for operation in migration.Migration.operations:
        operation.code(apps, connection.schema_editor())


@contextmanager
def tried() -> Iterator[None]:
    """What is done here is undone: it was a try."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
