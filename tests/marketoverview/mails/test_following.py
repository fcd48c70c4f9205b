"""The mails to those who follow a selection: facts, once a month at most, and nothing where nothing has happened."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.mail.outbox import send_waiting
from marketoverview.mails import following
from marketoverview.market.following import News, VendorName, news, read_stored, seen_in, stored_query
from marketoverview.market.selection import Selection
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Follower, Option, Question, Response, Vendor, market_version
from tests.builders import give_answers, make_curator, make_follower, make_question, make_response
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.query_counts import PLUMBING, costs

ADVISORY = "services=advisory"
pytestmark = pytest.mark.django_db


def begin(selection: str = ADVISORY, **fields) -> Follower:
    """A follower who has seen what is public now, 40 days ago."""
    snapshot = snapshots.current()
    return make_follower(selection, seen=seen_in(snapshot, read_stored(selection, snapshot).selection), **fields)


def send() -> list[OutgoingMail]:
    """The mails that a run of the command writes; what has been sent before is left out."""
    known = set(OutgoingMail.objects.values_list("pk", flat=True))
    call_command("send_follow_mails")
    return list(OutgoingMail.objects.exclude(pk__in=known).order_by("pk"))


def publish_anew(response: Response, add: str = "", remove: str = "") -> None:
    """The same answers with one more, or one less, published in place of the first."""
    member = response.vendor.memberships.first().user
    draft = Response.begin(response.vendor, response.round, member)
    give_answers(draft, {"services": [add] if add else []})
    draft.answers.filter(option__code=remove).delete()
    draft.submit(member)
    draft.publish(make_curator())


def publish(name: str, *services: str, days_ago: int = 50) -> Response:
    response = make_response(name, answers={"services": services})
    Response.objects.filter(pk=response.pk).update(published_at=timezone.now() - timedelta(days=days_ago))
    return response


def group(body: str, heading: str) -> list[str]:
    """The names below a heading of the mail, in their order."""
    part = body.split(f"\n{heading}\n")[1].split("\n\n")[0]
    return re.findall(r"^- (.*)$", part, re.MULTILINE)


def test_the_mail_names_what_has_happened_from_a_to_å():
    stays, changes, leaves, goes = (publish(name, "advisory") for name in ("Agern", "Birk", "Cedertræ", "Douglasgran"))
    enters = publish("Elm", "other")
    follower = begin()
    publish_anew(changes, add="other")
    publish_anew(leaves, add="other", remove="advisory")
    publish_anew(enters, add="advisory")
    goes.withdraw(make_curator(), "Lukket")
    publish("Ålegræs", "advisory", days_ago=2)
    publish("Zebragræs", "advisory", days_ago=1)
    publish("Uvedkommende", "other", days_ago=1)

    (written,) = send()
    body = written.body
    assert group(body, "Nye i overblikket") == ["Zebragræs", "Ålegræs"]
    assert group(
        body, "Nu med i udvalget: Virksomheden har ændret sine svar, eller KL har ændret, hvordan svar tælles og findes"
    ) == ["Elm"]
    assert group(body, "Har fået nye svar offentliggjort") == ["Birk"]
    assert group(body, "Er ikke længere i udvalget, men stadig i overblikket") == ["Cedertræ"]
    assert group(body, "Er ikke længere i overblikket") == ["Douglasgran"]
    assert stays.vendor.name not in body
    assert "Uvedkommende" not in body
    assert f"/markedsoverblik/virksomheder/{Vendor.objects.get(name='Zebragræs').slug}/" in body
    assert "5 virksomheder, der vælger svar advisory" in body
    assert written.subject == "Nyt i markedsoverblikket: virksomheder, der vælger svar advisory"
    follower.refresh_from_db()
    assert len(follower.seen) == 5
    assert send() == []


def test_without_news_there_is_no_mail_and_the_month_goes_on():
    publish("Agern", "advisory")
    follower = begin()
    assert send() == []
    follower.refresh_from_db()
    assert follower.last_sent_at < timezone.now() - timedelta(days=39)
    publish("Birk", "other")
    assert send() == []  # outside of the selection


def test_at_most_one_mail_a_month():
    follower = begin("")
    for name in ("Agern", "Birk"):
        publish(name)
        send()
    assert OutgoingMail.objects.filter(kind="follow_news").count() == 1
    Follower.objects.update(last_sent_at=timezone.now() - timedelta(days=27))
    assert send() == []
    Follower.objects.update(last_sent_at=timezone.now() - timedelta(days=32))
    (written,) = send()
    assert group(
        written.body,
        "Nu med i udvalget: Virksomheden har ændret sine svar, eller KL har ændret, hvordan svar tælles og findes",
    ) == ["Birk"]
    follower.refresh_from_db()
    assert len(follower.seen) == 2


def test_who_has_not_confirmed_is_over_or_unreachable_gets_nothing():
    Follower.objects.create(email="a@by.example")
    make_follower(ends_on=timezone.localdate() - timedelta(days=1))
    unreachable = make_follower()
    BadAddress.mark(unreachable.email, "550")
    make_response("Agern")
    assert send() == []
    BadAddress.objects.get().clear()
    assert [written.to for written in send()] == [unreachable.email]


def test_two_runs_at_once_write_one_mail(transactional_db):
    for _number in range(5):
        make_follower()
        make_follower(ends_on=timezone.localdate() + timedelta(days=10))
    make_response("Agern")
    counts = run_at_once(lambda _index: following.send_due(), range(3))
    assert sum(count["follow_news"] for count in counts) == 10
    assert sum(count["follow_renew"] for count in counts) == 5
    assert OutgoingMail.objects.filter(kind="follow_news").count() == 10
    assert OutgoingMail.objects.filter(kind="follow_renew").count() == 5


def test_a_run_that_broke_off_goes_on(transactional_db, monkeypatch):
    for _number in range(4):
        make_follower()
    make_response("Agern")
    record, number = Follower.record_news, iter(range(10))
    monkeypatch.setattr(Follower, "record_news", killed_after(record, lambda *_: next(number) == 2))
    with pytest.raises(ProcessKilled):
        following.send_due()
    assert OutgoingMail.objects.count() == 2
    monkeypatch.setattr(Follower, "record_news", record)
    following.send_due()
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == sorted(
        Follower.objects.values_list("email", flat=True)
    )


def test_the_language_is_that_of_the_request_and_its_dates_are_no_american_ones():
    publish("Agern", "advisory")
    make_follower(ADVISORY, language="en")
    (written,) = send()
    assert written.subject == "News in the market overview: companies that choose option advisory"
    assert re.search(r"in your selection since \d{1,2} [A-Z][a-z]+ 20\d\d\.", written.body)
    assert "/en/markedsoverblik/virksomheder/agern/" in written.body
    assert "/en/markedsoverblik/foelg/" in mail.outbox[0].message()["List-Unsubscribe"]


def test_the_mail_can_be_stopped_by_its_header_and_by_its_link():
    make_response("Agern")
    follower = make_follower()
    send()
    send_waiting()
    (message,) = mail.outbox
    url = message.message()["List-Unsubscribe"].strip("<>")
    assert url in message.body
    assert url.endswith(f"{follower.token}/stop/")
    assert f"Åbn siden, og tryk på knappen.\n{url}" in message.body, "the link alone stops nothing"
    assert "klik" not in message.body
    assert OutgoingMail.objects.get().unsubscribe_url == ""


def test_a_vendor_of_which_nothing_is_left_is_counted():
    gone = publish("Agern", "advisory")
    begin()
    gone.withdraw(make_curator(), "Lukket")
    Vendor.objects.filter(pk=gone.vendor_id).delete()
    market_version.bump()
    (written,) = send()
    assert "1 virksomhed er ikke længere i overblikket, og der er ikke gemt noget om den." in written.body
    assert "Agern" not in written.body


def test_a_long_list_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(following, "MOST_NAMES", 2)
    for name in ("Cedertræ", "Agern", "Birk"):
        make_response(name)
    make_follower(days_ago=40)
    (written,) = send()
    assert group(written.body, "Nye i overblikket") == ["Agern", "Birk"]
    assert "og 1 virksomhed mere, som står i listen ovenfor" in written.body


# The survey goes on -------------------------------------------------------------------------------


def retire(code: str) -> None:
    Option.objects.filter(question__code="services", code=code).update(retired_on=timezone.localdate())
    market_version.bump()


def test_an_option_that_is_gone_is_named_once_and_the_rest_is_followed():
    publish("Agern", "advisory")
    make_question("services", ["legal"])
    follower = begin("services=advisory&services=legal")
    retire("legal")
    (written,) = send()
    assert "- Spørgsmål services: Svar legal" in written.body
    assert "Det er sket" not in written.body
    follower.refresh_from_db()
    assert follower.selection == ADVISORY
    Follower.objects.update(last_sent_at=timezone.now() - timedelta(days=40))
    assert send() == []


def test_what_is_left_is_followed_once():
    publish("Agern", "advisory")
    make_question("services", ["legal"])
    begin("services=advisory&services=legal", email="a@by.example")
    stays = begin(ADVISORY, email="a@by.example")
    retire("legal")
    assert send() == []
    assert [follower.pk for follower in Follower.objects.all()] == [stays.pk]


@pytest.mark.parametrize("is_deleted", [False, True])
def test_without_a_whole_condition_it_ends_and_says_so(is_deleted):
    publish("Agern", "advisory")
    make_question("services", ["legal"])
    follower = begin("q=post&services=legal")
    if is_deleted:
        Option.objects.filter(code="legal").delete()
        market_version.bump()
    else:
        retire("legal")
    assert send() == []  # the last mail goes with the address
    assert not Follower.objects.exists()
    (message,) = mail.outbox
    assert message.to == [follower.email]
    assert message.subject == "Det, du fulgte i markedsoverblikket, findes ikke længere"
    assert ("- Spørgsmål services: legal" if is_deleted else "- Spørgsmål services: Svar legal") in message.body
    assert "/markedsoverblik/?q=post" in message.body


def test_a_question_that_is_no_filter_any_more_ends_it(client):
    publish("Agern", "advisory")
    follower = begin()
    Question.objects.update(is_filterable=False)
    market_version.bump()
    page = client.get(f"/markedsoverblik/foelg/{follower.token}/")
    assert "Spørgsmål services" in page.text
    assert client.post(f"/markedsoverblik/foelg/{follower.token}/").status_code == 200  # nothing to confirm
    send()
    assert [message.to for message in mail.outbox] == [[follower.email]]
    assert not Follower.objects.exists()


# The end of the year ------------------------------------------------------------------------------


def test_before_the_end_one_mail_asks_whether_to_go_on(client):
    follower = make_follower("", ends_on=timezone.localdate() + timedelta(days=28))
    far = make_follower("", ends_on=timezone.localdate() + timedelta(days=29))
    (written,) = send()
    assert (written.kind, written.to) == ("follow_renew", follower.email)
    assert f"/markedsoverblik/foelg/{follower.token}/" in mail.outbox[0].body
    assert send() == []
    client.post(f"/markedsoverblik/foelg/{follower.token}/")
    assert send() == []
    follower.refresh_from_db()
    assert follower.ends_on > far.ends_on
    Follower.objects.filter(pk=follower.pk).update(ends_on=timezone.localdate() + timedelta(days=20))
    assert [written.to for written in send()] == [follower.email]  # the next year


@pytest.mark.parametrize(
    ("selection", "sentences"),
    [
        ("", ["The selection: all companies."]),
        ("q=chatbot", ["The selection is a search. You see its text on the page of the link."]),
        (ADVISORY, ["The selection: companies that choose option advisory."]),
        (f"q=chatbot&{ADVISORY}", ["The selection: companies that choose option advisory.", "has a search text, too."]),
    ],
)
def test_the_first_mail_names_what_is_asked_for_and_no_typed_word(selection, sentences):
    make_response("Agern", answers={"services": ["advisory"]})
    follower = make_follower(selection, language="en")
    body = following.send_confirmation(follower, snapshots.current()).body
    assert [sentence for sentence in sentences if sentence not in body] == []
    assert body.count("The selection") == len(sentences)
    assert "chatbot" not in body


def test_a_dry_run_writes_nothing(capsys):
    make_response("Agern")
    make_follower()
    make_follower(ends_on=timezone.localdate() + timedelta(days=1), seen={})
    before = list(Follower.objects.values())
    call_command("send_follow_mails", "--dry-run")
    assert capsys.readouterr().out.startswith("2 news, 0 ends of what is gone, 1 renewals would be written")
    assert list(Follower.objects.values()) == before
    assert not OutgoingMail.objects.exists()


# Costs --------------------------------------------------------------------------------------------


def make_followers(number: int) -> None:
    pattern = make_follower()
    Follower.objects.bulk_create(
        Follower(
            email=f"nr{index}@by.example",
            requested_at=pattern.requested_at,
            confirmed_at=pattern.confirmed_at,
            last_sent_at=pattern.last_sent_at,
            ends_on=pattern.ends_on,
        )
        for index in range(number - 1)
    )


def counted_run() -> tuple[dict[str, int], int]:
    """What a run has written, and with how many queries: more than Django's log of them holds."""
    queries: list[str] = []

    def count(execute, sql, *arguments):
        queries.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(count):
        counts = following.send_due()
    return dict(counts), sum(not sql.startswith(PLUMBING) for sql in queries)


def test_two_thousand_followers_cost_the_same_queries_each():
    """One for the names, one for what has been seen, two for the mail; without news only the blocks are read."""
    make_response("Agern")
    make_followers(2_000)
    snapshots.current()
    blocks = 2_000 // following.BLOCK + 1 + 1
    counts, number = counted_run()
    assert counts == {"follow_news": 2_000}
    assert number == 1 + blocks + 2_000 * 4
    assert OutgoingMail.objects.values("to").distinct().count() == 2_000
    Follower.objects.update(last_sent_at=timezone.now() - timedelta(days=40))
    assert counted_run() == ({"": 2_000}, 1 + blocks)
    assert OutgoingMail.objects.count() == 2_000


def test_a_follower_with_much_news_costs_no_more_queries():
    for index in range(12):
        make_response(f"Firma {index}")
    make_follower()
    snapshots.current()
    with costs(1 + 2 + 4):
        following.send_due()


def test_a_stored_selection_is_read_without_a_query():
    publish("Agern", "advisory")
    snapshot = snapshots.current()
    selection = Selection(q="post & brev", chosen={"services": ("advisory",)}, sort="rotation", page=3)
    stored = stored_query(selection)
    assert stored == "q=post+%26+brev&services=advisory"
    with costs(0):
        followed = read_stored(stored, snapshot)
    assert followed.selection == Selection(q="post & brev", chosen={"services": ("advisory",)})
    assert followed.query == stored
    assert not followed.gone
    assert not followed.is_over


def test_nothing_has_happened_where_nothing_is_different():
    snapshot = snapshots.current()
    with costs(0):
        assert not news(snapshot, {"1": 2}, {"1": 2}, timezone.now())
    assert News(left=(VendorName("Agern", "agern"),))
