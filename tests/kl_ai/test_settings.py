"""In production a missing setting is a clear refusal to start; a developer needs none."""

import subprocess
import sys

import pytest

from tests.environment import ROOT, clean

COMPLETE = {
    "SECRET_KEY": "a-long-random-text",
    "ALLOWED_HOSTS": "ki.example.dk",
    "DATABASE_URL": "postgres://portal:password@127.0.0.1:5432/portal",
    "SITE_URL": "https://ki.example.dk",
}
START = """
from unittest import mock
with mock.patch("environs.Env.read_env"):
    from kl_ai import settings
print(settings.DEBUG, settings.DATABASES["default"]["ENGINE"], settings.SECURE_SSL_REDIRECT)
"""


def start(**variables: str) -> subprocess.CompletedProcess:
    """Read the settings in a process of its own, in an environment with these variables only."""
    command = [sys.executable, "-c", START]
    return subprocess.run(command, cwd=ROOT, env=clean(**variables), capture_output=True, text=True)


def test_production_starts_with_four_settings():
    assert start(**COMPLETE).stdout.split() == ["False", "kl_ai.database", "True"]


@pytest.mark.parametrize("name", COMPLETE)
def test_production_refuses_to_start_without(name):
    outcome = start(**{other: value for other, value in COMPLETE.items() if other != name})
    assert outcome.returncode != 0
    assert f"{name} is not set" in outcome.stderr


def test_developer_needs_no_setting_but_debug(tmp_path):
    outcome = start(DEBUG="true", DATABASE_URL=f"sqlite:///{tmp_path / 'portal.sqlite3'}")
    assert outcome.stdout.split() == ["True", "django.db.backends.sqlite3", "False"]


def test_nonsense_is_named():
    outcome = start(**COMPLETE, STALE_AFTER_MONTHS="a year")
    assert outcome.returncode != 0
    assert "STALE_AFTER_MONTHS" in outcome.stderr


def test_the_address_in_mails_is_a_whole_one():
    outcome = start(**COMPLETE | {"SITE_URL": "ki.example.dk"})
    assert outcome.returncode != 0
    assert "SITE_URL" in outcome.stderr


@pytest.mark.parametrize("url", ["filemail:///x", "dummymail://", "SMPT://mail.example"])
def test_an_unknown_kind_of_mail_server_is_answered_by_the_known_ones(url):
    outcome = start(**COMPLETE, EMAIL_URL=url)
    assert outcome.returncode != 0
    assert "EMAIL_URL" in outcome.stderr
    assert "submission" in outcome.stderr
    assert "KeyError" not in outcome.stderr
