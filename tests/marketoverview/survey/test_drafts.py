"""A draft is filled in part by part: nothing typed is lost, nothing is overwritten unseen, the same twice is once."""

from datetime import date
from uuid import uuid4

import pytest

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from marketoverview.models import (
    Response,
    SampleOffering,
    TransitionRefused,
    map_answer,
    object_to_mapping,
    offering_content,
)
from tests.builders import make_next_round, make_option, make_question, make_response, make_round

SERVICES = ("services",)


@pytest.fixture
def draft(vendor):
    make_question("services", ["advisory", "development", "other"])
    return make_response(vendor, "draft")


def save(response, content: dict[str, str], by, seen: str | None = None) -> None:
    seen = fingerprint(response.stored(SERVICES)) if seen is None else seen
    response.save_part("services", SERVICES, {"services": content}, seen, by)


def test_a_part_holds_exactly_what_was_ticked_last(draft, owner):
    save(draft, {"advisory": "", "other": "Etik"}, owner)
    save(draft, {"development": "", "other": "Dataetik"}, owner)
    assert draft.stored(SERVICES) == {"services": {"development": "", "other": "Dataetik"}}


def test_the_same_saved_twice_changes_nothing_twice(draft, owner, colleague):
    save(draft, {"advisory": ""}, owner)
    draft.refresh_from_db()
    changed_at, history = draft.changed_at, draft.answers.get().history.count()
    save(draft, {"advisory": ""}, colleague, seen="from another page")
    draft.refresh_from_db()
    assert (draft.changed_at, draft.answers.get().history.count()) == (changed_at, history)
    assert draft.saved_parts.get().saved_by == owner


def test_the_second_of_two_pages_overwrites_nothing_unseen(draft, owner, colleague):
    seen = fingerprint(draft.stored(SERVICES))
    save(draft, {"advisory": ""}, owner, seen)
    with pytest.raises(ChangedMeanwhile) as changed:
        save(draft, {"development": ""}, colleague, seen)
    assert changed.value.stored == {"services": {"advisory": ""}}
    assert changed.value.saved.saved_by == owner
    save(draft, {"development": ""}, colleague, fingerprint(changed.value.stored))  # having seen it
    assert draft.stored(SERVICES) == {"services": {"development": ""}}


def test_what_kl_has_received_is_no_longer_edited(draft, owner):
    stale = Response.objects.get(pk=draft.pk)
    draft.submit(owner)
    with pytest.raises(TransitionRefused):
        save(stale, {"advisory": ""}, owner)
    assert stale.stored(SERVICES) == {"services": {}}


# Examples ---------------------------------------------------------------------------------------


def add(response, title: str, by, key=None):
    content = {"title": title, "description": "", "stage": "", "where_used": ""}
    response.save_offering(key or uuid4(), content, [], "", by)
    return SampleOffering.objects.get(response=response, title=title)


def titles(response) -> list[str]:
    return [offering.title for offering in response.offerings.all()]


def test_the_same_form_sent_twice_makes_one_example(draft, owner):
    key = uuid4()
    add(draft, "Post", owner, key)
    add(draft, "Post", owner, key)
    assert titles(draft) == ["Post"]


def test_examples_are_moved_and_never_lost(draft, owner):
    first, _second, third = (add(draft, title, owner) for title in ("1", "2", "3"))
    draft.move_offering(third.key, -1, owner)
    assert titles(draft) == ["1", "3", "2"]
    draft.move_offering(first.key, -1, owner)  # is first already
    draft.move_offering(first.key, 5, owner)
    assert titles(draft) == ["3", "2", "1"]


def test_a_deleted_example_comes_back_until_the_answers_are_handed_in(draft, owner):
    first, second = add(draft, "1", owner), add(draft, "2", owner)
    draft.remove_offering(first.key, owner)
    assert titles(draft) == ["2"]
    draft.restore_offering(first.key, owner)
    assert titles(draft) == ["1", "2"]
    draft.remove_offering(second.key, owner)
    draft.submit(owner)
    with pytest.raises(TransitionRefused):
        draft.restore_offering(second.key, owner)
    assert list(SampleOffering.with_removed.filter(response=draft).values_list("title", flat=True)) == ["1"]


def test_two_people_editing_one_example_lose_nothing(draft, owner, colleague):
    offering = add(draft, "Post", owner)
    seen = fingerprint(offering_content(offering))
    content = {"title": "Sortering", "description": "", "stage": "", "where_used": ""}
    draft.save_offering(offering.key, content, [], seen, owner)
    with pytest.raises(ChangedMeanwhile):
        draft.save_offering(offering.key, content | {"title": "Journalisering"}, [], seen, colleague)
    assert titles(draft) == ["Sortering"]


# From round to round ----------------------------------------------------------------------------


def test_a_new_round_starts_from_the_parts_that_were_chosen(vendor, owner):
    make_response(
        vendor,
        description="Vi rådgiver.",
        offerings=[{"title": "Post"}],
        answers={"services": ["advisory"], "areas": ["health"]},
    )
    next_round = make_next_round(opens_on=date(2026, 2, 1))
    draft = Response.begin(vendor, next_round, owner, {"services", "offerings"})
    assert draft.stored(("description", "services", "areas")) == {
        "description": "",
        "services": {"advisory": ""},
        "areas": {},
    }
    assert titles(draft) == ["Post"]
    assert draft.company_name == vendor.name
    draft.take_from_last("areas", ("areas",), owner)
    assert draft.stored(("areas",)) == {"areas": {"health": ""}}


def test_the_name_of_a_person_does_not_come_along_without_the_consent(vendor, owner):
    make_response(vendor, contact_name="En person", contact_consent=True, contact_phone="12345678")
    next_round = make_round("2027", opens_on=date(2026, 2, 1))
    draft = Response.begin(vendor, next_round, owner, {"contact_name", "contact_phone"})
    assert (draft.contact_name, draft.contact_phone) == ("", "12345678")


def test_a_page_knows_what_is_new_since_the_earlier_answers(vendor):
    question = make_question("services", ["advisory"], introduced_on=date(2025, 1, 1))
    question.options.update(introduced_on=date(2025, 1, 1))
    new = make_option(question, "training", introduced_on=date(2026, 10, 1))
    assert new.is_news_since(date(2026, 9, 1))
    assert not new.is_news_since(date(2026, 10, 2))
    assert not new.is_news_since(None)
    assert not question.is_news_since(date(2026, 9, 1))


def test_name_and_website_are_public_when_kl_has_published_them(vendor, owner, curator):
    make_response(vendor)
    draft = Response.begin(vendor, make_round(), owner)
    items, content = ("company_name", "website"), {"company_name": "Nordlys", "website": "https://nordlys.example"}
    draft.save_part("company", items, content, fingerprint(draft.stored(items)), owner)
    draft.submit(owner)
    vendor.refresh_from_db()
    assert vendor.name == "Nordstjernen"
    draft.publish(curator)
    vendor.refresh_from_db()
    assert (vendor.name, vendor.website, vendor.slug) == ("Nordlys", "https://nordlys.example", "nordstjernen")


def test_what_kl_reads_stays_in_its_round_when_another_has_opened(vendor, owner):
    submitted = make_response(vendor, "submitted")
    later = make_round("2027", opens_on=date(2026, 11, 1))
    assert Response.begin(vendor, later, owner) == submitted
    submitted.refresh_from_db()
    assert submitted.round.code == "2026"


# Own words that KL counts otherwise --------------------------------------------------------------


def test_own_words_that_stay_the_same_stay_counted_as_kl_counts_them(vendor, owner, curator):
    public = make_response(vendor, answers={"services": ["other"]}, own_words={"services": "Rådgivning"})
    advisory = make_option(make_question("services"), "advisory")
    map_answer(public.answers.get(), advisory, curator)
    draft = Response.begin(vendor, make_round(), owner)
    assert draft.stored(SERVICES) == {"services": {"other": "Rådgivning"}}
    assert draft.answers.get(mapped_from__isnull=False).option == advisory
    save(draft, {"other": "Noget helt andet"}, owner)
    assert not draft.answers.filter(mapped_from__isnull=False).exists()


def test_what_kl_counts_while_a_draft_is_being_written_is_not_lost(vendor, owner, curator):
    public = make_response(vendor, answers={"services": ["other"]}, own_words={"services": "Rådgivning"})
    draft = Response.begin(vendor, make_round(), owner)
    map_answer(public.answers.get(), make_option(make_question("services"), "advisory"), curator)
    draft.submit(owner)
    draft.publish(curator)
    assert [answer.option.code for answer in draft.answers.filter(mapped_from__isnull=False)] == ["advisory"]


def test_an_objection_is_to_the_words_that_it_was_made_to(vendor, owner, curator):
    public = make_response(vendor, answers={"services": ["other"]}, own_words={"services": "Rådgivning"})
    advisory = make_option(make_question("services"), "advisory")
    map_answer(public.answers.get(), advisory, curator)
    object_to_mapping(public.answers.get(mapped_from=None), owner, "Nej")
    draft = Response.begin(vendor, make_round(), owner)
    save(draft, {"other": "Rådgivning om data"}, owner)
    assert draft.answers.get().objection == ""
    assert map_answer(draft.answers.get(), advisory, curator).option == advisory


def test_an_objection_made_meanwhile_holds_for_the_draft(vendor, owner, curator):
    public = make_response(vendor, answers={"services": ["other"]}, own_words={"services": "Rådgivning"})
    map_answer(public.answers.get(), make_option(make_question("services"), "advisory"), curator)
    draft = Response.begin(vendor, make_round(), owner)
    object_to_mapping(public.answers.get(mapped_from=None), owner, "Nej")
    draft.submit(owner)
    draft.publish(curator)
    assert [answer.objection for answer in draft.answers.all()] == ["Nej"]
