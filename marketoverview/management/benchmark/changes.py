"""What a publication costs: the next snapshot beside the first one, and how soon a page shows it."""

import statistics
import subprocess
from typing import IO, cast

from .counts import DIRECTORY, text
from .databases import Database
from .inside import mark
from .measurements import Figures, milliseconds
from .servers import ServerProcess, gunicorn

MOST_PAGES = 100_000
"""Of requests until a publication is seen: far more than one needs."""


def snapshots(copy: Database) -> Figures:
    """The first snapshot of a process, and the next one after each of several publications."""
    times = copy.inside("snapshots")
    first, following = statistics.median(times["first"]), statistics.median(times["next"])
    return {
        "first_snapshot": milliseconds(first),
        "next_snapshot": milliseconds(following),
        "next_snapshot_worst": milliseconds(max(times["next"])),
        "next_part": first / following,
    }


def visibility(copy: Database) -> Figures:
    """From the commit of a publication in another process to the end of the first page that shows it, through the server.

    The directory is read without a pause. Of the pages that do not show it yet, the one under way at the commit counts too.
    """
    process = subprocess.Popen(  # noqa: S603
        copy.command("bench", "--inside", "publications"),
        env=copy.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    orders, commits = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
    with process, gunicorn(copy.environment()) as portal:
        number = int(commits.readline())
        portal.first(DIRECTORY)
        times = []
        for place in range(number):
            orders.write("\n")
            orders.flush()
            seen = _seen(portal, mark(place))
            times.append(seen - float(commits.readline()))
        orders.close()
    return {"visible": milliseconds(statistics.median(times)), "visible_worst": milliseconds(max(times))}


def _seen(portal: ServerProcess, word: str) -> float:
    """The time of the clock `time.monotonic` when the first page that holds the word had arrived."""
    for _ in range(MOST_PAGES):
        reply = portal.ask(DIRECTORY)
        if reply.status == 200 and word in text(reply):
            return reply.at
    raise RuntimeError(f"No page shows {word}.")
