"""The review page, the short way to correct one thing of what is public, and the examples' list."""

import pytest
from django.urls import reverse

from marketoverview.models import Response, SampleOffering, SurveyRound, Vendor
from marketoverview.survey.status import vendor_statuses
from tests.builders import make_offering, make_response
from tests.marketoverview.vendor_area import part_url, seen_value, submit_review
from tests.reading import english_url, parse

ANSWERS = {"services": ["advisory"], "technologies": ["nlp"], "business-areas": ["health"]}


@pytest.fixture
def public(survey, vendor):
    return make_response(vendor, round=SurveyRound.current(), answers=ANSWERS, offerings=[{"title": "Post"}])


def read(client, path: str):
    return parse(client.get(path).content.decode()).find("main")


def review(client, draft):
    return read(client, reverse("vendor:review", args=[draft.pk]))


def begin(vendor) -> str:
    return reverse("vendor:begin", args=[vendor.slug])


# One thing ------------------------------------------------------------------------------------------


def test_correcting_one_thing_leads_to_its_part_and_from_there_to_the_end(public, vendor, member_client):
    page = read(member_client, begin(vendor))
    assert page.find("h1").text.startswith("Hvad vil I rette?")
    assert [button.attrs["value"] for button in page.find_all("button")] == [
        *("company", "services", "experience", "offerings", "challenges", "contact", "")
    ]
    response = member_client.post(begin(vendor), {"part": "contact"}, follow=True)
    draft = Response.objects.open().get()
    assert response.redirect_chain[-1][0] == part_url(draft, "contact") + "?back=review"
    fields = {"seen": seen_value(member_client, draft, "contact"), "back": "review", "contact_phone": "+45 33 70 00 00"}
    email = draft.contact_email
    saved = member_client.post(part_url(draft, "contact"), {**fields, "contact_email": email}, follow=True)
    assert saved.redirect_chain[-1][0] == reverse("vendor:review", args=[draft.pk]) + "#contact"
    changed = parse(saved.content.decode()).find("main").find("div", "alert-info")
    assert [line.text for line in changed.find_all("li")] == ["Kontakt"]
    assert "KL har modtaget jeres svar" in submit_review(member_client, draft).content.decode()
    assert set(draft.answers.values_list("option__code", flat=True)) >= {"advisory", "nlp", "health"}
    assert [offering.title for offering in draft.offerings.all()] == ["Post"]


def test_the_whole_survey_can_be_gone_through_as_well(public, vendor, member_client):
    for value in ("", "no such part"):
        response = member_client.post(begin(vendor), {"part": value})
        assert response.url == reverse("vendor:tasks", args=[Response.objects.open().get().pk])


def test_where_nothing_is_changed_the_review_says_so(public, vendor, member_client):
    member_client.post(begin(vendor), {"part": "company"})
    page = review(member_client, Response.objects.open().get())
    assert "Intet er ændret i forhold til det offentlige" in page.text


# The review -----------------------------------------------------------------------------------------


def test_the_review_shows_the_drafts_own_name_and_website(public, vendor, member_client, owner):
    draft = Response.begin(vendor, public.round, owner)
    Response.objects.filter(pk=draft.pk).update(company_name="Nordlyset", website="https://nordlyset.example")
    for path in (reverse("vendor:review", args=[draft.pk]), reverse("vendor:response", args=[draft.pk])):
        page = read(member_client, path)
        assert "Nordlyset" in page.text
        assert page.find("a", href="https://nordlyset.example").text == "nordlyset.example"
    profile = read(member_client, reverse("market:profile", args=[vendor.slug]))
    assert "Nordlyset" not in profile.text


def test_each_section_of_the_review_leads_to_its_part_and_back(public, vendor, member_client, owner):
    draft = Response.begin(vendor, public.round, owner)
    links = review(member_client, draft).find_all("a", "correct-link")
    parts = {link.attrs["href"] for link in links}
    keys = ("company", "services", "experience", "offerings", "challenges", "contact")
    assert parts == {part_url(draft, key) + "?back=review" for key in keys}
    assert links[0].text == "Ret Navn, beskrivelse og hjemmeside"
    page = read(member_client, part_url(draft, "company") + "?back=review")
    assert page.find_all("button")[0].text == "Gem og gå tilbage til gennemgangen"
    english = member_client.get(english_url("vendor:review", draft.pk)).content.decode()
    assert "Changed against what is public" in english or "Nothing is changed" in english


def test_a_page_from_the_review_that_comes_back_with_an_error_still_leads_there(public, vendor, member_client, owner):
    draft = Response.begin(vendor, public.round, owner)
    fields = {"seen": seen_value(member_client, draft, "company"), "back": "review", "website": "[indsaet link]"}
    page = parse(member_client.post(part_url(draft, "company"), fields).content.decode())
    assert page.find("input", name="back").attrs["value"] == "review"


# Examples -------------------------------------------------------------------------------------------


@pytest.fixture
def examples(draft):
    return [make_offering(draft, title) for title in ("Et", "To", "Tre", "Fire")]


def act(client, draft, offering, action: str):
    response = client.post(reverse("vendor:offering_do", args=[draft.pk, offering.key, action]), follow=True)
    return parse(response.content.decode()).find("main")


def titles(draft) -> list[str]:
    return [offering.title for offering in draft.offerings.all()]


def focused(page) -> str:
    (element,) = [element for element in page._inside() if "autofocus" in element.attrs]
    return element.text


def test_undo_restores_the_place(draft, examples, member_client):
    for number in (1, 2):
        act(member_client, draft, examples[number], "slet")
    assert titles(draft) == ["Et", "Fire"]
    assert focused(act(member_client, draft, examples[2], "fortryd")) == "Ret Tre"
    act(member_client, draft, examples[1], "fortryd")
    assert titles(draft) == ["Et", "To", "Tre", "Fire"]


def test_a_new_example_stands_behind_a_deleted_one_that_comes_back(draft, examples, member_client, owner):
    act(member_client, draft, examples[3], "slet")
    make_offering(draft, "Fem", position=draft.next_offering_position())
    act(member_client, draft, examples[3], "fortryd")
    assert titles(draft) == ["Et", "To", "Tre", "Fire", "Fem"]


def test_moving_keeps_the_focus_on_the_button_of_the_moved_one(draft, examples, member_client):
    page = act(member_client, draft, examples[2], "flyt-op")
    assert titles(draft) == ["Et", "Tre", "To", "Fire"]
    assert focused(page) == "Flyt op Tre"
    assert "Eksemplet er nu nummer 2 af 4." in page.text
    page = act(member_client, draft, examples[2], "flyt-op")
    assert focused(page) == "Flyt ned Tre"  # it is the first: there is no other button
    for _ in range(3):
        page = act(member_client, draft, examples[2], "flyt-ned")
    assert titles(draft) == ["Et", "To", "Fire", "Tre"]
    assert focused(page) == "Flyt op Tre"


def test_what_was_written_on_an_example_that_a_colleague_deleted_is_not_lost(draft, examples, member_client, colleague):
    path = reverse("vendor:offering", args=[draft.pk, examples[1].key])
    seen = parse(member_client.get(path).content.decode()).find("input", name="seen").attrs["value"]
    draft.remove_offering(examples[1].key, colleague)
    page = member_client.post(path, {"seen": seen, "title": "To med mere", "stage": ""}, follow=True)
    assert "var slettet imens; det er tilbage" in page.content.decode()
    assert titles(draft) == ["Et", "To med mere", "Tre", "Fire"]


def test_moving_an_example_that_a_colleague_deleted_says_so(draft, examples, member_client, colleague):
    draft.remove_offering(examples[1].key, colleague)
    assert "Eksemplet er slettet imens" in act(member_client, draft, examples[1], "flyt-op").text
    assert titles(draft) == ["Et", "Tre", "Fire"]


def test_fetching_the_earlier_examples_leaves_the_present_ones_to_be_brought_back(public, vendor, member_client, owner):
    draft = Response.begin(vendor, public.round, owner, set())
    make_offering(draft, "Nyt")
    member_client.post(reverse("vendor:part_last", args=[draft.pk, "offerings"]))
    assert titles(draft) == ["Post"]
    act(member_client, draft, SampleOffering.with_removed.get(response=draft, title="Nyt"), "fortryd")
    assert sorted(titles(draft)) == ["Nyt", "Post"]


@pytest.mark.parametrize("is_public", [False, True])
def test_only_what_is_public_is_offered_to_be_corrected(is_public, survey, vendor):
    if is_public:
        make_response(vendor, round=SurveyRound.current(), answers=ANSWERS)
    (status,) = vendor_statuses([Vendor.objects.with_responses().get(pk=vendor.pk)])
    assert status.may_answer
    assert status.is_correction is is_public
