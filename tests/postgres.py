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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kl_ai.management.postgres_server import PostgresServer, binaries

OPTIONS = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Cluster(PostgresServer):
    """A server that can be made to hang."""

    def stop(self) -> None:
        if self.process is not None:
            self.hang(goes_on=True)
        super().stop()

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
        made = Cluster(programs, folder, options=OPTIONS)
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
        yield made.url()


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, env=os.environ | {"TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
