"""The link of an invitation: what it says to whom, and who can use it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from kl_ai.people.invitations import VALID_FOR
from marketoverview.models import Invitation, JoinRequest, Vendor
from tests.builders import make_invitation, make_round, make_user
from tests.mails import log_in, log_in_recently
from tests.reading import parse, read

CVR = "29190623"


@pytest.fixture
def newcomer(client, db):
    """Somebody who has just logged in for the first time."""
    user = make_user("ny@vestlyset.example")
    client.force_login(user)
    return user


def member_emails(vendor: Vendor) -> set[str]:
    return set(vendor.members.values_list("email", flat=True))


READ_BY_PERSON = {"Sec-Fetch-Mode": "navigate"}
"""What a browser sends when somebody follows a link."""


def landing(invitation: Invitation) -> str:
    return reverse("vendor:invitation", args=[invitation.token])


def test_the_link_tells_before_any_login_who_invites_to_what(client, vendor, owner):
    survey_round = make_round("2026", closes_on=timezone.localdate() + timedelta(days=10))
    invitation = make_invitation(vendor=vendor, invited_by=owner, round=survey_round)
    page = client.get(landing(invitation), headers=READ_BY_PERSON)
    assert vendor.name in page.content.decode()
    assert f"{owner} har inviteret dig" in page.content.decode()
    assert reverse("vendor:questions") in page.content.decode()
    assert not page.cookies
    assert 'name="robots" content="noindex"' in page.content.decode()
    invitation.refresh_from_db()
    assert invitation.opened_at
    (button,) = [link for link in parse(page.content.decode()).find_all("a") if "log-ind" in link.attrs["href"]]
    assert button.attrs["href"].endswith(f"?next={landing(invitation)}")


def address_at_login(client, next_page: str) -> str:
    """What stands in the field of the login that leads to this page."""
    page = parse(client.get(reverse("account_login"), {"next": next_page}).content.decode())
    (field,) = page.find_all("input", name="email")
    return field.attrs.get("value", "")


def test_the_login_begins_with_the_address_that_was_invited(client, vendor):
    invitation = make_invitation("ny@vestlyset.example", vendor)
    assert address_at_login(client, landing(invitation)) == "ny@vestlyset.example"
    assert address_at_login(client, landing(invitation) + "?lang=da") == "ny@vestlyset.example"
    assert address_at_login(client, landing(invitation)[:-2] + "x/") == ""
    assert address_at_login(client, reverse("vendor:home")) == ""
    assert address_at_login(client, "/findes/ikke/") == ""
    assert address_at_login(client, "") == ""
    Invitation.objects.update(cancelled_at=timezone.now())
    assert address_at_login(client, landing(invitation)) == ""


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", READ_BY_PERSON),
        ("get", {}),  # a mail server that looks at the links of a mail
        ("get", {"Sec-Fetch-Mode": "cors"}),
        ("get", READ_BY_PERSON | {"Sec-Purpose": "prefetch"}),
    ],
)
def test_what_no_person_reads_does_not_count_as_opened(method, headers, client, vendor):
    invitation = make_invitation(vendor=vendor)
    assert getattr(client, method)(landing(invitation), headers=headers).status_code == 200
    invitation.refresh_from_db()
    assert invitation.opened_at is None


def test_the_page_names_the_address_and_no_request_names_the_page(client, vendor):
    invitation = make_invitation(vendor=vendor)
    page = client.get(landing(invitation))
    assert invitation.email in page.content.decode()
    assert page["Referrer-Policy"] == "strict-origin"
    assert client.get(f"/log-ind/?next={landing(invitation)}")["Referrer-Policy"] == "strict-origin"


def test_an_address_that_was_not_invited_is_told_so_and_can_ask_to_join(client, vendor):
    invitation = make_invitation(vendor=vendor)
    client.force_login(make_user("en.anden@vestlyset.example"))
    page = read(client, landing(invitation))
    assert "logget ind med en anden adresse" in page.text
    assert not [form for form in page.find_all("form") if "tag-imod" in form.attrs.get("action", "")]
    assert reverse("vendor:join", args=[vendor.slug]) in [link.attrs["href"] for link in page.find_all("a")]
    assert client.post(reverse("vendor:accept", args=[invitation.token])).url == landing(invitation)
    assert member_emails(vendor) == set()


def test_the_invited_address_is_known_however_it_was_written(client, newcomer, vendor):
    invitation = make_invitation(newcomer.email.upper(), vendor)
    client.post(reverse("vendor:accept", args=[invitation.token]))
    assert member_emails(vendor) == {newcomer.email}


def test_a_login_between_the_page_and_its_button_leads_back_to_the_button(client, newcomer, vendor):
    invitation = make_invitation(vendor=vendor)
    client.logout()
    to_login = client.post(reverse("vendor:accept", args=[invitation.token]))
    page = log_in(client, newcomer.email, next=parse_qs(urlsplit(to_login.url).query)["next"][0])
    page = client.get(page.url, follow=True)
    assert page.redirect_chain == [(landing(invitation), 302)]
    assert "Tryk på knappen igen" in page.content.decode()
    (form,) = [form for form in parse(page.content.decode()).find_all("form") if "tag-imod" in form.attrs["action"]]
    assert form.find("button")
    assert member_emails(vendor) == set()


def test_an_invitation_is_taken_once(client, newcomer, vendor):
    invitation = make_invitation(vendor=vendor)
    path = reverse("vendor:accept", args=[invitation.token])
    assert client.post(path).url == reverse("vendor:company", args=[vendor.slug])
    assert client.post(path).url == reverse("vendor:company", args=[vendor.slug])
    assert member_emails(vendor) == {newcomer.email}
    assert client.get(landing(invitation)).url == reverse("vendor:company", args=[vendor.slug])
    client.force_login(make_user("en.anden@vestlyset.example"))
    assert client.post(path).url == landing(invitation)
    assert client.get(landing(invitation)).status_code == 410
    assert member_emails(vendor) == {newcomer.email}


def test_kls_invitation_registers_the_company(client, newcomer):
    invitation = make_invitation(by_kl=True, cvr_number=CVR)
    client.post(reverse("vendor:accept", args=[invitation.token]))
    vendor = Vendor.objects.get()
    assert (vendor.name, vendor.cvr_number, member_emails(vendor)) == ("Vestlyset", CVR, {newcomer.email})


def test_an_invitation_ends_a_request_of_the_same_person(client, newcomer, vendor):
    join_request = JoinRequest.objects.create(vendor=vendor, user=newcomer)
    client.post(reverse("vendor:accept", args=[make_invitation(vendor=vendor).token]))
    join_request.refresh_from_db()
    assert join_request.approved


@pytest.mark.parametrize("token", ["1", "1.forkert", "x" * 500, "æøå"])
def test_a_link_that_is_not_ours_is_explained(token, client, db):
    page = client.get(f"/leverandoer/invitation/{token}/")
    assert page.status_code == 404
    assert "Linket" in page.content.decode()


def test_a_link_expires(client, vendor):
    invitation = make_invitation(vendor=vendor, created_at=timezone.now() - VALID_FOR - timedelta(days=1))
    page = client.get(landing(invitation))
    assert page.status_code == 410
    assert vendor.name not in parse(page.content.decode()).find("main").text
    client.force_login(make_user(invitation.email))
    client.post(reverse("vendor:accept", args=[invitation.token]))
    assert member_emails(vendor) == set()


def test_who_logs_in_sees_the_invitations_to_the_own_address(client, newcomer, vendor):
    invitation = make_invitation(vendor=vendor, email=newcomer.email.upper())
    make_invitation(vendor=vendor, email="en.anden@vestlyset.example", company_name="Ikke for dig")
    page = client.get("/leverandoer/").content.decode()
    assert landing(invitation) in page
    assert "Ikke for dig" not in page


def test_whoever_has_accepted_begins_the_first_survey_with_one_click(client, vendor, owner):
    make_round("2026")
    log_in_recently(client, owner)
    page = read(client, reverse("vendor:company", args=[vendor.slug]))
    (form,) = [form for form in page.find_all("form") if "Svar på undersøgelsen" in form.text]
    assert (form.attrs["method"], form.attrs["action"]) == ("post", reverse("vendor:begin", args=[vendor.slug]))
    answers = [client.post(form.attrs["action"]) for _click in range(2)]  # a double click makes one draft
    assert [answer.url for answer in answers] == [reverse("vendor:tasks", args=[vendor.responses.get().pk])] * 2
