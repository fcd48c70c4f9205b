"""People come to act for a company by registering it, asking to join or inviting each other, and leave it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.people import limits
from kl_ai.people.invitations import VALID_FOR
from marketoverview.mails import notifications
from marketoverview.models import Invitation, JoinRequest, Response, Vendor, VendorMember
from tests.admin_pages import admin_url, logged_in
from tests.builders import make_curator, make_invitation, make_response, make_user, make_vendor
from tests.mails import confirm_recently, log_in
from tests.reading import parse, read

CVR = "29190623"
OTHER_CVR = "29189757"
REGISTER = "/leverandoer/virksomhed/ny/"


@pytest.fixture
def newcomer(client, db):
    """Somebody who has just logged in for the first time."""
    user = make_user("ny@vestlyset.example")
    client.force_login(user)
    return user


def form(**fields) -> dict[str, str]:
    return {"cvr_number": CVR, "name": "Vestlyset A/S", "country": "DK", "website": ""} | fields


def mails_to(email: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(to=email))


def member_emails(vendor: Vendor) -> set[str]:
    return set(vendor.members.values_list("email", flat=True))


# Registering ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [CVR, "29 19 06 23", "DK29190623", " dk 29190623 "])
def test_a_company_is_registered_by_its_cvr_number_however_it_is_written(number, client, newcomer):
    page = client.post(REGISTER, form(cvr_number=number), follow=True)
    vendor = Vendor.objects.get()
    assert (vendor.cvr_number, vendor.name, member_emails(vendor)) == (CVR, "Vestlyset A/S", {newcomer.email})
    assert "Vestlyset A/S" in parse(page.content.decode()).find("h1").text


def test_the_number_alone_leads_to_a_company_that_is_registered(client, newcomer):
    vendor = make_vendor("Vestlyset A/S", cvr_number=CVR)
    response = client.post(REGISTER, {"cvr_number": CVR, "name": "", "country": "DK"})
    assert response.url == reverse("vendor:join", args=[vendor.slug])


@pytest.mark.parametrize("number", ["29190624", "1234", "٢٩١٩٠٦٢٣", "29190623x", "’ OR 1=1"])
def test_a_number_without_the_right_check_digit_is_refused_and_comes_back(number, client, newcomer):
    page = client.post(REGISTER, form(cvr_number=number))
    assert not Vendor.objects.exists()
    assert "er ikke et gyldigt CVR-nummer" in page.content.decode()
    assert parse(page.content.decode()).find("input", name="name").attrs["value"] == "Vestlyset A/S"


def test_a_danish_company_needs_its_number_and_a_foreign_one_has_none(client, newcomer):
    assert client.post(REGISTER, form(cvr_number="")).status_code == 200
    assert client.post(REGISTER, form(country="SE")).status_code == 200
    assert not Vendor.objects.exists()
    client.post(REGISTER, form(cvr_number="", country="SE"))
    assert (Vendor.objects.get().country, Vendor.objects.get().cvr_number) == ("SE", None)


@pytest.mark.parametrize("website", ["javascript:alert(1)", "https://kl.dk@evil.example/", "ftp://vestlyset.example"])
def test_an_invalid_website_registers_no_company(website, client, newcomer):
    assert client.post(REGISTER, form(website=website)).status_code == 200
    assert not Vendor.objects.exists()


def test_ones_own_company_without_a_number_is_not_registered_again(client, newcomer):
    client.post(REGISTER, form(cvr_number="", country="SE"))
    vendor = Vendor.objects.get()
    again = client.post(REGISTER, form(cvr_number="", country="SE", name="vestlyset", is_another="on"))
    assert again.url == reverse("vendor:company", args=[vendor.slug])
    assert Vendor.objects.count() == 1
    client.post(REGISTER, form(cvr_number="", country="NO", is_another="on"))
    assert Vendor.objects.count() == 2


def test_registering_twice_registers_once(client, newcomer):
    for fields in (form(), form(cvr_number="", country="NO", is_another="on")):
        client.post(REGISTER, fields)
        client.post(REGISTER, fields)
    assert Vendor.objects.count() == 2


def test_a_number_that_is_registered_leads_to_the_request_to_join(client, newcomer):
    registered = make_vendor("Vestlyset", cvr_number=CVR)
    redirect = client.post(REGISTER, form(name="Noget andet"))
    assert redirect.url == reverse("vendor:join", args=[registered.slug])
    assert Vendor.objects.count() == 1


def test_a_number_registered_in_the_same_moment_leads_to_the_request_to_join(client, newcomer, monkeypatch):
    def register_first(*_, **__):
        make_vendor("Vestlyset", cvr_number=CVR)

    monkeypatch.setattr(limits, "consume", register_first)
    assert client.post(REGISTER, form()).url == reverse("vendor:join", args=["vestlyset"])


def test_ones_own_number_leads_to_ones_own_company(client, newcomer):
    own = make_vendor("Vestlyset", cvr_number=CVR)
    VendorMember.objects.create(vendor=own, user=newcomer)
    assert client.post(REGISTER, form()).url == reverse("vendor:company", args=[own.slug])


def test_a_foreign_company_of_a_known_name_is_asked_about_first(client, newcomer):
    registered = make_vendor("Vestlyset ApS", cvr_number=OTHER_CVR)
    page = client.post(REGISTER, form(name="VESTLYSET Ltd.", cvr_number="", country="GB")).content.decode()
    assert reverse("vendor:join", args=[registered.slug]) in page
    assert Vendor.objects.count() == 1
    # The button is the only thing on the page that says so; a second field of that name would win over it.
    (button,) = parse(page).find_all(name="is_another")
    assert button.tag == "button"
    client.post(REGISTER, form(name="VESTLYSET Ltd.", cvr_number="", country="GB", is_another="on"))
    assert Vendor.objects.get(country="GB").slug == "vestlyset-ltd"


def test_hostile_names_stay_text(client, newcomer):
    name = "<script>alert(1)</script> & Søn"
    page = client.post(REGISTER, form(name=name), follow=True).content.decode()
    assert "<script>alert" not in page
    assert Vendor.objects.get().name == name
    assert client.post(REGISTER, form(name="V" * 900_000, cvr_number=OTHER_CVR)).status_code == 200
    assert Vendor.objects.count() == 1
    hostile = "Vest\u202elyset\x00\r\nBcc: evil"
    assert client.post(REGISTER, form(name=hostile, cvr_number=OTHER_CVR)).status_code == 302
    assert Vendor.objects.get(cvr_number=OTHER_CVR).name == "Vestlyset Bcc: evil"


def test_what_was_typed_before_the_login_expired_is_there_again(client, db):
    newcomer = make_user("ny@vestlyset.example")
    client.post(REGISTER, form())
    log_in(client, newcomer.email, next=REGISTER)
    page = read(client, REGISTER)
    assert page.find("input", name="name").attrs["value"] == "Vestlyset A/S"
    assert not Vendor.objects.exists()


# Asking to join ---------------------------------------------------------------------------------


@pytest.fixture
def join_url(vendor):
    return reverse("vendor:join", args=[vendor.slug])


def test_one_who_asks_waits_and_the_members_are_told_once(client, newcomer, vendor, owner, colleague, join_url):
    """The words of a stranger, which could hold a link, are read on the page and stand in no mail of KL's."""
    message = "Jeg er ny i salget, se https://ki-kl.evil.example/log-ind"
    client.post(join_url, {"message": message})
    client.post(join_url, {"message": message})
    join_request = JoinRequest.objects.get()
    assert (join_request.user, join_request.message, join_request.approved) == (newcomer, message, None)
    for email in (owner.email, colleague.email):
        (mail,) = mails_to(email)
        assert newcomer.email in mail.body
        assert "evil" not in mail.body
        assert "besked med, som du kan læse på siden" in mail.body
        assert reverse("vendor:members", args=[vendor.slug]) in mail.body
    assert "Din anmodning er sendt" in client.get(join_url).content.decode()
    client.force_login(owner)
    assert message in client.get(reverse("vendor:members", args=[vendor.slug])).content.decode()


def test_kl_is_told_where_nobody_acts_for_the_company(client, newcomer, vendor, join_url, settings):
    Vendor.objects.filter(pk=vendor.pk).update(name="Firma.dk", vetted_at=None)
    client.post(join_url, {"message": ""})
    (mail,) = mails_to(settings.CONTACT_EMAIL)
    assert "“Firma . dk”" in mail.body  # KL does not know it: the name is a stranger's word
    assert "besked" not in mail.body
    assert reverse("admin:marketoverview_response_inbox") in mail.body


def test_the_page_says_nothing_about_who_acts_for_the_company(client, newcomer, vendor, owner, join_url):
    VendorMember.objects.filter(user=owner).update(joined_at=timezone.now())
    assert owner.email not in client.get(join_url).content.decode()


def decide(client, join_request: JoinRequest, decision: str):
    return client.post(
        reverse("vendor:join_decide", args=[join_request.vendor.slug, join_request.pk]), {decision: "1"}, follow=True
    )


def test_a_member_lets_somebody_in(client, vendor, owner):
    join_request = JoinRequest.objects.create(vendor=vendor, user=make_user("ny@vestlyset.example"))
    client.force_login(owner)
    page = decide(client, join_request, "approve").content.decode()
    assert "ny@vestlyset.example svarer nu for virksomheden." in page
    assert "ny@vestlyset.example" in member_emails(vendor)
    (mail,) = mails_to("ny@vestlyset.example")
    assert vendor.name in mail.subject


def test_a_member_declines_and_who_comes_second_is_told(client, vendor, owner, colleague):
    join_request = JoinRequest.objects.create(vendor=vendor, user=make_user("ny@vestlyset.example"))
    client.force_login(owner)
    assert "Anmodningen fra ny@vestlyset.example er afvist." in decide(client, join_request, "decline").content.decode()
    client.force_login(colleague)
    page = decide(client, join_request, "approve").content.decode()
    assert "allerede" in page
    assert "ny@vestlyset.example" not in member_emails(vendor)
    assert len(mails_to("ny@vestlyset.example")) == 1


def test_a_member_of_a_company_that_kl_does_not_know_leaves_the_request_to_kl(client, vendor, owner, members_url):
    Vendor.objects.filter(pk=vendor.pk).update(vetted_at=None)
    join_request = JoinRequest.submit(vendor, make_user("direktoer@rigtigt.example", language="da"), "")[0]
    client.force_login(owner)
    page = decide(client, join_request, "decline").content.decode()
    assert "anmodningen er overladt til KL" in page
    assert "Hvem beder om at være med" not in page
    assert reverse("vendor:join_decide", args=[vendor.slug, join_request.pk]) not in page
    assert "anmodningen er overladt til KL" in decide(client, join_request, "decline").content.decode()
    (mail,) = mails_to("direktoer@rigtigt.example")
    assert "KL kender ikke virksomheden endnu" in mail.body
    assert "afvist" not in mail.subject + mail.body
    kl = logged_in(make_curator())
    inbox = kl.get(f"{admin_url(Response, 'inbox')}?kind=join-requests").content.decode()
    assert "direktoer@rigtigt.example" in inbox
    assert "KL does not know this company" in inbox
    kl.post(admin_url(JoinRequest, "decide", join_request.pk), {"approve": "yes"})
    assert "direktoer@rigtigt.example" in member_emails(vendor)


def test_a_member_of_a_company_that_kl_does_not_know_lets_somebody_in(client, vendor, owner):
    Vendor.objects.filter(pk=vendor.pk).update(vetted_at=None)
    join_request = JoinRequest.submit(vendor, make_user("kollega@rigtigt.example"), "")[0]
    client.force_login(owner)
    decide(client, join_request, "approve")
    assert "kollega@rigtigt.example" in member_emails(vendor)
    assert not JoinRequest.objects.waiting().exists()


def test_a_stranger_decides_nothing(client, vendor, stranger):
    join_request = JoinRequest.objects.create(vendor=vendor, user=make_user())
    client.force_login(stranger)
    assert decide(client, join_request, "approve").status_code == 404
    own = stranger.vendors.get()
    path = reverse("vendor:join_decide", args=[own.slug, join_request.pk])
    assert client.post(path, {"approve": "1"}).status_code == 404
    join_request.refresh_from_db()
    assert join_request.decided_at is None


# Colleagues -------------------------------------------------------------------------------------


@pytest.fixture
def members_url(vendor):
    return reverse("vendor:members", args=[vendor.slug])


def test_a_colleague_is_invited_by_mail(client, vendor, owner, members_url):
    client.force_login(owner)
    page = client.post(members_url, {"email": "Ny@Vestlyset.example"}, follow=True).content.decode()
    assert "ny@vestlyset.example" in page
    (mail,) = mails_to("ny@vestlyset.example")
    token = Invitation.objects.get().token
    assert reverse("vendor:invitation", args=[token]) in mail.body
    assert owner.email in mail.body


def test_nobody_is_invited_twice_or_while_a_member(client, vendor, owner, colleague, members_url):
    client.force_login(owner)
    make_invitation(vendor=vendor)
    for email in ("NY@vestlyset.example", colleague.email):
        page = client.post(members_url, {"email": email}).content.decode()
        assert "allerede" in page
    assert Invitation.objects.count() == 1


def test_two_colleagues_who_invite_the_same_person_at_once_send_one_mail(
    client, vendor, owner, members_url, monkeypatch
):
    client.force_login(owner)

    def too_late(**fields):
        raise IntegrityError

    monkeypatch.setattr(Invitation.objects, "create", too_late)
    assert "allerede" in client.post(members_url, {"email": "ny@vestlyset.example"}).content.decode()


def test_an_invitation_that_has_expired_is_replaced(client, vendor, owner, members_url):
    old = make_invitation(vendor=vendor, created_at=timezone.now() - VALID_FOR - timedelta(days=1))
    client.force_login(owner)
    client.post(members_url, {"email": old.email})
    assert Invitation.objects.get().pk != old.pk


def test_at_most_twenty_invitations_wait(client, vendor, owner, members_url):
    client.force_login(owner)
    for number in range(22):
        client.post(members_url, {"email": f"n{number}@vestlyset.example"})
    assert vendor.invitations.waiting().count() == 20


@pytest.mark.parametrize("email", ["", "ingen adresse", "a@b.example\r\nBcc: evil", "a" * 500_000])
def test_an_invalid_address_gets_no_mail(email, client, vendor, owner, members_url):
    client.force_login(owner)
    assert client.post(members_url, {"email": email}).status_code == 200
    assert not OutgoingMail.objects.exists()


def test_a_cancelled_invitation_is_worth_nothing(client, vendor, owner):
    invitation = make_invitation(vendor=vendor)
    client.force_login(owner)
    client.post(reverse("vendor:invitation_cancel", args=[vendor.slug, invitation.pk]))
    assert not vendor.invitations.waiting().exists()
    assert client.get(reverse("vendor:invitation", args=[invitation.token])).status_code == 410


def test_the_mail_of_a_cancelled_invitation_is_not_sent_any_more(client, vendor, owner):
    invitation = make_invitation(vendor=vendor)
    notifications.send_invitations([(invitation, 1)])
    assert OutgoingMail.objects.filter(to=invitation.email, sent_at=None).count() == 1
    client.force_login(owner)
    client.post(reverse("vendor:invitation_cancel", args=[vendor.slug, invitation.pk]))
    assert not OutgoingMail.objects.filter(body__contains=invitation.token).exists()


def test_a_stranger_cancels_no_invitation(client, vendor, stranger):
    invitation = make_invitation(vendor=vendor)
    client.force_login(stranger)
    for company in (vendor, stranger.vendors.get()):
        path = reverse("vendor:invitation_cancel", args=[company.slug, invitation.pk])
        assert client.post(path).status_code == 404
    invitation.refresh_from_db()
    assert invitation.is_waiting


def test_a_colleague_is_removed_and_sees_nothing_more(client, vendor, owner, colleague, members_url):
    client.force_login(owner)
    confirm_recently(client, owner)
    path = reverse("vendor:member_remove", args=[vendor.slug, colleague.memberships.get().pk])
    assert colleague.email in client.get(path).content.decode()
    assert colleague.email in member_emails(vendor)
    assert client.post(path).url == members_url
    assert client.post(path).url == members_url  # the same again
    assert member_emails(vendor) == {owner.email}
    client.force_login(colleague)
    assert client.get(reverse("vendor:company", args=[vendor.slug])).status_code == 404


def test_the_last_one_cannot_leave_a_public_profile(client, vendor, owner):
    make_response(vendor)
    VendorMember.objects.exclude(user=owner).delete()
    client.force_login(owner)
    confirm_recently(client, owner)
    path = reverse("vendor:member_remove", args=[vendor.slug, owner.memberships.get().pk])
    assert "træk profilen tilbage" in client.post(path, follow=True).content.decode()
    assert member_emails(vendor) == {owner.email}


def test_the_last_one_cannot_leave_while_kl_reads_the_answers(client, vendor, owner):
    make_response(vendor, "submitted")
    VendorMember.objects.exclude(user=owner).delete()
    client.force_login(owner)
    confirm_recently(client, owner)
    path = reverse("vendor:member_remove", args=[vendor.slug, owner.memberships.get().pk])
    assert client.post(path, follow=True).redirect_chain == [(reverse("vendor:members", args=[vendor.slug]), 302)]
    assert member_emails(vendor) == {owner.email}


def test_the_last_one_leaves_a_company_without_public_answers(client, vendor, owner):
    client.force_login(owner)
    confirm_recently(client, owner)
    path = reverse("vendor:member_remove", args=[vendor.slug, owner.memberships.get().pk])
    assert client.post(path).url == reverse("vendor:home")
    assert member_emails(vendor) == set()
