"""`manage.py bench`: the portal under gunicorn on SQLite and PostgreSQL, beside a bare Django view and beside Datasette.

`docs/operations.md` says what is measured and has the table of a run.
"""

import json
import os
import platform
import time
from argparse import SUPPRESS, ArgumentParser
from importlib.util import find_spec

from django.core.management.base import BaseCommand, CommandError

from ..benchmark import run
from ..benchmark.databases import SYSTEMS, databases
from ..benchmark.inside import TASKS
from ..benchmark.report import aims, table
from ..benchmark.servers import require_linux

SIZES = (35, 2_000, 5_000, 100_000)


class Command(BaseCommand):
    help = "Measure the portal with invented vendors under gunicorn, beside a bare Django view and beside Datasette."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "sizes", nargs="*", type=int, default=SIZES, help="numbers of vendors (35 2000 5000 100000)"
        )
        parser.add_argument("--database", choices=SYSTEMS, help="one of the database systems (both)")
        parser.add_argument(
            "--only", nargs="+", choices=run.PARTS, default=run.PARTS, metavar="PART", help=", ".join(run.PARTS)
        )
        parser.add_argument("--inside", nargs="+", help=SUPPRESS)

    def handle(
        self, *, sizes: list[int], database: str | None, only: list[str], inside: list[str] | None, **options
    ) -> None:
        if inside:
            task, *arguments = inside
            self.stdout.write(json.dumps(TASKS[task](*arguments)))
            return
        require_linux()
        if "datasette" in only and find_spec("datasette") is None:
            raise CommandError("Datasette is not installed: pip install -e '.[bench]', or leave it out with --only.")
        start, problems = time.monotonic(), []
        for system in (database,) if database else SYSTEMS:
            with databases(system) as of_system:
                if of_system is None:
                    self.stdout.write("The programs of PostgreSQL (initdb) were not found: SQLite alone is measured.")
                    continue
                measured = run.Run(of_system, sorted(set(sizes)), only, self._say)
                measured.measure()
            problems += measured.problems
            lines = ["", *table(of_system.system, measured.results), "", *aims(measured.results), ""]
            self.stdout.write("\n".join(lines))
        self.stdout.write(f"{_machine()}; {time.monotonic() - start:,.0f} seconds in all")
        if problems:
            raise CommandError("\n".join(["Not everything was measured.", *problems]))

    def _say(self, text: str) -> None:
        self.stderr.write(text)


def _machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, gunicorn with one worker of four threads"
