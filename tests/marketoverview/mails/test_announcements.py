"""Announcements: who gets one, once, in which words."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kl_ai.mail import outbox
from kl_ai.mail.models import OutgoingMail
from marketoverview.mails.announcements import announce, announce_to, distribution, preview
from marketoverview.models import Announcement, Response, SurveyRound, Vendor
from marketoverview.survey.audience import AudienceStatus, vendors_with_status
from tests.builders import make_response, make_round, make_user, make_vendor
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.days import days

pytestmark = pytest.mark.django_db
ROUND, EXTENSION, MESSAGE = Announcement.Kind.ROUND, Announcement.Kind.EXTENSION, Announcement.Kind.MESSAGE


@pytest.fixture
def survey_round() -> SurveyRound:
    return make_round("2026", opens_on=days(-10), closes_on=days(10))


def all_vendors() -> list[Vendor]:
    return list(Vendor.objects.order_by("pk"))


def make_message(survey_round: SurveyRound, text: str = "Hej") -> Announcement:
    fields = {"subject": Announcement.Subject.INFORMATION, "text_da": text, "text_en": f"{text} (English)"}
    return Announcement(round=survey_round, kind=MESSAGE, **fields)


# Chosen by status -------------------------------------------------------------------------------


@pytest.fixture
def by_status(survey_round) -> dict[str, Vendor]:
    """A vendor in each situation, by a name of the situation."""
    vendors = {name: make_vendor(name) for name in ("new", "draft", "submitted", "returned", "published", "withdrawn")}
    for name, vendor in vendors.items():
        if name != "new":
            make_response(vendor, name, round=survey_round)
    vendors["stale"] = make_vendor("stale")
    earlier = make_round("2025", opens_on=days(-400), closes_on=days(-300))
    make_response(vendors["stale"], round=earlier, confirmed_at=days(-800))
    vendors["correcting"] = make_vendor("correcting")
    make_response(vendors["correcting"], round=survey_round)
    Response.begin(vendors["correcting"], survey_round, make_user())
    return vendors


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("not-begun", {"new", "stale"}),
        ("draft", {"draft", "correcting"}),
        ("submitted", {"submitted"}),
        ("returned", {"returned"}),
        ("published", {"published", "stale", "correcting"}),
        ("stale", {"stale"}),
        ("withdrawn", {"withdrawn"}),
        ("never-answered", {"new", "draft"}),
    ],
)
def test_vendors_are_chosen_by_status(status, expected, by_status, survey_round):
    chosen = vendors_with_status([status], survey_round)
    assert {vendor.name for vendor in chosen} == expected


def test_several_statuses_mean_any_of_them_and_all_means_all(by_status, survey_round):
    chosen = vendors_with_status(["submitted", "returned"], survey_round)
    assert {vendor.name for vendor in chosen} == {"submitted", "returned"}
    assert vendors_with_status(["all", "draft"], survey_round).count() == len(by_status)
    assert vendors_with_status([], survey_round).count() == 0


def test_every_choice_is_tested():
    assert len(AudienceStatus) == 9


# Sent once --------------------------------------------------------------------------------------


def test_every_active_member_gets_one_mail_and_it_is_only_queued(survey_round, curator, mailoutbox):
    first, second = make_vendor("Nordstjernen"), make_vendor("Sydkorset")
    both = make_user("begge@nord.example", member_of=first)
    second.members.add(both)
    make_user("anden@nord.example", member_of=first, language="en")
    make_user("lukket@nord.example", member_of=first, is_active=False)
    assert announce_to(survey_round, all_vendors(), curator) == 2
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {"begge@nord.example", "anden@nord.example"}
    assert "Nordstjernen:" in mails["begge@nord.example"].body
    assert "Sydkorset:" in mails["begge@nord.example"].body
    assert mails["anden@nord.example"].language == "en"
    assert "Round 2026" in mails["anden@nord.example"].subject
    assert mailoutbox == []
    stored = Announcement.objects.get()
    assert (stored.kind, stored.made_by, stored.vendor_count, stored.person_count) == (ROUND, curator, 2, 2)


def test_the_same_news_reaches_a_person_once(survey_round, curator):
    vendor = make_vendor()
    make_user(member_of=vendor)
    assert announce_to(survey_round, [vendor], curator) == 1
    assert announce_to(survey_round, [vendor], curator) == 0
    make_user(member_of=vendor)
    assert announce_to(survey_round, [vendor], curator) == 1
    assert Announcement.objects.count() == 2
    assert announce(make_message(survey_round), [vendor], curator) == 2
    assert announce(make_message(survey_round), [vendor], curator) == 0
    assert announce(make_message(survey_round, "Andet"), [vendor], curator) == 2


def test_a_later_deadline_is_news_each_time(survey_round, curator):
    vendor = make_vendor()
    make_user(member_of=vendor)
    assert announce(Announcement(round=survey_round, kind=EXTENSION), [vendor], curator) == 1
    assert announce(Announcement(round=survey_round, kind=EXTENSION), [vendor], curator) == 0
    SurveyRound.objects.update(closes_on=days(30))
    assert announce(Announcement(round=survey_round, kind=EXTENSION), [vendor], curator) == 1
    assert list(Announcement.objects.values_list("closes_on", flat=True)) == [days(30), days(10)]


def test_a_run_that_is_killed_is_run_again(survey_round, curator, monkeypatch):
    vendors = [make_vendor() for _ in range(3)]
    for vendor in vendors:
        make_user(member_of=vendor)
    with monkeypatch.context() as patched:
        patched.setattr(Announcement, "store", killed_after(Announcement.store))
        with pytest.raises(ProcessKilled):
            announce_to(survey_round, vendors, curator)
    assert (OutgoingMail.objects.count(), Announcement.objects.count()) == (0, 0)
    assert announce_to(survey_round, vendors, curator) == 3
    outbox.send_waiting()
    assert announce_to(survey_round, vendors, curator) == 0


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ROUND, {"released_at": None}),
        (MESSAGE, {"released_at": None}),
        (ROUND, {"closes_on": days(-1)}),
        (EXTENSION, {"closes_on": days(-1)}),
        (EXTENSION, {"closes_on": None}),
    ],
)
def test_what_is_not_so_is_not_announced(kind, fields, survey_round, curator):
    SurveyRound.objects.update(**fields)
    make_user(member_of=make_vendor())
    announcement = make_message(survey_round) if kind == MESSAGE else Announcement(round=survey_round, kind=kind)
    with pytest.raises(ValidationError):
        announce(announcement, all_vendors(), curator)
    assert not OutgoingMail.objects.exists()


def test_a_message_reaches_vendors_after_the_end(survey_round, curator):
    SurveyRound.objects.update(closes_on=days(-1))
    make_user(member_of=make_vendor())
    assert announce(make_message(survey_round), all_vendors(), curator) == 1


# Who, and in which words ------------------------------------------------------------------------


def test_vendors_that_nobody_acts_for_are_named(survey_round):
    alone, left = make_vendor("Alene"), make_vendor("Forladt")
    make_user(member_of=left, is_active=False)
    make_user(member_of=make_vendor("Med"))
    result = distribution(Announcement(round=survey_round, kind=ROUND), Vendor.objects.all())
    assert result.without_members == [alone, left]
    assert (len(result.new), len(result.vendors), result.have_it) == (1, 3, [])


def test_they_stand_in_danish_order(survey_round):
    for name in ("Ærø Data", "Aarhus Data", "ølhus Data", "Zebra Data", "abild Data"):
        make_vendor(name)
    found = distribution(Announcement(round=survey_round, kind=ROUND), Vendor.objects.all())
    in_order = ["abild Data", "Zebra Data", "Ærø Data", "ølhus Data", "Aarhus Data"]
    assert [vendor.name for vendor in found.without_members] == in_order


def test_the_mail_says_what_was_announced(survey_round, vendor):
    subject, body = preview(Announcement(round=survey_round, kind=ROUND), [vendor], "da")
    assert "Runde 2026" in subject
    assert vendor.name not in subject
    assert f"{vendor.name}: " in body
    _subject, body = preview(make_message(survey_round, "Linje 1\n\nLinje 2 <b>"), [vendor], "da")
    assert "Linje 1\n\nLinje 2 <b>" in body
    subject, _body = preview(make_message(survey_round), [vendor], "en")
    assert subject.endswith("Information about the survey")


def test_announcing_costs_the_same_for_each_block(survey_round, curator):
    def cost(number: int, text: str) -> int:
        for _ in range(number):
            make_user(member_of=make_vendor())
        with CaptureQueriesContext(connection) as captured:
            announce(make_message(survey_round, text), Vendor.objects.all(), curator)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    first = cost(outbox.BLOCK // 2, "En")
    second = cost(outbox.BLOCK - outbox.BLOCK // 2, "To")
    third = cost(outbox.BLOCK, "Tre")
    assert first == second
    assert third == first + 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_mail_once(survey_round, curator):
    vendors = [make_vendor() for _ in range(5)]
    for vendor in vendors:
        make_user(member_of=vendor)
    numbers = run_at_once(lambda one: announce_to(one, vendors, curator), [survey_round, survey_round])
    assert sorted(numbers) == [0, 5]
    assert (OutgoingMail.objects.count(), Announcement.objects.count()) == (5, 1)
