"""What programs ask every website for."""

import subprocess
import sys
from datetime import datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from tests.environment import ROOT, clean
from tests.pages import PUBLIC_PAGES


def rules(client) -> RobotFileParser:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(response.content.decode().splitlines())
    return parser


@pytest.mark.parametrize("language", ["da", "en"])
def test_robots_read_what_is_public_and_nothing_behind_a_login(language, client):
    robots = rules(client)
    with override(language):
        for name in ("admin:index", "admin:kl_ai_user_changelist", "vendor:home", "vendor:account", "account_sessions"):
            assert not robots.can_fetch("robot", reverse(name)), name
        login_pages = {reverse(name) for name in ("account_login", "account_login_without_mail")}
    prefix = "/en/" if language == "en" else "/"
    public = [path for path in PUBLIC_PAGES if path.startswith(prefix) and path.partition("?")[0] not in login_pages]
    public = [path for path in public if language == "en" or not path.startswith("/en/")]
    assert len(public) > 20
    assert [path for path in public if not robots.can_fetch("robot", path)] == []


def test_whom_to_tell_of_a_weakness_is_said_where_it_is_set(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:sikkerhed@kl.example"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:sikkerhed@kl.example"
    assert fields["Canonical"] == f"{settings.SITE_URL}/.well-known/security.txt"
    ahead = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=30) < ahead < timedelta(days=365)  # RFC 9116, 2.5.5: less than a year


def test_the_icon_is_one(client):
    response = client.get("/favicon.ico")
    assert response["Content-Type"] == "image/x-icon"
    assert response.content[:4] == b"\0\0\1\0"
    assert response.content.count(b"\x89PNG") == response.content[4] == 3
    assert len(response.content) < 5_000


SHOW = """
from unittest import mock
with mock.patch("environs.Env.read_env"):
    from kl_ai import settings
print(settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD)
"""
PRODUCTION = {
    "SECRET_KEY": "a-long-random-text",
    "ALLOWED_HOSTS": "ki.example.dk",
    "DATABASE_URL": "postgres://portal:password@127.0.0.1:5432/portal",
    "SITE_URL": "https://ki.example.dk",
}


def settings_with(**variables: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", SHOW]
    return subprocess.run(command, cwd=ROOT, env=clean(**PRODUCTION | variables), capture_output=True, text=True)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "31536000 False False"),
        ({"HSTS_SUBDOMAINS": "true", "HSTS_PRELOAD": "true"}, "31536000 True True"),
        ({"HSTS_SUBDOMAINS": "true", "HTTPS": "false"}, "0 False False"),
    ],
)
def test_hsts_binds_other_names_only_where_kl_says_so(variables, expected):
    assert settings_with(**variables).stdout.strip() == expected


def test_a_contact_for_weaknesses_is_an_address():
    outcome = settings_with(SECURITY_CONTACT="sikkerhed@kl.example")
    assert outcome.returncode != 0
    assert "SECURITY_CONTACT" in outcome.stderr


def test_the_contact_of_the_portal_is_an_address_that_a_link_can_hold():
    outcome = settings_with(CONTACT_EMAIL="ki?bcc=x@kl.example")
    assert outcome.returncode != 0
    assert "CONTACT_EMAIL" in outcome.stderr
