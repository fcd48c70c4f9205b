"""Answers that KL has sent back: what is corrected counts as done, what is not is marked, and one leads to the next."""

import pytest
from django.urls import reverse

from marketoverview.models import Response, Status, SurveyRound
from tests.builders import make_offering, make_response
from tests.marketoverview.vendor_area import part_url, seen_value, submit_review
from tests.reading import parse

ANSWERS = {"services": ["advisory"], "technologies": ["nlp"], "business-areas": ["health"]}


@pytest.fixture
def returned(survey, vendor, curator):
    response = make_response(vendor, "draft", round=SurveyRound.current(), answers=ANSWERS)
    make_offering(response, "Post")
    response.refresh_from_db()
    response.submit(None)
    remarks = {
        "description": "For kort.",
        "services": "Hvad mener I?",
        "offerings": "Hvilken post?",
        "contact": "Hvem?",
    }
    response.send_back(curator, "", remarks)
    return response


def tasks(client, response):
    return parse(client.get(reverse("vendor:tasks", args=[response.pk])).content.decode()).find("main")


def badges(client, response) -> dict[str, str]:
    rows = tasks(client, response).find_all("li", "task")
    return {row.find("h2").text.strip(): row.find("p", "task-state").find_all("span")[0].text for row in rows}


def next_step(client, response) -> str:
    return tasks(client, response).find(cls="button-primary").text.strip()


def correct(client, response, part: str, **fields) -> None:
    seen = seen_value(client, response, part)
    assert client.post(part_url(response, part), {"seen": seen, **fields}).status_code == 302


def test_corrected_points_count_as_done_and_the_overview_leads_to_the_next(returned, member_client):
    assert badges(member_client, returned)["Virksomheden"] == "Bemærkning fra KL"
    assert next_step(member_client, returned) == "Fortsæt med “Virksomheden”"
    correct(member_client, returned, "company", company_name="Nordstjernen", description="Vi sorterer post.")
    assert badges(member_client, returned)["Virksomheden"] == "Rettet"
    assert next_step(member_client, returned) == "Fortsæt med “Det, I tilbyder”"
    correct(member_client, returned, "services", services=["development"], technologies=["nlp"])
    offering = returned.offerings.get()
    content = {"title": "Sortering af post", "description": "", "stage": "", "where_used": ""}
    path = reverse("vendor:offering", args=[returned.pk, offering.key])
    seen = parse(member_client.get(path).content.decode()).find("input", name="seen").attrs["value"]
    member_client.post(path, {"seen": seen, **content})
    assert next_step(member_client, returned) == "Fortsæt med “Kontakt og samtykke”"
    correct(member_client, returned, "contact", contact_email="post@nordstjernen.example")
    page = tasks(member_client, returned).text
    assert "Alle bemærkninger er rettet. Svarene er klar til at blive indsendt." in page
    assert next_step(member_client, returned) == "Gennemse og indsend"
    assert badges(member_client, returned)["Gennemse og indsend"] == "Klar"


def test_what_is_changed_and_changed_back_is_open_again(returned, member_client):
    before = returned.description
    correct(member_client, returned, "company", company_name="Nordstjernen", description="Noget andet.")
    assert "description" not in returned.remarks_and_open()[1]
    correct(member_client, returned, "company", company_name="Nordstjernen", description=before)
    assert "description" in returned.remarks_and_open()[1]


def test_another_field_of_the_same_part_corrects_nothing(returned, member_client):
    fields = {"description": returned.description, "website": "https://nordstjernen.example"}
    correct(member_client, returned, "company", company_name="Nordstjernen", **fields)
    assert badges(member_client, returned)["Virksomheden"] == "Bemærkning fra KL"


def test_at_the_field_it_says_whether_the_remark_is_corrected(returned, member_client):
    def remark():
        page = parse(member_client.get(part_url(returned, "company")).content.decode())
        return " ".join(page.find("div", "response-reason").text.split())

    assert remark() == "KL skriver Ikke rettet endnu For kort."
    correct(member_client, returned, "company", company_name="Nordstjernen", description="Vi sorterer post.")
    assert remark() == "KL skriver Rettet For kort."


def test_a_remark_where_nothing_is_changed_is_named_at_the_end_and_stops_nothing(returned, member_client):
    correct(member_client, returned, "company", company_name="Nordstjernen", description="Vi sorterer post.")
    page = parse(member_client.get(reverse("vendor:review", args=[returned.pk])).content.decode())
    warning = page.find("section", "survey-declaration").find("div", "alert")
    assert [line.text for line in warning.find_all("li")] == ["Services og produkter", "Eksempler", "Kontakt"]
    assert "KL har modtaget jeres svar" in submit_review(member_client, returned).content.decode()
    assert Response.objects.get(pk=returned.pk).status == Status.SUBMITTED


def test_where_kl_only_gave_a_general_reason_it_says_that_nothing_was_changed(survey, vendor, curator, member_client):
    response = make_response(vendor, "submitted", round=SurveyRound.current())
    response.send_back(curator, "Skriv mere.")
    review = reverse("vendor:review", args=[response.pk])
    words = "Intet er ændret, siden KL sendte svarene tilbage."
    assert words in member_client.get(review).content.decode()
    correct(member_client, response, "company", company_name="Nordstjernen", description="Vi gør mere.")
    assert words not in member_client.get(review).content.decode()


def test_save_and_go_on_leads_from_remark_to_remark_and_to_the_review(returned, member_client):
    def go_on(part: str, **fields) -> str:
        seen = seen_value(member_client, returned, part)
        return member_client.post(part_url(returned, part), {"seen": seen, "_next": "1", **fields}).url

    assert go_on("company", company_name="Nordstjernen", description="Nyt.") == part_url(returned, "services")
    services = {"services": ["development"], "technologies": ["nlp"]}
    assert go_on("services", **services) == part_url(returned, "offerings")
    returned.offerings.all().delete()
    assert go_on("services", **services) == part_url(returned, "contact")
    review = reverse("vendor:review", args=[returned.pk])
    assert go_on("contact", contact_email="post@nordstjernen.example") == review


def test_the_companys_page_shows_the_reasons_at_single_places(returned, member_client, vendor):
    page = parse(member_client.get(reverse("vendor:company", args=[vendor.slug])).content.decode()).find("main").text
    assert "Beskrivelse: For kort." in " ".join(page.split())


def test_an_incomplete_correction_is_not_said_to_be_ready(returned, member_client):
    url = reverse("vendor:review", args=[returned.pk])
    assert "indsende svarene alligevel" in member_client.get(url).content.decode()
    Response.objects.filter(pk=returned.pk).update(contact_email="")
    assert "indsende svarene alligevel" not in member_client.get(url).content.decode()


@pytest.mark.parametrize("stored", ["", "Se begrundelserne ved spørgsmålene.", "See the reasons at the questions."])
@pytest.mark.parametrize(
    ("address", "words"),
    [("", "Se begrundelserne ved spørgsmålene."), ("/en", "See the reasons at the questions.")],
)
def test_reasons_at_questions_alone_are_pointed_to_in_the_language_of_the_reader(
    stored, address, words, returned, member_client
):
    event = returned.events.get(verb="send_back")
    assert event.reason == ""  # nothing is stored in the language of whoever sent the answers back
    returned.events.filter(pk=event.pk).update(reason=stored)
    urls = [reverse("vendor:company", args=[returned.vendor.slug]), reverse("vendor:response", args=[returned.pk])]
    for url in urls:
        page = parse(member_client.get(address + url).content.decode()).text
        assert words in page
        assert page.count("begrundelserne ved") + page.count("reasons at the questions") == page.count(words[4:-1])
