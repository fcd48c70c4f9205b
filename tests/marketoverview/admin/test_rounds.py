"""The administration of rounds: made from the last one, checked, previewed, released, and their dates changed."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from django.utils.translation import override

from marketoverview.admin.round_pages import reminders_facts
from marketoverview.models import Question, Response, SavedPart, SurveyRound
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import make_editor, make_question, make_response, make_round
from tests.days import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def last() -> SurveyRound:
    last = make_round("2026", name_da="Markedet 2026", name_en="Market 2026", opens_on=days(-60), closes_on=days(10))
    make_question("services", ["advisory", "delivery", "other"], round=last)
    return last


@pytest.fixture
def new(last) -> SurveyRound:
    """A round from the last one, complete but not released."""
    fields = {"code": "2027", "name_da": "Markedet 2027", "name_en": "Market 2027"}
    return SurveyRound.make_from(last, **fields, opens_on=days(11), closes_on=days(40))


def checklist(survey_round: SurveyRound) -> str:
    return admin_url(SurveyRound, "checklist", survey_round.pk)


# Made from the last -----------------------------------------------------------------------------


def test_names_and_code_are_proposed_and_dates_are_asked(curator_client, last):
    page = Page(curator_client, admin_url(SurveyRound, "new"))
    proposed = {name: page.response.context["form"][name].value() for name in ("code", "name_da", "name_en")}
    assert proposed == {"code": "2027", "name_da": "Markedet 2027", "name_en": "Market 2027"}
    refused = page.send()
    assert set(refused.context["form"].errors) == {"opens_on"}
    after = page.send(opens_on=str(days(11)), closes_on=str(days(40)))
    new = SurveyRound.objects.get(code="2027")
    assert after.redirect_chain[-1][0] == checklist(new)
    assert "It opens only when you have released it" in message_text(after)
    assert list(new.questions.all()) == list(last.questions.all())


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [(-1, 40, "opens_on"), (11, 11, "closes_on"), (10, 40, "opens_on"), (1, 5, "opens_on")],
)
def test_dates_that_cannot_be_are_refused_and_nothing_is_lost(opens, closes, field, curator_client, last):
    page = Page(curator_client, admin_url(SurveyRound, "new"))
    refused = page.send(opens_on=str(days(opens)), closes_on=str(days(closes)), name_da="Æblerunden")
    assert set(refused.context["form"].errors) == {field}
    assert 'value="Æblerunden"' in refused.content.decode()
    assert SurveyRound.objects.count() == 1


def test_a_code_in_use_is_refused(curator_client, last):
    page = Page(curator_client, admin_url(SurveyRound, "new"))
    refused = page.send(opens_on=str(days(11)), closes_on="", code="2026")
    assert "There is a round with this code already." in refused.content.decode()


def test_without_an_earlier_round_the_first_one_is_made_by_hand(curator_client):
    after = curator_client.get(admin_url(SurveyRound, "new"), follow=True)
    assert after.redirect_chain[-1][0] == admin_url(SurveyRound, "add")


def test_a_round_of_code_and_dates_alone_does_not_open_and_says_why(curator_client, last):
    fields = {"code": "tom", "name_da": "Tom", "opens_on": str(days(-1))}
    after = Page(curator_client, admin_url(SurveyRound, "add")).send(**fields)
    assert after.redirect_chain[-1][0] == checklist(SurveyRound.objects.get(code="tom"))
    assert "The round does not open" in after.content.decode()
    assert "The round has no questions. Open each question that belongs to it" in after.content.decode()
    assert "0 questions" not in after.content.decode()
    assert f'href="{admin_url(Question, "changelist")}"' in after.content.decode()
    assert SurveyRound.current() == last


# The checklist and the two steps ----------------------------------------------------------------


def test_a_complete_round_is_released_announced_of_and_taken_back(curator_client, new):
    page = Page(curator_client, checklist(new))
    assert "The round is complete." in page.text
    assert "Announce it" in message_text(page.send(release="1"))
    new.refresh_from_db()
    assert new.is_released
    assert "a moment ago" in message_text(page.send(release="1"))
    assert "is taken back" in message_text(Page(curator_client, checklist(new)).send(take_back="1"))
    new.refresh_from_db()
    assert not new.is_released


def test_an_incomplete_round_has_no_button_and_a_post_is_refused(curator_client, new):
    SurveyRound.objects.filter(pk=new.pk).update(name_en="")
    page = Page(curator_client, checklist(new))
    assert "The English name is missing." in page.text
    assert 'name="release"' not in page.text
    assert "The English name is missing." in message_text(page.send(release="1"))
    assert not SurveyRound.objects.get(pk=new.pk).is_released


def test_closing_the_earlier_round_is_asked_about(curator_client, last, new):
    SurveyRound.objects.filter(pk=last.pk).update(closes_on=None)
    page = Page(curator_client, checklist(new))
    assert "has no closing date" in page.text
    page.send(release="1")
    assert not SurveyRound.objects.get(pk=new.pk).is_released
    page.send(release="1", close_earlier="yes")
    last.refresh_from_db()
    assert last.closes_on == days(10)
    assert SurveyRound.objects.get(pk=new.pk).is_released


def test_editors_see_the_checklist_and_do_not_release(new):
    client = logged_in(make_editor())
    page = Page(client, checklist(new))
    assert page.response.status_code == 200
    assert 'name="release"' not in page.text
    assert client.post(checklist(new), {"release": "1"}).status_code == 403
    assert client.get(admin_url(SurveyRound, "announce", new.pk)).status_code == 403


@pytest.mark.parametrize("page", ["checklist", "preview", "announce"])
def test_a_round_that_is_gone_is_not_found(page, curator_client, last):
    assert curator_client.get(admin_url(SurveyRound, page, 0)).status_code == 404
    assert curator_client.get(admin_url(SurveyRound, page, 2**70)).status_code == 404


def test_checklist_and_preview_cost_the_same_at_any_length(curator_client, last, new):
    def cost(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            curator_client.get(admin_url(SurveyRound, page, new.pk))
        return len(captured)

    few = [cost(page) for page in ("checklist", "preview")]
    for number in range(12):
        question = make_question(f"q{number}", ["a", "b"], round=last)
        question.rounds.add(new)
    for _ in range(5):
        make_response()
    assert [cost(page) for page in ("checklist", "preview")] == few


# The preview ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("da", ["Hvad med services?", "Svar delivery", "Virksomhedens navn"]),
        ("en", ["What about services?", "Option delivery", "Name of the company"]),
    ],
)
def test_the_preview_shows_every_page_in_both_languages_and_stores_nothing(language, texts, curator_client, new):
    page = curator_client.get(admin_url(SurveyRound, "preview", new.pk, language=language)).content.decode()
    assert [text for text in texts if text not in page] == []
    assert "<fieldset disabled>" in page
    assert 'type="submit"' not in page.split("<main", 1)[1].split("</main>")[0]
    assert (Response.objects.count(), SavedPart.objects.count()) == (0, 0)


def test_a_retired_option_is_not_in_the_preview(curator_client, new):
    Question.objects.get().options.get(code="delivery").retire()
    page = curator_client.get(admin_url(SurveyRound, "preview", new.pk)).content.decode()
    assert "Option advisory" in page
    assert "Option delivery" not in page


# Changed dates ----------------------------------------------------------------------------------


def test_the_dates_of_a_running_round_are_changed_only_after_a_yes(curator_client, last):
    make_response(status="draft", round=last)
    page = Page(curator_client, admin_url(SurveyRound, "change", last.pk))
    asked = page.send(closes_on=str(days(20)))
    assert "1 vendor has begun" in asked.content.decode()
    last.refresh_from_db()
    assert last.closes_on == days(10)
    after = page.send(closes_on=str(days(20)), confirm_dates="on")
    last.refresh_from_db()
    assert last.closes_on == days(20)
    assert "Announce the new deadline" in message_text(after)


def test_other_fields_of_a_running_round_need_no_yes(curator_client, last):
    Page(curator_client, admin_url(SurveyRound, "change", last.pk)).send(name_en="Market 2026, first half")
    last.refresh_from_db()
    assert last.name_en == "Market 2026, first half"


def test_released_rounds_are_not_moved_onto_each_other(curator_client, last, new):
    new.release()
    page = Page(curator_client, admin_url(SurveyRound, "change", last.pk))
    refused = page.send(closes_on=str(days(11)), confirm_dates="on")
    (error,) = refused.context["adminform"].form.errors["closes_on"]
    assert "The round overlaps “Market 2027”, which is open from" in error
    assert f"Let this round close before {date_format(new.opens_on)}, or change the dates of “Market 2027”." in error
    page = Page(curator_client, admin_url(SurveyRound, "change", new.pk))
    assert "confirm_dates" not in page.text  # it has not opened
    assert "The round overlaps" in page.send(opens_on=str(days(10))).content.decode()
    page.send(opens_on=str(days(12)))
    new.refresh_from_db()
    assert new.opens_on == days(12)


def test_the_list_says_which_rounds_do_not_open(curator_client, last, new):
    page = curator_client.get(admin_url(SurveyRound, "changelist")).content.decode()
    assert "not released: it does not open" in page
    assert admin_url(SurveyRound, "new") in page


def test_the_last_question_of_a_released_round_stays(curator_client, last, new):
    question = Question.objects.get()
    url = admin_url(Question, "change", question.pk)
    assert "is the last question of" in Page(curator_client, url).send(rounds=[str(new.pk)]).content.decode()
    assert curator_client.get(admin_url(Question, "delete", question.pk)).status_code == 403
    Page(curator_client, url).send(rounds=[str(last.pk)])  # the other round is not released
    assert list(question.rounds.all()) == [last]
    make_question("areas", ["a", "b"], round=last)
    Page(curator_client, url).send(rounds=[str(new.pk)])
    assert list(question.rounds.all()) == [new]


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "fact"),
    [
        (10, 40, "{26} and {37}"),
        (30, 40, "on {37}."),
        (30, 32, "opens too shortly before it closes"),
        (-40, 5, "on {2}."),
        (-40, 1, "last reminder, {-2}, has passed"),
        (-40, -1, "only where KL has extended"),
    ],
)
def test_the_checklist_names_the_days_of_reminders_that_come(opens_in, closes_in, fact, new):
    new.opens_on, new.closes_on = days(opens_in), days(closes_in)
    with override("en"):
        (text,) = reminders_facts(new)
        expected = re.sub(r"{(-?\d+)}", lambda match: date_format(days(int(match[1]))), fact)
    assert expected in text
