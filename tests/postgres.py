"""A throw-away PostgreSQL server.

    python -m tests.postgres -- .venv/bin/pytest -k snapshot

starts one, runs the command with `TEST_DATABASE_URL` naming it, and stops and removes it, however the
command ends. It listens on a socket in its own folder only, so it meets no other server.
"""

import locale
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

CREATE = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
SERVE = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "listen_addresses=")


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


class Cluster:
    """A server of our own on a socket in its own folder: started, stopped, or made to hang."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.account: dict = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.account = {"user": "postgres", "group": "postgres", "extra_groups": ()}
            shutil.chown(folder, "postgres", "postgres")
        self.url = f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
        create = [programs / "initdb", *CREATE, "--locale=C", f"--lc-ctype={utf8_locale()}", "-D", folder / "data"]
        subprocess.run(create, cwd=folder, check=True, stdout=subprocess.DEVNULL, **self.account)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, and wait until it answers: about a quarter of a second."""
        # In a session of its own: Ctrl-C ends the tests first, and then we end the server.
        command = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *SERVE]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stderr=log, start_new_session=True, **self.account
            )
        for _ in range(200):
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url).close()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"the PostgreSQL server did not start: {(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """End open sessions, then the server."""
        if self.process is not None:
            self.hang(goes_on=True)
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None

    def hang(self, *, goes_on: bool = False) -> None:
        """Stop the server and its sessions in the middle of what they do; with `goes_on` let them go on."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT if goes_on else signal.SIGSTOP)
        for session in self._sessions():  # each session is a process group of its own
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGCONT if goes_on else signal.SIGSTOP)

    def _sessions(self) -> list[int]:
        """The processes that the server has begun."""
        assert self.process is not None
        listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in listing.stdout.split()]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server that is running. Raises `RuntimeError` where it does not start."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("no PostgreSQL server program (initdb) was found")
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        made = Cluster(programs, folder)
        try:
            made.start()
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on a server of our own. Raises `RuntimeError` where it does not start."""
    with cluster() as made:
        yield made.url


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, env=os.environ | {"TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
