"""Whatever a vendor types stays text, comes back when it cannot be saved, and never breaks a page."""

from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse

from kl_ai.mailqueue import OutgoingMail
from marketoverview.models import Invitation, Response, SurveyRound, Vendor
from tests.builders import make_response

HOSTILE = {
    "html": "<script>alert(1)</script> & <b>fed</b>",
    "formula": '=HYPERLINK("http://ond.example";"Klik")',
    "template": "{{ request.user }} {% load x %}",
    "quotes": "\"'`; DROP TABLE vendors; --",
    "bidi": "Firma\u202egpj.exe",
    "zero width": "Fir\u200bma",
    "nul": "Fir\x00ma",
    "lines": "Firma\r\nBcc: alle@ond.example",
    "long": "æ" * 1_000_000,
}
SAFE = {"html", "formula", "template", "quotes"}
"""Plain text: stored as it is and shown escaped."""


@pytest.fixture
def draft(survey, vendor):
    return make_response(vendor, "draft", round=SurveyRound.current(), description="Gammel tekst")


@pytest.fixture
def member(client, owner):
    client.force_login(owner)
    return client


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    ("part", "field"), [("company", "company_name"), ("company", "description"), ("contact", "contact_function")]
)
def test_a_text_of_the_survey(name, part, field, draft, member):
    text = HOSTILE[name]
    answer = member.post(
        reverse("vendor:part", args=[draft.pk, part]), {field: text, "seen": seen(member, draft, part)}
    )
    draft.refresh_from_db()
    if answer.status_code == 302:  # saved: only what is harmless
        assert getattr(draft, field) == text
        assert name in SAFE or (name, field) == ("lines", "description")
    else:  # refused: it comes back, and nothing of it is stored
        page = answer.content.decode()
        assert name not in SAFE
        assert "Noget på siden kunne ikke gemmes" in page
        assert text[:20].split("\r")[0].replace("\x00", "") in unescape(page).replace("\x00", "")
        assert getattr(draft, field) in ("", "Nordstjernen", "Gammel tekst", f"ki@{draft.vendor.slug}.example")
    assert "<script>alert" not in member.get(reverse("vendor:review", args=[draft.pk])).content.decode()


def seen(member, draft, part: str) -> str:
    page = member.get(reverse("vendor:part", args=[draft.pk, part])).content.decode()
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "https://kl.dk@ond.example", "//ond.example"],
)
def test_a_website_that_is_none_is_refused_and_comes_back(address, draft, member):
    answer = member.post(
        reverse("vendor:part", args=[draft.pk, "company"]), {"website": address, "seen": seen(member, draft, "company")}
    )
    draft.refresh_from_db()
    assert draft.website in ("", "https://ond.example")  # “//” is a typing error of a browser's kind
    assert answer.status_code == 200 or draft.website


def test_own_words_on_two_lines_are_refused_and_the_rest_is_saved(draft, member):
    data = {"services": ["advisory", "other"], "services_own_words": "Etik\u202e", "technologies": ["nlp"]}
    member.post(reverse("vendor:part", args=[draft.pk, "services"]), data | {"seen": seen(member, draft, "services")})
    assert draft.stored(("services", "technologies")) == {"services": {}, "technologies": {"nlp": ""}}


def test_options_that_do_not_exist_are_not_chosen(draft, member):
    data = {"services": ["findes-ikke", "1 OR 1=1"], "seen": seen(member, draft, "services")}
    assert member.post(reverse("vendor:part", args=[draft.pk, "services"]), data).status_code == 200
    assert draft.stored(("services",)) == {"services": {}}


def test_addresses_that_lead_nowhere_are_404(draft, member):
    key = uuid4()
    for path in (
        f"/leverandoer/svar/{draft.pk}/del/findes-ikke/", "/leverandoer/svar/999999/opgaver/",
        f"/leverandoer/svar/{draft.pk}/eksempel/ikke-en-noegle/", "/leverandoer/invitation/1.forkert/",
        "/leverandoer/invitation/%00/", "/leverandoer/virksomhed/findes-ikke/", "/leverandoer/svar/99999999999999999999/opgaver/",
    ):  # fmt: skip
        assert member.get(path).status_code == 404, path
    assert member.post(f"/leverandoer/svar/{draft.pk}/eksempel/{key}/vend/").status_code == 404
    for what in ("flyt-op", "slet", "fortryd"):  # of an example that somebody else has deleted
        assert member.post(f"/leverandoer/svar/{draft.pk}/eksempel/{key}/{what}/").status_code == 302


@pytest.mark.parametrize("name", HOSTILE)
def test_a_company_is_registered_under_a_readable_name_or_not_at_all(name, member, survey):
    data = {"name": HOSTILE[name], "country": "SE", "cvr_number": "", "website": ""}
    answer = member.post(reverse("vendor:register"), data)
    assert answer.status_code == (302 if name in SAFE else 200)
    assert Vendor.objects.filter(country="SE").exists() == (name in SAFE)


def test_nothing_that_is_typed_reaches_the_header_of_a_mail(draft, member, vendor):
    Vendor.objects.filter(pk=vendor.pk).update(name="Firma\r\nBcc: alle@ond.example")
    invitation = {"email": "kollega@nordstjernen.example"}
    assert member.post(reverse("vendor:members", args=[vendor.slug]), invitation).status_code == 302
    (mail,) = OutgoingMail.objects.all()
    assert mail.to == "kollega@nordstjernen.example"
    assert "\n" not in mail.subject
    assert "Bcc: alle@ond.example" in mail.subject  # a part of the name, and nothing more
    assert Invitation.objects.count() == 1


def test_every_address_answers_a_wrong_method_or_an_empty_form(draft, member, vendor):
    for name, args in (
        ("part", [draft.pk, "company"]), ("part", [draft.pk, "services"]), ("part", [draft.pk, "contact"]),
        ("part", [draft.pk, "offerings"]), ("offering", [draft.pk, uuid4()]), ("review", [draft.pk]), ("begin", [vendor.slug]),
        ("confirm", [vendor.slug]), ("withdraw", [vendor.slug]), ("members", [vendor.slug]), ("register", []), ("account", []),
    ):  # fmt: skip
        path = reverse(f"vendor:{name}", args=args)
        assert member.post(path).status_code in (200, 302), path
        for method in (member.put, member.delete):
            assert method(path).status_code in (200, 302, 405), path
    assert Response.objects.get(pk=draft.pk).is_editable
