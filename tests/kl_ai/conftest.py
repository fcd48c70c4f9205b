"""Fixtures of the tests of mail: a server that refuses some, and one that is down."""

import pytest

from tests import mailserver
from tests.kl_ai.mail.outgoing import TEMPLATE


@pytest.fixture
def mail_server(settings, tmp_path):
    """A mail server that refuses some, and a mail to send: `mail/try.txt`."""
    settings.EMAIL_BACKEND = "tests.mailserver.Server"
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "try.txt").write_text(TEMPLATE)
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], tmp_path]}]


@pytest.fixture
def server_is_down(monkeypatch):
    monkeypatch.setattr(mailserver, "DOWN", "nordstjernen.example")
