"""Fixtures of the toolbox's tests: a small content, and an editor in the administration."""

from pathlib import Path

import pytest
from django.test import Client

from tests.admin_pages import logged_in
from tests.builders import make_editor
from tests.legaltoolbox.small import write


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
