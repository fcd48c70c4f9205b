"""Mail that was not sent: how KL sees it in the administration, and lets it be tried again."""

from functools import partial

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kl_ai.mail import outbox
from kl_ai.mail.models import MAX_ATTEMPTS, BadAddress, MailState, OutgoingMail
from kl_ai.mail.outbox import Counts
from kl_ai.people.tokens import KeySigner
from tests import mailserver
from tests.admin_pages import Page, admin_url, logged_in, message_text, tasks
from tests.builders import make_curator, make_editor
from tests.kl_ai.mail.outgoing import make_due, post
from tests.mails import recipients

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail_server")]


@pytest.fixture
def curator_client() -> Client:
    """The curator's browser."""
    return logged_in(make_curator("curator@kl.example"))


danish_url = partial(admin_url, language="da")


def test_the_front_page_tells_of_mail_that_did_not_go(curator_client, server_is_down):
    post("1", "ki@sydkorset.example")
    before = tasks(curator_client)
    post("2"), post("3", "nogen@ukendt.example")
    new = {where: number for where, number in tasks(curator_client).items() if where not in before}
    assert list(new.values()) == [2, 1]
    for where, number in new.items():
        assert curator_client.get(where).context["cl"].result_count == number


def test_whoever_may_not_read_mail_is_not_told_of_it(server_is_down):
    post("1"), post("2", "nogen@ukendt.example")
    editor = logged_in(make_editor())
    assert tasks(editor, "/kl_ai/") == {}
    assert editor.get(danish_url(OutgoingMail, "changelist")).status_code == 403


def test_the_secret_link_of_a_mail_that_waits_is_not_shown(curator_client, server_is_down):
    token = KeySigner("tests.mail").sign(4711)
    mail = OutgoingMail.queue(
        OutgoingMail(key="1", to="a@b.example", language="da", subject="s", body=f"Her: /i/{token}/")
    )
    text = Page(curator_client, admin_url(OutgoingMail, "change", mail.pk)).text
    assert "Her: /i/…/" in text
    assert token not in text


def test_mails_are_found_by_their_state(curator_client, server_is_down):
    with transaction.atomic():
        mails = {
            "waiting": post("1"),
            "sent": post("2", "ki@sydkorset.example"),
            "refused": post("3", "a@ukendt.example"),
        }
        mails["given_up"] = post("4")
    OutgoingMail.objects.filter(key="4").update(next_try_at=None)
    for state, posted in mails.items():
        page = curator_client.get(danish_url(OutgoingMail, "changelist"), {"state": state})
        assert list(page.context["cl"].result_list) == [posted], state
        assert str(MailState(state).label) in page.content.decode()


def test_a_mail_is_read_and_not_changed(curator_client):
    posted = post(vendor="<script>")
    page = Page(curator_client, danish_url(OutgoingMail, "change", posted.pk))
    assert "&lt;script&gt; &amp; &lt;script&gt;" in page.text
    assert page.send(subject="Andet").status_code == 403
    assert curator_client.get(danish_url(OutgoingMail, "add")).status_code == 403
    assert curator_client.post(danish_url(OutgoingMail, "delete", posted.pk), {"post": "yes"}).status_code == 403


def try_again(browser: Client, *posted):
    data = {"action": "try_again", "_selected_action": [mail.pk for mail in posted]}
    return browser.post(danish_url(OutgoingMail, "changelist"), data, follow=True)


def test_a_curator_lets_mails_be_tried_again(curator_client, server_is_down, monkeypatch):
    given_up, refused, sent_mail = post("1"), post("2", "a@ukendt.example"), post("3", "ki@sydkorset.example")
    OutgoingMail.objects.filter(pk=given_up.pk).update(next_try_at=None, attempts=MAX_ATTEMPTS)
    monkeypatch.setattr(mailserver, "DOWN", "")
    page = try_again(curator_client, given_up, refused, sent_mail)
    assert message_text(page) == (
        "1 mail bliver sendt inden for et kvarter.\n1 mail venter, indtil mærket ved adressen er fjernet."
    )
    assert outbox.send_waiting() == Counts(sent=1)
    assert recipients() == ["ki@sydkorset.example", "ki@nordstjernen.example"]


def test_trying_again_never_sends_what_is_being_sent(curator_client, server_is_down, monkeypatch):
    posted = post()
    make_due()
    assert posted.claim()  # another process is at it
    monkeypatch.setattr(mailserver, "DOWN", "")
    try_again(curator_client, posted)
    assert outbox.send_waiting() == Counts()


def test_an_address_is_marked_by_hand_and_cleared(curator_client):
    page = Page(curator_client, danish_url(BadAddress, "add")).send(
        email="Nogen@Nordstjernen.example", error="Kom retur"
    )
    bad = BadAddress.objects.get()
    assert (page.status_code, bad.email) == (200, "nogen@nordstjernen.example")
    again = Page(curator_client, danish_url(BadAddress, "add")).send(email="NOGEN@nordstjernen.example")
    assert again.context["adminform"].form.errors
    post(to="nogen@nordstjernen.example")
    assert recipients() == []
    curator_client.post(danish_url(BadAddress, "delete", bad.pk), {"post": "yes"})
    assert outbox.send_waiting() == Counts(sent=1)


def test_addresses_are_cleared_together(curator_client):
    bad = [BadAddress.mark(f"{name}@nordstjernen.example", "") for name in ("a", "b")]
    for address in bad:
        post(address.email, address.email)
    data = {"action": "delete_selected", "_selected_action": [address.pk for address in bad], "post": "yes"}
    curator_client.post(danish_url(BadAddress, "changelist"), data)
    assert outbox.send_waiting() == Counts(sent=2)


def test_the_list_asks_as_often_for_two_mails_as_for_twelve(curator_client):
    curator_client.get(danish_url(OutgoingMail, "changelist"))
    numbers = []
    for more in (2, 10):
        for _ in range(more):
            post(f"list:{OutgoingMail.objects.count()}")
        with CaptureQueriesContext(connection) as queries:
            assert curator_client.get(danish_url(OutgoingMail, "changelist")).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_every_kind_of_mail_has_a_name_in_the_list_and_its_filter(curator_client):
    templates = {path.stem.removeprefix("reminder_") for path in (settings.BASE_DIR / "templates/mail").glob("*.txt")}
    assert settings.MAIL_KINDS.keys() == templates - {"base"}
    for kind in settings.MAIL_KINDS:
        OutgoingMail.objects.create(key=kind, to=f"{kind}@nord.example", kind=kind, language="da")
    page = Page(curator_client, admin_url(OutgoingMail, "changelist") + "?kind=claim_decided")
    assert "claim_decided@nord.example" in page.text
    assert "membership@nord.example" not in page.text
    assert "KL has decided who acts for a company" in page.text
