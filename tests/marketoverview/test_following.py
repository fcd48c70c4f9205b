"""Following a selection by mail: the form, the link, the end, and what is stored meanwhile."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.mail.outbox import send_waiting
from kl_ai.people.limits import LIMITS
from marketoverview.models import Follower, delete_login
from marketoverview.models.followers import CONFIRM_WITHIN, MAX_FOLLOWED, a_year_from
from marketoverview.views import follow
from tests.builders import make_follower, make_invitation, make_response, make_user
from tests.days import on_day
from tests.reading import read

FORM, SENT = "/markedsoverblik/foelg/", "/markedsoverblik/foelg/sendt/"
ADDRESS = "bente@by.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    """A browser that checks what production checks: no page here asks for a token or a cookie."""
    return Client(enforce_csrf_checks=True)


def ask(client, selection: str = "", email: str = ADDRESS, **headers):
    return client.post(FORM + selection, {"email": email}, **headers)


def link(follower: Follower, ending: str = "") -> str:
    return f"{FORM}{follower.token}/{ending}"


def ago(**spans: int):
    return timezone.now() - timedelta(**spans)


def test_somebody_follows_a_selection_and_stops_again(client):
    make_response("Agern", answers={"services": ["advisory"]})
    assert "1 virksomhed, der vælger svar advisory" in read(client, FORM + "?services=advisory").text
    response = ask(client, "?services=advisory&utm_source=x")
    assert response.status_code == 302
    assert response.url == SENT + "?services=advisory"
    assert client.get(response.url).status_code == 200
    send_waiting()
    (message,) = mail.outbox
    follower = Follower.objects.get()
    assert message.to == [ADDRESS] == [follower.email]
    assert link(follower) in message.body
    assert follower.selection == "services=advisory"

    assert client.get(link(follower)).status_code == client.head(link(follower)).status_code == 200
    assert client.get(link(follower, "stop/")).status_code == 200
    follower.refresh_from_db()
    assert not follower.is_confirmed  # programs that look through mails open every link

    assert client.post(link(follower)).url == link(follower)
    follower.refresh_from_db()
    assert follower.is_confirmed
    assert follower.ends_on == a_year_from(timezone.localdate())
    assert len(follower.seen) == 1
    assert ADDRESS in client.get(link(follower)).text

    assert client.post(link(follower, "stop/")).status_code == 200
    assert not Follower.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert client.get(link(follower)).status_code == client.get(link(follower, "stop/")).status_code == 410
    assert client.post(link(follower)).status_code == 410
    assert client.post(link(follower, "stop/")).status_code == 200  # a mail program sends it twice
    assert not client.cookies


def test_a_mail_program_ends_it_by_one_post(client):
    ask(client)
    send_waiting()
    (message,) = mail.outbox
    follower = Follower.objects.get()
    headers = message.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = headers["List-Unsubscribe"]
    assert url.startswith("<http")
    assert url.endswith(f"{link(follower, 'stop/')}>")
    body = {"List-Unsubscribe": "One-Click"}
    response = Client(enforce_csrf_checks=True).post(link(follower, "stop/"), body, headers={"user-agent": "Mail"})
    assert response.status_code == 200
    assert not Follower.objects.exists()


def test_the_secret_of_a_sent_mail_is_not_stored(client):
    ask(client)
    (queued,) = OutgoingMail.objects.all()
    assert queued.unsubscribe_url
    send_waiting()
    queued.refresh_from_db()
    assert queued.is_sent
    assert Follower.objects.get().token not in queued.body + queued.unsubscribe_url


def test_other_mails_have_no_unsubscribe_header(client):
    client.post("/log-ind/", {"email": ADDRESS})
    make_user(ADDRESS)
    Client().post("/log-ind/", {"email": ADDRESS})
    assert [message.message()["List-Unsubscribe"] for message in mail.outbox] == [None] * len(mail.outbox)
    assert mail.outbox


def test_the_answer_does_not_say_whether_the_address_follows(client):
    make_follower(email="a@by.example")
    responses = [ask(client, email=email) for email in ("a@by.example", "b@by.example")]
    first, second = ((response.status_code, response.url, response.content) for response in responses)
    assert first == second
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == ["a@by.example", "b@by.example"]
    bodies = [
        body.replace(Follower.objects.get(email=to).token, "")
        for to, body in OutgoingMail.objects.values_list("to", "body")
    ]
    assert bodies[0] == bodies[1]


def test_asking_again_renews_only_with_the_button(client):
    follower = make_follower(email=ADDRESS, days_ago=300)
    seen, ends_on = follower.seen, follower.ends_on
    make_response("Agern")
    ask(client, email="BENTE@by.example")
    follower.refresh_from_db()
    assert follower.ends_on == ends_on
    client.post(link(follower))
    follower.refresh_from_db()
    assert follower.ends_on == a_year_from(timezone.localdate())
    assert follower.seen == seen  # what has happened since the last mail is still news


def test_a_strangers_words_are_in_no_mail_before_the_owner_has_confirmed(client):
    words = "Ring til 70 10 20 30 www.ond.example"
    ask(client, f"?q={words.replace(' ', '+')}&services=ond")
    (queued,) = OutgoingMail.objects.all()
    for word in ("Ring", "10 20 30", "ond.example"):
        assert word not in queued.subject + queued.body
    assert "Søgeteksten står på siden bag linket" in queued.body
    follower = Follower.objects.get()
    assert words in client.get(link(follower)).text  # the page that confirms shows what will be followed
    client.post(link(follower))
    Follower.objects.update(last_sent_at=ago(days=40))
    make_response("Agern", description=words)
    call_command("send_follow_mails")
    news = OutgoingMail.objects.get(kind="follow_news")
    assert "Ring til" in news.body
    assert " www.ond.example" not in news.body  # no link that a mail program makes
    assert "Ring" not in news.subject


def test_a_form_that_is_sent_twice_sends_one_mail(client):
    assert [ask(client).status_code, ask(client).status_code] == [302, 302]
    assert Follower.objects.count() == OutgoingMail.objects.count() == 1


def test_an_address_that_is_none_is_refused_and_stays_in_the_form(client):
    response = ask(client, "?q=post", email="bente@by")
    assert response.status_code == 200
    assert 'value="bente@by"' in response.text
    assert "example.dk" in response.text  # what is needed after the @
    assert f'action="{FORM}?q=post"' in response.text
    assert not Follower.objects.exists()


@pytest.mark.parametrize(
    ("query", "text"), [("?q=postsortering", "Skriv færre ord"), ("?q=post&services=advisory", "Vælg færre")]
)
def test_a_selection_that_is_too_long_is_refused_with_what_to_shorten(survey, client, monkeypatch, query, text):
    monkeypatch.setattr(follow, "MAX_SELECTION", 10)
    response = ask(client, query)
    assert text in response.text
    assert not Follower.objects.exists()


def test_another_website_cannot_make_a_browser_send_the_form(client):
    response = ask(client, "?q=post", headers={"sec-fetch-site": "cross-site"})
    assert (response.status_code, response.url) == (302, FORM + "?q=post")
    assert not Follower.objects.exists()
    assert ask(client, headers={"sec-fetch-site": "same-origin"}).url == SENT


def test_one_network_asks_for_so_many_mails_and_then_is_told_to_wait(client):
    most = min(limit.most for limit in LIMITS["follow"] if limit.per == "origin")
    responses = [ask(client, email=f"nr{number}@by.example") for number in range(most + 1)]
    assert [response.status_code for response in responses] == [302] * most + [429]
    assert int(responses[-1]["Retry-After"]) > 0
    assert f'value="nr{most}@by.example"' in responses[-1].text
    assert Follower.objects.count() == most


def test_an_address_is_not_flooded_and_the_answer_stays_the_same(client):
    most = next(limit.most for limit in LIMITS["follow"] if limit.withholds)
    responses = [ask(client, f"?q=ord{number}", REMOTE_ADDR=f"192.0.2.{number}") for number in range(most + 2)]
    assert {response.status_code for response in responses} == {302}
    assert OutgoingMail.objects.count() == Follower.objects.count() == most


def test_the_whole_portal_sends_so_many_of_these_mails(client):
    most = min(limit.most for limit in LIMITS["follow"] if limit.per == "portal")
    statuses = [
        ask(client, email=f"nr{number}@by{number}.example", REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number in range(most + 1)
    ]
    assert statuses == [302] * most + [429]


def test_an_address_follows_so_many_selections_at_most(client):
    for number in range(MAX_FOLLOWED):
        make_follower(f"q=ord{number}", ADDRESS)
    ask(client)
    follower = Follower.objects.get(confirmed_at=None)
    response = client.post(link(follower))
    assert response.status_code == 200
    assert "allerede 20 udvalg" in response.text
    follower.refresh_from_db()
    assert not follower.is_confirmed
    Follower.objects.exclude(pk=follower.pk).first().end()
    assert client.post(link(follower)).status_code == 302


@pytest.mark.parametrize("token", ["1", "1.x", "ukendt", "9" * 30])
def test_a_link_that_nobody_has_made_does_not_exist(client, token):
    for path in (f"{FORM}{token}/", f"{FORM}{token}/stop/"):
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_a_link_for_one_thing_is_none_for_another(client):
    assert client.get(f"{FORM}{make_invitation().token}/").status_code == 404


def test_the_page_of_a_link_is_stored_and_named_nowhere(client):
    response = client.get(link(make_follower()))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "strict-origin"
    assert "noindex" in response.text


# What is stored -----------------------------------------------------------------------------------


def test_what_nobody_confirms_is_deleted_after_a_week_with_its_mail(client):
    ask(client)
    ask(client, email="anden@by.example")
    late = Follower.objects.get(email=ADDRESS)
    Follower.objects.filter(pk=late.pk).update(requested_at=timezone.now() - CONFIRM_WITHIN)
    assert client.get(link(late)).status_code == 410
    call_command("delete_expired")
    assert [follower.email for follower in Follower.objects.all()] == ["anden@by.example"]
    assert [queued.to for queued in OutgoingMail.objects.all()] == ["anden@by.example"]


def test_it_is_over_after_a_year_and_deleted(client):
    follower = make_follower(days_ago=0)
    with on_day(364):
        call_command("delete_expired")
        assert client.get(link(follower)).status_code == 200
    with on_day((follower.ends_on - timezone.localdate()).days + 1):
        assert client.get(link(follower)).status_code == 410
        call_command("delete_expired")
    assert not Follower.objects.exists()


def test_a_year_ends_on_the_same_day():
    assert a_year_from(date(2026, 11, 29)) == date(2027, 11, 29)
    assert a_year_from(date(2028, 2, 29)) == date(2029, 2, 28)


def test_a_following_that_is_over_can_be_begun_anew(client):
    over = make_follower(email=ADDRESS, ends_on=timezone.localdate() - timedelta(days=1))
    ask(client)
    anew = Follower.objects.get()
    assert anew.pk != over.pk
    assert not anew.is_confirmed


def test_the_mark_of_an_address_goes_with_its_last_trace():
    make_user("known@by.example")
    for email in (ADDRESS, "known@by.example"):
        BadAddress.mark(email, "550")
    first, second, other = (
        make_follower("", ADDRESS),
        make_follower("q=ord", ADDRESS),
        make_follower("", "known@by.example"),
    )
    first.end()
    assert BadAddress.objects.filter(email=ADDRESS).exists()
    second.end()
    other.end()
    assert [mark.email for mark in BadAddress.objects.all()] == ["known@by.example"]


def test_mails_of_others_stay_when_one_stops(client):
    ask(client)
    ask(client, "?q=ord")
    Follower.objects.get(selection="").end()
    (left,) = OutgoingMail.objects.all()
    assert left.key.startswith(Follower.objects.get().mail_key)


def test_a_deleted_login_follows_nothing():
    make_follower(email=ADDRESS)
    other = make_follower()
    delete_login(make_user(ADDRESS))
    assert [follower.pk for follower in Follower.objects.all()] == [other.pk]


def test_kl_ends_what_an_address_follows_for_whoever_asks(client, capsys):
    ask(client)
    make_follower("q=ord", ADDRESS)
    other = make_follower()
    call_command("unfollow", "Bente@by.example")
    assert capsys.readouterr().out == "2 ended.\n"
    assert [follower.pk for follower in Follower.objects.all()] == [other.pk]
    assert not OutgoingMail.objects.exists()


def test_the_copy_of_own_data_names_what_the_address_follows(client, owner):
    make_follower("services=advisory", owner.email)
    make_follower("services=other")
    client.force_login(owner)
    (followed,) = client.get("/leverandoer/konto/data.json").json()["followed_by_mail"]
    assert followed["selection"] == "services=advisory"


def test_the_directory_leads_to_the_form(client):
    make_response("Agern", answers={"services": ["advisory"]})
    page = read(client, "/markedsoverblik/?services=advisory")
    assert FORM + "?services=advisory" in [a.attrs["href"] for a in page.find_all("a") if a.attrs.get("href")]
    nothing = read(client, "/markedsoverblik/?q=findesikke")
    assert FORM + "?q=findesikke" in [a.attrs["href"] for a in nothing.find_all("a") if a.attrs.get("href")]


@pytest.mark.browser
def test_the_pages_of_the_links_can_be_used_by_everybody(demo, desktop, inspector):
    waiting = Follower.request(ADDRESS, "q=post&services=advisory", "da")
    confirmed, gone = make_follower("services=advisory"), make_follower()
    gone.end()
    for follower, ending in ((waiting, ""), (confirmed, ""), (confirmed, "stop/")):
        desktop.goto(link(follower, ending))
        inspector.check_accessibility("desktop")
        inspector.check_accessibility("phone")
        inspector.check_width()
    desktop.goto(link(waiting))
    desktop.get_by_role("button", name="Bekræft, og send mig mails").click()
    assert desktop.get_by_role("heading", level=1).inner_text() == "Du følger dette udvalg på mail"
    desktop.get_by_role("button", name="Stop mailene").click()
    assert desktop.get_by_role("heading", level=1).inner_text() == "Mailene er stoppet"
    inspector.check_accessibility("desktop")
    assert not inspector.problems, "\n".join(inspector.problems)
    desktop.goto(link(gone))
    assert desktop.get_by_role("heading", level=1).inner_text() == "Linket virker ikke længere"
    assert not desktop.context.cookies()
