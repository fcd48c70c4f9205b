"""Whoever registers, hands in, withdraws, is published or reads about privacy learns that editions keep what was public."""

import pytest
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails.notifications import send_decision
from marketoverview.models import Response
from tests.builders import make_curator, make_response
from tests.mails import log_in_recently
from tests.reading import english_url, read

pytestmark = pytest.mark.django_db

NOTICE = (
    "New answers do not change earlier editions. So write no names, numbers or other data about persons in the texts."
)


def visit(client, response: Response, name: str, *args):
    log_in_recently(client, response.vendor.members.first())
    return read(client, english_url(name, *args))


def test_who_registers_a_company_is_told_first(client):
    assert NOTICE in visit(client, make_response(), "vendor:register").text


def test_who_hands_in_is_told_first(client):
    draft = make_response("Agern", "draft")
    page = visit(client, draft, "vendor:review", draft.pk)
    assert NOTICE in page.find("form").text
    (link,) = [link for link in page.find_all("a") if link.text == "Read about editions and personal data"]
    assert link.attrs["href"] == f"{english_url('privacy')}#editions"


def test_who_withdraws_is_told_that_the_editions_change_too(client):
    response = make_response()
    page = visit(client, response, "vendor:withdraw", response.vendor.slug)
    assert "The company is taken out of every edition, too." in page.text


def test_the_mail_of_publication_tells_and_leads_to_the_editions():
    response = make_response("Agern", "submitted")
    response.publish(make_curator())
    send_decision(response)
    body = OutgoingMail.objects.get(key__startswith="decision").body
    assert "Svarene gemmes også i de udgaver" in body
    assert reverse("market:editions") in body


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_privacy_page_does_not_say_that_earlier_answers_are_never_public(client, language):
    path = english_url("privacy") if language == "en" else reverse("privacy")
    page = read(client, path)
    section = page.find(id="editions")
    assert section.text in (
        "Editions: earlier answers that stay public",
        "Udgaver: tidligere svar, der forbliver offentlige",
    )
    assert "are not public" not in page.text
    assert "er ikke offentlige" not in page.text
