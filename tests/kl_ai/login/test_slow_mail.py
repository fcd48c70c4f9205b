"""A login does not wait for a mail server that hangs, and says what is true of the mail."""

import re
import time

import pytest
from django.core import mail

from tests.kl_ai.mail import smtpserver
from tests.mails import CODE, LOGIN, request_code
from tests.reading import parse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mail_by(settings):
    """Lets the portal send by this server."""

    def use(server: smtpserver.Server) -> None:
        settings.EMAIL_BACKEND = "kl_ai.mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5

    return use


@pytest.mark.parametrize("stage", ["greeting", "reply", "data"])
def test_the_code_of_a_slow_server_logs_in_when_it_comes(stage, client, mail_by, owner):
    with smtpserver.running(smtpserver.Server(stage, 3.0)) as server:
        mail_by(server)
        response = request_code(client, owner.email)
        assert server.messages == []
        assert (response.status_code, response.url) == (302, CODE)
        page = parse(client.get(CODE).content.decode())
        assert "Vores mailserver svarer langsomt" in page.find("div", "alert-warning").text
        assert "Vi er ved at sende en kode" in page.find("p", "lead").text
        end = time.monotonic() + 20
        while not server.messages and time.monotonic() < end:
            time.sleep(0.05)
        (message,) = server.messages
        assert client.post(CODE, {"code": re.search(r"\b\d{6}\b", message)[0]}).status_code == 302
        assert client.get("/leverandoer/konto/").status_code == 200


def test_a_server_that_refuses_at_once_is_said_at_once(client, settings, owner):
    settings.EMAIL_BACKEND = "kl_ai.mail.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    response = request_code(client, owner.email)
    assert response.status_code == 503
    assert "Koden kunne ikke sendes" in response.content.decode()
    assert parse(response.content.decode()).find("input", id="id_email").attrs["value"] == owner.email
    assert client.get(CODE).url == LOGIN


def test_known_and_unknown_addresses_are_told_the_same(client, mail_by, owner):
    with smtpserver.running(smtpserver.Server("greeting", 3.0)) as server:
        mail_by(server)
        pages = []
        for email in (owner.email, "ingen@nordstjernen.example"):
            request_code(client, email)
            pages.append(re.sub(r'value="[^"]{64}"', "", client.get(CODE).content.decode().replace(email, "")))
        assert pages[0] == pages[1]


def test_a_mail_that_is_sent_in_time_has_no_warning(client, owner):
    request_code(client, owner.email)
    assert len(mail.outbox) == 1
    assert not parse(client.get(CODE).content.decode()).find_all("div", "alert-warning")
