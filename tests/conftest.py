"""The test bed: the databases, the demonstration data, and the fixed cast.

The cast: the *owner* and the *colleague* act for the same vendor, the *stranger* for another one, and the
*curator* works for KL.
"""

import dataclasses
import os
from collections import Counter
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

from legaltoolbox.catalogue import Catalogue, catalogues, draft_catalogues
from legaltoolbox.models import toolbox_version
from marketoverview.market.snapshot import snapshots
from tests import builders, demodata

pytest_plugins = ["tests.browser"]

# An example may share the database that its test was given, and a laptop may be slow.
hypothesis_settings.register_profile(
    "portal",
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("portal")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file, so that threads and processes meet there as they do in production."""
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "portal.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """After the database: before it is in its file, the server takes it for one in memory, and its threads share a connection."""
    return live_server


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Each test starts from its own rows and in Danish: versions are counted anew, and a request leaves its language."""
    translation.deactivate()
    snapshots.forget()
    catalogues.forget()
    draft_catalogues.forget()
    for name in caches:
        caches[name].clear()


# Data -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _demo_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return demodata.read_fixtures("survey", "demo")


@pytest.fixture(scope="session")
def _survey_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return demodata.read_fixtures("survey")


@pytest.fixture
def demo(_demo_rows, _content, db):
    """The survey, the 35 demonstration vendors and the legal content, as `make demo` loads them."""
    demodata.write(_demo_rows, "marketoverview")
    remember(_content[1])


@pytest.fixture(scope="session")
def _content(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return demodata.read_content()


def remember(content: Catalogue) -> None:
    """Have the pages show this catalogue, as if it were that of the database: it is read once for all tests."""
    catalogues.hold(dataclasses.replace(content, version=0, day=timezone.localdate()), version=0)


@pytest.fixture
def content(_content, db):
    """The legal content, as the pages hold it in memory."""
    remember(_content[1])
    return catalogues.current(0)


@pytest.fixture
def content_rows(_content, db):
    """The legal content as rows of the database."""
    demodata.write(_content[0], "legaltoolbox")
    toolbox_version.bump()


@pytest.fixture
def survey(_survey_rows, db):
    """The survey's rounds, questions and options; no vendor."""
    demodata.write(_survey_rows, "marketoverview")


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


# What was left out ------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter):
    """Says what was left out and why; `python -m tests` repeats it below the last run."""
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.getreports("skipped"))
    lines = [f"{number} test{'s' if number > 1 else ''}: {reason}" for reason, number in sorted(reasons.items())]
    if path := os.environ.get("LEFT_OUT"):
        with Path(path).open("a") as file:
            file.writelines(f"{line}\n" for line in lines)
    elif lines:
        terminalreporter.section("left out")
        for line in lines:
            terminalreporter.line(line)
