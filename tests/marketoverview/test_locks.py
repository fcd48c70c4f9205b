"""Locks: of two who look at the same rows, the second looks when the first has written.

Each test lets both come to the place between looking and writing before one of them goes on.
"""

import threading
import time

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError

from kl_ai.admin.users import UserAdmin
from kl_ai.login.announcements import administrators
from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.people.invitations import AbstractInvitation
from marketoverview.mails import announcements
from marketoverview.models import (
    Announcement,
    Answer,
    CompanyClaim,
    Invitation,
    MembershipEvent,
    ModerationEvent,
    Option,
    VendorMember,
    delete_login,
    leave_as_other,
    map_answer,
    map_answers,
    mapping,
    unmap_answer,
)
from tests.builders import (
    make_administrator,
    make_curator,
    make_invitation,
    make_option,
    make_own_words,
    make_response,
    make_round,
    make_user,
    make_vendor,
)
from tests.concurrency import meeting_before, run_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_two_who_leave_a_public_vendor_at_once_do_not_both_leave(monkeypatch):
    vendor = make_response("Nordstjernen").vendor
    people = [*vendor.members.all(), make_user(member_of=vendor)]
    monkeypatch.setattr(VendorMember, "_end", meeting_before(VendorMember._end))

    def leave(user: User) -> bool:
        try:
            VendorMember.objects.get(vendor=vendor, user=user).leave()
        except ValidationError:
            return False
        return True

    assert sorted(run_at_once(leave, people)) == [False, True]
    assert vendor.members.count() == 1


def test_two_who_remove_each_other_do_not_both_go(monkeypatch):
    vendor = make_vendor("Nordstjernen")
    first, second = (make_user(member_of=vendor) for _ in range(2))
    monkeypatch.setattr(VendorMember, "_end", meeting_before(VendorMember._end))

    def remove(pair: tuple[User, User]) -> bool:
        by, user = pair
        try:
            VendorMember.objects.get(vendor=vendor, user=user).end(by)
        except ValidationError:
            return False
        return True

    assert sorted(run_at_once(remove, [(first, second), (second, first)])) == [False, True]
    assert vendor.members.count() == 1
    assert MembershipEvent.objects.filter(what="removed").count() == 1


def test_two_administrators_who_delete_each_other_do_not_both_go(monkeypatch, rf):
    both = [make_administrator(f"administrator{number}@kl.example") for number in range(2)]
    page = UserAdmin(User, admin.site)
    obstacles = UserAdmin._obstacles

    def looked_then_met(*args) -> list[str]:
        texts = obstacles(*args)
        return met(texts)

    met = meeting_before(lambda texts: texts)
    monkeypatch.setattr(UserAdmin, "_obstacles", looked_then_met)

    def delete(pair: tuple[User, User]) -> bool:
        by, user = pair
        request = rf.post("/")
        request.user = by
        try:
            page._delete_logins(request, [user])
        except ValidationError:
            return False
        return True

    loaded = [{user.pk: user for user in administrators()} for _ in both]  # each with rows of its own
    pairs = [(rows[by.pk], rows[user.pk]) for rows, by, user in zip(loaded, both, both[::-1], strict=True)]
    assert sorted(run_at_once(delete, pairs)) == [False, True]
    assert len(administrators()) == 1


def test_two_curators_make_one_new_option_and_the_second_reads_that_its_code_is_in_use(monkeypatch):
    words = [make_own_words(name) for name in ("Agern", "Birk")]
    question, curators = words[0].option.question, [make_curator() for _ in range(2)]
    monkeypatch.setattr(mapping, "add_option", meeting_before(mapping.add_option))

    def map_as_new(pair: tuple[Answer, User]) -> str:
        answer, curator = pair
        new = {"code": "ethics", "label_da": "Etik", "label_en": "Ethics"}
        try:
            map_answers(question, [answer], new, curator)
        except ValidationError as refused:
            return " ".join(refused.message_dict)
        return ""

    assert sorted(run_at_once(map_as_new, list(zip(words, curators, strict=True)))) == ["", "code"]
    assert Option.objects.filter(code="ethics").count() == 1
    assert Answer.objects.filter(mapped_from__isnull=False).count() == 1


def test_two_curators_leave_the_same_words_under_other_once(monkeypatch):
    words, curators = make_own_words("Agern"), [make_curator() for _ in range(2)]
    monkeypatch.setattr(mapping, "_mark_left", meeting_before(mapping._mark_left))
    done = run_at_once(lambda curator: leave_as_other(Answer.objects.get(pk=words.pk), curator), curators)
    assert sorted(done) == [False, True]
    assert ModerationEvent.objects.filter(verb="leave").count() == 1


def test_a_counting_is_taken_back_once_from_two_tabs():
    words, curator = make_own_words("Agern"), make_curator()
    mapped = map_answer(words, make_option(words.option.question, "ethics"), curator)
    tabs = [Answer.objects.get(pk=mapped.pk) for _ in range(2)]
    assert sorted(run_at_once(lambda answer: unmap_answer(answer, curator), tabs)) == [False, True]
    assert ModerationEvent.objects.filter(verb="unmap").count() == 1


def test_two_clicks_on_announce_store_one_announcement(monkeypatch):
    survey_round, curator = make_round("2026"), make_curator()
    vendors = [make_vendor() for _ in range(3)]
    for vendor in vendors:
        make_user(member_of=vendor)
    monkeypatch.setattr(announcements, "post_many", meeting_before(announcements.post_many))
    numbers = run_at_once(lambda _: announcements.announce_to(survey_round, vendors, curator), range(2))
    assert sorted(numbers) == [0, 3]
    assert (OutgoingMail.objects.count(), Announcement.objects.count()) == (3, 1)


@pytest.mark.parametrize("what", ["decide", "ask"])
def test_kl_decides_or_is_asked_while_the_invitation_is_cancelled_and_none_waits_for_the_other(monkeypatch, what):
    """Both hold rows before either takes its next: in another order of the rows PostgreSQL would break one of them off."""
    kl, vendor = make_curator(), make_vendor("Birk")
    (invitation,) = Invitation.invite_to_vendors([(vendor, "ny@birk.example")], make_round(), kl, "da")
    asking = make_user("anden@birk.example")
    claim = invitation.ask_kl(asking) if what == "decide" else None
    barrier = threading.Barrier(2)
    monkeypatch.setattr(CompanyClaim, "name_registered", meeting_before(CompanyClaim.name_registered, barrier=barrier))
    monkeypatch.setattr(CompanyClaim, "ask", meeting_before(CompanyClaim.ask, barrier=barrier))
    monkeypatch.setattr(AbstractInvitation, "cancel", meeting_before(AbstractInvitation.cancel, barrier=barrier))

    def act(is_cancelling: bool) -> object:
        present = Invitation.objects.get(pk=invitation.pk)
        if is_cancelling:
            return present.cancel(kl, as_kl=True)
        if claim is None:
            return present.ask_kl(asking)
        return CompanyClaim.objects.get(pk=claim.pk).decide(kl, CompanyClaim.Decision.DECLINE)

    run_at_once(act, [True, False])
    invitation.refresh_from_db()
    assert invitation.cancelled_at is not None
    assert not CompanyClaim.objects.waiting().exists()


def test_a_login_is_deleted_while_its_companies_are_invited_to_and_none_waits_for_the_other(monkeypatch):
    kl, survey_round = make_curator(), make_round()
    vendors = [make_vendor("Zeta"), make_vendor("Alfa")]  # in another order of their names than of their keys
    user = make_user("gik@birk.example", is_active=False)
    for vendor in vendors:
        VendorMember.objects.create(vendor=vendor, user=user)
    holds_one = threading.Event()
    end = VendorMember._end

    def slow_end(self, *args, **kwargs):
        result = end(self, *args, **kwargs)
        holds_one.set()
        time.sleep(0.5)
        return result

    monkeypatch.setattr(VendorMember, "_end", slow_end)

    def act(is_deleting: bool) -> object:
        if is_deleting:
            return delete_login(User.objects.get(pk=user.pk))
        holds_one.wait(3)
        addresses = [(vendor, f"ny@{vendor.slug}.example") for vendor in vendors]
        return Invitation.invite_to_vendors(addresses, survey_round, kl, "da")

    run_at_once(act, [True, False])
    assert Invitation.objects.waiting().count() == 2
    assert not User.objects.filter(pk=user.pk).exists()


def test_an_invited_login_is_deleted_while_kl_decides_and_none_waits_for_the_other(monkeypatch):
    curator, invited = make_curator(), make_user("ny@birk.example")
    invitation = make_invitation(invited.email, by_kl=True)
    claim = invitation.ask_kl(make_user("anden@birk.example"))
    holds_invitation = threading.Event()

    def slow(work):
        def wrapped(*args, **kwargs):
            holds_invitation.set()
            time.sleep(0.5)
            return work(*args, **kwargs)

        return wrapped

    monkeypatch.setattr(CompanyClaim, "name_registered", slow(CompanyClaim.name_registered))

    def act(is_deleting: bool) -> object:
        if not is_deleting:
            return CompanyClaim.objects.get(pk=claim.pk).decide(curator, CompanyClaim.Decision.DECLINE)
        holds_invitation.wait(3)
        return delete_login(User.objects.get(pk=invited.pk))

    assert run_at_once(act, [True, False]) == [[], True]
    assert not Invitation.objects.exists()
    assert not User.objects.filter(pk=invited.pk).exists()
