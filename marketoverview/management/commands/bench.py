"""`manage.py bench`: server times at 2,000, 5,000 and 100,000 vendors, beside other ways to compute the same.

Each size has a database of its own under `var/`, made once by `seed_vendors`. The figures are medians (and the highest
values) of the wall time inside one process; nothing is served over a network.
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Count
from django.test import Client

from marketoverview.market import facets
from marketoverview.market.selection import Selection
from marketoverview.market.snapshot import Snapshot, snapshots
from marketoverview.models import Answer, Response

SIZES = (2_000, 5_000, 100_000)
SEED = 1
RUNS = 30


class Command(BaseCommand):
    help = "Measure the market with invented vendors, beside SQL and Datasette, and the legal toolbox."

    def add_arguments(self, parser) -> None:
        parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="Numbers of vendors (2000 5000 100000).")
        parser.add_argument("--worker", action="store_true", help="Measure in the database that is configured.")

    def handle(self, *, sizes: list[int], worker: bool, **options) -> None:
        if worker:
            self.stdout.write(json.dumps(measure_all()))
            return
        results = {size: self._measure(size) for size in sizes}
        self.stdout.write(f"\n{'median (highest) in ms':58}" + "".join(f"{size:>20,}" for size in results))
        for name in next(iter(results.values())):
            cells = (
                f"{result[name][0]:.1f} ({result[name][1]:.1f})" if name in result else "-"
                for result in results.values()
            )
            self.stdout.write(f"{name:58}" + "".join(f"{cell:>20}" for cell in cells))

    def _measure(self, size: int) -> dict[str, list[float]]:
        """The results of one size, measured in a process with production's settings, which cache templates."""
        path = settings.BASE_DIR / "var" / f"bench-{size}.sqlite3"
        environment = os.environ | {
            "DEBUG": "false",
            "SECRET_KEY": "bench",
            "ALLOWED_HOSTS": "testserver",
            "HTTPS": "false",
            "DATABASE_URL": f"sqlite:///{path}",
            "SITE_URL": "http://testserver",
        }

        def manage(*arguments: str, **more: str) -> str:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
            process = subprocess.run(command, env=environment | more, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
            return process.stdout

        if not path.exists():
            self.stdout.write(f"Making {size:,} vendors in {path.name} …")
            manage("migrate", "--verbosity=0")
            manage("load_survey")
            manage("seed_vendors", str(size), f"--seed={SEED}", "--force")
        manage("load_content", "--if-empty")
        manage("collectstatic", "--noinput", "--verbosity=0")
        self.stdout.write(f"Measuring {size:,} vendors …")
        return json.loads(manage("bench", "--worker"))


Timing = tuple[float, float]
"""Median and highest value, in milliseconds."""


def measure_all() -> dict[str, Timing]:
    """Name of each measurement to its timing, in the order of the report."""
    results = {"snapshot, built from the database": measure([snapshots.build], runs=3)}
    results["the next snapshot after a publication"] = next_snapshots()
    snapshot = snapshots.current()
    client, generator = Client(), random.Random(SEED)  # noqa: S311 - nothing here is secret
    selections = [random_selection(snapshot, generator) for _ in range(RUNS)]
    for name, paths in pages(selections).items():
        is_cached = name.endswith(", cached")
        client.get(paths[0])
        results[name] = measure([partial(get, client, path, is_cached) for path in paths])
    for selection in selections[:5]:
        assert_equal_counts(snapshot, selection)
    counts = [partial(facets.facets, snapshot, selection) for selection in selections]
    results["facet counts alone, by the snapshot"] = measure(counts)
    results["the same counts by SQL"] = measure([partial(count_by_sql, selection) for selection in selections], runs=5)
    return results | dict(datasette())


def pages(selections: list[Selection]) -> dict[str, list[str]]:
    """Name of each measurement of a page to the addresses that it requests in turn."""
    return {
        "directory, not cached": [f"/markedsoverblik/{selection.filter_query}" for selection in selections],
        "directory of one service, pages 1 to 20, not cached": [
            f"/markedsoverblik/?services=advisory&page={number}" for number in range(1, 21)
        ],
        "directory, free text, not cached": [f"/markedsoverblik/?q={word}" for word in WORDS],
        "directory, last page by confirmation, not cached": ["/markedsoverblik/?sort=confirmed&page=99999"],
        "directory, cached": ["/markedsoverblik/"],
        "figures, not cached": [f"/markedsoverblik/figurer/{selection.filter_query}" for selection in selections],
        "matrix, not cached": [f"/markedsoverblik/matrix/{selection.filter_query}" for selection in selections],
        "matrix by examples, not cached": ["/markedsoverblik/matrix/?by=offerings"],
        "legal one-pager, not cached": [TOOLBOX],
        "legal one-pager of a situation, not cached": [f"{TOOLBOX}?personoplysninger=yes&traening=yes&generativ=no"],
        "legal search, not cached": [f"{TOOLBOX}soeg/?q={word}" for word in ("hjemmel", "art+35", "træning")],
        "annex of all requirements, Word": [f"{TOOLBOX}krav.docx"],
        "annex of all requirements, Excel": [f"{TOOLBOX}krav.xlsx"],
    }


TOOLBOX = "/juridisk-vaerktoejskasse/"
WORDS = ("sagsbehandling", "kommune", "jordvarme", "dokumenter", "data")


def get(client: Client, path: str, is_cached: bool) -> None:
    """Request a page, with an empty cache of pages unless `is_cached`."""
    if not is_cached:
        caches["pages"].clear()
    response = client.get(path)
    if response.status_code != 200:
        raise CommandError(f"{path} answered {response.status_code}.")


def measure(calls: Sequence[Callable[[], object]], runs: int = RUNS) -> Timing:
    """The timing of `runs` calls, taken from `calls` in turn."""
    times = []
    for number in range(runs):
        call = calls[number % len(calls)]
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), max(times)


def next_snapshots(runs: int = 7) -> Timing:
    """The timing of the snapshots after as many confirmations, each of another vendor."""
    snapshots.current()
    times = []
    for response in Response.objects.published().order_by("pk")[:runs]:
        response.confirm(None)
        times += [measure([snapshots.current], runs=1)[0]]
    return statistics.median(times), max(times)


def assert_equal_counts(snapshot: Snapshot, selection: Selection) -> None:
    """Raises `CommandError` where the facets of the snapshot and those of SQL do not say the same."""
    for code, rows in count_by_sql(selection).items():
        by_sql = {row["option"]: row["count"] for row in rows}
        vendors = snapshot.match(selection.chosen, leave_out=(code,))
        by_snapshot = {counted.choice.option.pk: counted.count for counted in snapshot.counts(code, vendors)}
        if by_sql != {option: count for option, count in by_snapshot.items() if count}:
            raise CommandError(f"The counts of {code} differ: nothing is measured.")


def random_selection(snapshot: Snapshot, generator: random.Random) -> Selection:
    """One to three questions with one or two options each."""
    questions = generator.sample(snapshot.filterable, generator.randint(1, 3))
    return Selection(
        chosen={
            question.code: tuple(generator.sample(sorted(question.by_code), generator.randint(1, 2)))
            for question in questions
        }
    )


def count_by_sql(selection: Selection) -> dict[str, list]:
    """The facets' counts as a GROUP BY for each question, its own selection left out."""
    counts = {}
    for tally in snapshots.current().filterable:
        responses = Response.objects.published()
        for code, options in selection.chosen.items():
            if code != tally.code:
                chosen = Answer.objects.filter(option__question__code=code, option__code__in=options)
                responses = responses.filter(pk__in=chosen.values("response"))
        answers = Answer.objects.filter(response__in=responses, option__question=tally.question)
        counts[tally.code] = list(answers.values("option").annotate(count=Count("response")))
    return counts


def datasette() -> Iterator[tuple[str, Timing]]:
    """Datasette's page of the answers with one facet, where the extra `bench` is installed."""
    if find_spec("datasette") is None or connection.vendor != "sqlite":
        return
    from datasette.app import Datasette  # type: ignore[import-not-found, import-untyped, unused-ignore]  # an extra, not always installed

    path = Path(connection.settings_dict["NAME"])
    served = Datasette([str(path)], settings={"facet_time_limit_ms": 60_000, "sql_time_limit_ms": 60_000})
    address = f"/{path.stem}/marketoverview_answer?_facet=option_id"

    async def times() -> list[float]:
        await served.invoke_startup()
        milliseconds = []
        for _ in range(4):
            start = time.perf_counter()
            response = await served.client.get(address)
            response.raise_for_status()
            milliseconds.append(1000 * (time.perf_counter() - start))
        return milliseconds[1:]  # the first request reads the schema

    milliseconds = asyncio.run(times())
    yield "Datasette: the answers with one facet", (statistics.median(milliseconds), max(milliseconds))
