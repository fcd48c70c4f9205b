"""The test bed: the databases, the demonstration data, and the fixed cast.

The cast: the *owner* and the *colleague* act for the same vendor, the *stranger* for another one, and the
*curator* works for KL.
"""

import gc
import json
import logging
import os
from collections import Counter
from pathlib import Path
from unittest import mock

import pytest
from django.core.cache import caches
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

from kl_ai.pages.file_store import files
from kl_ai.pages.places import set_threads
from kl_ai.people import limits
from legaltoolbox.catalogue import catalogues, draft_catalogues
from marketoverview.frame import demo_vendors
from marketoverview.market import days
from marketoverview.market.snapshot import snapshots
from tests import builders, databases
from tests.marketoverview.vendor_addresses import World, make_world

pytest_plugins = ["tests.browser"]

# An example may share the database that its test was given, and a laptop may be slow.
hypothesis_settings.register_profile(
    "portal",
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("portal")


def pytest_collection_finish():
    """Python looks for garbage less often: what was imported and collected here stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


# Databases --------------------------------------------------------------------------------------

ROWS = frozenset({"db", "transactional_db", "live_server", "demo"})
"""The fixtures by which a test has rows of the database."""


def pytest_generate_tests(metafunc):
    """Name the database that each test starts from. pytest runs those of the same one together."""
    marker = metafunc.definition.get_closest_marker("django_db")
    name = databases.name_for(metafunc.fixturenames, is_marked=marker is not None)
    metafunc.parametrize("database", [name], ids=[pytest.HIDDEN_PARAM], indirect=True, scope="session")


def pytest_collection_modifyitems(items):
    """Mark what depends on the database: the rest need not run on each of them."""
    for item in items:
        depends_on_it = not (item.get_closest_marker("any_database") or _reads_content_alone(item))
        if item.callspec.params["database"] and depends_on_it:
            item.add_marker(pytest.mark.database)


def _reads_content_alone(item) -> bool:
    """Whether all that the test has of the database is the content in memory (`content`), which others test on each of them."""
    information = item._fixtureinfo
    if "content" not in information.names_closure or item.get_closest_marker("django_db"):
        return False

    def has_rows(name: str) -> bool:
        definitions = information.name2fixturedefs.get(name, ())
        if name == "content":
            return False
        return name in ROWS or any(has_rows(other) for each in definitions for other in each.argnames if other != name)

    return not any(map(has_rows, information.initialnames))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, tmp_path_factory, request):
    """The databases of this process, in place of pytest-django's single one."""
    process = getattr(request.config, "workerinput", {}).get("workerid", "")
    folder = tmp_path_factory.getbasetemp()
    with django_db_blocker.unblock():
        mine = databases.Databases(folder.parent if process else folder, process or "main")
        # Django would leave all tables empty after a test that commits, and take longer.
        with mock.patch.object(TransactionTestCase, "_fixture_teardown", side_effect=mine.set_back):
            yield mine
        mine.close()


@pytest.fixture(scope="session", autouse=True)
def database(request, django_db_blocker):
    """The name of the database that the tests start from; None where they use none."""
    if request.param:
        with django_db_blocker.unblock():
            request.getfixturevalue("django_db_setup").connect(request.param)
    return request.param


@pytest.fixture(scope="session")
def live_server(django_db_setup, database, live_server):
    """After the database: before it is in its file, the server takes it for one in memory, and its threads share a connection."""
    return live_server


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Each test starts from its own rows and in Danish: versions are counted anew, and a request leaves its language."""
    translation.deactivate()
    snapshots.forget()
    days.forget()
    demo_vendors.forget()
    catalogues.forget()
    draft_catalogues.forget()
    files.drop_outdated(None)
    set_threads(4)  # responses that a test has not read to the end keep a place
    for name in caches:
        caches[name].clear()


@pytest.fixture(autouse=True)
def _limits_begin_with_the_test(monkeypatch):
    """No quarter or hour of the limits ends while a test counts what is left of it."""
    monkeypatch.setattr(limits, "EPOCH", timezone.now())


@pytest.fixture
def bare(db):
    """The tables alone: no groups of staff either."""


@pytest.fixture
def survey(db):
    """The survey's rounds, questions and options; no vendor."""


@pytest.fixture
def content_rows(db, django_db_setup, database):
    """The legal content as rows of the database, and as the pages hold it in memory."""
    django_db_setup.hold(database)


@pytest.fixture
def content(content_rows):
    """The public legal content in memory, for tests that do not change it."""
    return catalogues.current()


@pytest.fixture
def demo(content):
    """The survey, the 35 demonstration vendors and the legal content, as `make demo` loads them."""


# Cast -------------------------------------------------------------------------------------------


@pytest.fixture
def vendor(db):
    """A vendor without any response."""
    return builders.make_vendor("Nordstjernen")


@pytest.fixture
def owner(vendor):
    return builders.make_user("owner@nordstjernen.example", member_of=vendor)


@pytest.fixture
def colleague(vendor):
    return builders.make_user("colleague@nordstjernen.example", member_of=vendor)


@pytest.fixture
def stranger(db):
    return builders.make_user("stranger@sydkorset.example", member_of=builders.make_vendor("Sydkorset"))


@pytest.fixture
def curator(db):
    return builders.make_curator("curator@kl.example")


@pytest.fixture
def visitors(stranger, owner, curator):
    """Name to the browser (`Client`) of everybody who may come by, each logged in as far as they can be."""
    browsers = {"anonymous": Client()}
    for name, user in (("stranger", stranger), ("owner", owner), ("curator", curator)):
        browsers[name] = Client()
        browsers[name].force_login(user)
    return browsers


@pytest.fixture
def world(survey, vendor, owner, colleague, curator) -> World:
    """The vendor with its two members and everything that its addresses name."""
    return make_world(vendor, owner, curator)


# What is written ---------------------------------------------------------------------------------


class SecurityEvents(logging.Handler):
    """The lines of the security log, as text in `lines()`; called, as values, those of one event or all."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))

    def lines(self) -> list[str]:
        return self._lines

    def __call__(self, event: str = "") -> list[dict]:
        lines = [json.loads(line) for line in self._lines]
        return [line for line in lines if line["event"] == event or not event]


@pytest.fixture
def security_events(monkeypatch):
    """The security log while the test runs."""
    events = SecurityEvents()
    monkeypatch.setattr(logging.getLogger("portal.security"), "handlers", [events])
    return events


# What a run has done ----------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter):
    """Say what was left out and why, and write the counts for the last lines of `python -m tests`."""
    skipped = terminalreporter.getreports("skipped")
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if reasons:
        terminalreporter.section("left out")
    for reason, number in sorted(reasons.items()):
        terminalreporter.line(f"{number} test{'s' if number > 1 else ''}: {reason}")
    if path := os.environ.get("TEST_REPORT"):
        failed = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
        counts = {"passed": len(terminalreporter.getreports("passed")), "failed": len(failed), "skipped": len(skipped)}
        Path(path).write_text(json.dumps(counts))
