"""Vendors are reminded to confirm and to hand in, once each, however often the command runs or breaks off."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from kl_ai.mail.models import MailState, OutgoingMail
from kl_ai.models import User
from marketoverview.mails import reminders
from marketoverview.models import DeadlineExtension, Response, SurveyRound, Vendor
from marketoverview.querysets import months_before
from tests import mailserver
from tests.builders import make_response, make_round, make_user, make_vendor
from tests.mails import recipients

due_reminders = reminders.due_reminders
pytestmark = pytest.mark.django_db(transaction=True)


def remind(*arguments: str) -> None:
    call_command("send_reminders", *arguments)


def age_mails(days_ago: int) -> None:
    """Let so many days pass since the mails were written."""
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days_ago))


def confirmed(vendor: Vendor, months: int, days: int = 0) -> Response:
    day = months_before(timezone.localdate(), months) - timedelta(days=days)
    return make_response(vendor, confirmed_at=day)


@pytest.fixture
def member(vendor):
    return make_user("ki@nordstjernen.example", member_of=vendor)


@pytest.fixture(autouse=True)
def _only_named_members(monkeypatch):
    """The builders' own members are switched off, so that a test names everybody who may be written to."""
    members = User.objects.filter(email__startswith="user")

    def after_switching_off():
        members.update(is_active=False)
        return due_reminders()

    monkeypatch.setattr(reminders, "due_reminders", after_switching_off)


# Confirmations --------------------------------------------------------------------------------------


def test_a_profile_is_asked_about_after_twelve_months_and_once_more_a_month_later(vendor, member):
    confirmed(vendor, 12)
    remind()
    remind()
    age_mails(days_ago=27)
    remind()
    assert recipients() == [member.email]
    assert "den anden mail" not in mail.outbox[-1].body
    age_mails(days_ago=31)
    remind()
    remind()
    assert recipients() == [member.email] * 2
    assert "den anden mail" in mail.outbox[-1].body


def test_a_colleague_who_comes_late_is_not_told_of_a_mail_that_never_came(vendor, member):
    confirmed(vendor, 13)
    remind()
    assert recipients() == [member.email]
    assert "den anden mail" not in mail.outbox[-1].body


def test_a_third_mail_never_comes_even_when_the_log_is_gone(vendor, member):
    confirmed(vendor, 12 + 15)
    remind()
    assert recipients() == []


def test_the_mail_server_may_be_down(vendor, member, settings, monkeypatch):
    settings.EMAIL_BACKEND = "tests.mailserver.Server"
    monkeypatch.setattr(mailserver, "DOWN", "nordstjernen.example")
    confirmed(vendor, 12)
    remind()
    remind()
    assert recipients() == []
    waiting = OutgoingMail.objects.get()
    assert (waiting.to, waiting.state) == (member.email, MailState.WAITING)
    monkeypatch.setattr(mailserver, "DOWN", "nede.example")
    OutgoingMail.objects.update(next_try_at=timezone.now())
    remind()
    assert recipients() == [member.email]


def test_a_fresh_profile_is_left_in_peace(vendor, member):
    confirmed(vendor, 11)
    remind()
    assert recipients() == []


def test_a_confirmation_starts_the_clock_anew(vendor, member):
    response = confirmed(vendor, 12)
    remind()
    response.refresh_from_db()
    response.confirm(member)
    remind()
    assert len(recipients()) == 1


def test_a_dry_run_writes_to_nobody(vendor, member, capsys):
    confirmed(vendor, 12)
    remind("--dry-run")
    assert recipients() == []
    assert not OutgoingMail.objects.exists()
    assert f"would write to {member.email}" in capsys.readouterr().out


def test_a_run_that_broke_off_goes_on_and_writes_to_nobody_twice(vendor, monkeypatch):
    people = [make_user(f"{number}@nordstjernen.example", member_of=vendor).email for number in range(4)]
    confirmed(vendor, 12)
    send, sent_reminders = reminders.Reminder.send, []

    def breaks(reminder):
        if len(sent_reminders) == 2:
            raise ConnectionError
        sent_reminders.append(reminder)
        return send(reminder)

    monkeypatch.setattr(reminders.Reminder, "send", breaks)
    with pytest.raises(ConnectionError):
        remind()
    monkeypatch.setattr(reminders.Reminder, "send", send)
    remind()
    assert sorted(recipients()) == sorted(people)


def test_a_vendor_that_nobody_acts_for_is_named(vendor, capsys):
    confirmed(vendor, 12, days=1)
    remind()
    assert "nobody acts for Nordstjernen" in capsys.readouterr().out


# Drafts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_left", "mails"), [(20, 0), (14, 1), (4, 1), (3, 1), (0, 1), (-1, 0)])
def test_a_draft_is_reminded_of_before_the_deadline(days_left, mails, vendor, member):
    today = timezone.localdate()
    make_response(
        vendor, "draft", round=make_round("2026", opens_on=date(2026, 1, 1), closes_on=today + timedelta(days_left))
    )
    remind()
    remind()
    assert len(recipients()) == mails


def test_a_draft_is_reminded_of_twice_and_not_once_it_is_handed_in(vendor, member):
    survey_round = make_round("2026", opens_on=date(2026, 1, 1), closes_on=timezone.localdate() + timedelta(14))
    draft = make_response(vendor, "draft", round=survey_round)
    remind()
    SurveyRound.objects.update(closes_on=timezone.localdate() + timedelta(3))
    remind()
    assert recipients() == [member.email] * 2
    assert all(f"/svar/{draft.pk}/opgaver/" in message.body for message in mail.outbox)
    Response.objects.get(pk=draft.pk).submit(member)
    SurveyRound.objects.update(closes_on=timezone.localdate() + timedelta(2))
    remind()
    assert len(recipients()) == 2


def test_each_member_is_written_to_in_their_own_language(vendor, member):
    make_user("english@nordstjernen.example", member_of=vendor, language="en")
    confirmed(vendor, 12)
    remind()
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert f"/en/leverandoer/virksomhed/{vendor.slug}/" in bodies["english@nordstjernen.example"]
    assert "/en/" not in bodies[member.email]


def test_the_deadline_is_the_vendors_own(vendor, member):
    today = timezone.localdate()
    survey_round = make_round("2026", opens_on=date(2026, 1, 1), closes_on=today + timedelta(3))
    make_response(vendor, "draft", round=survey_round)
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=today + timedelta(40), reason="Ferie")
    remind()
    assert recipients() == []
    DeadlineExtension.objects.update(closes_on=today + timedelta(14))
    remind()
    assert recipients() == [member.email]


@pytest.mark.parametrize("number", [2, 9])
def test_reminders_cost_the_same_for_many(number, django_assert_num_queries):
    survey_round = make_round("2026", opens_on=date(2026, 1, 1), closes_on=timezone.localdate() + timedelta(3))
    for index in range(number):
        drafting, stale = make_vendor(f"Firma nr. {index}"), make_vendor(f"Gammel nr. {index}")
        for vendor in (drafting, stale):
            make_user(f"ki@{vendor.slug}.example", member_of=vendor)
        make_response(drafting, "draft", round=survey_round)
        confirmed(stale, 12, days=1)
    User.objects.filter(email__startswith="user").update(is_active=False)
    with django_assert_num_queries(6):  # as its docstring says
        assert len(list(due_reminders())) == 2 * number
    with django_assert_num_queries(2):
        reminders.unreachable_stale_responses()


def test_nobody_is_reminded_of_a_round_that_is_not_released(vendor, member):
    survey_round = make_round("2026", opens_on=date(2026, 1, 1), closes_on=timezone.localdate() + timedelta(3))
    make_response(vendor, "draft", round=survey_round)
    SurveyRound.objects.update(released_at=None)
    remind()
    assert recipients() == []
    SurveyRound.objects.update(released_at=timezone.now())
    remind()
    assert recipients() == [member.email]


@pytest.mark.parametrize(("opened_days_ago", "closes_in", "mails"), [(0, 10, 0), (4, 10, 1), (0, 2, 0), (1, 2, 1)])
def test_no_draft_is_reminded_of_for_a_day_before_its_round_opened(opened_days_ago, closes_in, mails, vendor, member):
    """The checklist names the same days: the fourteenth and the third before the deadline, where the round is open then."""
    today = timezone.localdate()
    opens_on = today - timedelta(opened_days_ago)
    make_response(vendor, "draft", round=make_round("2026", opens_on=opens_on, closes_on=today + timedelta(closes_in)))
    remind()
    assert OutgoingMail.objects.filter(kind="draft").count() == mails
