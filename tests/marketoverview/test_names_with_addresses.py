"""A stranger cannot use the portal's mails to send a link of their own in KL's name."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from kl_ai.text import has_web_address, may_be_link, without_links
from kl_ai.validators import validate_name, validate_person_name
from marketoverview.models import Invitation, Vendor
from tests.admin_pages import logged_in
from tests.builders import make_user, make_vendor
from tests.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
LINK = "https://kl-ki.evil.example/login"
NAME = f"KL Support: bekræft dit login på {LINK} straks"
COMPANY = f"Din adgang er spærret – gå til {LINK}"
OUTSIDER = "offer@kommune.example"

ADDRESSES = [
    NAME,
    COMPANY,
    "Se http://evil",
    "HTTPS://EVIL.EXAMPLE",
    "mailto:x",
    "www.evil",
    "Gå til WWW.evil.example",
    "kl-ki.evil.example",
    "evil.example/login",
    "evil.example?x",
    "evil.example:8000",
    "support@evil.example",
    "@kl",
    "https\N{FULLWIDTH COLON}//evil.example",
    "evil\N{FULLWIDTH FULL STOP}example/login",
]
NAMES = [
    "Firma.dk A/S",
    "Booking.com",
    "A.P. Møller",
    "A.P.Møller",
    "J. P. Hansen & Søn I/S",
    "AT&T",
    "24/7 Data",
    "Node.js Huset",
    "Ærø: Data og Ål",
    "St. Bededag v/ Åse",
    "C++ Kompagniet",
]


@pytest.mark.parametrize("name", ADDRESSES, ids=ascii)
def test_a_name_with_an_address_is_refused(name):
    with pytest.raises(ValidationError):
        validate_name(name)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_with_dots_and_slashes_is_a_name(name):
    validate_name(name)


PEOPLE_WITH_LINKS = ["Log ind på evil.com nu", "evil.dk", "Pia@", "evil\N{FULLWIDTH FULL STOP}dk", "J.Hansen", "Æ.øl"]
PEOPLE = [
    "Pia Test",
    "J.P. Hansen",
    "J. P. Hansen",
    "Åse-Marie d'Ærø",
    "Pia Test, ph.d.",
    "Bo",
    "Pia Test (vikar)",
    "Dr. Å. Test",
]


@pytest.mark.parametrize("name", [*ADDRESSES, *PEOPLE_WITH_LINKS], ids=ascii)
def test_a_persons_name_that_a_mail_program_makes_a_link_of_is_refused(name):
    with pytest.raises(ValidationError):
        validate_person_name(name)


@pytest.mark.parametrize("name", PEOPLE, ids=ascii)
def test_a_persons_name_with_dots_is_a_name(name):
    validate_person_name(name)


@pytest.mark.parametrize("part", ["a", "a.", "aa.", "-", "a-", "a:", "aa.aa", "www", "é", "1.", "_"])
def test_a_long_name_is_looked_through_in_a_time_that_grows_with_its_length(part):
    text = part * (900_000 // len(part))
    begun = time.process_time()
    has_web_address(text)
    without_links(text)
    may_be_link(text)
    assert (
        time.process_time() - begun < 3
    )  # a tenth of it here; a pattern that starts over at each letter takes minutes


def test_the_forms_say_so_and_keep_what_was_typed(client, owner):
    client.force_login(owner)
    data = {"name": COMPANY, "country": "SE", "cvr_number": "", "website": ""}
    page = client.post(reverse("vendor:register"), data).content.decode()
    assert "Skriv kun navnet, uden webadresse" in page
    assert COMPANY in page
    assert not Vendor.objects.filter(name=COMPANY).exists()
    page = client.post(reverse("vendor:account"), {"full_name": NAME, "language": "da"}).content.decode()
    assert "Skriv kun navnet, med mellemrum efter hvert punktum" in page
    owner.refresh_from_db()
    assert owner.full_name == ""


def mail_about(company: str, full_name: str, language: str = "da", *, vetted: bool = False) -> list[str]:
    """The mails to an outsider whom a member invites, and whose invitation is cancelled."""
    vendor = make_vendor(company, slug="firma", **({} if vetted else {"vetted_at": None}))
    owner = make_user("afsender@firma.example", member_of=vendor, full_name=full_name)
    browser = logged_in(owner)
    prefix = "/en" if language == "en" else ""
    browser.post(prefix + reverse("vendor:members", args=[vendor.slug]), {"email": OUTSIDER})
    invitation = Invitation.objects.get(email=OUTSIDER)
    invited = OutgoingMail.objects.get(to=OUTSIDER).body
    browser.post(reverse("vendor:invitation_cancel", args=[vendor.slug, invitation.pk]))
    return [invited, OutgoingMail.objects.get(to=OUTSIDER, kind="membership").body]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("da", "Afsenderen har selv skrevet navnet"), ("en", "The sender has written this name")],
)
def test_an_unknown_company_is_named_as_the_senders_word(language, sentence):
    invited, cancelled = mail_about("Firma.dk A/S", "Pia Testesen", language)
    assert "afsender@firma.example" in invited
    assert sentence in invited
    assert "Firma . dk A/S" in invited
    for body in (invited, cancelled):
        assert "Pia Testesen" not in body
        assert "Firma.dk" not in body


@pytest.mark.parametrize("language", ["da", "en"])
def test_names_with_links_of_before_stay_out_of_the_mails(language):
    bodies = mail_about(COMPANY, NAME, language)
    assert len(bodies) == 2
    assert not any("evil" in body or "KL Support" in body for body in bodies)
    assert {"da": "KL kender ikke virksomheden endnu.", "en": "KL does not know the company yet."}[language] in bodies[
        0
    ]


def test_a_company_that_kl_knows_is_named_as_before():
    invited, cancelled = mail_about("Firma.dk A/S", "Pia Testesen", vetted=True)
    assert "Pia Testesen (afsender@firma.example) inviterer dig til at svare for “Firma.dk A/S”" in invited
    assert "Firma.dk A/S" in cancelled


@pytest.mark.parametrize("name", [NAME, "Log ind på evil.com nu"])
def test_a_stored_name_with_a_link_is_in_no_mail_and_still_shown(client, name):
    invited, _cancelled = mail_about("Firma", name, vetted=True)
    assert "evil" not in invited
    client.force_login(Vendor.objects.get().members.get())
    assert name in read(client, reverse("vendor:members", args=["firma"])).text
