"""Whom KL has invited and strangers who register companies, at the same moment."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kl_ai.database import lock_until_commit
from kl_ai.models import User
from marketoverview.models import CompanyClaim, Invitation, Vendor, register_company, vendors
from tests.builders import make_invitation, make_round, make_user, make_vendor
from tests.concurrency import run_at_once

CVR, OTHER_CVR = "29190623", "29189757"
Decision = CompanyClaim.Decision
pytestmark = pytest.mark.django_db


def emails(vendor: Vendor) -> set[str]:
    return set(vendor.members.values_list("email", flat=True))


def invite_by_kl(**fields) -> Invitation:
    return make_invitation("ny@vestlyset.example", by_kl=True, **{"cvr_number": CVR} | fields)


def register_first(**fields) -> Vendor:
    """What somebody whom KL does not know has registered."""
    stranger = make_user("fremmed@evil.example")
    details = {"name": "Vestlyset A/S", "cvr_number": CVR, "country": "DK", "website": ""}
    return register_company(stranger, **details | fields)


@pytest.mark.django_db(transaction=True)
def test_of_a_stranger_and_the_invited_person_at_once_nobody_lands_with_the_other():
    invitation, invited = invite_by_kl(), make_user("ny@vestlyset.example")

    def act(who: str):
        if who == "stranger":
            try:
                return register_first()
            except IntegrityError:  # the number was registered at the same moment
                return None
        return Invitation.objects.get(pk=invitation.pk).accept(User.objects.get(pk=invited.pk))

    run_at_once(act, ["stranger", "invited"])
    for vendor in Vendor.objects.all():
        assert len(emails(vendor)) == 1
    assert invited.vendors.exists() != CompanyClaim.objects.waiting().filter(user=invited).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("numbers", [(CVR, CVR), ("", OTHER_CVR)], ids=["number", "name"])
def test_accepting_and_registering_at_once_ends_as_one_after_the_other(numbers):
    """No deadlock, on either page; and the invited person and the stranger never act for the same company."""
    invited_number, number = numbers
    make_round()
    form = {"cvr_number": number, "name": "Vestlyset", "country": "DK", "website": ""}
    for attempt in range(6):
        Vendor.objects.all().delete()
        Invitation.objects.all().delete()
        invitation = invite_by_kl(cvr_number=invited_number)
        invited = User.objects.filter(email="ny@vestlyset.example").first() or make_user("ny@vestlyset.example")
        stranger = make_user(f"fremmed{attempt}@evil.example")
        posts = [
            (invited, reverse("vendor:accept", args=[invitation.token]), {}),
            (stranger, "/leverandoer/virksomhed/ny/", form),
        ]

        def post(work) -> int:
            user, url, data = work
            browser = Client(raise_request_exception=False)
            browser.force_login(user)
            return browser.post(url, data).status_code

        assert run_at_once(post, posts) == [302, 302]
        claims = CompanyClaim.objects.waiting().filter(invitation=invitation, user=invited)
        assert claims.exists() != invited.vendors.exists()
        assert not invited.vendors.filter(members=stranger).exists()


@pytest.mark.django_db(transaction=True)
def test_companies_of_one_name_registered_at_once_have_addresses_of_their_own():
    people = [make_user() for _ in range(4)]
    forms = [
        {"cvr_number": number, "name": "Vestlyset", "country": "DK", "website": ""}
        for number in (CVR, OTHER_CVR, "13585628", "24256790")
    ]

    def register(pair) -> int:
        user, form = pair
        browser = Client(raise_request_exception=False)
        browser.force_login(user)
        return browser.post("/leverandoer/virksomhed/ny/", form).status_code

    assert run_at_once(register, list(zip(people, forms, strict=True))) == [302] * 4
    slugs = sorted(Vendor.objects.values_list("slug", flat=True))
    assert slugs == ["vestlyset", "vestlyset-2", "vestlyset-3", "vestlyset-4"]


def test_an_address_that_is_taken_at_the_same_moment_is_passed_over(monkeypatch):
    """By a page that waits for nobody: KL adds a vendor of the name in the administration."""
    unused_slug = vendors.unused_slug

    def taken_meanwhile(name: str) -> str:
        slug = unused_slug(name)
        if not Vendor.objects.exists():
            make_vendor(name, slug=slug)
        return slug

    monkeypatch.setattr(vendors, "unused_slug", taken_meanwhile)
    vendor = register_first(name="Vestlyset")
    assert (vendor.slug, vendor.cvr_number) == ("vestlyset-2", CVR)
    with pytest.raises(IntegrityError):
        Vendor.register(make_user(), name="En anden", cvr_number=CVR, country="DK")


@pytest.mark.django_db(transaction=True)
def test_of_several_decisions_at_once_one_counts():
    vendor = register_first()
    claim = invite_by_kl().accept(make_user("ny@vestlyset.example"))
    curators = [make_user(is_staff=True) for _ in range(4)]

    def work(item) -> bool:
        shown, curator, decision = item
        return shown.decide(curator, decision)

    decisions = [Decision.TAKE_OVER, Decision.DECLINE, Decision.JOIN, Decision.OWN]
    pages = [CompanyClaim.objects.select_related("invitation").get(pk=claim.pk) for _ in curators]
    assert sum(run_at_once(work, list(zip(pages, curators, decisions, strict=True)))) == 1
    decision = CompanyClaim.objects.get().decision
    expected = {
        "take_over": {"ny@vestlyset.example"},
        "join": {"ny@vestlyset.example", "fremmed@evil.example"},
        "own": {"fremmed@evil.example"},
        "decline": {"fremmed@evil.example"},
    }
    assert emails(vendor) == expected[decision]


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        lock_until_commit("a name")
