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
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


def binaries() -> Path | None:
    """The folder of the newest `initdb` on this machine."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on a server of our own. Raises `RuntimeError` where it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))  # a socket's path must be short
    account = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = {"user": "postgres", "group": "postgres", "extra_groups": ()}
        shutil.chown(folder, "postgres", "postgres")
    process = None
    try:
        process = _start(folder, account)
        yield f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
    finally:
        if process:
            process.send_signal(signal.SIGINT)  # ends open sessions, then the server
            process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, account: dict) -> subprocess.Popen:
    programs, data, log = binaries(), folder / "data", folder / "log"
    if programs is None:
        raise RuntimeError("no PostgreSQL server program (initdb) was found")
    create = [programs / "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
    made = subprocess.run([*create, "-D", data], capture_output=True, text=True, cwd=folder, **account)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr}")
    settings = [part for setting in QUICK for part in ("-c", setting)]
    with log.open("w") as output:
        # In a session of its own: Ctrl-C ends the tests first, and then we end the server.
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            stdout=output, stderr=output, cwd=folder, start_new_session=True, **account,
        )  # fmt: skip
    ready = [programs / "pg_isready", "--quiet", "-h", folder]
    for _ in range(200):
        if process.poll() is not None:
            break
        if subprocess.run(ready).returncode == 0:
            return process
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the server did not start: {log.read_text()}")


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, env=os.environ | {"TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
