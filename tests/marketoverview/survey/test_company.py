"""The company's page: status, next step and deadline, and what a member can do there."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketoverview.models import DeadlineExtension, Response, SurveyRound, Vendor, VendorMember, map_answer
from marketoverview.survey.deadlines import deadline, may_answer
from tests.builders import make_offering, make_option, make_question, make_response, make_round, make_vendor
from tests.checks import not_empty
from tests.mails import log_in_recently
from tests.reading import Element, english_url, parse, read

HOME = "/en/leverandoer/"


def address(name: str, *args) -> str:
    """An English page of the vendor's area."""
    return english_url(f"vendor:{name}", *args)


def path(name: str, vendor: Vendor) -> str:
    return address(name, vendor.slug)


def days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def survey_round(db) -> SurveyRound:
    """Open for ten more days."""
    survey_round = make_round("2026", opens_on=days(-100), closes_on=days(10))
    make_question("services", ["advisory", "development", "other"], round=survey_round)
    return survey_round


@pytest.fixture
def page(client, vendor, owner, survey_round):
    """`page()` is the company's page as the owner sees it."""
    log_in_recently(client, owner)
    return lambda: read(client, path("company", vendor))


def primary(page: Element) -> list[str]:
    return [button.text for button in page.find_all(cls="button-primary")]


def close(survey_round: SurveyRound, **fields) -> None:
    SurveyRound.objects.filter(pk=survey_round.pk).update(closes_on=days(-1), **fields)


# Status and what is next -------------------------------------------------------------------------


def test_who_has_not_answered_begins(page):
    assert primary(page()) == ["Answer the survey"]
    assert "in 10 days" in page().text


@pytest.mark.parametrize(
    ("status", "words", "action"),
    [
        ("draft", "not handed in yet", ["Go on where you left"]),
        ("submitted", "KL has received the answers", []),
        ("returned", "sent the answers back", ["Correct the answers"]),
        ("rejected", "KL has declined the answers", ["Answer the survey"]),
        ("published", "What is public", ["Everything is still right"]),
        ("withdrawn", "no longer shown or counted", ["Answer the survey"]),
    ],
)
def test_each_status_in_plain_words_with_one_thing_to_do(status, words, action, page, vendor, survey_round):
    make_response(vendor, status, round=survey_round)
    assert words in page().find("main").text
    assert primary(page()) == action


def test_the_page_shows_why_kl_has_sent_the_answers_back(page, vendor, survey_round):
    make_response(vendor, "returned", round=survey_round)
    assert "Der mangler noget." in page().find("main").text


def test_public_answers_stay_while_new_ones_are_written(page, vendor, owner, survey_round):
    make_response(vendor, round=survey_round)
    Response.begin(vendor, survey_round, owner)
    assert "What is public" in page().text
    assert primary(page()) == ["Go on where you left"]


def test_the_history_says_who_when_and_why_and_kl_is_kl(page, vendor, owner, curator, survey_round):
    response = make_response(vendor, "draft", round=survey_round)
    response.submit(owner)
    response.send_back(curator, "Skriv kortere.")
    events = [event.text for event in page().find("ol", cls="events").find_all("li")]
    assert len(events) == 2
    assert "Sent back, KL" in events[0]
    assert "Skriv kortere." in events[0]
    assert f"Submitted, {owner}" in events[1]
    assert curator.email not in page().text


def test_kl_sees_the_page_without_the_members_buttons(client, vendor, curator, survey_round):
    make_response(vendor, round=survey_round)
    client.force_login(curator)
    main = read(client, path("company", vendor)).find("main")
    assert primary(main) == []
    assert not main.has("form", action=path("confirm", vendor))


# Home --------------------------------------------------------------------------------------------


def test_home_leads_to_the_only_company(client, vendor, owner):
    client.force_login(owner)
    assert client.get(HOME).url == path("company", vendor)


def test_home_of_nobody_yet_offers_to_find_the_company(client, curator):
    client.force_login(curator)
    main = read(client, HOME).find("main")
    assert primary(main) == ["Find or register a company"]


def test_home_shows_each_of_several_companies(client, vendor, owner, survey_round):
    other = make_vendor("Østervang")
    VendorMember.objects.create(vendor=other, user=owner)
    make_response(vendor, round=survey_round)
    make_response(other, "returned", round=survey_round)
    client.force_login(owner)
    companies = read(client, HOME).find_all("li", cls="task")
    states = [(company.find("h2").text, company.find(cls="badge").text) for company in companies]
    assert sorted(states) == [("Nordstjernen", "Published"), ("Østervang", "Sent back")]


def query_count(client, address: str, django_assert_max_num_queries) -> int:
    client.get(address)  # the session and the snapshot come first
    with django_assert_max_num_queries(40) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_home_costs_the_same_for_many_companies(client, vendor, owner, survey_round, django_assert_max_num_queries):
    client.force_login(owner)
    counts = []
    for number in (1, 6):
        for _ in range(number):
            other = make_vendor()
            VendorMember.objects.create(vendor=other, user=owner)
            make_response(other, round=survey_round)
        counts.append(query_count(client, HOME, django_assert_max_num_queries))
    assert counts[0] == counts[1]


def test_the_page_costs_the_same_for_a_long_history(page, client, vendor, survey_round, django_assert_max_num_queries):
    counts = []
    for number in (2, 5):
        for _ in range(number):
            make_response(vendor, round=survey_round)
        counts.append(query_count(client, path("company", vendor), django_assert_max_num_queries))
    assert counts[0] == counts[1]


# Rounds ------------------------------------------------------------------------------------------


def test_an_extension_is_the_vendors_own(page, vendor, survey_round):
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=days(24), reason="Ferie")
    assert "in 24 days" in page().text
    assert "KL has extended the deadline for you." in page().text
    assert deadline(survey_round, make_vendor()) == survey_round.closes_on


def test_an_extension_never_shortens(vendor, survey_round):
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=days(2), reason="Fejl")
    assert deadline(survey_round, vendor) == survey_round.closes_on


def test_the_survey_is_open_on_its_last_day(vendor, survey_round):
    SurveyRound.objects.update(closes_on=days(0))
    survey_round.refresh_from_db()
    assert may_answer(survey_round, vendor)


def test_after_the_end_only_what_is_public_is_corrected_and_only_where_kl_allows_it(vendor, survey_round):
    close(survey_round)
    survey_round.refresh_from_db()
    assert not may_answer(survey_round, vendor)
    make_response(vendor, round=survey_round)
    assert may_answer(survey_round, vendor)
    survey_round.corrections_after_close = False
    assert not may_answer(survey_round, vendor)
    survey_round.corrections_after_close = True
    make_round("2027", opens_on=days(0))
    assert not may_answer(survey_round, vendor)


def test_an_extension_lets_the_vendor_answer_after_the_others(vendor, survey_round):
    close(survey_round)
    survey_round.refresh_from_db()
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=days(3), reason="Ferie")
    assert may_answer(survey_round, vendor)


def test_a_closed_survey_is_no_dead_end(page, client, vendor, survey_round):
    close(survey_round, corrections_after_close=False)
    assert "is closed" in page().text
    assert primary(page()) == []
    assert client.get(path("begin", vendor)).url == path("company", vendor)
    make_response(vendor, round=survey_round)
    assert primary(page()) == ["Everything is still right"]
    assert client.post(path("confirm", vendor), follow=True).status_code == 200
    assert client.get(path("withdraw", vendor)).status_code == 200


# Beginning ---------------------------------------------------------------------------------------


@pytest.fixture
def earlier(vendor, owner, client, survey_round):
    """Last year's public answers; a new round with a new question and a new option has just opened."""
    make_question("areas", ["health"], round=survey_round)
    answers = {"services": ["advisory"], "areas": ["health"]}
    response = make_response(vendor, answers=answers, description="Fra sidste år.", round=survey_round)
    make_offering(response, "Postsortering")
    Response.objects.filter(pk=response.pk).update(submitted_at=timezone.now() - timedelta(days=300))
    for model in (make_question("services"), make_question("areas")):
        model.options.update(introduced_on=days(-400))
        type(model).objects.filter(pk=model.pk).update(introduced_on=days(-400))
    new = make_round("2027", opens_on=days(-1), closes_on=days(60))
    for code in ("services", "areas"):
        make_question(code).rounds.add(new)
    make_option(make_question("services"), "training", introduced_on=days(-2))
    make_question("challenges", ["money"], round=new, introduced_on=days(-2))
    client.force_login(owner)
    return response


def begin(client, vendor, **fields) -> Response:
    redirect = client.post(path("begin", vendor), fields)
    draft = Response.objects.get(status="draft")
    assert redirect.url == address("tasks", draft.pk)
    return draft


def chosen(response: Response) -> set[str]:
    return set(response.answers.values_list("option__code", flat=True))


def test_a_new_round_starts_from_the_last_answers(client, vendor, earlier):
    draft = begin(client, vendor, start="all")
    assert (draft.round.code, draft.description, chosen(draft)) == ("2027", "Fra sidste år.", {"advisory", "health"})
    assert draft.offerings.count() == 1
    assert Response.objects.get(status="published") == earlier


def test_a_new_round_starts_from_some_pages_or_from_none(client, vendor, earlier):
    form = read(client, path("begin", vendor)).find("main")
    pages = [checkbox.attrs["value"] for checkbox in form.find_all("input", name="pages")]
    assert pages[0] == "company"
    assert "offerings" in pages
    draft = begin(client, vendor, start="some", pages=["offerings"])
    assert (draft.description, chosen(draft), draft.offerings.count()) == ("", set(), 1)
    draft.delete()
    draft = begin(client, vendor, start="none")
    assert (draft.description, chosen(draft), draft.offerings.count()) == ("", set(), 0)


def test_the_page_names_what_is_new_since_the_last_answers(client, vendor, earlier):
    alert = read(client, path("begin", vendor)).find(cls="alert-info")
    assert [line.text for line in alert.find_all("li")] == ["Question services: Option training", "Question challenges"]


def test_beginning_twice_begins_once(client, vendor, earlier):
    draft = begin(client, vendor, start="all")
    assert begin(client, vendor, start="none") == draft
    assert chosen(draft) == {"advisory", "health"}
    assert client.get(path("begin", vendor)).url == address("tasks", draft.pk)


@pytest.mark.parametrize("fields", [{}, {"start": "x"}, {"start": "some", "pages": ["../x", "<b>"]}])
def test_a_form_that_was_tampered_with_begins_nothing(fields, client, vendor, earlier):
    assert client.post(path("begin", vendor), fields).status_code == 200
    assert not Response.objects.filter(status="draft").exists()


def test_a_draft_of_the_earlier_round_goes_on_in_the_new_one(client, vendor, owner, survey_round):
    draft = make_response(vendor, "draft", answers={"services": ["advisory"]}, round=survey_round)
    close(survey_round)
    make_question("services").rounds.add(make_round("2027", opens_on=days(-1)))
    client.force_login(owner)
    assert primary(read(client, path("company", vendor))) == ["Go on in Round 2027"]
    assert "Round 2026" in read(client, path("begin", vendor)).find("main").text
    assert begin(client, vendor) == draft
    draft.refresh_from_db()
    assert (draft.round.code, chosen(draft)) == ("2027", {"advisory"})


# Confirming and withdrawing ----------------------------------------------------------------------


@pytest.fixture
def public(vendor, owner, client, survey_round):
    client.force_login(owner)
    words = {"services": "Etik"}
    return make_response(
        vendor,
        answers={"services": ["other"]},
        own_words=words,
        round=survey_round,
        confirmed_at=days(-400),
        contact_name="Ida Opdigtet",
        contact_consent=True,
    )


def test_confirmed_with_one_click(client, vendor, owner, public):
    button = read(client, path("company", vendor)).find("form", action=path("confirm", vendor))
    assert button.find("button").text == "Everything is still right"
    assert read(client, path("confirm", vendor)).has("form", method="post")  # the way from the mail
    for _ in range(2):
        client.post(path("confirm", vendor))
    public.refresh_from_db()
    assert public.confirmed_at == days(0)
    assert public.events.filter(verb="confirm", actor=owner).count() == 1


def test_withdrawn_at_once_and_the_contact_is_forgotten(client, vendor, public, owner):
    log_in_recently(client, owner)
    profile = reverse("market:profile", args=[vendor.slug])
    assert client.get(profile).status_code == 200
    assert client.post(path("withdraw", vendor), {"reason": ""}).status_code == 200  # not ticked
    assert client.get(profile).status_code == 200
    for _ in range(2):
        client.post(path("withdraw", vendor), {"understood": "on", "reason": " "})
    assert client.get(profile).status_code == 410
    public.refresh_from_db()
    assert (public.status, public.contact_email, public.contact_name) == ("withdrawn", "", "")
    (event,) = public.events.filter(verb="withdraw")
    assert (event.reason, event.is_by_kl) == ("", False)
    assert "Virksomheden trak selv sine svar tilbage" in client.get(profile).content.decode()


def test_without_a_public_profile_there_is_nothing_to_confirm_or_withdraw(client, vendor, owner):
    client.force_login(owner)
    for name in ("confirm", "withdraw"):
        assert client.post(path(name, vendor), {"understood": "on"}).url == path("company", vendor)


# KL's counting -----------------------------------------------------------------------------------


@pytest.fixture
def mapped_answer(public, curator):
    answer = public.answers.get()
    map_answer(answer, make_option(make_question("services"), "advisory"), curator)
    return answer


def test_the_vendor_sees_what_kl_counts_and_takes_it_back(client, vendor, public, mapped_answer):
    object_url = address("object", public.pk, mapped_answer.pk)
    assert read(client, path("company", vendor)).has("a", href=object_url)
    main = read(client, object_url).find("main")
    assert "Etik" in main.text
    assert "Option advisory" in main.text
    for _ in range(2):
        client.post(object_url, {"objection": "<b>Vi rådgiver ikke</b>"})
    assert chosen(public) == {"other"}
    mapped_answer.refresh_from_db()
    assert (mapped_answer.own_words, mapped_answer.objection) == ("Etik", "<b>Vi rådgiver ikke</b>")
    assert public.events.filter(verb="object").count() == 1
    assert not read(client, path("company", vendor)).has("a", href=object_url)


def test_an_objection_that_is_too_long_comes_back(client, public, mapped_answer):
    object_url = address("object", public.pk, mapped_answer.pk)
    page = client.post(object_url, {"objection": "x" * 1000})
    assert "x" * 1000 in page.content.decode()
    assert chosen(public) == {"other", "advisory"}


# The questions in advance ------------------------------------------------------------------------


def test_everybody_can_read_the_survey_in_advance(client, survey):
    page = client.get("/en/leverandoer/spoergsmaal/")
    main = parse(page.content.decode()).find("main")
    current = SurveyRound.current()
    for question in not_empty(current.questions.all()):
        assert question.text in main.text
    retired = make_question("services").options.first()
    assert retired.label in main.text
    assert f"at most {current.max_description_words} words" in main.text
    assert "same limits" in main.text
    assert not page.cookies


def test_without_a_round_there_is_no_survey(client, db):
    assert client.get("/leverandoer/spoergsmaal/").status_code == 404
