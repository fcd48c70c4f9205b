"""The transitions of a response between its statuses, and what publishing and withdrawing change."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.utils import timezone

from marketoverview.market.snapshot import snapshots
from marketoverview.models import (
    TRANSITIONS,
    Answer,
    ModerationEvent,
    Response,
    Status,
    TransitionRefused,
    Vendor,
    Verb,
    market_version,
)
from tests.builders import (
    make_curator,
    make_editor,
    make_next_round,
    make_option,
    make_question,
    make_response,
    make_round,
)
from tests.concurrency import ProcessKilled, killed_after, refusals_at_once

CALLS = {
    Verb.SUBMIT: lambda response, by: response.submit(by),
    Verb.SEND_BACK: lambda response, by: response.send_back(by, "Skriv mere."),
    Verb.REJECT: lambda response, by: response.reject(by, "Ikke kunstig intelligens."),
    Verb.PUBLISH: lambda response, by: response.publish(by),
    Verb.WITHDRAW: lambda response, by: response.withdraw(by, "Ønsket."),
    Verb.CONFIRM: lambda response, by: response.confirm(by),
    Verb.TAKE_BACK: lambda response, by: response.take_back(by),
    Verb.DISCARD: lambda response, by: response.discard(by),
}


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", CALLS)
def test_a_verb_works_from_its_statuses_and_no_other(verb, status, curator):
    response = make_response(status=status)
    events, version = ModerationEvent.objects.count(), market_version.current()
    sources, target = TRANSITIONS[verb]
    if status in sources:
        CALLS[verb](response, curator)
        response.refresh_from_db()
        assert response.status == target
        event = response.events.last()
        assert (event.actor, event.verb, event.from_status, event.to_status) == (curator, verb, status, target)
    else:
        with pytest.raises(TransitionRefused):
            CALLS[verb](response, curator)
        response.refresh_from_db()
        assert response.status == status
        assert ModerationEvent.objects.count() == events
        assert market_version.current() == version


def test_publishing_archives_what_was_public_before(vendor, curator):
    first = make_response(vendor)
    second = Response.begin(vendor, make_round(), curator)
    second.submit(curator)
    assert list(Response.objects.published()) == [first]
    second.publish(curator)
    first.refresh_from_db()
    assert first.status == Status.ARCHIVED
    assert first.closed_at
    assert first.contact_email == ""
    assert list(Response.objects.published()) == [second]


def test_a_revision_begins_as_a_copy_and_the_public_profile_stays(vendor, curator):
    public = make_response(
        vendor,
        answers={"services": ["advisory", "other"]},
        own_words={"services": "Etik"},
        offerings=[{"title": "Postsortering", "options": {"services": ["advisory"]}}],
    )
    draft = Response.begin(vendor, make_next_round(opens_on=date(2026, 2, 1)), curator)
    assert (draft.status, draft.based_on, draft.sequence) == (Status.DRAFT, public, public.sequence + 1)
    assert draft.description == public.description
    assert sorted(draft.answers.values_list("option__code", "own_words")) == [("advisory", ""), ("other", "Etik")]
    assert [str(option) for option in draft.offerings.get().options.all()] == ["Svar advisory"]
    assert public.offerings.get().pk != draft.offerings.get().pk
    Response.objects.filter(pk=draft.pk).update(description="Noget nyt")
    assert snapshots.current().entries[0].response_id == public.pk


def test_a_revision_asks_about_retired_options_before_it_is_submitted(vendor, curator):
    make_response(vendor, answers={"services": ["advisory", "old"]})
    make_question("services").options.filter(code="old").update(retired_on=timezone.localdate())
    draft = Response.begin(vendor, make_round(), curator)
    assert [answer.option.code for answer in draft.answers.all()] == ["advisory", "old"]
    with pytest.raises(ValidationError, match="Svar old"):
        draft.submit(curator)
    draft.answers.filter(option__code="old").delete()
    draft.submit(curator)


def test_a_vendor_has_one_open_response(vendor, curator):
    draft = make_response(vendor, "draft")
    assert Response.begin(vendor, make_round(), curator) == draft


@pytest.mark.parametrize("status", ["published", "draft"])
def test_the_database_itself_refuses_a_second_one(vendor, status):
    first = make_response(vendor, status)
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(
            vendor=vendor,
            round=first.round,
            sequence=9,
            status=status,
            published_at=timezone.now(),
            confirmed_at=timezone.localdate(),
        )


def test_the_database_itself_refuses_a_person_without_consent(vendor):
    response = make_response(vendor, "draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.filter(pk=response.pk).update(contact_name="En person", contact_consent=False)


def test_withdrawing_deletes_the_contact_from_every_response(vendor, curator):
    first = make_response(vendor, contact_name="En person", contact_consent=True, contact_phone="1")
    second = Response.begin(vendor, make_round(), curator)
    second.submit(curator)
    second.publish(curator)
    draft = Response.begin(vendor, make_round(), curator)
    assert draft.contact_name == "En person"
    second.withdraw(curator, "Ønsket.")
    for response in (first, second, draft):
        response.refresh_from_db()
        left = (response.contact_name, response.contact_email, response.contact_phone, response.contact_function)
        assert left == ("", "", "", "")
        assert not response.contact_consent
    fields = {field.name for field in Response.history.model._meta.get_fields()}
    assert "description" in fields
    assert not [name for name in fields if name.startswith("contact")]


def test_a_draft_is_submitted_when_it_is_complete(vendor, curator):
    make_question("services", ["advisory", "other"], is_required=True)
    size = make_question("size", ["small", "large"], kind="single")
    draft = make_response(vendor, "draft", description=" ", contact_email="")
    draft.answers.create(option=make_option(make_question("services"), "other"))
    for option in size.options.all():
        draft.answers.create(option=option)
    with pytest.raises(ValidationError) as refused:
        draft.submit(curator)
    assert len(refused.value.messages) == 4  # description, e-mail, own words, one choice only
    Response.objects.filter(pk=draft.pk).update(description="Vi rådgiver.", contact_email="ki@nordstjernen.example")
    Answer.objects.filter(option__is_other=True).update(own_words="Etik")
    draft.answers.filter(option__code="large").delete()
    draft.refresh_from_db()
    draft.submit(curator)
    assert draft.confirmed_at == timezone.localdate()


def test_confirming_makes_a_stale_profile_fresh(vendor, curator):
    response = make_response(vendor, confirmed_at=date(2025, 1, 1))
    assert list(Response.objects.stale()) == [response]
    response.confirm(curator)
    assert not Response.objects.stale().exists()
    assert snapshots.current().entries[0].confirmed_at == timezone.localdate()


def test_who_comes_second_reads_who_was_first(vendor):
    first, second = make_curator("first@kl.example"), make_curator("second@kl.example")
    response = make_response(vendor, "submitted")
    second_copy = Response.objects.get(pk=response.pk)
    response.publish(first)
    with pytest.raises(TransitionRefused) as refused:
        second_copy.publish(second)
    assert "first@kl.example" in refused.value.explain(to_kl=True)
    assert "(KL, " in refused.value.explain()  # what a vendor reads


@pytest.mark.django_db(transaction=True)
def test_of_many_curators_at_once_one_publishes(vendor):
    """Twenty threads with connections of their own: one publishes, the others get an explanation, one event."""
    make_response(vendor)
    response = Response.begin(vendor, make_round(), None)
    response.submit(None)
    curators = [make_curator(f"curator{number}@kl.example") for number in range(20)]
    explanations = refusals_at_once(Response.publish, response, curators)
    assert explanations.count("") == 1
    assert all("@kl.example" in explanation for explanation in explanations if explanation)
    assert response.events.filter(verb=Verb.PUBLISH).count() == 1
    assert Response.objects.published().filter(vendor=vendor).count() == 1
    assert ModerationEvent.objects.filter(verb=Verb.ARCHIVE).count() == 1


@pytest.mark.parametrize("fails_at", ["archive", "publish", "event", "bump"])
def test_a_publication_that_breaks_off_leaves_the_old_state(vendor, curator, monkeypatch, fails_at):
    public = make_response(vendor)
    response = Response.begin(vendor, make_round(), curator)
    response.submit(curator)
    version, events = market_version.current(), ModerationEvent.objects.count()
    break_at(fails_at, monkeypatch)
    with pytest.raises(ProcessKilled), transaction.atomic():
        response.publish(curator)
    assert list(Response.objects.published()) == [public]
    assert Response.objects.get(pk=response.pk).status == Status.SUBMITTED
    assert (market_version.current(), ModerationEvent.objects.count()) == (version, events)


def break_at(step: str, monkeypatch) -> None:
    """Raise where a process could be killed: after each statement of a publication."""
    perform, create, bump = Response._perform, ModerationEvent.objects.create, market_version.bump

    if step in ("archive", "publish"):
        monkeypatch.setattr(
            Response, "_perform", killed_after(perform, lambda self, verb, *args, **kwargs: verb == step)
        )
    elif step == "event":
        published = killed_after(create, lambda **fields: fields["verb"] == Verb.PUBLISH)
        monkeypatch.setattr(ModerationEvent.objects, "create", published)
    else:
        monkeypatch.setattr(market_version, "bump", killed_after(bump))


def visible(user) -> tuple[set[Response], set[Vendor]]:
    """The responses and vendors that the lookups find for this user, whatever view asks."""
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    return set(Response.objects.visible_to(request)), set(Vendor.objects.visible_to(request))


def test_members_see_their_own_and_a_stranger_none(vendor, owner, colleague, stranger, curator):
    draft, public = make_response(vendor, "draft"), make_response("Anden")
    Vendor.objects.filter(pk=public.vendor_id).get().memberships.all().delete()
    assert visible(owner) == visible(colleague) == ({draft}, {vendor})
    assert visible(stranger) == (set(), set(stranger.vendors.all()))
    assert visible(AnonymousUser()) == (set(), set())
    assert visible(curator) == ({draft, public}, set(Vendor.objects.all()))


def test_staff_without_the_second_factor_see_what_is_their_own(vendor, curator, settings):
    draft = make_response(vendor, "draft")
    settings.REQUIRE_STAFF_MFA = True
    assert visible(curator) == (set(), set())
    vendor.memberships.create(user=curator)
    assert visible(curator) == ({draft}, {vendor})


def test_without_the_right_to_review_kls_staff_see_no_response(vendor):
    make_response(vendor, "draft")
    make_response("Anden")
    assert visible(make_editor()) == (set(), set())


def test_who_no_longer_works_for_kl_sees_no_response_whatever_groups_are_left(vendor, curator):
    make_response(vendor, "draft")
    curator.is_staff = False
    curator.save()
    assert visible(curator) == (set(), set())


@pytest.mark.parametrize("verb", [Verb.SEND_BACK, Verb.REJECT, Verb.WITHDRAW])
def test_nobody_is_sent_away_without_a_reason(verb, vendor, curator):
    response = make_response(vendor, "published" if verb == Verb.WITHDRAW else "submitted")
    with pytest.raises(ValidationError):
        getattr(response, verb)(curator, "  ")
    assert Response.objects.get(pk=response.pk).status == response.status


def test_what_kl_edited_must_be_complete_to_be_published(vendor, curator):
    response = make_response(vendor, "submitted")
    Response.objects.filter(pk=response.pk).update(contact_email="")
    response.refresh_from_db()
    with pytest.raises(ValidationError):
        response.publish(curator)
    assert not Response.objects.published().exists()


def test_a_page_opened_before_the_withdrawal_cannot_bring_the_contact_back(vendor, curator):
    public = make_response(vendor)
    draft = Response.begin(vendor, make_round(), curator)
    public.withdraw(curator, "Ønsket.")
    with pytest.raises(TransitionRefused):
        draft.submit(curator)
    draft.refresh_from_db()
    assert draft.contact_email == ""


def test_the_vendor_reads_kls_reason_also_after_an_edit(vendor, curator):
    response = make_response(vendor, "returned")
    response.record_edit(curator, "Rettede beskrivelsen")
    assert response.reason == "Der mangler noget."


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_nobody_starts_from_nothing_again(status, vendor, curator):
    make_response(vendor, status, answers={"services": ["advisory"]}, description="Vi rådgiver.")
    draft = Response.begin(vendor, make_round(), curator)
    assert (draft.description, draft.answers.count()) == ("Vi rådgiver.", 1)


def test_a_question_that_nobody_can_answer_stops_nobody(vendor, curator):
    make_question("services", ["advisory"], is_required=True)
    draft = make_response(vendor, "draft")
    assert len(draft.missing_items()) == 1
    make_question("services").options.update(retired_on=timezone.localdate())
    assert draft.missing_items() == []


def test_who_acted_in_an_old_event_is_known_by_the_verb_or_the_person(vendor, owner, curator):
    """Events of the first release do not say whether KL acted."""

    def is_by_kl(verb: str, actor) -> bool | None:
        return ModerationEvent(verb=verb, actor=actor, by_kl=None).is_by_kl

    assert [is_by_kl(Verb.WITHDRAW, actor) for actor in (curator, owner, None)] == [True, False, None]
    assert is_by_kl(Verb.PUBLISH, None) is True
