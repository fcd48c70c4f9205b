"""A vendor's profile: everything it stated, nothing that it did not, and its contact as a file."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.addresses import is_address
from kl_ai.text import clean_line, clean_text
from marketoverview.market.profiles import contact, may_lead_to
from marketoverview.market.selection import MAX_SHORTLISTED
from marketoverview.market.vcards import vcard
from marketoverview.models import Answer, Option, Question, Response, Vendor, market_version
from tests.builders import make_question, make_response, make_vendor
from tests.bulk import make_market
from tests.reading import MARKET, definitions, read, read_bytes
from tests.selections import SURVEY
from tests.vcards import properties

pytestmark = pytest.mark.any_database

AGERN = f"{MARKET}virksomheder/agern/"


def answers_by_section(page) -> dict[str, list[str]]:
    """Heading of each section to the answers in it."""
    sections = {}
    for section in page.find("div", "profile-body").find_all("section", "profile-section"):
        answers = [item.own_text for listed in section.find_all("ul", "answers") for item in listed.find_all("li")]
        sections[section.find("h2").text] = answers or [note.text for note in section.find_all("p", "not-stated")]
    return sections


# What the vendor stated -----------------------------------------------------------------------------


def test_everything_stands_in_the_surveys_order(demo, client):
    page = read(client, f"{MARKET}virksomheder/birkekvist-demofirma/")
    stored_answers = Answer.objects.filter(response__vendor__slug="birkekvist-demofirma", response__status="published")
    stored_answers = stored_answers.order_by("option__position").select_related("option__question")
    several, single = {}, {}
    with override("en"):
        for question in Question.objects.order_by("position"):
            options = [answer.option for answer in stored_answers if answer.option.question == question]
            if question.kind == Question.Kind.SEVERAL:
                several[question.heading] = [option.label for option in options] or ["Not stated"]
            else:
                single[question.heading] = options[0].short if options else "Not stated"
    assert len(several) + len(single) == len(SURVEY)
    sections = answers_by_section(page)
    assert list(sections) == [*several, "Examples"]
    assert {heading: sections[heading] for heading in several} == several
    facts = definitions(page.find("section", "profile-facts"))
    assert list(facts)[: 1 + len(single)] == ["CVR number", *single]
    assert {heading: facts[heading] for heading in single} == single


def test_what_was_not_answered_reads_not_stated(db, client):
    make_question("services", heading_en="Services")
    make_question("size", kind="single", heading_en="Size")
    make_response("Agern")
    Response.objects.update(description="", contact_email="")
    page = read(client, AGERN)
    assert answers_by_section(page) == {"Services": ["Not stated"], "Examples": ["Not stated"]}
    assert definitions(page.find("section", "profile-facts"))["Size"] == "Not stated"
    assert definitions(page.find("dl", "contact")) == dict.fromkeys(
        ["Contact point", "E-mail", "Telephone", "Website"], "Not stated"
    )
    assert "Not stated" in page.find("div", "profile-head").text


def test_not_stated_is_danish_on_the_danish_page(db, client):
    make_question("services")
    make_response("Agern")
    page = read(client, "/markedsoverblik/virksomheder/agern/")
    assert answers_by_section(page)["Spørgsmål services"] == ["Ikke oplyst"]
    assert "Not stated" not in page.text


def test_own_words_stand_beside_other(db, client):
    make_response("Agern", answers={"services": ["other"]}, own_words={"services": "Vi holder <kurser>."})
    page = read(client, AGERN)
    assert page.find("blockquote").text == "Vi holder <kurser>."


def test_a_retired_answer_is_marked(db, client):
    make_response("Agern", answers={"services": ["a"]})
    Option.objects.update(retired_on=date(2026, 1, 1))
    market_version.bump()
    assert "Option a (no longer asked)" in read(client, AGERN).find("div", "profile-body").text


def test_an_example_says_its_stage_its_place_and_what_it_combines(db, client):
    make_question("technologies", heading_en="Technologies", matrix_axis="row")
    make_response(
        "Agern",
        offerings=[
            {
                "title": "Post",
                "description": "Sorterer post.",
                "stage": "pilot",
                "where_used": "To kommuner",
                "options": {"technologies": ["nlp", "speech"]},
            },
            {"title": "Ruter"},
        ],
    )
    first, second = read(client, AGERN).find_all("li", "offering")
    assert first.find("h3").text == "Post"
    assert "Pilot" in first.text
    assert "Sorterer post." in first.text
    assert definitions(first) == {"Technologies": "Option nlp, Option speech", "Where it is used": "To kommuner"}
    assert second.find("h3").text == "Ruter"
    assert definitions(second)["Where it is used"] == "Not stated"


def test_says_when_it_was_confirmed_and_published_and_in_which_round(db, client):
    confirmed_at = timezone.localdate() - timedelta(days=60)
    response = make_response("Agern", confirmed_at=confirmed_at)
    facts = definitions(read(client, AGERN).find("section", "profile-facts"))
    with override("en"):
        assert facts["Confirmed by the company"] == date_format(confirmed_at, "DATE_FORMAT")
        assert facts["Published"] == date_format(timezone.localdate(response.published_at), "DATE_FORMAT")
    assert facts["Survey"] == "Round 2026"


def test_an_old_confirmation_is_marked(db, client):
    make_response("Agern", confirmed_at=date(2024, 1, 1))
    assert "1 January 2024 not confirmed since then" in definitions(read(client, AGERN))["Confirmed by the company"]


def test_an_error_can_be_reported_with_the_profile_named(db, client):
    make_response(make_vendor("Ærø & Co", slug="agern"))
    links = [link.attrs["href"] for link in read(client, AGERN).find_all("a")]
    mail = next(urlsplit(link) for link in links if link.startswith("mailto:ki-portal@kl.example?"))
    assert parse_qs(mail.query)["subject"] == ["Error in the profile of Ærø & Co"]
    assert parse_qs(mail.query)["body"] == [f"http://testserver{AGERN}\n\n"]
    assert "+" not in mail.query  # a mail program shows it as it is


def list_links(client, query: str) -> list[str]:
    """The addresses of the shortlist to which Agern's profile leads."""
    links = [link.attrs["href"] for link in read(client, AGERN + query).find("ul", "profile-actions").find_all("a")]
    return [link for link in links if link.startswith(f"{MARKET}liste/")]


def test_can_be_put_on_the_shortlist_and_taken_off(db, client):
    for name in ("Agern", "Birk"):
        make_response(name)
    assert list_links(client, "") == [f"{MARKET}liste/?v=agern"]
    assert list_links(client, "?v=birk") == [f"{MARKET}liste/?v=birk&v=agern", f"{MARKET}liste/?v=birk"]
    assert list_links(client, "?v=agern&v=birk") == [f"{MARKET}liste/?v=birk", f"{MARKET}liste/?v=agern&v=birk"]


def test_a_full_shortlist_takes_no_more(survey, client):
    make_market(MAX_SHORTLISTED)
    make_response("Agern")
    query = "?" + "&".join(f"v=firma-{number:04}" for number in range(MAX_SHORTLISTED))
    page = read(client, AGERN + query)
    assert "Your shortlist is full: it holds 30 companies." in page.text
    assert list_links(client, query) == [f"{MARKET}liste/{query}"]


def test_the_vendors_own_language_is_said(db, client):
    make_response("Agern", description="Vi laver noget.", answers={"services": ["other"]})
    page = read(client, AGERN)
    assert page.find("div", "profile-description").attrs["lang"] == "da"
    assert page.find("blockquote").find("p").attrs["lang"] == "da"
    assert "The company's own words are in Danish." in page.text
    assert "are in Danish" not in read(client, "/markedsoverblik/virksomheder/agern/").text


# Who is shown -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "rejected"])
def test_a_vendor_that_was_never_published_has_no_profile(status, db, client):
    make_response("Agern", status)
    for path in (AGERN, f"{AGERN}kontakt.vcf"):
        assert "Agern" not in read(client, path, status=404).find("main").text


def test_a_vendor_without_answers_and_one_that_does_not_exist_have_no_profile(db, client):
    make_vendor("Agern")
    read(client, AGERN, status=404)
    page = read(client, f"{MARKET}virksomheder/findes-ikke/", status=404)
    assert MARKET in [link.attrs["href"] for link in page.find("main").find_all("a")]


def test_a_withdrawn_profile_says_when_it_was_withdrawn(db, client):
    response = make_response("Agern", description="Hemmelig nu", contact_phone="11 22 33 44")
    response.withdraw(None, "Intern begrundelse")
    with override("en"):
        day = date_format(timezone.localdate(response.closed_at), "DATE_FORMAT")
    for path in (AGERN, f"{AGERN}kontakt.vcf"):
        page = read(client, path, status=410)
        assert day in page.find("main").text
        assert "Agern" in page.find("h1").text
        for gone in ("Hemmelig nu", "11 22 33 44", "Intern begrundelse", "ki@agern.example"):
            assert gone not in page.text
        assert MARKET in [link.attrs["href"] for link in page.find("main").find_all("a")]


def test_a_withdrawn_vendor_that_writes_anew_is_still_gone(db, client):
    response = make_response("Agern")
    response.withdraw(None, "Ønsket af virksomheden.")
    Response.begin(response.vendor, response.round, None)
    read(client, AGERN, status=410)


def test_a_withdrawn_vendor_can_come_back(db, client):
    response = make_response("Agern")
    response.withdraw(None, "Ønsket af virksomheden.")
    read(client, AGERN, status=410)
    again = Response.begin(response.vendor, response.round, None)
    Response.objects.filter(pk=again.pk).update(description="Igen", contact_email="ki@agern.example")
    again.refresh_from_db()
    again.submit(None)
    again.publish(None)
    assert "Igen" in read(client, AGERN).text


def test_the_page_of_a_withdrawn_vendor_gives_the_date_of_its_last_withdrawal(db, client):
    first = make_response("Agern", "withdrawn")
    second = make_response(make_vendor("Birk"), "withdrawn")
    Response.objects.filter(pk=first.pk).update(closed_at="2025-01-05T12:00:00Z")
    Response.objects.filter(pk=second.pk).update(vendor=first.vendor, sequence=2, closed_at="2026-02-06T12:00:00Z")
    assert "6 February 2026" in read(client, AGERN, status=410).text


def test_earlier_answers_are_not_shown(db, client):
    response = make_response("Agern", "archived", description="Det gamle")
    newest = Response.objects.get(vendor=response.vendor, status="published")
    Response.objects.filter(pk=newest.pk).update(description="Det nye")
    page = read(client, AGERN)
    assert "Det nye" in page.text
    assert "Det gamle" not in page.text


# Contact ------------------------------------------------------------------------------------------


def test_a_person_is_named_only_with_consent(db, client):
    response = make_response("Agern", contact_function="Salg", contact_name="Anna Hansen", contact_consent=True)
    assert definitions(read(client, AGERN))["Contact person"] == "Anna Hansen, Salg"
    Response.objects.filter(pk=response.pk).update(contact_consent=False, contact_name="")
    market_version.bump()
    assert definitions(read(client, AGERN))["Contact point"] == "Salg"


def test_a_name_without_consent_is_shown_nowhere(db):
    """The database refuses it; were it there nevertheless, neither page nor file would show it."""
    response = Response(
        vendor=Vendor(name="Agern", slug="agern"), contact_name="Anna Hansen", published_at=timezone.now()
    )
    assert contact(response).name == ""
    assert "Anna" not in vcard(response, "https://example.org/")


def test_the_contact_is_a_file_for_the_address_book(db, client):
    vendor = make_vendor("Ærø; Bøg, Co", slug="agern", website="https://agern.example/")
    make_response(
        vendor, contact_function="Salg til kommuner", contact_phone="+45 11 22 33 44", contact_email="ki@agern.example"
    )
    response = client.get(f"{AGERN}kontakt.vcf")
    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="agern.vcf"'
    card = response.content.decode()
    listed = properties(card)
    assert listed[:2] == [("BEGIN", "VCARD"), ("VERSION", "3.0")]
    assert listed[-1] == ("END", "VCARD")
    fields = dict(listed)
    assert fields["FN"] == fields["ORG"] == "Ærø; Bøg, Co"
    assert "ORG;CHARSET=UTF-8:Ærø\\; Bøg\\, Co\r\n" in card
    assert "N;CHARSET=UTF-8:Ærø\\; Bøg\\, Co;;;;\r\n" in card
    assert "TITLE:Salg til kommuner\r\n" in card
    assert "EMAIL;TYPE=INTERNET,WORK:ki@agern.example\r\n" in card
    assert "TEL;TYPE=WORK,VOICE:+45 11 22 33 44\r\n" in card
    assert fields["URL"] == "https://agern.example/"
    assert fields["SOURCE"] == f"http://testserver{AGERN}"
    assert re.fullmatch(r"\d{8}T\d{6}Z", fields["REV"])


def test_the_file_names_a_person_with_consent_and_leaves_out_what_is_empty(db, client):
    make_response("Agern", contact_name="Anna Hansen", contact_consent=True)
    fields = dict(properties(read_bytes(client, f"{AGERN}kontakt.vcf").decode()))
    assert (fields["N"], fields["FN"], fields["ORG"]) == ("Hansen;Anna;;;", "Anna Hansen", "Agern")
    assert not {"TITLE", "TEL", "URL"} & set(fields)


characters = st.sampled_from("aæ,;:\\\r\n\t\x00\x0b\x0c\x1c\x85\u2028\u2029 🙂=") | st.characters(codec="utf-8")
hostile = st.builds(lambda text, times: text * times, st.text(characters, max_size=12), st.integers(1, 20))


@hypothesis_settings(max_examples=60)
@given(name=hostile, function=hostile, email=hostile, phone=hostile, website=hostile, person=hostile)
def test_no_field_can_add_a_line_to_the_file(name, function, email, phone, website, person):
    response = Response(
        status="published",
        vendor=Vendor(name=name, slug="agern", website=website),
        contact_function=function,
        contact_email=email,
        contact_phone=phone,
        contact_name=person,
        contact_consent=True,
        published_at=timezone.now(),
    )
    card = vcard(response, "https://example.org/agern/")
    assert card.split("\r\n") == [*card.splitlines(), ""], "no line ends but by CRLF"
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    names = [name for name, _value in properties(card)]
    expected = {
        "TITLE": clean_text(function),
        "EMAIL": clean_line(email) if is_address(email) else "",
        "TEL": clean_text(phone),
        "URL": clean_line(website) if may_lead_to(website) else "",
    }
    assert names == [
        "BEGIN",
        "VERSION",
        "N",
        "FN",
        "ORG",
        *(key for key, value in expected.items() if value),
        "SOURCE",
        "REV",
        "END",
    ]


def test_a_long_line_is_folded_between_characters():
    name = "Ærø Bølge og Åkande " * 6
    response = Response(vendor=Vendor(name=name, slug="agern"), published_at=timezone.now())
    card = vcard(response, "https://example.org/")
    assert max(len(line.encode()) for line in card.split("\r\n")) in (74, 75)
    assert dict(properties(card))["FN"] == name


@given(st.text(st.sampled_from("ab,;\\\n æ"), max_size=60))
def test_a_text_comes_back_as_it_was_written(text):
    response = Response(vendor=Vendor(name=text, slug="agern"), published_at=timezone.now())
    assert dict(properties(vcard(response, "https://example.org/")))["ORG"] == text
