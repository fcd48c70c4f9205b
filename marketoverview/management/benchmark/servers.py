"""Servers in processes of their own, asked over HTTP on one connection that is kept alive. CPU and memory: Linux only."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

START_SECONDS = 60
READ_SECONDS = 300
PATIENCE_SECONDS = 1_800
"""A workbook of 100,000 vendors is sent when it is whole."""
IDLE_SECONDS = 1.0
"""After so long without a request a connection is opened anew, since gunicorn closes it after two seconds."""
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br, zstd"}
"""The headers that count, as a browser sends them."""
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Reply:
    """The response to one request, with the seconds from the request until the first byte of the body and until its end.

    `at` is the time of its end by the clock `time.monotonic`.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    first_byte: float
    seconds: float
    at: float


@dataclass
class ServerProcess:
    """A server that answers, and its connection. `pid` is the process that does the work: gunicorn's only worker."""

    port: int
    pid: int
    warm_path: str
    started: float
    """When its process was begun, by the clock `time.monotonic`."""
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)
    _last: float = 0.0

    def get(self, path: str, headers: Mapping[str, str] = BROWSER) -> Reply:
        """The reply to a GET. Raises `CommandError` for another status than 200."""
        reply = self.ask(path, headers)
        if reply.status != 200:
            raise CommandError(f"{path} answered {reply.status}: {reply.body[:500].decode(errors='replace')}")
        return reply

    def first(self, path: str) -> Reply:
        """The reply to the first request that is not told to come back later, as a new process does while it reads."""
        end = time.monotonic() + READ_SECONDS
        while (reply := self.ask(path)).status == 503 and time.monotonic() < end:
            time.sleep(0.1)
        return self.get(path) if reply.status == 503 else reply

    def ask(self, path: str, headers: Mapping[str, str] = BROWSER) -> Reply:
        """The reply to a GET, whatever its status."""
        connection = self._connection
        if connection is None or time.perf_counter() - self._last > IDLE_SECONDS:
            self.close()
            connection = self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
            self._request(connection, self.warm_path, headers)
        return self._request(connection, path, headers)

    def _request(self, connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> Reply:
        start = time.perf_counter()
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        first = response.read(1)
        first_byte = time.perf_counter() - start
        body = first + response.read()
        seconds = time.perf_counter() - start
        self._last = time.perf_counter()
        return Reply(response.status, dict(response.getheaders()), body, first_byte, seconds, time.monotonic())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def cpu_seconds(self) -> float:
        """The time that all threads of the process have computed so far."""
        total = 0
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory(self, name: str) -> int:
        """Bytes of `VmRSS` (now) or `VmHWM` (the most so far)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise CommandError(f"This system tells no {name} of a process.")

    def forget_most_memory(self) -> None:
        """Let `VmHWM` begin with what is in use now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def require_linux() -> None:
    """Raises `CommandError` where the times of threads cannot be read."""
    if not Path("/proc/self/schedstat").exists():
        raise CommandError("The benchmark reads CPU time and memory from /proc, as Linux has it.")


@contextmanager
def gunicorn(
    environment: Mapping[str, str], *, warm_path: str = "/healthz", configuration: str = "kl_ai.gunicorn"
) -> Iterator[ServerProcess]:
    """The application of `kl_ai.wsgi` under gunicorn in one worker, with the portal's own configuration or another one."""
    command = [sys.executable, "-m", "gunicorn", "-c", f"python:{configuration}", "--workers=1", "kl_ai.wsgi"]
    with _server(command, environment, "--bind=127.0.0.1:{port}", warm_path) as (process, port, started):
        yield from _answering(ServerProcess(port, _only_child(process.pid), warm_path, started))


def bare(environment: Mapping[str, str]) -> AbstractContextManager[ServerProcess]:
    """The bare view under gunicorn with the portal's configuration."""
    return gunicorn(environment, warm_path="/", configuration="marketoverview.management.benchmark.bare_gunicorn")


@contextmanager
def datasette(file: Path, options: Mapping[str, object]) -> Iterator[ServerProcess]:
    """Datasette with the file as one that does not change, which is its fastest way."""
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(file)]
    for name, value in options.items():
        command += ["--setting", name, str(value)]
    with _server(command, os.environ, "--port={port}", "/-/versions.json") as (process, port, started):
        yield from _answering(ServerProcess(port, process.pid, "/-/versions.json", started))


def _answering(server: ServerProcess) -> Iterator[ServerProcess]:
    with closing(server):
        yield server


@contextmanager
def _server(
    command: Sequence[str], environment: Mapping[str, str], port_option: str, path: str
) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    """A process that answers at `path` of a free port. Raises `CommandError` with what it wrote where it does not."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = Path(settings.BASE_DIR) / "var" / f"bench-{port}.log"
    log.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [*command, port_option.format(port=port)],
            cwd=settings.BASE_DIR,
            env=dict(environment),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_for(process, port, path, log)
        yield process, port, started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.unlink(missing_ok=True)


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise CommandError(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")


def _only_child(pid: int) -> int:
    """The process that this one has begun. Raises `CommandError` where it has begun several or none."""
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == pid:
                children.append(int(status.parent.name))
    if len(children) != 1:
        raise CommandError(f"gunicorn has {len(children)} workers where one was asked for.")
    return children[0]
