"""The databases that tests start from: each is made once in a run, and copied for every process that runs tests.

    bare              the tables alone; `tests/upgrade` holds that migrations make the same ones
    roles             the groups of KL's staff
    survey            roles, and the survey's rounds, questions and options
    content           roles, and the legal content
    content_survey    both
    demo              both, and the 35 demonstration vendors: what `make demo` loads

A test that is rolled back leaves its process's copy as it was. After a test that commits the copy is set back.
"""

import fcntl
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone

from kl_ai.pages.versions import ValuePerVersion
from legaltoolbox.catalogue import catalogues, draft_catalogues
from legaltoolbox.content.load import load
from marketoverview.management.demo_editions import make_demo_editions
from marketoverview.market.snapshot import snapshots
from marketoverview.models import SurveyRound, market_version


class _NoMigrations:
    """In place of `MIGRATION_MODULES`: no app has any, and Django makes the tables from the models."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def make_tables() -> None:
    """Make the tables from the models, in a fifth of the time that the migrations take, and call these applied."""
    with override_settings(MIGRATION_MODULES=_NoMigrations()):
        call_command("migrate", run_syncdb=True, verbosity=0)
    _start_keys_above_a_thousand()
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(
        recorder.Migration(app=app, name=name) for app, name in MigrationLoader(connection).disk_migrations
    )


def _start_keys_above_a_thousand() -> None:
    """Give the rows that tests make keys of four digits, as a database in use has.

    Templates group the digits of numbers: a key that one writes without care leads nowhere from a thousand on.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            tables = connection.introspection.table_names(cursor)
            cursor.executemany(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, 1100)", [[table] for table in tables]
            )
        else:
            cursor.execute(
                "SELECT format('ALTER SEQUENCE %I RESTART WITH 1101', sequencename) FROM pg_sequences WHERE schemaname = 'public'"
            )
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)


def _load_survey(*others: str) -> None:
    call_command("loaddata", "survey", *others, verbosity=0)
    today = timezone.localdate()  # the last round can be answered in every year in which the tests run
    SurveyRound.objects.filter(code="2026", closes_on__lt=today).update(closes_on=today + timedelta(days=31))
    market_version.bump()


def _load_demo() -> None:
    _load_survey("demo")
    make_demo_editions()


RECIPES: dict[str, tuple[str, Callable[[], Any]]] = {
    "bare": ("", make_tables),
    "roles": ("bare", lambda: call_command("loaddata", "roles", verbosity=0)),
    "survey": ("roles", _load_survey),
    "content": ("roles", load),
    "content_survey": ("content", _load_survey),
    "demo": ("content", _load_demo),
}
"""Name to the database that it is copied from, and what is loaded into the copy."""
USE_DATABASE = {"db", "transactional_db", "live_server"}
"""Fixtures that give a test a database; `transactional_db` does not ask for `db`."""
CONTENT = (catalogues, draft_catalogues)
HELD: dict[str, tuple[ValuePerVersion[Any], ...]] = {
    "content": CONTENT,
    "content_survey": CONTENT,
    "demo": (*CONTENT, snapshots),
}
"""Name to the values in memory that take long to read."""


def name_for(fixtures: Collection[str], *, is_marked: bool) -> str | None:
    """The database of a test with these fixtures, which may be marked `django_db`; None where it uses none."""
    if not is_marked and not USE_DATABASE & set(fixtures):
        return None
    named = {"content" if fixture == "content_rows" else fixture for fixture in fixtures} & RECIPES.keys()
    return "demo" if "demo" in named else "_".join(sorted(named)) or "roles"


class Databases:
    """The databases of one process, which works at one of its copies at a time.

    `shared` is a folder that all processes of the run have; each has its own name in `process`.
    """

    def __init__(self, shared: Path, process: str) -> None:
        self.shared = shared
        self.process = process
        self.held: dict[tuple[str, date], list[tuple[ValuePerVersion[Any], Any, int]]] = {}
        """Name and day to what the pages hold in memory of the untouched database, and its version: read once for all tests."""
        self._prefix = f"test_{connection.settings_dict['NAME']}"
        self._copies: dict[str, str] = {}
        self._numbers = count()
        self._current = ""
        (shared / f"{process}.process").touch()

    def connect(self, name: str) -> None:
        """Point the connection at this process's copy of the database."""
        if name not in self._copies:
            self._make(name)
            self._copies[name] = self._path(f"{name}_{self.process}_{next(self._numbers)}")
            copy(self._path(name), self._copies[name])
        self._current = name
        connect_to(self._copies[name])
        self._read(name)

    def hold(self, name: str) -> None:
        """Let the pages begin with what follows from the untouched database. A change of its version makes them read."""
        for values, value, version in self._read(name):
            values.hold(value, version)

    def _read(self, name: str) -> list[tuple[ValuePerVersion[Any], Any, int]]:
        """The entry of `held` for today, which may be another day than that of the last test."""
        key = name, timezone.localdate()
        if key not in self.held:
            self.held[key] = [(values, values.build(), values.area_version.current()) for values in HELD.get(name, ())]
        return self.held[key]

    def set_back(self) -> None:
        """Set the current copy back to what it was before a test committed something."""
        if connection.vendor == "postgresql":
            return _restore_rows()  # a new copy would take ten times as long
        remove(self._copies.pop(self._current))
        return self.connect(self._current)

    def close(self) -> None:
        """Remove the copies of this process. The last process of the run removes what they are copied from, too."""
        for path in self._copies.values():
            remove(path)
        with self._lock():
            (self.shared / f"{self.process}.process").unlink()
            if not list(self.shared.glob("*.process")):
                for made in self.shared.glob("*.made"):
                    remove(self._path(made.stem))
                    made.unlink()

    def _make(self, name: str) -> None:
        """Make the database from which all processes copy, unless one of them has done so."""
        base, load_rows = RECIPES[name]
        if base:
            self._make(base)
        made = self.shared / f"{name}.made"
        with self._lock():
            if not made.exists():
                copy(self._path(base) if base else "", self._path(name))
                connect_to(self._path(name))
                load_rows()
                if connection.vendor == "postgresql":
                    _keep_rows()
                connection.close()
                made.touch()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Let the run's other processes wait."""
        with (self.shared / "databases.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _path(self, name: str) -> str:
        """The NAME of Django's settings: on SQLite a file, since threads and processes meet there as in production."""
        return str(self.shared / f"{name}.sqlite3") if connection.vendor == "sqlite" else f"{self._prefix}_{name}"


# On both database systems -----------------------------------------------------------------------


def connect_to(path: str) -> None:
    """Point the connection of this process, and those that its threads open from now on, at a database."""
    connection.close()
    connection.settings_dict["NAME"] = path
    ContentType.objects.clear_cache()  # another database may number the models otherwise


def copy(source: str, target: str) -> None:
    """Copy a database to which nobody is connected. Without a source the copy is empty."""
    connection.close()
    if connection.vendor == "sqlite":
        if source:
            shutil.copyfile(source, target)
        return
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{target}"' + (f' TEMPLATE "{source}"' if source else ""))


def remove(path: str) -> None:
    """Remove a database, whoever is connected to it."""
    connection.close()
    if connection.vendor == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(path + ending).unlink(missing_ok=True)
        return
    with _server() as server:
        server.execute(f'DROP DATABASE "{path}" WITH (FORCE)')


def _server() -> psycopg.Connection:
    """A connection beside that of the tests, for statements that take no transaction. Leaving its context closes it."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    keys = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{key: parameters[key] for key in keys if key in parameters}, autocommit=True)


def _keep_rows() -> None:
    """Copy the rows of all tables into a schema beside them, from which `_restore_rows` takes them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE")
        cursor.execute("CREATE SCHEMA kept")
        for table in connection.introspection.table_names():
            cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')


def _restore_rows() -> None:
    """Put the rows of all tables back. Foreign keys are checked at the end, so the order of the tables does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        statements = (
            f'DELETE FROM public."{table}"; INSERT INTO public."{table}" SELECT * FROM kept."{table}";'
            for table in connection.introspection.table_names(cursor)
        )
        cursor.execute("".join(statements))
