"""What holders of links do at the same moment, and what breaks off: nothing is stored twice, half, or after the time is over."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.models import Annex, AnnexQuestion, Recipient
from legaltoolbox.projects.views import vendor_hand_in
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.legaltoolbox.projects import annexes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def recipient(team) -> Recipient:
    return annexes.loaded(annexes.make_sent(team).recipients.get(company="Alfa Prøve"))


def url(recipient, name="overview", *args) -> str:
    return reverse(f"vendor_answers:{name}", args=[recipient.token, *args])


def seen_at(path: str) -> str:
    return re.search(r'name="seen" value="(\w+)"', Client().get(path).content.decode())[1]


def hand_in_data(recipient) -> dict[str, str]:
    return {"name": "Anne Andersen", "with_gaps": "on", "seen": seen_at(url(recipient, "hand_in"))}


def test_of_two_colleagues_who_save_at_once_the_second_is_shown_what_the_first_has_stored(recipient):
    path = url(recipient, "requirement", "k10")
    seen = seen_at(path)

    def save(text: str) -> tuple[int, str]:
        response = Client().post(path, {"K10.1.how": text, "seen": seen})
        return response.status_code, response.content.decode()

    pages = run_at_once(save, ["Den ene", "Den anden"])
    assert sorted(status for status, _html in pages) == [200, 302]
    winner = recipient.answers.get().how
    (conflict,) = [html for status, html in pages if status == 200]
    assert winner in conflict[conflict.index('id="conflict-heading"') :]


def test_twenty_clicks_hand_in_once(recipient):
    annexes.answer(recipient)
    data = hand_in_data(recipient)
    places = run_at_once(
        lambda _click: Client().post(url(recipient, "hand_in"), data).headers.get("Location"), range(20)
    )
    assert set(places) - {None} == {url(recipient, "receipt", 1)}
    assert recipient.submissions.count() == OutgoingMail.objects.filter(kind="annex_receipt").count() == 1


def test_twenty_clicks_ask_once(recipient):
    run_at_once(lambda _click: Client().post(url(recipient, "ask"), {"text": "Hvornår?"}).status_code, range(20))
    assert AnnexQuestion.objects.count() == 1


def test_nothing_is_handed_in_after_the_lead_has_closed(recipient, team):
    annexes.answer(recipient)
    data = hand_in_data(recipient)

    def do(what: str) -> int:
        if what == "close":
            Annex.objects.select_related("project__municipality").get(pk=recipient.annex_id).close(team.lead.user)
            return 0
        return Client().post(url(recipient, "hand_in"), data).status_code

    statuses = run_at_once(do, ["hand in", "close"])
    annex = Annex.objects.get(pk=recipient.annex_id)
    submission = recipient.submissions.first()
    assert statuses[0] == (302 if submission else 409)
    assert submission is None or submission.at <= annex.closed_at
    assert Client().post(url(recipient, "hand_in"), data).status_code == 409


@pytest.mark.parametrize("work", ["hand_in", "send_receipt"])
def test_a_process_that_is_killed_while_handing_in_leaves_nothing_half(work, recipient, monkeypatch):
    annexes.answer(recipient)
    data = hand_in_data(recipient)
    place = Recipient if work == "hand_in" else vendor_hand_in
    with monkeypatch.context() as patch:
        patch.setattr(place, work, killed_after(getattr(place, work)))
        with pytest.raises(ProcessKilled):
            Client().post(url(recipient, "hand_in"), data)
    assert not recipient.submissions.exists()
    assert not OutgoingMail.objects.filter(kind="annex_receipt").exists()
    assert Client().post(url(recipient, "hand_in"), data).status_code == 302
