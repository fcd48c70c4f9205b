"""The sender of a mail is shown whether it was delivered, in one message for all that were posted together."""

import pytest
from django.contrib import messages
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory

from kl_ai.mail.notices import add_delivery_message
from tests.kl_ai.mail.outgoing import post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_server")]
SENT, UNSENT = messages.SUCCESS, messages.WARNING


@pytest.fixture
def request_with_messages() -> HttpRequest:
    request = RequestFactory().get("/")
    vars(request)["_messages"] = CookieStorage(request)
    return request


def messages_of_request(request: HttpRequest) -> list[tuple[int, str]]:
    return [(message.level, message.message) for message in get_messages(request)]


def test_no_mail_gives_no_message(request_with_messages):
    add_delivery_message(request_with_messages, [])
    add_delivery_message(request_with_messages, [None], "All are sent.", "Some wait.")
    assert messages_of_request(request_with_messages) == []


def test_every_mail_has_its_sentence_in_the_one_message(request_with_messages):
    add_delivery_message(request_with_messages, [post("1"), None, post("2", "ki@sydkorset.example")])
    text = "Vi har sendt en mail til ki@nordstjernen.example. Vi har sendt en mail til ki@sydkorset.example."
    assert messages_of_request(request_with_messages) == [(SENT, text)]


def test_a_mail_that_waits_makes_the_message_a_warning(server_is_down, request_with_messages):
    add_delivery_message(request_with_messages, [post("1"), post("2", "ki@sydkorset.example")])
    ((level, text),) = messages_of_request(request_with_messages)
    assert level == UNSENT
    assert "Mailen til ki@nordstjernen.example kunne ikke sendes lige nu." in text
    assert "Vi har sendt en mail til ki@sydkorset.example." in text


def test_many_mails_are_counted_in_the_callers_words(server_is_down, request_with_messages):
    sent_mail, waiting = post("1", "ki@sydkorset.example"), post("2")
    words = ("%(n)s mails are sent.", "%(sent)s of %(number)s are sent.")
    add_delivery_message(request_with_messages, [sent_mail], *words)
    add_delivery_message(request_with_messages, [sent_mail, waiting], *words, unsent_level=messages.INFO)
    assert messages_of_request(request_with_messages) == [
        (SENT, "1 mails are sent."),
        (messages.INFO, "1 of 2 are sent."),
    ]
