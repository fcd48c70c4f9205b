"""A throw-away PostgreSQL server.

    python -m tests.postgres -- .venv/bin/pytest -k snapshot

starts one, runs the command with `TEST_DATABASE_URL` naming it, and stops and removes it, however the
command ends. It listens on a socket in its own folder only, so it meets no other server.
"""

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

CREATE = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C")
SERVE = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "listen_addresses=")


def binaries() -> Path | None:
    """The folder of this machine's newest PostgreSQL server programs."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on a server of our own. Raises `RuntimeError` where it does not start."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("no PostgreSQL server program (initdb) was found")
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))  # a socket's path must be short
    account = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = {"user": "postgres", "group": "postgres", "extra_groups": ()}
        shutil.chown(folder, "postgres", "postgres")
    url = f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
    try:
        create = [programs / "initdb", *CREATE, "-D", folder / "data"]
        subprocess.run(create, cwd=folder, check=True, stdout=subprocess.DEVNULL, **account)
        # In a session of its own: Ctrl-C ends the tests first, and then we end the server.
        command = [programs / "postgres", "-D", folder / "data", "-k", folder, *SERVE]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(command, cwd=folder, stderr=log, start_new_session=True, **account) as process,
        ):
            try:
                _wait(url, process, folder / "log")
                yield url
            finally:
                process.send_signal(signal.SIGINT)  # ends open sessions, then the server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    """Until the server answers: about a quarter of a second."""
    for _ in range(200):
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"the PostgreSQL server did not start: {log.read_text()}")


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, env=os.environ | {"TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
