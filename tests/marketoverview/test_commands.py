"""What cron does: remind, once each, and delete what is kept no longer."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from kl_ai.mailqueue import OutgoingMail
from kl_ai.models import User
from marketoverview import reminders
from marketoverview.models import DeadlineExtension, Invitation, Response, Vendor
from marketoverview.querysets import months_before
from tests.builders import make_response, make_round, make_user, make_vendor

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> list[str]:
    """Whom the mails went to."""
    return sorted(to for message in mail.outbox for to in message.to)


def remind(*arguments: str) -> None:
    call_command("send_reminders", *arguments)


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
    due = reminders.due
    monkeypatch.setattr(reminders, "due", lambda: members.update(is_active=False) * 0 or due())


# Confirmations --------------------------------------------------------------------------------------


def test_a_profile_is_asked_about_after_twelve_months_and_once_more_a_month_later(vendor, member):
    response = confirmed(vendor, 12)
    remind()
    remind()
    assert told() == [member.email]
    Response.objects.filter(pk=response.pk).update(confirmed_at=months_before(timezone.localdate(), 13))
    remind()
    remind()
    assert told() == [member.email] * 2
    assert "den anden mail" in mail.outbox[-1].body


def test_a_fresh_profile_is_left_in_peace(vendor, member):
    confirmed(vendor, 11)
    remind()
    assert told() == []


def test_a_confirmation_starts_the_clock_anew(vendor, member):
    response = confirmed(vendor, 12)
    remind()
    response.refresh_from_db()
    response.confirm(member)
    remind()
    assert len(told()) == 1


def test_a_dry_run_writes_to_nobody(vendor, member, capsys):
    confirmed(vendor, 12)
    remind("--dry-run")
    assert told() == []
    assert not OutgoingMail.objects.exists()
    assert f"would write to {member.email}" in capsys.readouterr().out


def test_a_run_that_broke_off_goes_on_and_writes_to_nobody_twice(vendor, monkeypatch):
    people = [make_user(f"{number}@nordstjernen.example", member_of=vendor).email for number in range(4)]
    confirmed(vendor, 12)
    send, sent = reminders.Reminder.send, []

    def breaks(reminder):
        if len(sent) == 2:
            raise ConnectionError
        sent.append(reminder)
        return send(reminder)

    monkeypatch.setattr(reminders.Reminder, "send", breaks)
    with pytest.raises(ConnectionError):
        remind()
    monkeypatch.setattr(reminders.Reminder, "send", send)
    remind()
    assert told() == sorted(people)


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
    assert len(told()) == mails


def test_the_deadline_is_the_vendors_own(vendor, member):
    today = timezone.localdate()
    survey_round = make_round("2026", opens_on=date(2026, 1, 1), closes_on=today + timedelta(3))
    make_response(vendor, "draft", round=survey_round)
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=today + timedelta(40), reason="Ferie")
    remind()
    assert told() == []


def test_reminders_cost_the_same_for_many(vendor, member, django_assert_max_num_queries):
    survey_round = make_round("2026", opens_on=date(2026, 1, 1), closes_on=timezone.localdate() + timedelta(3))
    for number in range(6):
        other = make_vendor(f"Firma nr. {number}")
        make_user(f"{number}@firma.example", member_of=other)
        make_response(other, "draft", round=survey_round)
    with django_assert_max_num_queries(8):
        assert len(list(reminders.due())) == 6


# What is kept no longer -------------------------------------------------------------------------------


def old(months: int):
    return timezone.now() - timedelta(days=31 * months + 2)


def test_what_is_old_goes_and_the_rest_stays(vendor, capsys):
    gone, kept, public = make_response("Gammel", "draft"), make_response("Ny", "draft"), make_response(vendor)
    Response.objects.filter(pk__in=[gone.pk, public.pk]).update(changed_at=old(24))
    Vendor.objects.update(created_at=old(24))
    for age in (0, 12):
        Invitation.objects.create(email=f"{age}@gammel.example", company_name="Gammel", created_at=old(age))
        OutgoingMail.objects.create(
            key=str(age), to="ki@gammel.example", subject="s", body="b", created_at=old(age + 4)
        )
    make_user("aldrig@brugt.example")
    User.objects.filter(email="aldrig@brugt.example").update(date_joined=old(2))
    call_command("delete_expired", "--dry-run")
    assert Response.objects.count() == 3
    call_command("delete_expired")
    assert set(Response.objects.all()) == {kept, public}
    assert not Vendor.objects.filter(name="Gammel").exists()
    assert Invitation.objects.get().email == "0@gammel.example"
    assert OutgoingMail.objects.get().key == "0"
    assert not User.objects.filter(email="aldrig@brugt.example").exists()
    said = capsys.readouterr().out
    assert "would delete 1 abandoned drafts" in said
    assert "deleted 1 unused invitations" in said
