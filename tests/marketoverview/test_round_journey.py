"""A whole round in a real browser: made from the last, announced, filled, sent back, corrected, published, and the next."""

import re

import pytest
from django.core import mail

from kl_ai.mail import outbox
from marketoverview.models import Answer, Option, SurveyRound
from tests.browser import follow
from tests.builders import make_curator, make_response
from tests.days import days
from tests.marketoverview.browser_steps import hand_in, log_in_by_code, send_back_with_a_reason, tick


@pytest.fixture
def page(request, open_page):
    return open_page(request.param)


RETIRED_LABEL = "Rådgivning om anskaffelse, anvendelse og udvikling af løsninger baseret på kunstig intelligens"
SECOND_SERVICES = {"implementation", "legal-advisory", "development"}
ROUNDS = "/admin/marketoverview/surveyround/"


def retire_in_the_administration(desk, option: Option) -> None:
    desk.goto(f"/admin/marketoverview/option/{option.pk}/change/")
    follow(desk.get_by_role("button", name="Lad udgå"))
    follow(desk.get_by_role("button", name="Ja, lad den udgå"))


def make_a_round_from_the_last(desk, name: str) -> SurveyRound:
    desk.goto(ROUNDS)
    follow(desk.get_by_role("link", name="Ny runde ud fra den seneste"))
    desk.get_by_label("Navn (dansk)").fill(name)
    desk.get_by_label("Åbner den").fill(days(0).isoformat())
    desk.get_by_label("Lukker den").fill(days(30).isoformat())
    follow(desk.get_by_role("button", name="Opret runden"))
    return SurveyRound.objects.get(name_da=name)


def release(desk) -> None:
    follow(desk.get_by_role("button", name="Frigiv runden"))


def announce(desk) -> None:
    follow(desk.get_by_role("link", name="Meld ud"))
    follow(desk.get_by_role("button", name="Se mailen og modtagerne"))
    follow(desk.get_by_role("button", name=re.compile("Sæt . mails? i kø")))
    outbox.send_waiting()


def follow_the_link_in_the_mail(page, email: str) -> None:
    announcement = next(message for message in reversed(mail.outbox) if message.to == [email])
    page.goto(re.search(r"/leverandoer/virksomhed/\S+", announcement.body)[0])
    log_in_by_code(page, email)


def begin_with_the_earlier_answers(page) -> None:
    follow(page.get_by_role("link", name="Svar på den nye runde"))
    follow(page.get_by_role("button", name="Begynd"))


def decide_about_the_retired_option(page) -> None:
    """The page names what is gone, and asks what is to stand in its place."""
    follow(page.get_by_role("link", name="Fortsæt med “Det, I tilbyder”"))
    assert f"I valgte “{RETIRED_LABEL}”, som ikke findes længere." in page.locator("main").inner_text()
    tick(page, "Juridisk rådgivning ift. kunstig intelligens")
    follow(page.get_by_role("button", name="Gem og gå til oversigten"))


def correct_what_was_sent_back(page) -> None:
    """The list names the part with the remark; corrected, it is done."""
    page.goto("/leverandoer/")
    follow(page.get_by_role("link", name="Ret svarene"))
    assert "Ikke rettet endnu" in page.locator("main").inner_text()
    follow(page.get_by_role("link", name="Fortsæt med “Det, I tilbyder”"))
    tick(page, "Udvikling af løsninger")
    follow(page.get_by_role("button", name="Gem og gå til oversigten"))
    assert "Ikke rettet endnu" not in page.locator("main").inner_text()


def read_what_the_vendor_has_corrected(desk) -> None:
    """Beside the difference to what is public stands the one to what KL has sent back."""
    text = desk.locator("#content").inner_text()
    assert "Indsendt igen" in text
    _to_public, to_sent_back = text.split("Siden I sendte den tilbage", 1)
    since = to_sent_back.split("Begrund, hvad der skal rettes", 1)[0]
    assert "Udvikling af løsninger (fx træning af algoritmer) tilføjet" in since
    assert "Juridisk rådgivning ift. kunstig intelligens tilføjet" not in since  # it was there already


def services_by_round(vendor) -> dict[str, set[str]]:
    """Code of the round to the services that the vendor has stated in it."""
    answers = Answer.objects.filter(response__vendor=vendor, option__question__code="services")
    rows = answers.values_list("response__round__code", "option__code")
    return {code: {option for of_round, option in rows if of_round == code} for code, _option in rows}


@pytest.mark.parametrize("page", ["desktop"], indirect=True)
def test_a_round_from_announcement_to_the_next(page, survey, open_page, log_in, vendor, owner):
    first = SurveyRound.current()
    make_response(vendor, answers={"services": ["advisory", "implementation"]}, round=first)
    SurveyRound.objects.filter(pk=first.pk).update(closes_on=days(-1))
    desk = open_page("desktop")
    log_in(desk, make_curator("kurator@kl.example"))
    second = make_a_round_from_the_last(desk, "Anden runde")
    retire_in_the_administration(desk, Option.objects.get(question__code="services", code="advisory"))
    desk.goto(f"{ROUNDS}{second.pk}/checklist/")
    release(desk)
    announce(desk)
    follow_the_link_in_the_mail(page, owner.email)
    begin_with_the_earlier_answers(page)
    decide_about_the_retired_option(page)
    hand_in(page)
    review = f"/admin/marketoverview/response/{vendor.responses.open().get().pk}/review/"
    send_back_with_a_reason(desk, review)
    correct_what_was_sent_back(page)
    hand_in(page)
    desk.goto(review)
    read_what_the_vendor_has_corrected(desk)
    follow(desk.get_by_role("button", name="Offentliggør"))
    assert "er offentliggjort" in desk.locator(".messagelist").inner_text()
    assert services_by_round(vendor) == {first.code: {"advisory", "implementation"}, second.code: SECOND_SERVICES}
    page.goto("/markedsoverblik/virksomheder/nordstjernen/")
    assert "Juridisk rådgivning ift. kunstig intelligens" in page.locator("main").inner_text()
    # The next round opens on the day after the second one.
    SurveyRound.objects.filter(pk=second.pk).update(opens_on=days(-9), closes_on=days(-1))
    third = make_a_round_from_the_last(desk, "Tredje runde")
    release(desk)
    assert [question.code for question in third.questions.all()] == [
        question.code for question in second.questions.all()
    ]
    page.goto("/leverandoer/")
    begin_with_the_earlier_answers(page)
    assert services_by_round(vendor)[third.code] == SECOND_SERVICES
    assert "Der er noget at tage stilling til" not in page.locator("main").inner_text()
