"""A run: for each size its database, its servers, and the parts that were asked for."""

import http.client
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandError

from . import changes, files, measurements, peers, projects, searches
from .counts import DIRECTORY, CountsDiffer, Uncached
from .databases import Database, Databases, Say
from .inside import Counts
from .measurements import Figures, milliseconds
from .servers import bare, gunicorn

PARTS = ("directory", "others", "datasette", "growth", "publication", "export", "search", "projects")
MIDDLEWARE = "marketoverview.management.benchmark.bare_with_middleware"
SMALL, LARGE = 2_000, 100_000


@dataclass
class Run:
    """What is measured on one database system. A part that fails is named in `problems`, and the others go on.

    Exports and searches are those of the largest size. Raises `CountsDiffer` where counts differ.
    """

    of_system: Databases
    sizes: Sequence[int]
    parts: Collection[str]
    say: Say
    results: dict[int, Figures] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def measure(self) -> None:
        made = {size: self.of_system.database(size, self.say) for size in self.sizes}
        made[self.sizes[0]].manage("collectstatic", "--no-input", "--verbosity=0")
        self.results = {size: {} for size in self.sizes}
        for size, database in made.items():
            self.say(f"{self.of_system.system}, {size:,} vendors:")
            with self._portal(database) as (uncached, by_sql):
                self._measure_pages(database, uncached, by_sql)
            self._add(size, "publication", self._publications, database)
            for ending in files.ENDINGS if size == self.sizes[-1] else ():
                self._add(size, "export", files.export, database, size, ending)
        self._add(self.sizes[0], "projects", self._overview, made[self.sizes[0]])
        if {SMALL, LARGE} <= made.keys():
            self._add(LARGE, "growth", _growth, made[SMALL], made[LARGE])

    @contextmanager
    def _portal(self, database: Database) -> Iterator[tuple[Uncached, dict[str, Counts]]]:
        """A portal whose numbers were compared with those of SQL, and of Datasette where that is a part; and SQL's."""
        by_sql: dict[str, Counts] = database.inside("counts")
        with gunicorn(database.environment()) as portal:
            first = portal.first(DIRECTORY).at - portal.started
            self.results[database.size]["new_process"] = milliseconds(first)
            uncached = Uncached(portal)
            measurements.check_page(uncached, by_sql)
            if "datasette" in self.parts:
                peers.check_peers(uncached, database, by_sql)
            self.say("  the counts are equal")
            yield uncached, by_sql

    def _measure_pages(self, database: Database, uncached: Uncached, by_sql: dict[str, Counts]) -> None:
        pages = measurements.pages_listed(by_sql)
        self._add(database.size, "directory", _directory, database, uncached, pages)
        self._add(database.size, "others", searches.other_pages, uncached)
        if database.size == self.sizes[-1]:
            self._add(database.size, "search", searches.searches, uncached)
        self._add(database.size, "datasette", peers.peers, uncached, database, by_sql, self.say)

    def _publications(self, database: Database) -> Figures:
        with self.of_system.copy(database) as copy:
            figures = changes.snapshots(copy)
        with self.of_system.copy(database) as copy:
            return figures | changes.visibility(copy)

    def _overview(self, database: Database) -> Figures:
        """Of the smallest size: how many vendors there are is nothing to a project."""
        with self.of_system.copy(database) as copy:
            return projects.overview(copy)

    def _add(self, size: int, part: str, measure: Callable[..., Figures], *arguments: Any) -> None:
        """Measure the part, where it was asked for."""
        if part not in self.parts:
            return
        self.say(" ".join(["", part, *(argument for argument in arguments if isinstance(argument, str))]))
        try:
            self.results[size] |= measure(*arguments)
        except CountsDiffer:
            raise
        except (CommandError, OSError, http.client.HTTPException) as error:
            self.problems.append(f"{self.of_system.system}, {size:,}, {part}: {error}")


def _directory(database: Database, uncached: Uncached, pages: int) -> Figures:
    with ExitStack() as stack:
        alone, middleware = (
            stack.enter_context(bare(database.environment(DJANGO_SETTINGS_MODULE=module)))
            for module in (projects.BARE, MIDDLEWARE)
        )
        return measurements.directory(uncached, alone, middleware, pages)


def _growth(small: Database, large: Database) -> Figures:
    with gunicorn(small.environment()) as of_small, gunicorn(large.environment()) as of_large:
        for portal in (of_small, of_large):
            portal.first(DIRECTORY)
        by_clock, by_cpu = measurements.growth(of_small, of_large)
    return {"growth": by_clock, "growth_cpu": by_cpu}
