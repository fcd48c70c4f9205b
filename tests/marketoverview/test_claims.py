"""KL's invitation outranks self-registration: nobody whom KL has invited lands with a stranger, and KL decides."""

import pytest
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails import membership
from marketoverview.models import CompanyClaim, Invitation, MembershipEvent, Response, Vendor, joining, register_company
from tests.admin_pages import admin_url, form_data, logged_in
from tests.builders import make_curator, make_invitation, make_response, make_round, make_user, make_vendor
from tests.concurrency import ProcessKilled, killed_after
from tests.reading import read

CVR, OTHER_CVR = "29190623", "29189757"
Decision = CompanyClaim.Decision
pytestmark = pytest.mark.django_db


def emails(vendor: Vendor) -> set[str]:
    return set(vendor.members.values_list("email", flat=True))


def subjects(email: str) -> list[str]:
    return list(OutgoingMail.objects.filter(to=email).order_by("pk").values_list("subject", flat=True))


def invite_by_kl(**fields) -> Invitation:
    return make_invitation("ny@vestlyset.example", by_kl=True, **{"cvr_number": CVR} | fields)


@pytest.fixture
def invited():
    """The person whom KL has invited to act for Vestlyset."""
    return make_user("ny@vestlyset.example", language="da")


def register_first(**fields) -> Vendor:
    """What somebody whom KL does not know has registered."""
    stranger = make_user("fremmed@evil.example")
    details = {"name": "Vestlyset A/S", "cvr_number": CVR, "country": "DK", "website": ""}
    return register_company(stranger, **details | fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "number"),
        ({"name": "Noget helt andet"}, "number"),
        ({"cvr_number": None, "country": "SE", "name": "VESTLYSET aps"}, "name"),
        ({"cvr_number": OTHER_CVR}, "name"),
    ],
)
def test_a_stranger_who_was_first_does_not_receive_the_invited_person(fields, reason, client, invited):
    stranger = register_first(**fields)
    invitation = invite_by_kl()
    client.force_login(invited)
    page = client.post(reverse("vendor:accept", args=[invitation.token]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("vendor:invitation", args=[invitation.token])
    assert "KL undersøger, hvem der er den rette" in page.content.decode()
    assert emails(stranger) == {"fremmed@evil.example"}
    assert not invited.vendors.exists()
    (claim,) = CompanyClaim.objects.waiting()
    assert (claim.user, claim.vendor, claim.reason, claim.invitation) == (invited, stranger, reason, invitation)
    client.post(reverse("vendor:accept", args=[invitation.token]))
    assert CompanyClaim.objects.count() == 1
    assert Invitation.objects.get().is_waiting


@pytest.mark.parametrize("how", ["invited", "published", "made", "alone"])
def test_a_company_that_kl_knows_is_joined_and_all_members_are_told(how, client, invited):
    if how == "invited":
        other = make_user("foerste@vestlyset.example")
        vendor = make_invitation(other.email, by_kl=True, cvr_number=CVR).accept(other)
    elif how == "published":
        vendor = make_response(make_vendor("Vestlyset", cvr_number=CVR, vetted_at=None), round=make_round()).vendor
    elif how == "made":
        vendor = make_vendor("Vestlyset", cvr_number=CVR)
    else:  # the invited person has registered it before the mail was read
        vendor = Vendor.register(invited, name="Vestlyset", cvr_number=CVR, country="DK")
    members = emails(vendor) - {invited.email}
    client.force_login(invited)
    client.post(reverse("vendor:accept", args=[invite_by_kl().token]))
    assert emails(vendor) == members | {invited.email}
    assert Vendor.objects.get(pk=vendor.pk).is_vetted
    assert not CompanyClaim.objects.waiting().exists()
    for email in members:
        assert subjects(email)[-1] == "En ny kollega svarer for Vestlyset"


def test_two_companies_of_one_name_that_kl_knows_by_number_are_two(invited):
    make_vendor("Vestlyset", cvr_number=OTHER_CVR)
    vendor = invite_by_kl().accept(invited)
    assert (vendor.cvr_number, emails(vendor)) == (CVR, {invited.email})


def test_without_a_number_a_known_name_is_a_question(invited):
    known = make_vendor("Vestlyset", cvr_number=OTHER_CVR)
    claim = invite_by_kl(cvr_number="").accept(invited)
    assert (claim.vendor, claim.reason) == (known, "name")


@pytest.mark.parametrize("number", [OTHER_CVR, ""])
def test_the_only_member_of_a_company_with_another_number_does_not_make_it_known(number, client, invited):
    stranger = make_user("fremmed@evil.example")
    vendor = register_company(stranger, name="Vestlyset ApS", cvr_number=CVR, country="DK", website="")
    invitation = invite_by_kl(cvr_number=number)
    Invitation.invite_colleague(vendor, invited.email, stranger, "da").accept(invited)
    vendor.memberships.get(user=stranger).leave()
    client.force_login(invited)
    client.post(reverse("vendor:accept", args=[invitation.token]))
    assert not Vendor.objects.get().is_vetted
    assert Invitation.objects.get(pk=invitation.pk).is_waiting
    claim = CompanyClaim.objects.waiting().get(user=invited)
    assert (claim.vendor, claim.has_two_numbers) == (vendor, True)
    page = logged_in(make_curator("reader@kl.example")).get(admin_url(CompanyClaim, "decide", claim.pk))
    assert "do not have the same CVR number" in page.content.decode()
    decide(claim, Decision.OWN)
    assert not Vendor.objects.get(cvr_number=CVR).is_vetted
    own = {(vendor.cvr_number, vendor.is_vetted) for vendor in invited.vendors.all()}
    assert own == {(CVR, False), (number or None, True)}


def test_the_only_member_who_has_not_registered_the_company_is_asked_about(invited):
    vendor = register_first()
    stranger = vendor.members.get()
    Invitation.invite_colleague(vendor, invited.email, stranger, "da").accept(invited)
    Invitation.invite_colleague(vendor, "ven@evil.example", stranger, "da")
    vendor.memberships.get(user=stranger).leave()
    claim = invite_by_kl().accept(invited)
    assert (claim.vendor, claim.user, Vendor.objects.get().is_vetted) == (vendor, invited, False)
    claim.decide(make_curator(), Decision.TAKE_OVER)
    assert not vendor.invitations.waiting().exists()


def test_a_known_company_of_the_number_with_another_name_is_a_question(invited):
    known = make_vendor("Noget helt andet", cvr_number=CVR)
    claim = invite_by_kl().accept(invited)
    assert (claim.vendor, claim.reason, claim.has_two_numbers) == (known, "other_name", False)
    assert emails(known) == set()


@pytest.mark.parametrize("fields", [{"name": "Vestlyset"}, {"name": "Noget helt andet"}])
def test_what_kl_has_said_is_the_same_company_is_joined_without_asking_again(fields, invited):
    invitation = invite_by_kl()
    vendor = register_first(**fields)
    CompanyClaim.objects.get().decide(make_curator(), Decision.JOIN)
    assert invitation.accept(invited) == vendor
    assert not CompanyClaim.objects.waiting().exists()


def test_kl_is_told_of_a_stranger_who_registers_what_kl_has_invited(client, db):
    invitation = invite_by_kl()
    vendor = register_first()
    (claim,) = CompanyClaim.objects.waiting()
    assert (claim.user, claim.vendor, claim.invitation) == (None, vendor, invitation)
    assert claim.decisions == [Decision.JOIN, Decision.DECLINE]
    claim.invitation.accept(make_user("ny@vestlyset.example"))
    (later,) = CompanyClaim.objects.waiting()  # in its place
    assert later.user.email == "ny@vestlyset.example"


def test_who_registers_what_kl_has_invited_them_to_has_accepted(client, invited):
    invitation = invite_by_kl()
    client.force_login(invited)
    form = {"cvr_number": CVR, "name": "Vestlyset ApS", "country": "DK", "website": ""}
    client.post("/leverandoer/virksomhed/ny/", form)
    assert Invitation.objects.get(pk=invitation.pk).accepted_by == invited
    assert Vendor.objects.get().is_vetted


def test_the_invited_person_is_never_led_to_ask_the_stranger(client, invited):
    invitation = invite_by_kl()
    vendor = register_first()
    client.force_login(invited)
    page = reverse("vendor:invitation", args=[invitation.token])
    form = {"cvr_number": CVR, "name": "Vestlyset ApS", "country": "DK", "website": ""}
    assert client.post("/leverandoer/virksomhed/ny/", form).url == page
    assert client.get(reverse("vendor:join", args=[vendor.slug])).url == page


# Another address ----------------------------------------------------------------------------------


def test_another_address_asks_kl_and_is_let_in(client, db):
    invitation = invite_by_kl()
    other = make_user("chef@vestlyset.example")
    client.force_login(other)
    page = reverse("vendor:invitation", args=[invitation.token])
    assert "Spørg KL" in client.get(page).content.decode()
    assert (
        "Du har bedt KL" in client.post(reverse("vendor:ask_kl", args=[invitation.token]), follow=True).content.decode()
    )
    (claim,) = CompanyClaim.objects.waiting()
    assert (claim.user, claim.reason, claim.decisions) == (other, "address", [Decision.OWN, Decision.DECLINE])
    assert claim.decide(make_curator(), Decision.OWN)
    assert emails(Vendor.objects.get()) == {other.email}
    assert Invitation.objects.get().accepted_by == other


def test_kl_lets_another_address_act_for_a_company_that_nobody_acts_for(client):
    vendor, curator, other = make_vendor("Vestlyset"), make_curator(), make_user("en.anden@vestlyset.example")
    (invitation,) = Invitation.invite_to_vendors([(vendor, "ny@vestlyset.example")], make_round(), curator, "da")
    client.force_login(other)
    page = client.get(reverse("vendor:invitation", args=[invitation.token])).content.decode()
    assert reverse("vendor:ask_kl", args=[invitation.token]) in page
    assert reverse("vendor:join", args=[vendor.slug]) not in page
    client.post(reverse("vendor:ask_kl", args=[invitation.token]))
    (claim,) = CompanyClaim.objects.waiting()
    assert (claim.vendor, claim.user) == (vendor, other)
    assert claim.decide(curator, Decision.JOIN)
    assert emails(vendor) == {other.email}


def test_who_registers_the_company_that_kl_invites_the_address_to_act_for_is_led_to_the_invitation(client):
    vendor, user = make_vendor("Vestlyset"), make_user("ny@vestlyset.example")
    (invitation,) = Invitation.invite_to_vendors([(vendor, "NY@vestlyset.example")], make_round(), make_curator(), "da")
    client.force_login(user)
    response = client.get(reverse("vendor:join", args=[vendor.slug]))
    assert response.url == reverse("vendor:invitation", args=[invitation.token])


def test_an_invitation_by_a_colleague_asks_nothing_of_kl(client, vendor):
    invitation = make_invitation(vendor=vendor)
    client.force_login(make_user())
    client.post(reverse("vendor:ask_kl", args=[invitation.token]))
    assert not CompanyClaim.objects.exists()


# KL's decision ------------------------------------------------------------------------------------


@pytest.fixture
def claim(invited):
    """The invited person's claim to a company that a stranger has registered, with a draft and an invited friend."""
    vendor = register_first()
    stranger = vendor.members.get()
    Response.begin(vendor, make_round(), stranger)
    Invitation.invite_colleague(vendor, "ven@evil.example", stranger, "da")
    return invite_by_kl().accept(invited)


def decide(claim: CompanyClaim, decision: str):
    """Press the button on KL's page; returns the page that follows."""
    browser = logged_in(make_curator("curator@kl.example"))
    url = admin_url(CompanyClaim, "decide", claim.pk)
    assert read(browser, url).find("button", value=decision)
    return browser.post(url, {"decision": decision}, follow=True)


def test_the_invited_person_takes_the_company_over(claim, invited):
    decide(claim, Decision.TAKE_OVER)
    vendor = Vendor.objects.get()
    assert (emails(vendor), vendor.is_vetted, vendor.responses.count()) == ({invited.email}, True, 1)
    assert not vendor.invitations.waiting().exists()
    assert Invitation.objects.get(by_kl=True).accepted_by == invited
    assert "Du svarer ikke længere for Vestlyset A/S" in subjects("fremmed@evil.example")
    assert "KL har taget stilling til din invitation til markedsoverblikket" in subjects(invited.email)
    events = list(vendor.membership_events.order_by("pk").values_list("what", flat=True))
    assert events == ["registered", "invited", "removed", "cancelled", "joined"]


def test_both_act_for_the_same_company(claim, invited):
    decide(claim, Decision.JOIN)
    vendor = Vendor.objects.get()
    assert (emails(vendor), vendor.is_vetted) == ({invited.email, "fremmed@evil.example"}, True)
    assert "En ny kollega svarer for Vestlyset A/S" in subjects("fremmed@evil.example")


def test_another_company_of_its_own(claim, invited):
    decide(claim, Decision.OWN)
    own = Vendor.objects.get(members=invited)
    assert (own.name, own.cvr_number, own.is_vetted) == ("Vestlyset", None, True)
    assert emails(claim.vendor) == {"fremmed@evil.example"}
    assert not Vendor.objects.get(pk=claim.vendor_id).is_vetted


def test_its_own_company_has_the_number_where_that_is_free(invited):
    register_first(cvr_number=OTHER_CVR)
    invite_by_kl().accept(invited).decide(make_curator(), Decision.OWN)
    assert Vendor.objects.get(members=invited).cvr_number == CVR


def test_declined_changes_nothing_but_the_claim(claim, invited):
    decide(claim, Decision.DECLINE)
    assert emails(Vendor.objects.get()) == {"fremmed@evil.example"}
    assert Invitation.objects.get(by_kl=True).is_waiting
    assert not CompanyClaim.objects.waiting().exists()


def test_the_second_decision_is_told_and_changes_nothing(claim):
    assert claim.decide(make_curator(), Decision.DECLINE)
    url = admin_url(CompanyClaim, "decide", claim.pk)
    page = logged_in(make_curator("curator@kl.example")).post(url, {"decision": Decision.TAKE_OVER}, follow=True)
    assert "This is decided" in page.content.decode()
    assert emails(Vendor.objects.get()) == {"fremmed@evil.example"}


def test_a_decision_that_is_none_is_refused(claim):
    browser = logged_in(make_curator("curator@kl.example"))
    assert browser.post(admin_url(CompanyClaim, "decide", claim.pk), {"decision": "slet"}).status_code == 400
    assert CompanyClaim.objects.waiting().exists()


def test_a_cancelled_invitation_ends_its_claims(claim):
    claim.invitation.cancel()
    assert not CompanyClaim.objects.waiting().exists()


def test_a_decision_that_breaks_off_changes_nothing(claim, monkeypatch):
    monkeypatch.setattr(Vendor, "admit", killed_after(Vendor.admit))
    with pytest.raises(ProcessKilled):
        claim.decide(make_curator(), Decision.TAKE_OVER)
    assert emails(Vendor.objects.get()) == {"fremmed@evil.example"}
    assert CompanyClaim.objects.waiting().exists()
    assert not MembershipEvent.objects.filter(what="removed").exists()


def test_the_news_is_mailed_once(claim):
    claim.decide(make_curator(), Decision.JOIN)
    assert membership.send_membership_news(claim.vendor)
    assert membership.send_membership_news(claim.vendor) == []
    assert not MembershipEvent.objects.unmailed().exists()


def ask_with_another_address(language: str = "da") -> CompanyClaim:
    claim = invite_by_kl().ask_kl(make_user("en.anden@vestlyset.example", language=language))
    assert claim.vendor is None
    return claim


def test_a_claim_names_the_company_that_a_stranger_registers_afterwards():
    claim = ask_with_another_address()
    stranger = register_first()
    (waiting,) = CompanyClaim.objects.waiting()
    assert (waiting.pk, waiting.vendor) == (claim.pk, stranger)
    page = logged_in(make_curator()).get(admin_url(CompanyClaim, "decide", claim.pk)).content.decode()
    assert "fremmed@evil.example" in page
    assert [decision in page for decision in ('value="take_over"', 'value="join"')] == [True, True]


def test_a_claim_names_the_company_that_kl_itself_adds_afterwards():
    claim = ask_with_another_address()
    make_vendor("Vestlyset", cvr_number=CVR)
    page = logged_in(make_curator()).get(admin_url(CompanyClaim, "decide", claim.pk)).content.decode()
    assert 'value="join"' in page
    assert Vendor.objects.get() == CompanyClaim.objects.get().vendor


@pytest.mark.parametrize("how", ["registered", "added"])
def test_a_decision_made_without_knowing_the_registered_company_is_refused(how, client):
    claim, curator = ask_with_another_address(), make_curator()
    client.force_login(curator)
    address = admin_url(CompanyClaim, "decide", claim.pk)
    data = form_data(client.get(address).content.decode())
    vendor = register_first() if how == "registered" else make_vendor("Vestlyset A/S", cvr_number=CVR)
    page = client.post(address, data | {"decision": "own"}, follow=True)
    assert page.redirect_chain[-1][0] == address
    assert "Look at it again" in page.content.decode()
    assert Vendor.objects.get() == vendor
    assert CompanyClaim.objects.waiting().get().vendor == vendor
    data = form_data(page.content.decode())
    client.post(address, data | {"decision": "join"})
    assert "en.anden@vestlyset.example" in emails(vendor)


def test_asking_kl_waits_for_whoever_registers_a_company(monkeypatch):
    """In the order of all who register: first the lock on registrations, then the invitation's row."""
    order = []
    get_locked = type(Invitation.objects.all()).get_locked
    monkeypatch.setattr(joining, "lock_registrations", lambda: order.append("registrations"))
    monkeypatch.setattr(
        type(Invitation.objects.all()), "get_locked", lambda rows, pk: order.append("row") or get_locked(rows, pk)
    )
    ask_with_another_address()
    assert order == ["registrations", "row"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_form_of_the_decision_names_the_vendor_also_when_keys_have_four_digits(language, invited):
    vendor = make_vendor("Vestlyset", pk=12345, cvr_number=CVR)
    claim = CompanyClaim.ask(invite_by_kl(), CompanyClaim.Reason.NUMBER, invited, vendor)
    browser, url = logged_in(make_curator()), admin_url(CompanyClaim, "decide", claim.pk)
    page = browser.get(url, headers={"accept-language": language}).content.decode()
    browser.post(url, {"vendor": form_data(page)["vendor"], "decision": Decision.JOIN})
    claim.refresh_from_db()
    assert claim.decision == Decision.JOIN
