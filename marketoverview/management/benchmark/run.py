"""A run: for each size its database, its servers, and the parts that were asked for."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack

from . import changes, files, measurements, peers, searches
from .counts import DIRECTORY, Uncached
from .databases import Database, Databases, Say
from .inside import Counts
from .measurements import Figures, milliseconds
from .servers import gunicorn

PARTS = ("directory", "others", "datasette", "growth", "publication", "export", "search")
BARE = "marketoverview.management.benchmark.bare_settings"
MIDDLEWARE = "marketoverview.management.benchmark.bare_with_middleware"
SMALL, LARGE = 2_000, 100_000


def measure(of_system: Databases, sizes: Sequence[int], parts: Collection[str], say: Say) -> dict[int, Figures]:
    """The figures of each size on one database system. Raises `CommandError` where counts differ."""
    made = {size: of_system.database(size, say) for size in sizes}
    made[sizes[0]].manage("collectstatic", "--no-input", "--verbosity=0")
    results: dict[int, Figures] = {size: {} for size in sizes}
    for size, database in made.items():
        say(f"{of_system.system}, {size:,} vendors …")
        results[size] |= _pages(database, parts, say, with_search=size == sizes[-1])
        if "publication" in parts:
            say("  publications")
            with of_system.copy(database) as copy:
                results[size] |= changes.snapshots(copy)
            with of_system.copy(database) as copy:
                results[size] |= changes.visibility(copy)
        if "export" in parts and size == sizes[-1]:
            say("  exports")
            results[size] |= files.exports(database, size)
    if "growth" in parts and {SMALL, LARGE} <= made.keys():
        say(f"{SMALL:,} and {LARGE:,} vendors in turn …")
        with gunicorn(made[SMALL].environment()) as small, gunicorn(made[LARGE].environment()) as large:
            by_clock, by_cpu = measurements.growth(small, large)
        results[LARGE] |= {"growth": by_clock, "growth_cpu": by_cpu}
    return results


def _pages(database: Database, parts: Collection[str], say: Say, *, with_search: bool) -> Figures:
    """What one portal is asked for, after its counts were compared."""
    figures: Figures = {}
    by_sql: dict[str, Counts] = database.inside("counts")
    with ExitStack() as stack:
        portal = stack.enter_context(gunicorn(database.environment()))
        figures["new_process"] = milliseconds(portal.get(DIRECTORY).seconds)
        uncached = Uncached(portal)
        measurements.check_page(uncached, by_sql)
        if "datasette" in parts:
            peers.check_peers(uncached, database, by_sql)
        say("  the counts are equal")
        if "directory" in parts:
            bare, middleware = (
                stack.enter_context(gunicorn(database.environment(DJANGO_SETTINGS_MODULE=module), warm_path="/"))
                for module in (BARE, MIDDLEWARE)
            )
            figures |= measurements.directory(uncached, bare, middleware, measurements.pages_listed(by_sql))
        if "others" in parts:
            figures |= searches.other_pages(uncached)
        if "search" in parts and with_search:
            figures |= searches.searches(uncached)
        if "datasette" in parts:
            say("  beside Datasette")
            figures |= peers.peers(uncached, database, by_sql)
    return figures
