"""Datasette beside the portal: the same vendors in a file of its own, the same selection and facets, its pages 1 to 20."""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .counts import SELECTION, CountsDiffer, Uncached, assert_equal, counts_in_datasette, rows_on_page, text
from .databases import FOLDER, Database, Say
from .inside import CHOSEN, Counts, column
from .measurements import PAGES, PER_PAGE, Figures, milliseconds, page_address, pages_listed
from .servers import Reply, ServerProcess, datasette

RAISED = {"sql_time_limit_ms": 600_000, "facet_time_limit_ms": 600_000, "suggest_facets": "off"}
"""Settings with which every facet is counted to the end. Suggestions of other facets, which nobody asked for, are off."""
LIMITS: dict[str, dict[str, Any]] = {"default": {}, "raised": RAISED}
SECONDS = 40.0
"""After so long no further page of a listing is asked for; at least `FEWEST` are."""
FEWEST = 3
PORTAL_A_TURN = 3


def peer_file(database: Database) -> Path:
    """The file for Datasette, made from the database where there is none yet."""
    path = FOLDER / f"bench-{database.size}-datasette.sqlite3"
    if not path.exists():
        database.inside("peer_file", str(path))
    return path


@dataclass(frozen=True)
class Listing:
    """A page of Datasette with the selection and its facets. `query` is its query string without the page."""

    name: str
    table: str
    query: str

    def path(self, file: Path, *, ending: str = "") -> str:
        return f"/{file.stem}/{self.table}{ending}?{self.query}&_size={PER_PAGE}&_facet_size=max"

    def pages(self, server: ServerProcess, file: Path) -> list[str]:
        """The addresses of the pages 1 to `PAGES`, as far as there are so many. Each page names the next."""
        facets = ("_facet", "_facet_array")
        plain = "&".join(part for part in self.query.split("&") if part.partition("=")[0] not in facets)
        base = f"/{file.stem}/{self.table}.json?{plain}&_size={PER_PAGE}&_nocount=1&_nofacet=1"
        addresses, following = [self.path(file)], ""
        while len(addresses) < PAGES:
            following = json.loads(server.get(f"{base}&_next={following}" if following else base).body).get("next")
            if not following:
                break
            addresses.append(f"{self.path(file)}&_next={following}")
        return addresses


def listings(codes: Counts) -> list[Listing]:
    """The two ways of Datasette to the facets of these questions: JSON arrays of the vendors, and one facet of the answers."""
    question, option = CHOSEN
    arrays = "".join(f"&_facet_array={column(code)}" for code in codes)
    vendors = f"{column(question)}__arraycontains={option}{arrays}"
    condition = f"vendor+in+(select+vendor+from+answers+where+option='{question}/{option}')"
    return [
        Listing("arrays", "vendors", vendors),
        Listing("plain", "answers", f"_where={condition}&_facet=option"),
    ]


def check_peers(uncached: Uncached, database: Database, by_sql: dict[str, Counts]) -> None:
    """Raises `CountsDiffer` where Datasette counts otherwise than SQL, or lists other vendors than the portal's page."""
    file = peer_file(database)
    arrays, _plain = listings(by_sql["page"])
    with datasette(file, RAISED) as server:
        assert_equal_in_datasette(server, file, by_sql)
        listed = [row[1] for row in json.loads(server.get(arrays.path(file, ending=".json")).body)["rows"]]
    shown = rows_on_page(text(uncached.get(SELECTION)))
    if listed != shown:
        raise CountsDiffer(f"Datasette lists {listed[:3]} … where the portal lists {shown[:3]} …. Nothing is measured.")


def assert_equal_in_datasette(server: ServerProcess, file: Path, by_sql: dict[str, Counts]) -> None:
    """Raises `CountsDiffer` where the array facets, or the plain facet of the answers, say something else than SQL."""
    within = by_sql["within"]
    arrays, plain = listings(by_sql["page"])
    columns = {column(code): options for code, options in within.items()}
    names = {f"{code}/{option}": count for code, options in within.items() for option, count in options.items()}
    for what, listing, expected in (
        ("Datasette's array facets", arrays, columns),
        ("Datasette's facet of the answers", plain, {"option": names}),
    ):
        assert_equal(what, expected, counts_in_datasette(server.get(listing.path(file, ending=".json"))))


def peers(uncached: Uncached, database: Database, by_sql: dict[str, Counts], say: Say) -> Figures:
    """Datasette's pages with default and raised limits, by array facets and by a plain facet, each beside the portal's."""
    file, pages = peer_file(database), pages_listed(by_sql)
    figures: Figures = {}
    for limits, options in LIMITS.items():
        with datasette(file, options) as server:
            say(f"    {limits} limits")
            for listing in listings(by_sql["page"]):
                measured = _beside(uncached, pages, server, listing.pages(server, file))
                figures |= {f"{listing.name}_{limits}_{key}": value for key, value in measured.items()}
    return figures


def _beside(uncached: Uncached, pages: int, server: ServerProcess, addresses: list[str]) -> Figures:
    """The pages of a listing and those of the portal in turn, as far as the time goes.

    `without_facets` is the share of pages on which a facet was left out, or that were an error, because a limit was met.
    Their times are those of giving up: only complete pages have a time and a ratio.
    """
    complete, own, number = [], [], 0
    server.ask(addresses[0])  # the first request reads the schema
    end = time.monotonic() + SECONDS
    for number, address in enumerate(addresses, start=1):
        reply = server.ask(address)
        if is_complete(reply):
            complete.append(reply.seconds)
        own += [uncached.get(page_address((number - 1) % pages + 1)).seconds for _ in range(PORTAL_A_TURN)]
        if time.monotonic() > end and number >= FEWEST:
            break
    figures = {"pages": float(number), "without_facets": 1 - len(complete) / number}
    if complete:
        median = statistics.median(complete)
        figures |= {"ms": milliseconds(median), "ratio": median / statistics.median(own)}
    return figures


def is_complete(reply: Reply) -> bool:
    """Whether Datasette's page shows all facets that were asked for."""
    return reply.status == 200 and "facets-timed-out" not in text(reply)
