"""Whatever a vendor types stays text, comes back when it cannot be saved, and never breaks a page."""

from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.urls import resolve, reverse

from kl_ai.login.restore import IS_POST_ONLY
from kl_ai.mail.models import OutgoingMail
from kl_ai.text import has_web_address
from marketoverview.models import Invitation, JoinRequest, Response, SurveyRound, Vendor, map_answer
from marketoverview.vendor_urls import urlpatterns
from tests.builders import make_invitation, make_option, make_question, make_response, make_user, make_vendor
from tests.checks import not_empty
from tests.mails import confirm_recently
from tests.marketoverview.vendor_area import part_url, seen_value
from tests.reading import parse

HOSTILE = {
    "html": "<script>alert(1)</script> & <b>fed</b>",
    "formula": '=HYPERLINK("http://ond.example";"Klik")',
    "template": "{{ request.user }} {% load x %}",
    "quotes": "\"'`; DROP TABLE vendors; --",
    "bidi": "Firma\u202egpj.exe",
    "zero width": "Fir\u200bma",
    "nul": "Fir\x00ma",
    "lines": "Firma\r\nBcc: alle",
    "long": "æ" * 400_000,
}
SAFE = {"html", "formula", "template", "quotes"}
"""Plain text: stored as it is and shown escaped."""
CLEANED = {"bidi": "Firmagpj.exe", "zero width": "Firma", "nul": "Firma", "lines": "Firma Bcc: alle"}
"""What is stored of the others in a field of one line; "long" is refused."""


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    ("part", "field"), [("company", "company_name"), ("company", "description"), ("contact", "contact_function")]
)
def test_a_text_of_the_survey(name, part, field, draft, member_client):
    text = HOSTILE[name]
    page = member_client.post(part_url(draft, part), {field: text, "seen": seen_value(member_client, draft, part)})
    draft.refresh_from_db()
    if name == "long":  # refused: it comes back, and nothing of it is stored
        assert "Noget på siden kunne ikke gemmes" in page.content.decode()
        assert text in page.content.decode()
        assert getattr(draft, field) in ("", "Nordstjernen", "Gammel tekst")
    else:
        assert page.status_code == 302
        has_lines = (name, field) == ("lines", "description")
        assert getattr(draft, field) == ("Firma\nBcc: alle" if has_lines else CLEANED.get(name, text))
    assert "<script>alert" not in member_client.get(reverse("vendor:review", args=[draft.pk])).content.decode()


def save_website(member_client, draft, address: str):
    """Save the page of the company with this website; returns the page that follows."""
    data = {"website": address, "seen": seen_value(member_client, draft, "company")}
    page = member_client.post(part_url(draft, "company"), data)
    draft.refresh_from_db()
    return page


NO_URL = "Fejl: “%s” er ikke en webadresse. Skriv den sådan: https://www.example.dk."


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("javascript:alert(1)", NO_URL % "javascript:alert(1)"),
        ("data:text/html,x", NO_URL % "data:text/html,x"),
        ("ftp://a.example", NO_URL % "ftp://a.example"),
        ("https://kl.dk@ond.example", "Fejl: En adresse med et navn før @ kan ligne en anden adresse. Udelad navnet."),
    ],
)
def test_a_website_that_is_none_is_refused_with_one_error_and_comes_back(address, error, draft, member_client):
    page = save_website(member_client, draft, address)
    assert page.status_code == 200
    assert draft.website == ""
    form = parse(page.content.decode()).find("main")
    assert form.find("input", name="website").attrs["value"] == address
    assert form.find(cls="form-error-message").text == error


def test_a_website_without_its_scheme_gets_one(draft, member_client):
    assert save_website(member_client, draft, "//ond.example").status_code == 302
    assert draft.website == "https://ond.example"


def test_own_words_are_cleaned(draft, member_client):
    data = {"services": ["advisory", "other"], "services_own_words": "Etik\u202e\r\nog ret", "technologies": ["nlp"]}
    member_client.post(part_url(draft, "services"), data | {"seen": seen_value(member_client, draft, "services")})
    saved = draft.stored(("services", "technologies"))
    assert saved == {"services": {"advisory": "", "other": "Etik og ret"}, "technologies": {"nlp": ""}}


def test_own_words_that_are_too_long_are_refused_and_the_rest_is_saved(draft, member_client):
    data = {"services": ["advisory", "other"], "services_own_words": "x" * 301, "technologies": ["nlp"]}
    member_client.post(part_url(draft, "services"), data | {"seen": seen_value(member_client, draft, "services")})
    assert draft.stored(("services", "technologies")) == {"services": {}, "technologies": {"nlp": ""}}


def test_options_that_do_not_exist_are_not_chosen(draft, member_client):
    data = {"services": ["findes-ikke", "1 OR 1=1"], "seen": seen_value(member_client, draft, "services")}
    assert member_client.post(part_url(draft, "services"), data).status_code == 200
    assert draft.stored(("services",)) == {"services": {}}


def test_addresses_that_lead_nowhere_are_404(draft, member_client):
    key = uuid4()
    for path in (
        f"/leverandoer/svar/{draft.pk}/del/findes-ikke/",
        "/leverandoer/svar/999999/opgaver/",
        f"/leverandoer/svar/{draft.pk}/eksempel/ikke-en-noegle/",
        "/leverandoer/invitation/1.forkert/",
        "/leverandoer/invitation/%00/",
        "/leverandoer/virksomhed/findes-ikke/",
        "/leverandoer/svar/99999999999999999999/opgaver/",
    ):
        assert member_client.get(path).status_code == 404, path
    assert member_client.post(f"/leverandoer/svar/{draft.pk}/eksempel/{key}/vend/").status_code == 404
    for action in ("flyt-op", "slet", "fortryd"):  # of an example that somebody else has deleted
        assert member_client.post(f"/leverandoer/svar/{draft.pk}/eksempel/{key}/{action}/").status_code == 302


@pytest.mark.parametrize("name", HOSTILE)
def test_a_company_is_registered_under_a_readable_name_or_not_at_all(name, member_client, survey):
    data = {"name": HOSTILE[name], "country": "SE", "cvr_number": "", "website": ""}
    is_refused = name == "long" or has_web_address(HOSTILE[name])
    page = member_client.post(reverse("vendor:register"), data)
    assert page.status_code == (200 if is_refused else 302)
    names = list(Vendor.objects.filter(country="SE").values_list("name", flat=True))
    assert names == ([] if is_refused else [CLEANED.get(name, data["name"])])


def test_nothing_that_is_typed_reaches_the_header_of_a_mail(draft, member_client, vendor):
    Vendor.objects.filter(pk=vendor.pk).update(name="Firma\r\nBcc: alle")
    invitation = {"email": "kollega@nordstjernen.example"}
    assert member_client.post(reverse("vendor:members", args=[vendor.slug]), invitation).status_code == 302
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert "kollega@nordstjernen.example" in mails
    assert "alle@ond.example" not in mails
    assert not [mail.subject for mail in mails.values() if "\n" in mail.subject]
    assert "Bcc: alle" in mails["kollega@nordstjernen.example"].subject  # a part of the name, and nothing more
    assert Invitation.objects.count() == 1


def test_every_address_answers_a_wrong_method_or_an_empty_form(draft, member_client, vendor):
    for name, args in (
        ("part", [draft.pk, "company"]),
        ("part", [draft.pk, "services"]),
        ("part", [draft.pk, "contact"]),
        ("part", [draft.pk, "offerings"]),
        ("offering", [draft.pk, uuid4()]),
        ("review", [draft.pk]),
        ("begin", [vendor.slug]),
        ("confirm", [vendor.slug]),
        ("withdraw", [vendor.slug]),
        ("members", [vendor.slug]),
        ("register", []),
        ("account", []),
    ):
        path = reverse(f"vendor:{name}", args=args)
        assert member_client.post(path).status_code in (200, 302), path
        for method in (member_client.put, member_client.delete):
            assert method(path).status_code in (200, 302, 405), path
    assert Response.objects.get(pk=draft.pk).is_editable


# Every address --------------------------------------------------------------------------------------


@pytest.fixture
def address_parts(survey, vendor, owner, curator):
    """Values for the parts of the area's addresses, with which every address leads to something."""
    public = make_response(
        vendor, answers={"services": ["other"]}, offerings=[{"title": "Postsortering"}], round=SurveyRound.current()
    )
    mapped_answer = public.answers.get(option__code="other")
    map_answer(mapped_answer, make_option(make_question("services"), "advisory"), curator)
    draft = Response.begin(vendor, SurveyRound.current(), owner)
    invitation = make_invitation(owner.email, vendor)
    join_request = JoinRequest.objects.create(vendor=vendor, user=make_user())
    return {
        "slug": vendor.slug,
        "pk": draft.pk,
        "part": "company",
        "key": draft.offerings.get().key,
        "action": "slet",
        "answer": mapped_answer.pk,
        "token": invitation.token,
        "code": draft.round.code,
        "only_of": {
            "object": {"pk": public.pk},
            "join": {"slug": make_vendor("Sivsko").slug},
            "join_decide": {"pk": join_request.pk},
            "member_remove": {"pk": make_user(member_of=vendor).memberships.get().pk},
            "invitation_cancel": {"pk": invitation.pk},
        },
    }


LAST = ("withdraw", "account_delete")
"""After these there is nothing left to try."""


def addresses(address_parts) -> Iterator[tuple[str, dict]]:
    """The name of each address of the area, with the values of its parts."""
    for pattern in not_empty(sorted(urlpatterns, key=lambda pattern: pattern.name in LAST)):
        parts = {part: address_parts[part] for part in pattern.pattern.converters}
        yield pattern.name, parts | address_parts["only_of"].get(pattern.name, {})


VALID = dict.fromkeys(("understood", "is_another", "authorised", "true", "publication", "personal_data"), "on") | {
    "country": "SE",
    "cvr_number": "",
    "language": "da",
    "start": "all",
    "website": "",
    "email": "ny@nordstjernen.example",
    "contact_email": "",
    "contact_consent": "on",
    "stage": "",
    "services": ["other"],
}
TEXTS = (
    "company_name", "description", "contact_function", "contact_phone", "contact_name", "services_own_words", "title",
    "where_used", "message", "name", "reason", "objection", "full_name", "seen",
)  # fmt: skip


@pytest.mark.parametrize("name", ["html", "bidi", "zero width", "nul", "lines"])
def test_no_address_breaks_or_stores_what_is_unsafe(name, address_parts, member_client, owner):
    """Every form is sent twice with the text in all its fields: as it is, and then as the one who saw what is stored."""
    confirm_recently(member_client, owner)
    text = HOSTILE[name]
    for address, parts in addresses(address_parts):
        path = reverse(f"vendor:{address}", kwargs=parts)
        page = member_client.get(path).content.decode() if address not in LAST else ""
        mark = page.partition('name="seen" value="')[2].partition('"')[0]
        for fields in ({}, {"seen": mark}):
            assert member_client.post(path, VALID | dict.fromkeys(TEXTS, text) | fields).status_code < 500, path
    stored = list(everything_stored())
    assert not [place for place, value in stored if set(value) & set("\u202e\u200b\x00")]
    assert not [place for place, value in stored if "\nBcc" in value and place not in MANY_LINES]
    expected = {CLEANED.get(name, text), text.replace("\r\n", "\n")}
    written = {place for place, value in stored if value in expected}
    assert written > {"response.description", "sampleoffering.title", "vendor.name", "moderationevent.reason"}


MANY_LINES = {"response.description", "sampleoffering.description", "answer.objection", "moderationevent.reason"}
"""Columns that may hold several lines."""


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every text in the tables of the overview and of the users, with the name of its column."""
    for model in (*apps.get_app_config("marketoverview").get_models(), *apps.get_app_config("kl_ai").get_models()):
        columns = [field.name for field in model._meta.fields if isinstance(field, CharField | TextField)]
        name = str(model._meta.model_name).removeprefix("historical")
        for row in model._base_manager.values(*columns):
            yield from ((f"{name}.{column}", row[column] or "") for column in columns)


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete", "trace"])
def test_no_address_breaks_or_changes_anything_by_another_method(method, address_parts, member_client, draft_state):
    before = draft_state()
    answers = {200, 302, 404, 405} | ({204} if method == "options" else set())  # public pages answer a preflight
    for address, parts in addresses(address_parts):
        path = reverse(f"vendor:{address}", kwargs=parts)
        assert getattr(member_client, method)(path).status_code in answers, path
    assert draft_state() == before


@pytest.fixture
def draft_state():
    """`draft_state()`: vendors, members, invitations and responses as they are stored now."""

    def draft_state():
        responses = list(Response.objects.values_list("pk", "status", "description", "changed_at").order_by("pk"))
        people = list(Vendor.objects.values_list("pk", "memberships__user", "invitations__cancelled_at").order_by("pk"))
        return (
            responses,
            people,
            Invitation.objects.waiting().count(),
            JoinRequest.objects.filter(decided_at=None).count(),
        )

    return draft_state


WRONG = {
    "slug": ["findes-ikke", "-"], "pk": [0, 999_999, 10**30], "part": ["findes-ikke"], "action": ["vend"],
    "answer": [0, 10**30], "token": ["1", "1.forkert", "'", "\x00", "æ" * 500],
}  # fmt: skip


def test_a_wrong_part_of_an_address_is_404(address_parts, member_client, draft_state):
    before = draft_state()
    tried = set()
    for address, parts in addresses(address_parts):
        wrong = [parts | {part: value} for part in parts for value in WRONG.get(part, ())]
        for path in [reverse(f"vendor:{address}", kwargs=kwargs) for kwargs in wrong]:
            allowed = {404, 405} if address not in ("accept", "ask_kl") else {302}  # to the page that says so
            is_post_only = getattr(resolve(path).func, IS_POST_ONLY, False)  # leads to a page that says so
            if "%00" in path:  # such an address is none at all
                is_post_only, allowed = False, {404}
            assert member_client.get(path).status_code == (302 if is_post_only else 404), path
            tried.add(address)
            if address != "member_remove":  # sent twice, it has happened already
                assert member_client.post(path, VALID).status_code in allowed, path
    assert {"part", "offering", "review", "accept", "join", "object"} <= tried
    assert draft_state() == before


# What was typed comes back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("register", "name"), ("join", "message"), ("members", "email"), ("account", "full_name"),
        ("withdraw", "reason"), ("object", "objection"), ("offering", "title"), ("offering", "description"),
        ("offering", "where_used"), ("part", "contact_phone"), ("part", "company_name"), ("part", "website"),
    ],
)  # fmt: skip
def test_a_refused_text_comes_back_with_the_form(address, field, address_parts, member_client, owner):
    confirm_recently(member_client, owner)
    parts = dict(addresses(address_parts))[address]
    if field.startswith("contact"):
        parts["part"] = "contact"
    text = "<b>" + "x" * 700  # too long for any of them
    page = member_client.post(reverse(f"vendor:{address}", kwargs=parts), VALID | {"title": "Titel", field: text})
    assert page.status_code == 200
    assert text in unescape(page.content.decode())
    assert not [place for place, value in not_empty(everything_stored()) if text in value]
