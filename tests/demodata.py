"""The fixtures as rows: read once by `loaddata`, then put back for each test in a hundredth of the time."""

from dataclasses import dataclass

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.content.load import load
from marketoverview.models import market_version


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: list[tuple]


def models(app: str) -> list:
    return list(apps.get_app_config(app).get_models(include_auto_created=True))


def read_fixtures(*names: str) -> list[Table]:
    """What these fixtures put into the tables of the market overview. Leaves the database as it was."""
    with transaction.atomic():
        call_command("loaddata", *names, verbosity=0)
        market_version.bump()
        tables = _read_all("marketoverview")
        transaction.set_rollback(True)
    return tables


def read_content() -> tuple[list[Table], Catalogue]:
    """The legal content as rows and as a catalogue. Leaves the database as it was."""
    with transaction.atomic():
        load()
        tables, catalogue = _read_all("legaltoolbox"), catalogues.build()
        transaction.set_rollback(True)
    return tables, catalogue


def _read_all(app: str) -> list[Table]:
    with connection.cursor() as cursor:
        tables = [_read(cursor, model._meta.db_table) for model in models(app)]
    return [table for table in tables if table.rows]


def _read(cursor, name: str) -> Table:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
    columns = tuple(column[0] for column in cursor.description)
    return Table(name, columns, cursor.fetchall())


def write(tables: list[Table], app: str) -> None:
    """Put the rows into empty tables and set the sequences behind them."""
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            columns = ", ".join(map(quote, table.columns))
            places = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({places})", table.rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), models(app)):
            cursor.execute(statement)
