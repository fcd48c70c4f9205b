"""A database of an earlier version, restored from its dump beside that of the tests."""

import json
import lzma
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from tests import databases

VERSION_1_0_0 = Path(__file__).parent / "portal-1.0.0.json.xz"
NUMBERED = frozenset({"id", "history_id", "m2m_history_id"})
"""The columns that a sequence may number."""
Dump = dict[str, Any]
"""What `make_dump.py` has written: schema, migrations, and tables with columns and rows."""


def read_dump(path: Path = VERSION_1_0_0) -> Dump:
    return json.loads(lzma.decompress(path.read_bytes()))


@contextmanager
def another_database(folder: Path) -> Iterator[None]:
    """Point the connection at an empty database of its own: a file in `folder`, or one on the same PostgreSQL server."""
    before, other = connection.settings_dict["NAME"], f"upgrade_{uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        other = str(folder / other)
    databases.copy("", other)
    databases.connect_to(other)
    try:
        yield
    finally:
        databases.remove(other)
        databases.connect_to(before)


def restore(dump: Dump) -> None:
    """Make the schema of the dump's version in the empty database, and put its rows there."""
    _make_schema(dump["schema"][connection.vendor])
    with transaction.atomic():
        for app, name in dump["migrations"]:
            MigrationRecorder(connection).record_applied(app, name)
        for table, content in dump["tables"].items():
            _insert(table, content["columns"], content["rows"])


def _make_schema(script: str) -> None:
    connection.ensure_connection()
    if isinstance(connection.connection, sqlite3.Connection):
        connection.connection.executescript(script)
    else:
        connection.connection.execute(script)
        connection.close()  # the script has changed settings of the session


def _insert(table: str, columns: dict[str, str], rows: list[list]) -> None:
    quote = connection.ops.quote_name
    fields = [getattr(models, _writable(kind))() for kind in columns.values()]
    names, places = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    values = [[_prepared(field, value) for field, value in zip(fields, row, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", values)
        if connection.vendor == "postgresql":
            for key in columns.keys() & NUMBERED:
                sequence = f"pg_get_serial_sequence(%s, '{key}')"  # null where there is none, which sets nothing
                cursor.execute(f"SELECT setval({sequence}, max({quote(key)})) FROM {quote(table)}", [table])


def _writable(kind: str) -> str:
    """A field that takes a key as it is."""
    return {"AutoField": "IntegerField", "BigAutoField": "BigIntegerField"}.get(kind, kind)


def _prepared(field: models.Field, value: Any) -> Any:
    """A value of the dump as the database takes it."""
    return None if value is None else field.get_db_prep_save(field.to_python(value), connection)


def read_rows(dump: Dump) -> dict[str, list[tuple[str, ...]]]:
    """Table to all its rows now, in the columns that the dump has of it, each value as text. One query to a table."""
    rows_by_table = {}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, content in dump["tables"].items():
            cursor.execute(f"SELECT {', '.join(map(quote, content['columns']))} FROM {quote(table)}")
            rows_by_table[table] = [tuple(map(str, row)) for row in cursor.fetchall()]
    return rows_by_table


def _name(name: str, rule: dict[str, Any]) -> str:
    """The name of a constraint, or its columns where the database has only a number for it."""
    is_numbered = rule["foreign_key"] or name.startswith("__unnamed_constraint_")
    return f"{sorted(rule['columns'])} {'foreign key' if rule['foreign_key'] else 'check'}" if is_numbered else name


def read_tables() -> dict[str, tuple[list[Any], dict[str, Any]]]:
    """Each table's columns, and its constraints and indexes by name; SQLite only numbers foreign keys and checks of columns."""
    introspection, tables = connection.introspection, {}
    with connection.cursor() as cursor:
        for table in introspection.table_names(cursor):
            columns = sorted(introspection.get_table_description(cursor, table))
            constraints = introspection.get_constraints(cursor, table).items()
            tables[table] = (
                columns,
                {_name(name, rule): rule for name, rule in constraints},
            )
    return tables
