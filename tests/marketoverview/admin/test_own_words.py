"""Own words that KL counts under another answer: the page in the administration, and how the portal tells of it."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kl_ai.mail.models import OutgoingMail
from marketoverview.market.snapshot import snapshots
from marketoverview.models import (
    Answer,
    Option,
    Response,
    Verb,
    leave_as_other,
    map_answer,
    object_to_mapping,
    unmap_answer,
)
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import make_editor, make_option, make_own_words, make_question, make_response, make_user
from tests.reading import english_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def legal() -> Option:
    return make_option(make_question("services"), "legal")


def page(client: Client, query: str = "question=services&state=all") -> Page:
    return Page(client, f"{admin_url(Answer, 'own_words')}?{query}")


def count(client: Client, answers, **fields):
    """Select these answers and press “Count”."""
    data = {"answers": [answer.pk for answer in answers], "option": "", **fields}
    return client.post(f"{admin_url(Answer, 'own_words')}?question=services&state=all", data, follow=True)


# The page ---------------------------------------------------------------------------------------


def test_own_words_are_listed_by_question_and_state(curator_client, curator, legal):
    mapped, objected, untouched, left = (
        make_own_words(name, f"Ord {name}") for name in ("Agern", "Birk", "Eg", "Åkande")
    )
    leave_as_other(left, curator)
    make_response("Lyng", "submitted", answers={"services": ["other"]}, own_words={"services": "Ord i indsendt"})
    make_response("Kladde", "draft", answers={"services": ["other"]}, own_words={"services": "Ord i kladde"})
    for answer in (mapped, objected):
        map_answer(answer, legal, curator)
    object_to_mapping(objected, make_user(), "Nej tak")
    by_state = {
        state: [
            answer.own_words
            for answer in page(curator_client, f"question=services&state={state}").response.context["page"]
        ]
        for state in ("waiting", "left", "mapped", "objected", "submitted", "all")
    }
    assert by_state == {
        "waiting": ["Ord Eg"],
        "left": ["Ord Åkande"],
        "mapped": ["Ord Agern"],
        "objected": ["Ord Birk"],
        "submitted": ["Ord i indsendt"],
        "all": ["Ord Agern", "Ord Birk", "Ord Eg", "Ord i indsendt", "Ord Åkande"],
    }
    assert untouched.response.vendor.name in page(curator_client).text


def test_several_are_counted_under_an_answer_at_once_and_the_vendors_are_told(curator_client, curator, legal):
    answers = [make_own_words(name) for name in ("Agern", "Birk")]
    assert "2 answers are counted" in message_text(count(curator_client, answers, option=legal.pk))
    for answer in answers:
        mapping = answer.mappings.get()
        assert (mapping.option, mapping.mapped_by) == (legal, curator)
        assert answer.response.events.last().verb == Verb.MAP
        answer.refresh_from_db()
        assert answer.own_words == "Dataetik"
    assert OutgoingMail.objects.filter(kind="mapped").count() == 2


def test_the_same_twice_changes_nothing_twice(curator_client, legal):
    answer = make_own_words("Agern")
    for _ in range(2):
        count(curator_client, [answer], option=legal.pk)
    assert Answer.objects.filter(mapped_from=answer).count() == 1
    assert OutgoingMail.objects.filter(kind="mapped").count() == 1


def test_a_new_answer_is_made_on_the_way_and_other_stays_last(curator_client, curator, legal):
    answer = make_own_words("Agern")
    count(curator_client, [answer], code="ethics", label_da="Dataetik", label_en="Data ethics")
    option = Option.objects.get(code="ethics")
    assert list(option.question.options.values_list("code", flat=True)) == ["legal", "ethics", "other"]
    assert option.history.get().history_user == curator
    assert answer.mappings.get().option == option
    assert [tally.count for tally in snapshots.current().counts("services", 1)] == [0, 1, 1]


@pytest.mark.parametrize("fields", [{}, {"code": "ethics"}, {"label_da": "Etik"}, {"code": "other", "label_da": "Etik"},
                                    {"code": "med mellemrum", "label_da": "Etik"}])  # fmt: skip
def test_a_new_answer_needs_a_code_and_a_label(fields, curator_client):
    answer = make_own_words("Agern")
    text = count(curator_client, [answer], **fields).content.decode()
    assert "Please correct the error below" in text
    assert f'value="{answer.pk}" id="answer-{answer.pk}" checked' in text
    assert Option.objects.count() == 1


def test_what_cannot_be_counted_is_told_and_the_others_go_through(curator_client, curator, legal):
    has_it = make_response("Birk", answers={"services": ["legal", "other"]}).answers.get(option__code="other")
    objected, countable = make_own_words("Eg"), make_own_words("Agern")
    map_answer(objected, legal, curator)
    object_to_mapping(objected, make_user(), "")
    messages = message_text(count(curator_client, [has_it, objected, countable], option=legal.pk))
    assert "Birk has" in messages
    assert "Eg has objected" in messages
    assert "1 answer is counted" in messages
    assert [mapped.mapped_from for mapped in Answer.objects.filter(mapped_from__isnull=False)] == [countable]


def test_a_new_answer_that_nobody_gets_is_not_made(curator_client, curator, legal):
    objected = make_own_words("Eg")
    map_answer(objected, legal, curator)
    object_to_mapping(objected, make_user(), "")
    count(curator_client, [objected], code="ethics", label_da="Etik")
    assert not Option.objects.filter(code="ethics").exists()


def test_a_counting_is_taken_back_once(curator_client, curator, legal):
    answer = make_own_words("Agern")
    mapping = map_answer(answer, legal, curator)
    address = f"{admin_url(Answer, 'own_words')}?question=services"
    assert "no longer counted" in message_text(curator_client.post(address, {"undo": mapping.pk}, follow=True))
    assert "taken back already" in message_text(curator_client.post(address, {"undo": mapping.pk}, follow=True))
    assert "taken back already" in message_text(curator_client.post(address, {"undo": "x"}, follow=True))
    assert "taken back already" in message_text(curator_client.post(address, {"undo": answer.pk}, follow=True))
    assert list(answer.response.answers.all()) == [answer]


def test_an_editor_does_not_come_in(legal):
    answer = make_own_words("Agern")
    editor = logged_in(make_editor())
    assert page(editor).response.status_code == 403
    assert count(editor, [answer], option=legal.pk).status_code == 403
    assert not answer.mappings.exists()


def test_without_any_own_words_the_page_says_so(curator_client):
    assert "No question has" in page(curator_client).text


def test_the_page_costs_the_same_at_any_length(curator_client, curator, legal, django_assert_num_queries):
    def make(number: int) -> None:
        for _ in range(number):
            map_answer(make_own_words(f"Firma {Response.objects.count()}"), legal, curator)

    make(2)
    page(curator_client)
    with CaptureQueriesContext(connection) as few:
        page(curator_client)
    number = len(few)
    make(10)
    page(curator_client)  # the snapshot is new
    with django_assert_num_queries(number):
        assert len(page(curator_client).response.context["page"]) == 12


# At the response in the administration ----------------------------------------------------------


def corrected(answer: Answer, legal: Option, curator) -> Response:
    """A draft that starts from a response in which KL has counted the own words."""
    map_answer(answer, legal, curator)
    return Response.begin(answer.response.vendor, answer.response.round, curator)


def test_an_edit_shows_the_vendors_own_answers_and_keeps_what_kl_counts(curator_client, curator, legal):
    draft = corrected(make_own_words("Agern"), legal, curator)
    form = Page(curator_client, admin_url(Response, "change", draft.pk))
    assert form.response.context["inline_admin_formsets"][0].formset.initial_form_count() == 1
    form.send(description="Rettet")
    assert draft.answers.filter(mapped_from__isnull=False).count() == 1


def test_own_words_that_have_changed_are_no_longer_counted(curator_client, curator, legal):
    draft = corrected(make_own_words("Agern"), legal, curator)
    Page(curator_client, admin_url(Response, "change", draft.pk)).send(**{"answers-0-own_words": "Noget andet"})
    assert [answer.own_words for answer in draft.answers.all()] == ["Noget andet"]


def test_what_is_ticked_takes_the_place_of_what_kl_counts(curator_client, curator, legal):
    draft = corrected(make_own_words("Agern"), legal, curator)
    counted = draft.answers.get(option=legal)
    Page(curator_client, admin_url(Response, "change", draft.pk)).send(**{"answers-1-option": legal.pk})
    assert set(draft.answers.values_list("option__code", "mapped_from")) == {("other", None), ("legal", None)}
    ticked = draft.answers.get(option=legal)
    assert (ticked.pk, ticked.mapped_by, ticked.mapped_at) == (counted.pk, None, None)
    assert [version.history_type for version in ticked.history.all()] == ["~", "+"]


def test_what_the_vendor_has_ticked_is_not_ticked_again(curator_client, curator, legal):
    draft = corrected(make_own_words("Agern"), legal, curator)
    other = draft.answers.get(option__code="other").option
    form = Page(curator_client, admin_url(Response, "change", draft.pk))
    assert "errornote" in form.send(**{"answers-1-option": other.pk}).content.decode()
    assert draft.answers.count() == 2


# On the portal ----------------------------------------------------------------------------------


@pytest.fixture
def mapped(legal, curator) -> Answer:
    """One of three vendors with own words is counted under another answer; a fourth has ticked it."""
    answer = make_own_words("Agern", "Etik <b>i</b> data")
    for name in ("Birk", "Eg"):
        make_own_words(name)
    make_response("Kløver", answers={"services": ["legal"]})
    map_answer(answer, legal, curator)
    return answer


def english_text(client: Client, name: str, *args, query: str = "") -> str:
    return client.get(f"{english_url(f'market:{name}', *args)}{query}").getvalue().decode()


def test_the_profile_says_that_kl_counted_it_and_why(client, mapped):
    text = english_text(client, "profile", "agern")
    assert "Counted here by KL because of the company's own words" in text
    assert text.count("Etik &lt;b&gt;i&lt;/b&gt; data") == 2
    assert "Counted here by KL" not in english_text(client, "profile", "klver")


def test_figures_say_how_many_answers_kl_counted_in_the_selection(client, mapped, legal, curator):
    assert "KL has counted 1 answer under" in english_text(client, "figure", "services")
    map_answer(mapped, make_option(legal.question, "advisory"), curator)
    assert "KL has counted 1 answer under" in english_text(client, "figure", "services")
    map_answer(Response.objects.get(vendor__name="Birk").answers.get(), legal, curator)
    assert "KL has counted 2 answers under" in english_text(client, "figure", "services")
    assert "KL has counted 1 answer under" in english_text(client, "figure", "services", query="?q=birk")
    assert "KL has counted" not in english_text(client, "figure", "services", query="?q=eg")


def test_the_count_of_what_kl_counted_agrees_with_the_database(mapped, legal, curator):
    map_answer(Response.objects.get(vendor__name="Eg").answers.get(), legal, curator)
    snapshot = snapshots.current()
    tally = snapshot.tallies["services"]
    for query in ("", "eg", "agern", "birk"):
        vendors = snapshot.match({}, query)
        ids = [snapshot.entries[n].vendor_id for n in range(snapshot.size) if vendors >> n & 1]
        by_sql = Answer.objects.filter(response__vendor__in=ids, mappings__isnull=False).distinct().count()
        assert tally.counted_otherwise(vendors) == by_sql
    counted = {counted.choice.code: counted.count for counted in snapshot.counts("services", snapshot.everyone)}
    assert counted == {"legal": 3, "other": 3}


def test_what_kl_takes_back_is_gone_on_the_next_request(client, mapped, curator):
    english_text(client, "figure", "services")
    unmap_answer(mapped.mappings.select_related("response", "mapped_from", "option").get(), curator)
    assert "KL has counted" not in english_text(client, "figure", "services")
    assert "Counted here by KL" not in english_text(client, "profile", "agern")


def test_comparison_and_directory_mark_what_kl_has_counted(client, mapped, legal):
    legal.question.in_summary = True
    legal.question.save()
    snapshots.forget()
    text = english_text(client, "compare", query="?v=agern&v=birk")
    assert text.count("(counted here by KL)") == 1
    assert english_text(client, "directory").count("(counted here by KL)") == 1


def test_files_mark_what_kl_has_counted(client, mapped):
    companies = json.loads(english_text(client, "export", "json"))["companies"]
    services = {
        company["name"]: (sorted(company["services"]), company["services_counted_by_kl"]) for company in companies
    }
    assert services["Agern"] == (["legal", "other"], ["legal"])
    assert services["Birk"] == (["other"], [])
    assert services["Kløver"] == (["legal"], [])
    assert "services_counted_by_kl" in english_text(client, "export_help")


def test_the_neutrality_page_explains_it(client, mapped):
    assert "can object" in english_text(client, "neutrality")
