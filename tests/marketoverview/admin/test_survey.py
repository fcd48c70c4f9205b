"""The survey in the administration: groups of questions, limits, wording, and extended deadlines."""

import html
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from marketoverview.models import (
    DeadlineExtension,
    Option,
    Question,
    QuestionGroup,
    Response,
    SurveyRound,
    Vendor,
    market_version,
)
from marketoverview.models.export_keys import ExportKey
from marketoverview.survey.deadlines import deadline
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import (
    make_curator,
    make_editor,
    make_option,
    make_question,
    make_response,
    make_round,
    make_vendor,
)
from tests.days import days

pytestmark = pytest.mark.django_db

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def question() -> Question:
    question = make_question("services", ["advisory"])
    Question.objects.update(introduced_on=LONG_AGO)
    Option.objects.update(introduced_on=LONG_AGO)
    return question


def test_a_page_of_questions_is_made_and_gets_its_questions(curator_client, question):
    Page(curator_client, admin_url(QuestionGroup, "add")).send(code="offers", title_da="Det, I tilbyder", position="1")
    group = QuestionGroup.objects.get()
    Page(curator_client, admin_url(Question, "change", question.pk)).send(group=group.pk, max_choices="3")
    question.refresh_from_db()
    assert (question.group, question.max_choices) == (group, 3)
    Page(curator_client, admin_url(QuestionGroup, "add")).send(code="contact", title_da="Optaget", position="2")
    assert QuestionGroup.objects.count() == 1


RESERVED = [*ExportKey, "q", "sort", "page", "contact", "services_own_words", "services_counted_by_kl"]


def test_the_texts_of_the_administration_are_cleaned_too(curator_client):
    texts = {"title_da": "Det,\u00a0I\u200b til\u00adbyder", "intro_da": "en\r\nto\u2028tre\x00"}
    Page(curator_client, admin_url(QuestionGroup, "add")).send(code="offers", position="1", **texts)
    group = QuestionGroup.objects.get()
    assert (group.title_da, group.intro_da) == ("Det, I tilbyder", "en\nto tre")


def test_no_question_has_a_code_that_an_export_or_an_address_uses():
    for code in RESERVED:
        with pytest.raises(ValidationError) as refused:
            Question(code=code).clean()
        assert list(refused.value.message_dict) == ["code"]
    Question(code="free").clean()


def test_the_administration_refuses_the_code_of_a_column_of_the_export(curator_client, question):
    fields = {"heading_da": "Titel", "text_da": "Hvad?", "phrase_da": "har {options}"}
    fields |= {"rounds": question.rounds.get().pk}
    page = Page(curator_client, admin_url(Question, "add")).send(code="website", **fields)
    assert "This code is used by the portal itself." in page.content.decode()
    Page(curator_client, admin_url(Question, "add")).send(code="free", **fields)
    assert set(Question.objects.values_list("code", flat=True)) == {"services", "free"}


@pytest.mark.parametrize(("ticked", "expected"), [({}, True), ({"only_spelling": "on"}, False)])
def test_other_words_are_news_unless_only_the_spelling_is_corrected(ticked, expected, curator_client, question):
    option = question.options.get()
    Page(curator_client, admin_url(Question, "change", question.pk)).send(
        text_da="Hvad nu?", **{"options-0-label_da": "Råd"}, **ticked
    )
    Page(curator_client, admin_url(Option, "change", option.pk)).send(label_en="Advice", **ticked)
    question.refresh_from_db()
    option.refresh_from_db()
    assert (question.text_da, option.label_da, option.label_en) == ("Hvad nu?", "Råd", "Advice")
    with override("da"):
        assert question.is_news_since(LONG_AGO) is expected
        assert option.is_news_since(LONG_AGO) is expected
    with override("en"):
        assert not question.is_news_since(LONG_AGO)
        assert option.is_news_since(LONG_AGO) is expected


def test_what_vendors_do_not_read_is_no_news(curator_client, question):
    Page(curator_client, admin_url(Question, "change", question.pk)).send(phrase_da="tilbyder {options}", position="7")
    question.refresh_from_db()
    assert question.position == 7
    assert question.reworded_on is None
    assert question.options.get().reworded_on is None


def test_an_editor_maintains_synonyms_which_are_no_new_wording(question):
    option, before = question.options.get(), market_version.current()
    page = Page(logged_in(make_editor()), admin_url(Option, "change", option.pk))
    page.send(synonyms_da=" rådgiver ,konsulent;Konsulent\r\n\u200b\r\n  sund  sparring ", synonyms_en="consultant")
    option.refresh_from_db()
    assert option.synonyms_da.splitlines() == ["rådgiver", "konsulent", "sund sparring"]
    assert option.synonyms == ["rådgiver", "konsulent", "sund sparring", "consultant"]
    assert (option.reworded_on, option.reworded_en_on) == (None, None)
    assert market_version.current() > before
    assert option.history.first().synonyms_en == "consultant"


@pytest.mark.parametrize(
    ("synonyms", "error"),
    [
        ("\n".join(f"ord {number}" for number in range(41)), "at most 40 synonyms"),
        ("en hel sætning om alt det som virksomheden kan i stedet for et ord", "has more than 60 letters"),
        ("råd\n–", "has no letter"),
    ],
)
def test_what_is_no_list_of_synonyms_is_refused_and_kept_in_the_form(synonyms, error, curator_client, question):
    option = question.options.get()
    page = Page(curator_client, admin_url(Option, "change", option.pk)).send(synonyms_da=synonyms)
    assert error in page.content.decode()
    assert html.escape(synonyms.splitlines()[0]) in page.content.decode()
    option.refresh_from_db()
    assert option.synonyms_da == ""


def test_a_question_is_made_searchable_and_a_scale_in_the_administration(curator_client, question):
    assert (question.is_searchable, question.is_ordinal) == (False, False)
    Page(curator_client, admin_url(Question, "change", question.pk)).send(is_searchable="on", is_ordinal="on")
    question.refresh_from_db()
    assert (question.is_searchable, question.is_ordinal, question.reworded_on) == (True, True, None)


def test_limits_and_corrections_are_set_for_a_round(curator_client):
    survey_round = make_round()
    page = Page(curator_client, admin_url(SurveyRound, "change", survey_round.pk))
    page.send(max_offerings="3", max_description_words="50", corrections_after_close=[])
    survey_round.refresh_from_db()
    assert (survey_round.max_offerings, survey_round.max_description_words) == (3, 50)
    assert not survey_round.corrections_after_close
    page.send(max_own_words="900")
    assert SurveyRound.objects.get().max_own_words == 300


def test_one_vendor_may_answer_for_longer_and_it_is_written_why(curator_client):
    survey_round = make_round(closes_on=date(2026, 2, 1))
    vendor = make_vendor("Agern")
    later = date(2030, 6, 1)
    added = {"extensions-TOTAL_FORMS": "1", "extensions-0-round": survey_round.pk, "extensions-0-closes_on": later}
    page = Page(curator_client, admin_url(Vendor, "change", vendor.pk))
    page.send(**added)
    assert not DeadlineExtension.objects.exists()
    page.send(**added, **{"extensions-0-reason": "Sygdom"})
    assert deadline(survey_round, vendor) == later


def test_an_option_of_another_question_is_left_alone(curator_client, question):
    other = make_option(make_question("areas"), "health")
    Page(curator_client, admin_url(Question, "change", question.pk)).send(**{"options-0-label_da": "Råd"})
    other.refresh_from_db()
    assert other.reworded_on is None


def test_each_row_that_changes_gets_one_version_in_its_history(curator_client, question):
    unchanged = make_option(question, "unchanged")
    reworded = question.options.exclude(pk=unchanged.pk).get()
    before = {row: row.history.count() for row in (question, reworded, unchanged)}
    changes = {"options-0-label_da": "Råd", "options-1-position": unchanged.position, "text_da": "Hvad nu?"}
    Page(curator_client, admin_url(Question, "change", question.pk)).send(**changes)
    after = {row: row.history.count() - number for row, number in before.items()}
    assert after == {question: 1, reworded: 1, unchanged: 0}
    for step in ("_retire", "_bring_back"):
        Page(curator_client, admin_url(Option, "change", reworded.pk)).send(**{step: "1", "retire_confirmed": "yes"})
    assert reworded.history.count() - before[reworded] == 3


@pytest.mark.parametrize(("step", "is_retired"), [("_retire", True), ("_bring_back", False)])
def test_an_option_that_is_reworded_and_retired_in_one_click_gets_one_version(
    step, is_retired, curator_client, question
):
    option = question.options.first()
    before = option.history.count()
    Page(curator_client, admin_url(Option, "change", option.pk)).send(
        **{step: "1", "retire_confirmed": "yes", "label_da": "Råd"}
    )
    option.refresh_from_db()
    assert (option.label_da, bool(option.retired_on), bool(option.reworded_on)) == ("Råd", is_retired, True)
    assert option.history.count() == before + 1


def test_retiring_an_option_asks_first_with_the_number_of_answers(curator_client, curator, question):
    option = question.options.get()
    public = make_response("Agern", answers={"services": ["advisory"]})
    Response.begin(public.vendor, public.round, curator)
    page = Page(curator_client, admin_url(Option, "change", option.pk))
    asked = page.send(_retire="1", label_da="Rådgivning")
    option.refresh_from_db()
    assert (option.retired_on, option.label_da != "Rådgivning") == (None, True)
    words = asked.content.decode()
    assert "Published responses with it: 1; they keep it. Open responses with it: 1" in words
    assert 'name="retire_confirmed"' in words
    assert 'value="Rådgivning"' in words
    done = page.send(_retire="1", retire_confirmed="yes", label_da="Rådgivning")
    option.refresh_from_db()
    assert (bool(option.retired_on), option.label_da) == (True, "Rådgivning")
    assert len(list(done.context["messages"])) == 1


def test_an_editor_reads_the_number_of_published_answers_alone(question):
    public = make_response("Agern", answers={"services": ["advisory"]})
    Response.begin(public.vendor, public.round, make_curator())
    client = logged_in(make_editor("redaktoer@kl.example"))
    words = Page(client, admin_url(Option, "change", question.options.get().pk)).send(_retire="1").content.decode()
    assert "Published responses with it: 1; they keep it." in words
    assert "Open responses" not in words


def test_a_refused_form_of_a_round_names_the_state_that_is_stored(curator_client):
    survey_round = make_round(opens_on=days(-10), closes_on=days(20))
    page = Page(curator_client, admin_url(SurveyRound, "change", survey_round.pk))
    refused = page.send(closes_on=days(-1)).content.decode()
    assert "Nothing was saved yet" in refused
    assert "Open until" in refused
    assert "Closed on" not in refused
