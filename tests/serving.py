"""The portal under gunicorn, as in production, in processes of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.environment import ROOT, clean

HOST = "portal.example"


@dataclass
class Answer:
    """The response to a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Portal:
    port: int
    log: Path
    variables: dict[str, str] = field(default_factory=dict)

    def get(
        self, path: str, host: str = HOST, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """The answer to one request on a connection of its own. Raises `OSError` where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Host": host, **headers})
            response = connection.getresponse()
            content = response.read()
            lower = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, lower, content)
        finally:
            connection.close()

    def manage(self, *command: str) -> str:
        """Run a command of `manage.py` with the settings of this portal; its output."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.variables,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def make_tables(self) -> None:
        """Make the tables from the models: `tests/upgrade` holds that the migrations make the same ones, in 20 times as long."""
        program = "import django; django.setup(); from tests.databases import make_tables; make_tables()"
        variables = self.variables | {"DJANGO_SETTINGS_MODULE": "kl_ai.settings"}
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=variables, check=True, capture_output=True)

    def seed(self, number: int) -> None:
        """Make so many invented vendors with published answers."""
        self.manage_as_developer("seed_vendors", str(number), "--seed", "1")

    def manage_as_developer(self, *command: str) -> None:
        """Run a command that production refuses."""
        variables = self.variables | {"DEBUG": "true"}
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=variables, check=True, capture_output=True
        )

    def send_head(self, request: str, *headers: str) -> bytes:
        """The whole response to a request of which only the head is sent, and the body never."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            lines = [f"{request} HTTP/1.1", f"Host: {HOST}", *headers, "", ""]
            connection.sendall("\r\n".join(lines).encode())
            return b"".join(iter(partial(connection.recv, 65536), b""))

    def log_lines(self) -> list[str]:
        return self.log.read_text().splitlines()


def settings(database_url: str, **variables: str) -> dict[str, str]:
    """The environment of a portal as in production, but without HTTPS."""
    return clean(
        DATABASE_URL=database_url,
        SECRET_KEY="only-for-tests-QzJ7vT2mX9pLr4WnK8bYd6Hs3FgUc5Ae1",
        ALLOWED_HOSTS=HOST,
        SITE_URL=f"http://{HOST}",
        HTTPS="false",
        REQUIRE_STAFF_MFA="false",
        EMAIL_URL="console://",
        **variables,
    )


@contextmanager
def portal(
    database_url: str, folder: Path, *options: str, has_survey: bool = False, **variables: str
) -> Iterator[Portal]:
    """A portal that answers, with a database that has all tables and the survey; one process of four threads.

    The database is empty, unless it `has_survey`; that one may be of an earlier version.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = Portal(port, folder / "gunicorn.log", settings(database_url, **variables))
    if has_survey:
        made.manage("migrate", "--verbosity=0")
    else:
        made.make_tables()
        made.manage("load_survey")
    static = ROOT / "var" / "static" / "staticfiles.json"
    if not static.exists():
        made.manage("collectstatic", "--no-input", "--verbosity=0")
    command = [sys.executable, "-m", "gunicorn", "-c", "python:kl_ai.gunicorn", "kl_ai.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "1", *options]
    with made.log.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=made.variables, stderr=log, stdout=log, start_new_session=True
        )
    try:
        _wait(made, process)
        yield made
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(made: Portal, process: subprocess.Popen) -> None:
    for _ in range(300):
        with suppress(OSError):
            if made.get("/healthz").status == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"gunicorn did not start: {made.log.read_text()}")
