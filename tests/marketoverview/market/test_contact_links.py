"""A vendor's address cannot write headers, another recipient or a page of somebody else into the links of the portal."""

import io
import re
import zipfile
from urllib.parse import unquote

import pytest

from marketoverview.models import Response, Vendor
from tests.builders import make_response, make_vendor
from tests.checks import not_empty
from tests.marketoverview.vendor_area import part_url, seen_value
from tests.reading import MARKET, read, read_bytes

pytestmark = pytest.mark.any_database

BAD = [
    "info?bcc=spion%evil@firma.example",
    '"a;spion@evil.example;c"@firma.example',
    "info%40firma.example?bcc=spion%40evil.example@firma.example",
    "a&b@firma.example",
    "a=b@firma.example",
]
PAGES = ("kontakt/", "liste/", "sammenlign/", "virksomheder/agern/", "markedsnotat/")
FILES = ("markedsnotat.docx", "eksport.xlsx")


@pytest.fixture(params=BAD)
def market(db, request):
    """A market of two vendors: one with an address that an earlier version has stored, one with a usual one."""
    agern = make_vendor("Agern", slug="agern")
    make_response(agern, contact_email="post@agern.example", contact_phone="+45 (33) 70/00-00")
    make_response(make_vendor("Birk", slug="birk"), contact_email="o'hara+ki@birk.example")
    Response.objects.filter(vendor=agern).update(contact_email=request.param)
    Vendor.objects.filter(pk=agern.pk).update(website="https://kl.example@evil.example/")
    return request.param


def shortlist(path: str) -> str:
    return f"{MARKET}{path}" + ("" if "virksomheder" in path else "?v=agern&v=birk")


def links(page) -> list[str]:
    return [link.attrs["href"] for link in page.find_all("a") if "href" in link.attrs]


# What is stored already ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_such_an_address_as_text(market, client, path):
    page = read(client, shortlist(path)).find("main")
    assert market in page.text
    mails = [link for link in links(page) if link.startswith("mailto:") and "subject=" not in link]
    expected = [] if "virksomheder" in path else ["mailto:o%27hara%2Bki@birk.example"]
    assert [mail for mail in mails if "kl.example" not in mail] == expected
    assert not [link for link in links(page) if "evil" in unquote(link)]


@pytest.mark.parametrize("path", FILES)
def test_a_file_leads_to_no_such_address(market, client, path):
    with zipfile.ZipFile(io.BytesIO(read_bytes(client, shortlist(path)))) as parts:
        relations = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".rels"))
    targets = not_empty(re.findall(r'Target="(mailto:[^"]*|https?://[^"]*)"', relations))
    assert [target for target in targets if target.startswith("mailto")] == ["mailto:o%27hara%2Bki@birk.example"]
    assert not [target for target in targets if "evil" in unquote(target)]


def test_the_addresses_to_copy_hold_usual_ones_only(market, client):
    page = read(client, shortlist("kontakt/"))
    assert page.find("textarea", id="addresses").text == "o'hara+ki@birk.example"
    assert "1 company has no shared address" in page.text


def test_a_contact_card_has_no_such_address(market, client):
    cards = read_bytes(client, shortlist("kontakter.vcf")).decode()
    assert "o'hara+ki@birk.example" in cards
    assert "evil" not in cards
    assert market not in cards


def test_a_telephone_link_has_digits_alone(market, client):
    assert "tel:+4533700000" in links(read(client, shortlist("kontakt/")))


# What is stored from now on ---------------------------------------------------------------------------


@pytest.mark.parametrize("address", BAD)
def test_the_contact_page_of_the_survey_refuses_such_an_address_with_one_sentence(
    survey, vendor, member_client, address
):
    draft = make_response(vendor, "draft", contact_email="post@firma.example")
    fields = {"seen": seen_value(member_client, draft, "contact"), "contact_email": address}
    page = member_client.post(part_url(draft, "contact"), fields)
    draft.refresh_from_db()
    assert draft.contact_email == "post@firma.example"
    assert page.content.decode().count("Foran @ kan der kun stå bogstaver fra a til z") == 2  # at the field, and on top


@pytest.mark.parametrize("address", BAD)
def test_the_administration_refuses_such_an_address(db, address):
    with pytest.raises(Exception, match="Foran @"):
        make_response("Agern", "draft", contact_email=address).clean_fields()


def test_what_is_no_address_is_said_once(survey, vendor, member_client):
    draft = make_response(vendor, "draft")
    fields = {"seen": seen_value(member_client, draft, "contact"), "contact_email": "salg hos firma"}
    page = member_client.post(part_url(draft, "contact"), fields).content.decode()
    assert page.count("er ikke en e-mailadresse") == 2  # at the field, and on top


def test_what_was_stored_cannot_be_sent_in(survey, vendor):
    draft = make_response(vendor, "draft", contact_email=BAD[0])
    assert [item.text for item in draft.missing_items() if item.item == "contact"] == [
        "Kontaktens e-mail er ikke en gyldig adresse."
    ]
