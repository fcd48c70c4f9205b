"""Fixtures of the toolbox's tests: a small content, and an editor in the administration."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from legaltoolbox.content.files import FOLDER
from tests.admin_pages import logged_in
from tests.builders import make_editor
from tests.days import on_date
from tests.legaltoolbox.small import write

LAST_DAY = min(
    date.fromisoformat(day)
    for path in FOLDER.glob("*.yaml")
    for day in re.findall(r"^ *review_by: (\S+)$", path.read_text(), re.MULTILINE)
)
"""The last day on which no text of the content files is to be reviewed again."""


@pytest.fixture(autouse=True)
def _no_text_is_overdue() -> Iterator[None]:
    """From the day after `LAST_DAY` on every page says that its texts may be out of date: the tests stay on that day.

    A test that is about overdue texts makes one.
    """
    if timezone.localdate() <= LAST_DAY:
        yield
        return
    with on_date(LAST_DAY):
        yield


@pytest.fixture
def small(tmp_path) -> Path:
    """The folder of the small toolbox."""
    return write(tmp_path / "small")


@pytest.fixture
def editor(content_rows):
    return make_editor("editor@kl.example")


@pytest.fixture
def editor_client(editor) -> Client:
    """The editor's browser."""
    return logged_in(editor)
