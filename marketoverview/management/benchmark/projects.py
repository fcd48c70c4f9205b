"""The overview of a municipality's large project, as its lead sees it, beside the bare view.

The project is made by a command of the toolbox in a copy of the database: the market knows its address and cookie alone.
"""

import json
from contextlib import ExitStack
from dataclasses import dataclass

from .databases import Database
from .measurements import BARE_A_TURN, ROUNDS, TURNS, Figures, bare_address, milliseconds
from .servers import BROWSER, Reply, ServerProcess, bare, gunicorn
from .turns import Runner, in_turns, pace, ratio

BARE = "marketoverview.management.benchmark.bare_settings"
OVERVIEWS_A_TURN = 5


@dataclass(frozen=True)
class LoggedIn:
    """A portal as somebody asks it who has logged in."""

    portal: ServerProcess
    cookie: str

    def get(self, path: str) -> Reply:
        return self.portal.get(path, {**BROWSER, "Cookie": self.cookie})

    def cpu_seconds(self) -> float:
        return self.portal.cpu_seconds()


def overview(database: Database) -> Figures:
    """The overview of a project with 60 activities, 35 documents and 1,200 answers, and the bare view, in turn."""
    made = json.loads(database.manage("seed_project", "--force"))
    with ExitStack() as stack:
        portal = stack.enter_context(gunicorn(database.environment()))
        alone = stack.enter_context(bare(database.environment(DJANGO_SETTINGS_MODULE=BARE)))
        portal.first("/markedsoverblik/")
        page = Runner(LoggedIn(portal, made["cookie"]), lambda _: made["path"], OVERVIEWS_A_TURN)
        beside = Runner(alone, bare_address, BARE_A_TURN)
        in_turns([page, beside], turns=TURNS, rounds=ROUNDS)
    by_clock, by_cpu = ratio(page, beside)
    measured = pace(page)
    return {
        "project": milliseconds(measured.seconds),
        "project_cpu": milliseconds(measured.cpu),
        "project_ratio": by_clock,
        "project_cpu_ratio": by_cpu,
    }
