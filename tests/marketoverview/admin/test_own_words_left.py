"""Own words that KL has seen and leaves under “other”: the page, its filter, and the numbers that fall."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kl_ai.models import User
from marketoverview.models import (
    Answer,
    Option,
    Response,
    Verb,
    leave_as_other,
    look_again,
    map_answer,
    market_version,
    object_to_mapping,
)
from marketoverview.survey.status import history
from tests.admin_pages import admin_url, logged_in, message_text
from tests.builders import make_editor, make_option, make_own_words, make_question, make_response, make_user

pytestmark = pytest.mark.django_db

TOO_BIG = str(10**30)


@pytest.fixture
def legal() -> Option:
    return make_option(make_question("services"), "legal")


def address(query: str = "question=services") -> str:
    return f"{admin_url(Answer, 'own_words')}?{query}"


def listed(client: Client, query: str) -> list[str]:
    return [answer.own_words for answer in client.get(address(query)).context["page"]]


def post(client: Client, query: str = "question=services", **data):
    return client.post(address(query), data, follow=True)


# Decisions --------------------------------------------------------------------------------------


def test_one_that_stays_under_other_waits_no_longer_and_the_numbers_fall(curator_client, curator):
    first, second = make_own_words("Agern", "Ærter"), make_own_words("Birk", "Øer")
    version = market_version.current()
    page = post(curator_client, leave=first.pk)
    assert "1 answer stays under" in message_text(page)
    assert [answer.pk for answer in page.context["page"]] == [second.pk]
    assert page.context["number_waiting"] == 1
    assert {link.label: link.number for link in page.context["menu_links"]}["Own words"] == 1
    first.refresh_from_db()
    assert (first.left_as_other_by, first.own_words) == (curator, "Ærter")
    assert [event.verb for event in first.response.events.all()][-1] == Verb.LEAVE
    assert market_version.current() == version  # nothing public has changed


@pytest.mark.parametrize("is_stored", [True, False])
def test_the_vendor_reads_that_kl_did_it_also_when_the_person_has_left_kl(is_stored, curator_client, curator):
    answer = make_own_words("Agern")
    post(curator_client, leave=answer.pk)
    look_again(answer, curator)
    events = answer.response.events.filter(verb__in=[Verb.LEAVE, Verb.UNLEAVE])
    assert [event.by_kl for event in events] == [True, True]
    if not is_stored:  # as the version before has written it
        events.update(by_kl=None)
    User.objects.filter(pk=curator.pk).update(is_staff=False)
    assert [entry.actor for entry in history(events.select_related("actor"))] == ["KL", "KL"]


def test_it_is_done_once_however_often_it_is_sent(curator_client):
    answer = make_own_words("Agern")
    post(curator_client, leave=answer.pk)
    assert "decided about it already" in message_text(post(curator_client, leave=answer.pk))
    assert answer.response.events.filter(verb=Verb.LEAVE).count() == 1


def test_several_are_left_at_once_and_taken_back_one_by_one(curator_client):
    answers = [make_own_words(name) for name in ("Agern", "Birk", "Eg")]
    page = post(curator_client, answers=[answer.pk for answer in answers], leave_selected="yes")
    assert "3 answers stay" in message_text(page)
    page = post(curator_client, "question=services&state=left", look_again=answers[0].pk)
    assert "1 answer waits again" in message_text(page)
    assert answers[0].response.events.last().verb == Verb.UNLEAVE
    assert page.context["number_waiting"] == 1
    assert "already" in message_text(post(curator_client, look_again=answers[0].pk))


def test_without_a_tick_a_sentence_says_so(curator_client, legal):
    make_own_words("Agern")
    assert "Select at least one" in message_text(post(curator_client, leave_selected="yes"))
    assert "Select at least one" in post(curator_client, option=legal.pk).content.decode()


@pytest.mark.parametrize("key", ["x", "", "-1", "0", TOO_BIG, "9" * 19, "1.0", "²", "1\x00"])
@pytest.mark.parametrize("button", ["leave", "look_again", "undo", "leave_selected", "map"])
def test_tampered_keys_are_answered_with_a_sentence(button, key, curator_client, legal):
    make_own_words("Agern")
    page = post(curator_client, **{button: key, "answers": [key], "option": legal.pk})
    assert page.status_code == 200
    assert message_text(page) or "Select at least one" in page.content.decode()
    assert not Answer.objects.filter(mapped_from__isnull=False).exists()


@pytest.mark.parametrize("option", ["x", "-1", TOO_BIG, "1\x00"])
def test_a_tampered_option_is_answered_with_a_sentence(option, curator_client, legal):
    answer = make_own_words("Agern")
    page = post(curator_client, answers=[answer.pk], option=option)
    assert "errornote" in page.content.decode()


@pytest.mark.parametrize(
    "query", ["page=x", f"page={TOO_BIG}", "page=-1", "question=x&state=y", "q=%00", "q=" + "a+" * 400]
)
def test_a_tampered_address_shows_the_page(query, curator_client):
    make_own_words("Agern")
    assert curator_client.get(address(query)).status_code == 200


def test_an_editor_does_not_decide():
    answer = make_own_words("Agern")
    assert logged_in(make_editor()).post(address(), {"leave": answer.pk}).status_code == 403
    answer.refresh_from_db()
    assert answer.left_as_other_at is None


# What follows -----------------------------------------------------------------------------------


def test_what_is_counted_or_objected_to_is_not_left(curator, legal):
    answer = make_own_words("Agern")
    map_answer(answer, legal, curator)
    assert not leave_as_other(answer, curator)
    object_to_mapping(answer, make_user(), "")
    assert not leave_as_other(answer, curator)


def test_what_was_left_can_be_counted_after_all(curator, legal):
    answer = make_own_words("Agern")
    leave_as_other(answer, curator)
    mapped = map_answer(answer, legal, curator)
    answer.refresh_from_db()
    assert (answer.left_as_other_at, mapped.option) == (None, legal)
    assert not look_again(answer, curator)
    with pytest.raises(ValidationError):
        map_answer(answer, answer.option, curator)


@pytest.mark.parametrize("when", ["before the copy", "after the copy"])
def test_the_same_words_in_a_correction_do_not_wait_again(when, curator, curator_client):
    answer = make_own_words("Agern", "Ærter")
    if when == "before the copy":
        leave_as_other(answer, curator)
    draft = Response.begin(answer.response.vendor, answer.response.round, curator)
    leave_as_other(answer, curator)
    draft.submit(curator)
    draft.publish(curator)
    assert listed(curator_client, "question=services&state=left") == ["Ærter"]
    assert draft.answers.get(option__code="other").left_as_other_by == curator


def test_other_words_in_a_correction_wait(curator, curator_client):
    answer = make_own_words("Agern", "Ærter")
    leave_as_other(answer, curator)
    draft = Response.begin(answer.response.vendor, answer.response.round, curator)
    own = draft.answers.get(option__code="other")
    Answer.objects.filter(pk=own.pk).update(own_words="Bønner")
    Answer.objects.discard_mappings([own.pk])
    draft.submit(curator)
    draft.publish(curator)
    assert listed(curator_client, "question=services") == ["Bønner"]


def test_the_vendor_sees_that_kl_has_looked(curator, owner, vendor):
    answer = make_response(vendor, answers={"services": ["other"]}).answers.get(option__code="other")
    leave_as_other(answer, curator)
    with override("en"):
        assert "seen by KL" in logged_in(owner).get(reverse("vendor:company", args=[vendor.slug])).content.decode()


# The filter -------------------------------------------------------------------------------------


def test_own_words_are_searched_by_danish_letters_and_vendor(curator_client):
    make_own_words("Agern", "Sørejser")
    make_own_words("Åkær", "Etik")
    make_response("Eg", answers={"challenges": ["other"]}, own_words={"challenges": "Soeveje"})
    assert listed(curator_client, "question=services&q=SOE") == ["Sørejser"]
    assert listed(curator_client, "question=services&q=aakaer") == ["Etik"]
    assert listed(curator_client, "question=all&q=sø") == ["Soeveje", "Sørejser"]
    page = curator_client.get(address("question=services&q=findes+ikke"))
    assert "Nothing here contains “findes ikke”" in page.content.decode()


def test_own_words_stand_in_danish_order(curator_client):
    for name in ("Åse", "Ærø", "Zebra", "aber", "Ørn"):
        make_own_words(f"Firma {name}", name)
    assert listed(curator_client, "question=services") == ["aber", "Zebra", "Ærø", "Ørn", "Åse"]


def test_after_a_decision_the_same_list_goes_on(curator_client, monkeypatch):
    monkeypatch.setattr("marketoverview.admin.own_words.PER_PAGE", 2)
    answers = [make_own_words(name, f"Ord {name}") for name in ("A", "B", "C", "D", "E")]
    query = "question=services&state=waiting&q=ord&page=2"
    page = post(curator_client, query, leave=answers[2].pk)
    assert page.redirect_chain[0][0].endswith("q=ord&page=2#own-words")
    assert [answer.own_words for answer in page.context["page"]] == ["Ord D", "Ord E"]
    for answer in answers[3:]:
        page = post(curator_client, query, leave=answer.pk)
    assert [answer.own_words for answer in page.context["page"]] == ["Ord A", "Ord B"]


def test_when_nothing_waits_the_page_says_so(curator_client, curator):
    leave_as_other(make_own_words("Agern"), curator)
    assert "Nothing waits here" in curator_client.get(address()).content.decode()
