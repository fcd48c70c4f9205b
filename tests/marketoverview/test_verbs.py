"""The writes around joining, own words and logins: each is one model verb, done whole or not at all."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.people.invitations import VALID_FOR
from marketoverview.models import (
    Invitation,
    JoinRequest,
    LinkCheck,
    Option,
    Question,
    Vendor,
    VendorMember,
    Verb,
    delete_login,
    map_answers,
    market_version,
    object_to_mapping,
)
from marketoverview.review.invitation_list import ListedCompany
from tests.builders import make_own_words, make_question, make_response, make_round, make_user, make_vendor
from tests.concurrency import run_at_once

pytestmark = pytest.mark.django_db


# Inviting a colleague ---------------------------------------------------------------------------


def test_a_colleague_is_invited_to_the_current_round_in_a_language(vendor, owner):
    survey_round = make_round()
    invitation = Invitation.invite_colleague(vendor, "ny@nordstjernen.example", owner, "en")
    stored = Invitation.objects.get()
    assert stored == invitation
    assert (stored.email, stored.vendor, stored.company_name) == ("ny@nordstjernen.example", vendor, "Nordstjernen")
    assert (stored.invited_by, stored.round, stored.language, stored.by_kl) == (owner, survey_round, "en", False)


def test_a_member_and_an_invited_person_are_not_invited(vendor, owner, colleague):
    Invitation.invite_colleague(vendor, "ny@nordstjernen.example", owner, "da")
    for email in ("NY@nordstjernen.example", colleague.email.upper()):
        with pytest.raises(ValidationError):
            Invitation.invite_colleague(vendor, email, owner, "da")
    assert Invitation.objects.count() == 1


def test_an_expired_invitation_is_replaced_and_only_that_one(vendor, owner):
    old = {"company_name": "Nordstjernen", "created_at": timezone.now() - VALID_FOR - timedelta(days=1)}
    expired = Invitation.objects.create(email="ny@nordstjernen.example", vendor=vendor, **old)
    others = {
        Invitation.objects.create(email="en.anden@nordstjernen.example", vendor=vendor, **old),
        Invitation.objects.create(email="ny@nordstjernen.example", vendor=make_vendor("Sydkorset"), **old),
        Invitation.objects.create(email="ny@nordstjernen.example", vendor=vendor, cancelled_at=timezone.now(), **old),
    }
    invitation = Invitation.invite_colleague(vendor, "ny@nordstjernen.example", owner, "da")
    assert set(Invitation.objects.all()) == {*others, invitation}
    assert not Invitation.objects.filter(pk=expired.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_invitations_at_the_same_moment_one_is_made():
    vendor = make_vendor("Nordstjernen")
    members = [make_user(member_of=vendor) for _ in range(6)]

    def invite(member: User) -> bool:
        try:
            Invitation.invite_colleague(vendor, "ny@nordstjernen.example", member, "da")
        except ValidationError:
            return False
        return True

    assert sum(run_at_once(invite, members)) == 1
    assert Invitation.objects.count() == 1


# Registering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cvr_number", "country"), [("13585628", "DK"), (None, "SE")])
def test_a_company_that_is_registered_twice_is_one(cvr_number, country):
    user = make_user()
    first, second = (
        Vendor.register(user, name="Klokkeblomst", cvr_number=cvr_number, country=country) for _ in range(2)
    )
    assert first == second
    assert Vendor.objects.count() == 1


# Inviting companies -----------------------------------------------------------------------------


def listed_companies(*emails: str) -> list[ListedCompany]:
    return [ListedCompany(number, number, f"Firma {number}", email, "") for number, email in enumerate(emails, 1)]


def test_companies_are_invited_by_kl(curator):
    survey_round = make_round()
    company = ListedCompany(0, 1, "Eg & Søn", "KI@eg.example", "13585628")
    (invitation,) = Invitation.invite_companies([company], survey_round, curator, "en")
    stored = Invitation.objects.get()
    assert stored == invitation
    assert (stored.email, stored.company_name, stored.cvr_number) == ("ki@eg.example", "Eg & Søn", "13585628")
    assert (stored.by_kl, stored.invited_by, stored.round, stored.language) == (True, curator, survey_round, "en")


def test_an_address_that_waits_in_the_round_or_has_accepted_and_acts_for_the_company_is_left_out(curator):
    this_round, other_round = make_round("2026"), make_round("2027")
    Invitation.invite_companies(listed_companies("her@a.example", "annulleret@a.example"), this_round, curator, "da")
    others = listed_companies("der@a.example", "med@a.example", "gik@a.example")
    Invitation.invite_companies(others, other_round, curator, "da")
    for email in ("med@a.example", "gik@a.example"):
        assert Invitation.objects.get(email=email).accept(make_user(email))
    VendorMember.objects.filter(user__email="gik@a.example").delete()
    Invitation.objects.filter(email="annulleret@a.example").update(cancelled_at=timezone.now())
    Invitation.objects.create(email="kollega@a.example", company_name="A", vendor=make_vendor("A"), round=this_round)
    everybody = listed_companies(
        "HER@a.example",
        "annulleret@a.example",
        "der@a.example",
        "med@a.example",
        "gik@a.example",
        "kollega@a.example",
        "ny@a.example",
    )
    invited = Invitation.invite_companies(everybody, this_round, curator, "da")
    assert [invitation.email for invitation in invited] == [
        "annulleret@a.example",
        "der@a.example",
        "gik@a.example",
        "kollega@a.example",
        "ny@a.example",
    ]


def test_an_invited_address_is_known_however_it_was_written(curator):
    survey_round = make_round()
    Invitation.objects.create(email="Her@A.example", company_name="A", by_kl=True, round=survey_round)
    assert Invitation.invite_companies(listed_companies("her@a.example"), survey_round, curator, "da") == []


def test_a_list_that_breaks_off_invites_nobody(curator):
    with pytest.raises(AttributeError):
        Invitation.invite_companies([*listed_companies("en@a.example"), None], make_round(), curator, "da")
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_the_same_list_sent_several_times_at_once_one_invites():
    survey_round, curators = make_round(), [make_user(is_staff=True) for _ in range(5)]

    def invite(curator: User) -> int:
        return len(
            Invitation.invite_companies(listed_companies("en@a.example", "to@a.example"), survey_round, curator, "da")
        )

    assert sorted(run_at_once(invite, curators)) == [0, 0, 0, 0, 2]
    assert Invitation.objects.count() == 2


# Requests to join -------------------------------------------------------------------------------


def test_a_request_that_waits_is_not_made_again(vendor):
    user = make_user()
    first, is_new = JoinRequest.submit(vendor, user, "Jeg er ny")
    again, is_new_again = JoinRequest.submit(vendor, user, "Hallo?")
    assert (is_new, is_new_again, again, again.message) == (True, False, first, "Jeg er ny")
    first.decide(make_user(member_of=vendor), approve=False)
    assert JoinRequest.submit(vendor, user, "Hallo?")[1]


# Deleting a login -------------------------------------------------------------------------------


def test_a_login_goes_with_its_memberships_mails_and_invitations(vendor, owner, colleague):
    mail = {"subject": "s", "body": "b", "language": "da"}
    OutgoingMail.objects.create(key="a", to=owner.email, **mail)
    OutgoingMail.objects.create(key="b", to=colleague.email, **mail)
    Invitation.objects.create(email=owner.email.upper(), company_name="Sydkorset")
    Invitation.objects.create(email=colleague.email, company_name="Sydkorset")
    delete_login(owner)
    assert not User.objects.filter(email=owner.email).exists()
    assert list(vendor.members.all()) == [colleague]
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [colleague.email]
    assert list(Invitation.objects.values_list("email", flat=True)) == [colleague.email]


def test_where_somebody_must_take_over_a_vendor_nothing_is_deleted(vendor):
    user = make_user(member_of=make_vendor("Aftenstjernen"))  # this one is left first
    make_response(vendor)
    vendor.memberships.all().delete()
    VendorMember.objects.create(vendor=vendor, user=user)
    OutgoingMail.objects.create(key="a", to=user.email, subject="s", body="b", language="da")
    with pytest.raises(ValidationError):
        delete_login(user)
    assert set(user.vendors.values_list("name", flat=True)) == {"Aftenstjernen", vendor.name}
    assert OutgoingMail.objects.filter(to=user.email).exists()


# Counting own words -----------------------------------------------------------------------------


@pytest.fixture
def question(db) -> Question:
    return make_question("services", ["legal", "other"])


NEW_OPTION = {"code": "ethics", "label_da": "Dataetik", "label_en": "Data ethics"}


def test_answers_are_counted_under_an_option_with_one_event_each(question, curator):
    answers, legal = (
        [make_own_words(name, f"Ord {name}") for name in ("Agern", "Birk")],
        question.options.get(code="legal"),
    )
    version = market_version.current()
    result = map_answers(question, answers, legal, curator)
    assert (result.option, result.mapped, result.refusals) == (legal, answers, [])
    assert market_version.current() > version
    for answer in answers:
        assert answer.mappings.get().option == legal
        events = answer.response.events.filter(verb=Verb.MAP)
        assert [(event.actor, event.reason) for event in events] == [(curator, f"“{answer.own_words}” → Svar legal")]


def test_a_new_option_stands_in_front_of_other(question, curator):
    result = map_answers(question, [make_own_words("Agern")], NEW_OPTION, curator)
    assert list(question.options.values_list("code", flat=True)) == ["legal", "ethics", "other"]
    assert (result.option.code, result.option.label_da, result.option.label_en) == tuple(NEW_OPTION.values())


def test_positions_without_a_gap_make_room_for_a_new_option(question, curator):
    question.options.filter(code="legal").update(position=1)
    question.options.filter(code="other").update(position=2)
    map_answers(question, [make_own_words("Agern")], NEW_OPTION, curator)
    assert dict(question.options.values_list("code", "position")) == {"legal": 1, "ethics": 2, "other": 3}


def test_answers_that_cannot_be_counted_are_left_out_with_a_sentence(question, curator):
    legal = question.options.get(code="legal")
    objected, countable = make_own_words("Agern"), make_own_words("Birk")
    map_answers(question, [objected], legal, curator)
    object_to_mapping(objected, make_user(), "Nej tak")
    result = map_answers(question, [objected, countable], legal, curator)
    assert result.mapped == [countable]
    assert len(result.refusals) == 1
    assert "Agern" in result.refusals[0]


def test_without_an_answer_to_count_there_is_no_new_option(question, curator):
    objected = make_own_words("Agern")
    map_answers(question, [objected], question.options.get(code="legal"), curator)
    object_to_mapping(objected, make_user(), "")
    positions = dict(question.options.values_list("code", "position"))
    version = market_version.current()
    result = map_answers(question, [objected], NEW_OPTION, curator)
    assert (result.mapped, len(result.refusals)) == ([], 1)
    assert not Option.objects.filter(code="ethics").exists()
    assert dict(question.options.values_list("code", "position")) == positions
    assert market_version.current() == version


def test_a_counting_that_breaks_off_counts_nothing(question, curator):
    answer = make_own_words("Agern")
    with pytest.raises(AttributeError):
        map_answers(question, [answer, None], NEW_OPTION, curator)
    assert not answer.mappings.exists()
    assert not Option.objects.filter(code="ethics").exists()


# Checks of links --------------------------------------------------------------------------------


def test_the_latest_check_of_a_link_replaces_the_earlier_one():
    LinkCheck.record("https://a.example", ok=False, result="x" * 300)
    LinkCheck.record("https://a.example", ok=True, result="200")
    LinkCheck.record("https://b.example", ok=False, result="y" * 300)
    assert list(LinkCheck.objects.order_by("url").values_list("url", "ok", "result")) == [
        ("https://a.example", True, "200"),
        ("https://b.example", False, "y" * 200),
    ]
