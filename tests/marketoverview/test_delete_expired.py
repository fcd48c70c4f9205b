"""Rows are deleted after their time and not before; submitted and decided responses never are."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import CacheEntry, User
from kl_ai.security.models import AttemptCount, LoginSession, OneTimeSecret, Reading
from marketoverview.models import (
    Answer,
    CompanyClaim,
    Follower,
    Invitation,
    JoinRequest,
    LinkCheck,
    MembershipEvent,
    Response,
    Status,
    SurveyRound,
    Vendor,
    VendorQuestion,
)
from marketoverview.querysets import months_before
from marketoverview.retention import expired_rows
from tests.builders import make_follower, make_invitation, make_response, make_round, make_user, make_vendor

pytestmark = pytest.mark.django_db


def ago(days: int):
    """The same time of day so many days ago, on the clock in Denmark."""
    return timezone.localtime() - timedelta(days)


def months(number: int) -> int:
    """So many months in days, counted back from today."""
    today = timezone.localdate()
    return (today - months_before(today, number)).days


def delete(*arguments: str) -> None:
    call_command("delete_expired", *arguments)


# Each makes one row of that age in days, and gives it.


def draft(age: int) -> Response:
    response = make_response(status="draft")
    Response.objects.filter(pk=response.pk).update(changed_at=ago(age))
    return response


def returned(age: int) -> Response:
    response = make_response(status="returned")
    Response.objects.filter(pk=response.pk).update(changed_at=ago(age))
    return response


def vendor_without_answers(age: int) -> Vendor:
    vendor = make_vendor()
    Vendor.objects.filter(pk=vendor.pk).update(created_at=ago(age))
    return vendor


def invitation(age: int) -> Invitation:
    return make_invitation(created_at=ago(age))


def decided_request(age: int) -> JoinRequest:
    user = make_user()
    User.objects.filter(pk=user.pk).update(last_login=ago(0))
    return JoinRequest.objects.create(vendor=make_vendor(), user=user, decided_at=ago(age), approved=False)


def decided_claim(age: int) -> CompanyClaim:
    claim = CompanyClaim.ask(make_invitation(by_kl=True), CompanyClaim.Reason.ADDRESS, make_user(), None)
    CompanyClaim.objects.filter(pk=claim.pk).update(asked_at=ago(9999), decided_at=ago(age))
    return claim


def change_of_members(age: int) -> MembershipEvent:
    vendor = make_vendor()
    MembershipEvent.record(vendor, MembershipEvent.What.JOINED, None, make_user())
    MembershipEvent.objects.filter(vendor=vendor).update(at=ago(age))
    return MembershipEvent.objects.get(vendor=vendor)


def sent_mail(age: int) -> OutgoingMail:
    mail = {"to": "ki@agern.example", "subject": "s", "body": "b", "language": "da"}
    return OutgoingMail.objects.create(key=f"k{age}", created_at=ago(age), **mail)


def unused_login(age: int) -> User:
    user = make_user()
    User.objects.filter(pk=user.pk).update(date_joined=ago(age))
    return user


def session(age: int) -> Session:
    return Session.objects.create(session_key=f"s{age}", session_data="", expire_date=ago(age))


def count_of_attempts(age: int) -> AttemptCount:
    return AttemptCount.objects.create(
        action="a", per="person", key=f"k{age}", begins_at=ago(age + 1), ends_at=ago(age)
    )


def one_time_secret(age: int) -> OneTimeSecret:
    hashed = {"secret_hash": f"h{age}", "expires_at": ago(age)}
    return OneTimeSecret.objects.create(kind="login_link", user=make_user(), **hashed)


def logged_in_browser(age: int) -> LoginSession:
    session(age)
    return LoginSession.objects.create(user=make_user(), session_key=f"s{age}")


def reading(age: int) -> Reading:
    return Reading.objects.create(reader="a@kl.example", day=timezone.localdate() - timedelta(age), page="p")


def question(state: str, age: int) -> VendorQuestion:
    """A question of that age in days, answered at once where it is answered."""
    survey_round = SurveyRound.objects.first() or make_round()
    waiting, _ = VendorQuestion.ask(make_vendor(), survey_round, make_user(), f"Hvad? {age}")
    at: dict = {"asked_at": ago(age)}
    if state == "waiting":
        waiting.save()
    elif state == "private":
        waiting.answer_privately(make_user(), answer_da="Alt.", answer_en="", reason="Egne svar")
    else:
        waiting.publish(make_user(), question_da="Hvad?", question_en="", answer_da="Alt.", answer_en="")
    if state != "waiting":
        at = {"asked_at": ago(age + 99), "answered_at": ago(age)}
    VendorQuestion.objects.filter(pk=waiting.pk).update(**at)
    return waiting


def attempts(age: int) -> CacheEntry:
    return CacheEntry.objects.create(cache_key=f"c{age}", value="", expires=ago(age))


def link_of_nobody(age: int) -> LinkCheck:
    return LinkCheck.objects.create(url=f"https://agern.example/{age}", ok=True, checked_at=ago(age))


def unconfirmed_follower(age: int) -> Follower:
    return Follower.objects.create(email=f"nr{age}@by.example", requested_at=ago(age))


def follower_of_a_year(age: int) -> Follower:
    return make_follower(days_ago=age)


KINDS: dict[str, tuple[Callable, Callable[[], int]]] = {
    "abandoned drafts": (draft, lambda: months(24)),
    "abandoned drafts, sent back": (returned, lambda: months(24)),
    "vendors that never answered": (vendor_without_answers, lambda: months(24)),
    "unused invitations": (invitation, lambda: months(12)),
    "decided requests to join": (decided_request, lambda: months(12)),
    "decided claims to a company": (decided_claim, lambda: months(12)),
    "changes of members": (change_of_members, lambda: months(12)),
    "questions to KL, or their words": (partial(question, "waiting"), lambda: months(24)),
    "questions to KL, or their words, answered": (partial(question, "private"), lambda: months(24)),
    "followers by mail who have not confirmed, or whose year is over": (unconfirmed_follower, lambda: 7),
    "followers by mail who have not confirmed, or whose year is over, confirmed": (follower_of_a_year, lambda: 365),
    "mails": (sent_mail, lambda: months(15)),
    "logins never used": (unused_login, lambda: 30),
    "sessions and login codes": (session, lambda: 0),
    "counts of attempts": (count_of_attempts, lambda: 0),
    "one-time codes and links": (one_time_secret, lambda: 31),
    "ended logins of the list of browsers": (logged_in_browser, lambda: 0),
    "lines about readings": (reading, lambda: 366),
    "marks of used codes of apps": (attempts, lambda: 0),
    "checks of links that nobody gives any longer": (link_of_nobody, lambda: 31),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_goes_after_its_time_and_not_before(kind, capsys):
    make, time = KINDS[kind]
    old, fresh = make(time() + 1), make(time() - 1)
    rows = type(old)._default_manager
    delete("--dry-run")
    assert rows.filter(pk__in=[old.pk, fresh.pk]).count() == 2
    name = next(name for name, _rows in expired_rows() if kind.startswith(name))
    assert f"would delete 1 {name}\n" in capsys.readouterr().out
    delete()
    assert f"deleted 1 {name}\n" in capsys.readouterr().out
    assert [row.pk for row in rows.filter(pk__in=[old.pk, fresh.pk])] == [fresh.pk]
    delete()
    assert "deleted 1" not in capsys.readouterr().out


def test_all_that_is_deleted_is_tried():
    assert {name for name, _rows in expired_rows()} <= KINDS.keys()


def test_what_waits_for_a_decision_stays_however_old_it_is():
    request, claim = decided_request(9999), decided_claim(9999)
    JoinRequest.objects.update(decided_at=None, asked_at=ago(9999))
    CompanyClaim.objects.update(decided_at=None)
    delete()
    assert JoinRequest.objects.filter(pk=request.pk).exists()
    assert CompanyClaim.objects.filter(pk=claim.pk).exists()


@pytest.mark.parametrize("status", sorted(set(Status.values) - {"draft", "returned", "discarded"}))
def test_what_waits_at_kl_or_was_decided_never_goes_and_nor_does_its_vendor(status):
    response = make_response("Agern", status)
    Response.objects.update(changed_at=ago(9999), submitted_at=ago(9999))
    Vendor.objects.update(created_at=ago(9999))
    delete()
    assert Response.objects.filter(pk=response.pk).exists()
    assert Vendor.objects.get().memberships.exists()


def test_a_vendor_goes_with_its_last_draft_and_the_forecast_says_so(capsys):
    draft(months(24) + 1)
    Vendor.objects.update(created_at=ago(months(24) + 1))
    delete("--dry-run")
    assert "would delete 1 vendors that never answered" in capsys.readouterr().out
    delete()
    assert "deleted 1 vendors that never answered" in capsys.readouterr().out
    assert not Vendor.objects.exists()


def test_what_a_draft_said_is_not_kept_in_the_history_either():
    response = make_response(
        "Agern",
        "draft",
        answers={"services": ["other"]},
        own_words={"services": "Vores hemmelighed"},
        offerings=[{"title": "Vores eksempel", "options": {"services": ["other"]}}],
        description="Vores tekst",
    )
    public = make_response("Birk", answers={"services": ["other"]})
    Response.objects.filter(pk=response.pk).update(changed_at=ago(months(24) + 1))
    delete()
    assert set(Answer.history.values_list("response", flat=True)) <= {public.pk}
    assert set(Response.history.values_list("id", flat=True)) == {public.pk}
    assert not type(response).offerings.rel.related_model.history.exists()


def test_of_a_question_to_kl_nothing_private_is_left_and_what_all_read_stays(capsys):
    private, public = question("private", months(24) + 1), question("published", months(24) + 1)
    delete()
    assert "deleted 2 questions to KL, or their words" in capsys.readouterr().out
    assert not VendorQuestion.history.filter(id=private.pk).exists()
    (left,) = VendorQuestion.objects.all()
    assert (left.pk, left.text, left.asked_by, left.answer_da) == (public.pk, "", None, "Alt.")
    delete()
    assert "deleted 0 questions" in capsys.readouterr().out


def test_a_vendor_of_the_demonstration_stays_without_answers():
    vendor = make_vendor(is_demo=True)
    Vendor.objects.update(created_at=ago(9999))
    delete()
    assert list(Vendor.objects.all()) == [vendor]


def test_a_public_vendors_abandoned_correction_goes_and_its_profile_stays():
    public = make_response("Agern")
    correction = Response.begin(public.vendor, public.round, None)
    Response.objects.filter(pk=correction.pk).update(changed_at=ago(months(24) + 1))
    delete()
    assert list(Response.objects.all()) == [public]


def test_an_accepted_invitation_an_open_request_and_a_used_login_stay():
    vendor, user = make_vendor(), make_user()
    User.objects.filter(pk=user.pk).update(date_joined=ago(999), last_login=ago(998))
    member = make_user(member_of=vendor)
    curator = make_user(is_staff=True)
    User.objects.exclude(pk=user.pk).update(date_joined=ago(999))
    JoinRequest.objects.create(vendor=vendor, user=user, asked_at=ago(999))
    Invitation.objects.create(
        email="ki@agern.example", company_name="Agern", created_at=ago(999), accepted_at=ago(998), accepted_by=user
    )
    delete()
    assert set(User.objects.all()) == {user, member, curator}
    assert JoinRequest.objects.count() == Invitation.objects.count() == 1


@pytest.mark.parametrize("status", ["published", "submitted"])
def test_the_check_of_a_website_in_use_stays(status):
    response = make_response(status=status)
    Response.objects.filter(pk=response.pk).update(website="https://agern.example/")
    LinkCheck.objects.create(url="https://agern.example/", ok=False, checked_at=ago(999))
    delete()
    assert LinkCheck.objects.count() == 1


def test_the_settings_say_after_how_long(settings):
    settings.KEEP_DRAFT_MONTHS = 3
    draft(months(3) + 1)
    draft(months(3) - 1)
    delete()
    assert Response.objects.count() == 1
