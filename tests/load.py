"""Readers of the market while something is published again and again: how long they wait, and whether they see it.

    .venv/bin/python -m tests.load --vendors 5000 --workers 2 --seconds 60 [--postgres] [--database FILE]

The portal runs under gunicorn as in production, with four threads in each process. Another process publishes the answers of
one vendor once a second, under a new name each time. Each reader asks for the list that this vendor is in, and no answer
comes from a cache. A reader that sees an older name than the one that was public when it asked has a stale answer. A
vendor's page beside them, the login, needs nothing of the market.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tests import postgres, serving
from tests.environment import ROOT

NAME = "Skiftende"
LIST = "/markedsoverblik/?q=skiftende&x={}"
OTHER_PAGE = "/log-ind/"


@dataclass
class Load:
    """What the readers have met."""

    seconds: list[float] = field(default_factory=list)
    """How long each answer took."""
    waits: list[float] = field(default_factory=list)
    """How long each reader was without the page: one that was told to come back has come back when it was told."""
    other_seconds: list[float] = field(default_factory=list)
    """The same of the page that needs nothing of the market."""
    statuses: Counter[int] = field(default_factory=Counter)
    stale: int = 0
    published: int = 0

    def __str__(self) -> str:
        ordered, other = sorted(self.seconds), sorted(self.other_seconds)
        return (
            f"{len(ordered)} answers, median {statistics.median(ordered) * 1000:.0f} ms, "
            f"99 of 100 within {ordered[len(ordered) * 99 // 100] * 1000:.0f} ms, highest {ordered[-1] * 1000:.0f} ms; "
            f"with coming back highest {max(self.waits, default=0):.1f} s; stale {self.stale}; statuses {dict(self.statuses)}; {self.published} publications; "
            f"other page median {statistics.median(other) * 1000:.0f} ms, highest {other[-1] * 1000:.0f} ms"
        )


# Publishing, in a process of its own --------------------------------------------------------------


def publish(pause: float) -> None:
    """Publish one vendor's answers under a new name until the process is ended; each number is written when it is public."""
    import django

    django.setup()
    from marketoverview.models import Response

    response = Response.objects.published().order_by("pk")[0]
    for number in range(1, 1_000_000):
        begun = time.monotonic()
        draft = Response.begin(response.vendor, response.round, None)
        Response.objects.filter(pk=draft.pk).update(company_name=f"{NAME} {number}")
        draft.refresh_from_db()
        draft.submit(None)
        draft.publish(None)
        print(number, flush=True)
        time.sleep(max(0.0, pause - (time.monotonic() - begun)))


class Publisher:
    """The process that publishes, and the last number that is public for certain."""

    def __init__(self, portal: serving.Portal, pause: float) -> None:
        command = [sys.executable, "-m", "tests.load", "--publish", str(pause)]
        variables = portal.variables | {"DJANGO_SETTINGS_MODULE": "kl_ai.settings"}
        self._process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)
        self.number = 0
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.number = int(line)

    def wait_for(self, number: int) -> None:
        """Wait until so many publications have been made."""
        while self.number < number:
            if self._process.poll() is not None:
                raise RuntimeError("Nothing could be published.")
            time.sleep(0.02)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._reading.join(10)
        if self._process.stdout:
            self._process.stdout.close()


# Reading ------------------------------------------------------------------------------------------


def measure(portal: serving.Portal, *, seconds: float, readers: int = 8, pause: float = 1.0) -> Load:
    """So many readers beside one publication in each `pause` of seconds."""
    load, end = Load(), threading.Event()
    publisher = Publisher(portal, pause)
    try:
        publisher.wait_for(1)
        for number in range(readers):  # each process has met a request before
            portal.get(LIST.format(f"first-{number}"))
        threads = [threading.Thread(target=_read_list, args=(portal, publisher, load, end, n)) for n in range(readers)]
        threads.append(threading.Thread(target=_read_other_page, args=(portal, load, end)))
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        end.set()
        for thread in threads:
            thread.join()
    finally:
        end.set()
        publisher.end()
    load.published = publisher.number
    return load


def _read_list(portal: serving.Portal, publisher: Publisher, load: Load, end: threading.Event, reader: int) -> None:
    number, first_asked = 0, time.monotonic()
    while not end.is_set():
        number += 1
        public, begun = publisher.number, time.monotonic()
        answer = portal.get(LIST.format(f"{reader}-{number}"))
        load.seconds.append(time.monotonic() - begun)
        load.statuses[answer.status] += 1
        if answer.status == 200:
            seen = [int(found) for found in re.findall(rf"{NAME}(?:</mark>)? (\d+)", answer.text)]
            load.stale += max(seen, default=0) < public
            load.waits.append(time.monotonic() - first_asked)
            first_asked = time.monotonic()
        else:
            end.wait(float(answer.headers.get("retry-after", 1)))


def _read_other_page(portal: serving.Portal, load: Load, end: threading.Event) -> None:
    while not end.is_set():
        begun = time.monotonic()
        answer = portal.get(OTHER_PAGE)
        load.other_seconds.append(time.monotonic() - begun)
        load.statuses[answer.status] += answer.status != 200
        time.sleep(0.1)


# The command --------------------------------------------------------------------------------------


@contextmanager
def _database(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    with postgres.server() if options.postgres else nullcontext("") as url:
        path = folder / "portal.sqlite3"
        if options.database and not url:
            shutil.copy(options.database, path)
        yield url or f"sqlite:///{path}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publish", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--vendors", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=1, help="processes of the server")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--database", help="a SQLite file with vendors, which is copied, in place of new ones")
    options = parser.parse_args()
    if options.publish is not None:
        publish(options.publish)
        return
    with tempfile.TemporaryDirectory() as name, _database(options, Path(name)) as url:
        folder = Path(name)
        if not options.database:
            with serving.portal(url, folder) as portal:
                portal.seed(options.vendors)
        begun = time.monotonic()
        with serving.portal(url, folder, "--workers", str(options.workers), has_survey=True) as portal:
            print(f"started after {time.monotonic() - begun:.1f} s", flush=True)
            begun = time.monotonic()
            answer = portal.get("/markedsoverblik/")
            print(f"first page: {answer.status} after {time.monotonic() - begun:.1f} s", flush=True)
            print(measure(portal, seconds=options.seconds), flush=True)
            if "Traceback" in portal.log.read_text():
                print(portal.log.read_text()[-3_000:])


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
