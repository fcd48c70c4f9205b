"""KL's staff get mail about what waits: at once, daily or never, and never a word that somebody else has written."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.models import User
from kl_ai.people import work_mails
from kl_ai.people.work_mails import AT_ONCE_PER_DAY, post_at_once, post_daily
from legaltoolbox.models import Risk
from marketoverview.mails import notifications
from marketoverview.models import Response, map_answer
from tests.admin_pages import logged_in
from tests.builders import (
    make_curator,
    make_editor,
    make_option,
    make_own_words,
    make_response,
    make_user,
    make_vendor,
)
from tests.concurrency import run_at_once
from tests.mails import log_in_recently, recipients

pytestmark = pytest.mark.django_db(transaction=True)
CURATOR = "kurator@kl.example"
PAGE = "/admin/mine-mails/"


@pytest.fixture
def curator_by_mail() -> User:
    return make_curator(CURATOR)


def wants(user: User, choice: str) -> User:
    user.choose_work_mail(choice)
    return user


def submitted() -> Response:
    """A response that a vendor has handed in now, with the mails about it."""
    response = make_response(status="submitted")
    with transaction.atomic():
        notifications.send_receipt(response)
    return response


def to_staff() -> list:
    call_command("send_mail", stdout=StringIO())
    return [message for message in mail.outbox if message.to[0].endswith("@kl.example")]


# Daily ----------------------------------------------------------------------------------------------


def test_the_daily_mail_is_the_default_and_comes_once_a_day(curator_by_mail):
    response = make_response(make_vendor("Hemmelig Vare ApS"), "submitted")
    Response.objects.filter(pk=response.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    call_command("send_work_mail")
    call_command("send_work_mail")
    (message,) = to_staff()
    assert message.to == [CURATOR]
    assert "1 besvarelse at gennemgå" in message.body
    assert "3 dage" in message.body
    assert "/admin/marketoverview/response/inbox/?kind=responses" in message.body
    assert "Hemmelig" not in message.subject + message.body


def test_the_next_day_brings_the_next_mail(curator_by_mail):
    make_response(status="submitted")
    today = timezone.localdate()
    assert [len(post_daily(day)) for day in (today, today, today + timedelta(days=1))] == [1, 0, 1]


def test_nothing_is_sent_when_nothing_waits(curator_by_mail):
    make_response()
    BadAddress.mark("retur@test.example", "550")  # is looked at when there is other work
    call_command("send_work_mail")
    assert to_staff() == []


def test_two_runs_at_once_send_one_mail(curator_by_mail):
    make_response(status="submitted")
    run_at_once(lambda _run: call_command("send_work_mail"), [1, 2])
    assert OutgoingMail.objects.filter(kind=work_mails.DAILY).count() == 1


def test_each_gets_what_the_permissions_allow(curator_by_mail):
    make_editor("redaktoer@kl.example")
    make_response(status="submitted")
    assert [found.to for found in post_daily(timezone.localdate())] == [CURATOR]


def test_an_editor_hears_of_the_toolbox_only(content_rows):
    make_editor("redaktoer@kl.example")
    make_response(status="submitted")
    yesterday = timezone.localdate() - timedelta(days=1)
    Risk.objects.filter(pk=Risk.objects.filter(is_public=True).first().pk).update(review_by=yesterday)
    call_command("send_work_mail")
    (message,) = to_staff()
    assert "/admin/legaltoolbox/risk/" in message.body
    assert "/admin/marketoverview/" not in message.body


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"work_mail": "never"}])
def test_whoever_has_left_or_wants_none_gets_none(change, curator_by_mail):
    for choice in ("daily", "at_once"):
        User.objects.filter(pk=curator_by_mail.pk).update(**{"work_mail": choice} | change)
        submitted()
        call_command("send_work_mail")
        assert to_staff() == [], choice


def test_a_dry_run_says_who_and_writes_to_nobody(curator_by_mail, capsys):
    make_response(status="submitted")
    call_command("send_work_mail", "--dry-run")
    assert f"would write to {CURATOR}: 1 rows wait" in capsys.readouterr().out
    assert not OutgoingMail.objects.exists()


# At once --------------------------------------------------------------------------------------------


def test_a_submission_is_told_at_once_to_those_who_want_that(curator_by_mail):
    wants(curator_by_mail, "at_once")
    make_curator("daglig@kl.example")
    wants(make_curator("aldrig@kl.example"), "never")
    wants(make_editor("redaktoer@kl.example"), "at_once")
    wants(make_user("leverandoer@kl.example"), "at_once")  # no staff
    submitted()
    (message,) = to_staff()
    assert message.to == [CURATOR]
    assert "1 besvarelse at gennemgå" in message.body


def test_withdrawals_and_objections_are_told_at_once(curator_by_mail, client):
    wants(curator_by_mail, "at_once")
    answer = make_own_words("Agern")
    map_answer(answer, make_option(answer.option.question, "legal"), make_curator())
    member = make_user(member_of=answer.response.vendor)
    log_in_recently(client, member)
    client.post(reverse("vendor:object", args=[answer.response_id, answer.pk]), {"objection": "Hemmelig Vare"})
    withdrawal_form = {"reason": "Hemmelig Vare", "understood": "on"}
    client.post(reverse("vendor:withdraw", args=[answer.response.vendor.slug]), withdrawal_form)

    objection, withdrawal = (message.body for message in to_staff())
    assert "1 indsigelse at svare på" in objection
    assert "1 leverandør har trukket sig" in withdrawal
    assert "Hemmelig" not in objection + withdrawal


def test_the_mail_is_in_the_staffs_own_language(curator_by_mail):
    wants(curator_by_mail, "at_once").update_account("", "en")
    submitted()
    (message,) = to_staff()
    assert message.subject == "New work waits for you in the AI portal"
    assert "/en/admin/marketoverview/response/inbox/?kind=responses" in message.body


def test_an_event_that_is_rolled_back_is_told_to_nobody(curator_by_mail):
    wants(curator_by_mail, "at_once")
    with transaction.atomic():
        post_at_once("responses", "x")
        transaction.set_rollback(True)
    assert (recipients(), OutgoingMail.objects.count()) == ([], 0)


def test_nobody_is_flooded(curator_by_mail):
    wants(curator_by_mail, "at_once")
    make_response(status="submitted")
    for number in range(AT_ONCE_PER_DAY + 3):
        post_at_once("responses", f"case:{number}")
    bodies = list(OutgoingMail.objects.filter(kind=work_mails.AT_ONCE).order_by("pk").values_list("body", flat=True))
    assert len(bodies) == AT_ONCE_PER_DAY
    assert ["i morgen" in body for body in bodies] == [False] * (AT_ONCE_PER_DAY - 1) + [True]


# The page -------------------------------------------------------------------------------------------


def test_each_chooses_for_himself(curator_by_mail):
    client = logged_in(curator_by_mail)
    page = client.get(PAGE).content.decode()
    assert 'value="daily"' in page
    assert "Besvarelser at gennemgå" in page
    assert client.post(PAGE, {"work_mail": "never"}, follow=True).redirect_chain == [(PAGE, 302)]
    assert User.objects.get(pk=curator_by_mail.pk).work_mail == "never"
    answer = client.post(PAGE, {"work_mail": "hourly"})
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    assert User.objects.get(pk=curator_by_mail.pk).work_mail == "never"


def test_the_page_is_for_staff():
    assert Client().get(PAGE).status_code == 302
    assert logged_in(make_user("leverandoer@test.example")).get(PAGE).status_code != 200


def ask_to_join(browser: Client) -> None:
    vendor = make_vendor("Sydkorset")
    make_user(member_of=vendor)
    browser.post(reverse("vendor:join", args=[vendor.slug]), {"message": "Hej"})


def withdraw(browser: Client) -> None:
    browser.post(reverse("vendor:withdraw", args=["agern"]), {"understood": "on"})


def ask_kl(browser: Client) -> None:
    browser.post(reverse("vendor:questions_to_kl", args=["agern"]), {"text": "Hvad?"})


@pytest.mark.parametrize("act", [ask_to_join, withdraw, ask_kl], ids=lambda act: act.__name__)
def test_what_people_do_on_the_pages_is_mailed_at_once(act, client, curator_by_mail):
    wants(curator_by_mail, "at_once")
    vendor = make_response("Agern").vendor
    log_in_recently(client, make_user(member_of=vendor))
    act(client)
    assert [message.to for message in to_staff()] == [[CURATOR]]
