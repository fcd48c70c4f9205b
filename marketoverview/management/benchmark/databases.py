"""The databases of invented vendors: one for each size and database system, made once below `var/` and left as it is.

What changes a database works in a copy, which is removed afterwards.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError

from kl_ai.management.postgres_server import PostgresServer, binaries

SEED = 1
FOLDER = Path(settings.BASE_DIR) / "var"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Database:
    """A database of `size` vendors, by its URL."""

    system: str
    """“SQLite” or “PostgreSQL”."""
    size: int
    url: str

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a portal with this database, as in production but without HTTPS."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return kept | {
            "DEBUG": "false",
            "SECRET_KEY": "only-for-measurements-on-this-machine",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": "http://127.0.0.1",
            "HTTPS": "false",
            "EMAIL_URL": "dummy://",
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": self.url,
            **more,
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]

    def manage(self, *arguments: str) -> str:
        """Run a command of `manage.py` with this database; its output. Raises `CommandError` where it fails."""
        process = subprocess.run(  # noqa: S603
            self.command(*arguments), env=self.environment(), stdout=subprocess.PIPE, text=True
        )
        if process.returncode:
            raise CommandError(f"manage.py {' '.join(arguments)} failed with {self.url}.")
        return process.stdout

    def inside(self, task: str, *arguments: str) -> Any:
        """The result of a task of `inside` in a process with this database."""
        return json.loads(self.manage("bench", "--inside", task, *arguments))

    def fill(self, say: Say) -> None:
        """Bring the tables up to date, and make the vendors where there are none yet."""
        self.manage("migrate", "--verbosity=0")
        if not self.inside("vendors"):
            say(f"Making {self.size:,} vendors for {self.system} …")
            self.manage("load_survey")
            self.manage("seed_vendors", str(self.size), f"--seed={SEED}", "--force")
        self.manage("load_content", "--if-empty")


class SqliteDatabases:
    """A file for each size."""

    system = "SQLite"

    def database(self, size: int, say: Say) -> Database:
        made = Database(self.system, size, f"sqlite:///{self._path(size)}")
        made.fill(say)
        return made

    @contextmanager
    def copy(self, database: Database) -> Iterator[Database]:
        """A copy of the database, removed at the end."""
        with tempfile.TemporaryDirectory(dir=FOLDER, prefix="bench-copy-") as folder:
            path = Path(folder) / "copy.sqlite3"
            with closing(sqlite3.connect(self._path(database.size))) as source, closing(sqlite3.connect(path)) as copy:
                source.backup(copy)
            yield Database(self.system, database.size, f"sqlite:///{path}")

    @staticmethod
    def _path(size: int) -> Path:
        return FOLDER / f"bench-{size}.sqlite3"


class PostgresDatabases:
    """A database for each size on a server whose data lie below `var/`; it runs as long as the context is open."""

    system = "PostgreSQL"

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def database(self, size: int, say: Say) -> Database:
        made = self._database(size, f"bench_{size}")
        with self._session() as session:
            if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"bench_{size}"]).fetchone():
                session.execute(f"CREATE DATABASE bench_{size}")
        made.fill(say)
        with psycopg.connect(made.url, autocommit=True) as session:
            session.execute("ANALYZE")
        return made

    @contextmanager
    def copy(self, database: Database) -> Iterator[Database]:
        """A copy of the database, to which nobody may be connected; removed at the end."""
        name = f"bench_{database.size}"
        with self._session() as session:
            session.execute("DROP DATABASE IF EXISTS bench_copy WITH (FORCE)")
            session.execute(f"CREATE DATABASE bench_copy TEMPLATE {name}")
        try:
            yield self._database(database.size, "bench_copy")
        finally:
            with self._session() as session:
                session.execute("DROP DATABASE bench_copy WITH (FORCE)")

    def _database(self, size: int, name: str) -> Database:
        return Database(self.system, size, self.server.url(name))

    @contextmanager
    def _session(self) -> Iterator[psycopg.Connection]:
        """A connection for statements that take no transaction."""
        with psycopg.connect(self.server.url(), autocommit=True) as session:
            yield session


Databases = SqliteDatabases | PostgresDatabases
SYSTEMS = ("sqlite", "postgresql")


@contextmanager
def databases(system: str) -> Iterator[Databases | None]:
    """The databases of one of `SYSTEMS`; None where this machine has no PostgreSQL programs."""
    FOLDER.mkdir(exist_ok=True)
    if system == "sqlite":
        yield SqliteDatabases()
        return
    if (programs := binaries()) is None:
        yield None
        return
    version = subprocess.run([programs / "postgres", "--version"], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    folder = FOLDER / f"bench-postgresql-{version.stdout.split()[2].split('.')[0]}"  # the data are of one major version
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as sockets:
        server = PostgresServer(programs, folder, sockets=Path(sockets))
        try:
            server.start()
            yield PostgresDatabases(server)
        finally:
            server.stop()
