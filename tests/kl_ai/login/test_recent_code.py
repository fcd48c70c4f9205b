"""A fresh code before what cannot be undone: mailed to the own address, limited, and nothing typed is lost."""

import pytest
from django.core import mail
from django.urls import reverse

from kl_ai.login.recent_code import VALID_FOR
from tests.builders import make_response
from tests.mails import confirm_recently, login_code
from tests.reading import parse

PAGE = "/log-ind/bekraeft/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def withdraw(client, vendor, owner):
    """The address of the page that takes the vendor's profile off the portal; the owner is logged in."""
    make_response(vendor)
    client.force_login(owner)
    return reverse("vendor:withdraw", args=[vendor.slug])


def is_public(vendor) -> bool:
    return vendor.responses.published().exists()


def test_what_was_typed_is_there_after_the_code_and_nothing_has_happened(client, vendor, owner, withdraw):
    to_code = client.post(withdraw, {"reason": "Vi lukker", "understood": "on"})
    assert to_code.url.startswith(PAGE)
    assert mail.outbox == []  # a GET, and somebody else's link, mail nothing
    assert owner.email in client.get(to_code.url).content.decode()
    client.post(PAGE, {"send": "1", "next": withdraw})
    assert mail.outbox[-1].to == [owner.email]
    response = client.post(PAGE, {"code": login_code(mail.outbox[-1]), "next": withdraw})
    assert response.url == withdraw
    page = client.get(withdraw).content.decode()
    assert parse(page).find("input", name="reason").attrs["value"] == "Vi lukker"
    assert "Tryk på knappen igen" in page
    assert is_public(vendor)
    client.post(withdraw, {"reason": "Vi lukker", "understood": "on"})
    assert not is_public(vendor)


def test_a_login_counts_for_ten_minutes(client, vendor, owner, withdraw):
    minutes = int(VALID_FOR.total_seconds() / 60)
    confirm_recently(client, owner, minutes_ago=minutes - 1)
    assert client.get(withdraw).status_code == 200
    confirm_recently(client, owner, minutes_ago=minutes + 1)
    assert client.get(withdraw).url.startswith(PAGE)
    assert client.post(withdraw, {"understood": "on"}).status_code == 302
    assert is_public(vendor)


def test_a_stranger_is_told_nothing_of_the_page(client, stranger, withdraw):
    client.force_login(stranger)
    assert client.get(withdraw).status_code == 404


def test_wrong_codes_end_the_code(client, owner, withdraw, settings):
    client.post(PAGE, {"send": "1"})
    code = login_code(mail.outbox[-1])
    wrong = "000000" if code != "000000" else "111111"
    for number in range(settings.LOGIN_CODE_GUESSES):
        page = client.post(PAGE, {"code": wrong}).content.decode()
        assert ("virker ikke længere" in page) == (number == settings.LOGIN_CODE_GUESSES - 1)
    client.post(PAGE, {"code": code})
    assert client.get(withdraw).url.startswith(PAGE)


def test_an_old_code_is_worth_nothing(client, owner, withdraw, settings):
    client.post(PAGE, {"send": "1"})
    session = client.session
    session["recent_code"] |= {"at": session["recent_code"]["at"] - settings.LOGIN_CODE_MINUTES * 60 - 1}
    session.save()
    assert "for gammel" in client.post(PAGE, {"code": login_code(mail.outbox[-1])}).content.decode()
    assert client.get(withdraw).url.startswith(PAGE)


def test_many_codes_are_not_sent(client, withdraw):
    statuses = [client.post(PAGE, {"send": "1"}).status_code for _ in range(12)]
    assert statuses[0] == 302
    assert statuses[-1] == 429
    assert len(mail.outbox) == statuses.count(302)


def test_another_site_is_no_way_back(client, owner, withdraw):
    client.post(PAGE, {"send": "1"})
    response = client.post(PAGE, {"code": login_code(mail.outbox[-1]), "next": "https://evil.example/"})
    assert response.url == "/leverandoer/"


def test_only_what_was_written_is_said_to_be_kept(client, owner, withdraw):
    client.force_login(owner)
    assert "Det, du har skrevet, er gemt" not in client.get(withdraw, follow=True).content.decode()
    page = client.post(withdraw, {"reason": "Vi lukker"}, follow=True).content.decode()
    assert "Det, du har skrevet, er gemt" in page
