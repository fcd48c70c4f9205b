"""A PostgreSQL server of our own on this machine, for benchmarks and tests. It needs no Django.

It listens on a socket in its own folder only, so it meets no other server.
"""

import locale
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

CREATE = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")


def utf8_locale() -> str:
    """A locale with the rules of UTF-8, as `docs/operations.md` asks for; “C” on a machine that has none.

    In “C” capitals and small letters are those of ASCII alone, which hides how a server of production compares texts.
    """
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "da_DK.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)


def binaries() -> Path | None:
    """The folder of this machine's newest PostgreSQL server programs."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


class PostgresServer:
    """A server whose data lie in `folder` / data, made where there are none; started and stopped.

    `sockets` is the folder of its socket, whose path must be short; without one it is `folder`.
    """

    def __init__(
        self, programs: Path, folder: Path, *, sockets: Path | None = None, options: Sequence[str] = ()
    ) -> None:
        self.programs = programs
        self.folder = folder
        self.sockets = sockets or folder
        self.options = options
        self.account: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.account = {"user": "postgres", "group": "postgres", "extra_groups": ()}
            for path in (folder, self.sockets):
                shutil.chown(path, "postgres", "postgres")
        self.process: subprocess.Popen[bytes] | None = None
        if not (folder / "data" / "PG_VERSION").exists():
            create: list[str | Path] = [
                programs / "initdb",
                *CREATE,
                "--locale=C",
                f"--lc-ctype={utf8_locale()}",
                "-D",
                folder / "data",
            ]
            subprocess.run(create, cwd=folder, check=True, stdout=subprocess.DEVNULL, **self.account)  # noqa: S603

    def url(self, database: str = "postgres") -> str:
        """The URL of a database of this server."""
        return f"postgres://postgres@{quote(str(self.sockets), safe='')}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers: about a quarter of a second. Raises `RuntimeError` with the server's log."""
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.sockets]
        command += [*self.options, "-c", "listen_addresses="]
        # In a session of its own: Ctrl-C ends what uses the server first, and then that ends the server.
        with (self.folder / "log").open("wb") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603
                command, cwd=self.folder, stderr=log, start_new_session=True, **self.account
            )
        self.process = process
        for _ in range(200):
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url()).close()
                return
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the PostgreSQL server did not start: {(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """End open sessions, then the server."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None
