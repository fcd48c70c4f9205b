"""A profile is withdrawn while answers wait for KL: they become a draft again, and both sides read so."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kl_ai.login.restore import PRESS_AGAIN, RESTORED_NOTICE
from marketoverview.models import ModerationEvent, Response, Status, TransitionRefused, Verb
from tests.builders import make_response
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.mails import log_in_recently
from tests.reading import parse


def text(response) -> str:
    return " ".join(parse(response.content.decode()).find("main").text.split())


@pytest.fixture
def public(vendor):
    return make_response(vendor, answers={"services": ["advisory"]})


@pytest.fixture
def submission(vendor, public, owner):
    response = Response.begin(vendor, public.round, owner)
    response.submit(owner)
    return response


@pytest.mark.parametrize("is_opened", [False, True])
@pytest.mark.parametrize("by_kl", [False, True])
def test_withdrawing_makes_waiting_answers_a_draft_again(by_kl, is_opened, vendor, public, submission, owner, curator):
    if is_opened:
        assert submission.record_opened_by_kl()
    public.withdraw(curator if by_kl else owner, "Vi lukker.", by_kl=by_kl)
    draft = Response.objects.get(pk=submission.pk)
    assert (draft.status, draft.submitted_at, draft.contact_email) == (Status.DRAFT, None, "")
    event = draft.events.last()
    assert (event.verb, event.actor, event.is_by_kl) == (Verb.REOPEN, curator if by_kl else owner, by_kl)
    draft.discard(owner)


def test_a_withdrawal_that_breaks_off_leaves_profile_and_submission(public, submission, owner, monkeypatch):
    create = ModerationEvent.objects.create
    monkeypatch.setattr(
        ModerationEvent.objects, "create", killed_after(create, lambda **fields: fields["verb"] == Verb.REOPEN)
    )
    with pytest.raises(ProcessKilled):
        public.withdraw(owner, "", by_kl=False)
    assert Response.objects.get(pk=public.pk).status == Status.PUBLISHED
    assert Response.objects.get(pk=submission.pk).status == Status.SUBMITTED


def test_the_withdrawal_page_says_that_answers_wait(client, vendor, public, submission, owner):
    log_in_recently(client, owner)
    page = client.get(reverse("vendor:withdraw", args=[vendor.slug]))
    assert "venter stadig på KL. De bliver til en kladde igen" in text(page)
    after = client.post(reverse("vendor:withdraw", args=[vendor.slug]), {"understood": "on"}, follow=True)
    assert "De svar, der ventede på KL, er en kladde igen." in text(after)
    assert "KL åbnede svarene" not in text(after)


def test_the_only_member_can_leave_after_a_withdrawal_while_answers_waited(vendor, public, submission, owner):
    submission.record_opened_by_kl()
    vendor.memberships.exclude(user=owner).delete()
    with pytest.raises(ValidationError):
        vendor.memberships.get(user=owner).leave()
    public.withdraw(owner, "", by_kl=False)
    vendor.memberships.get(user=owner).leave()
    assert not vendor.memberships.exists()


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_publishing_at_once(vendor, public, submission, owner, curator):
    """Either the correction is public and the withdrawal refused, or nothing is public and the correction is a draft."""

    def attempt(work) -> str:
        try:
            work()
        except TransitionRefused as error:
            return error.explain()
        return ""

    published, mine = Response.objects.get(pk=submission.pk), Response.objects.get(pk=public.pk)
    refusals = run_at_once(attempt, [lambda: published.publish(curator), lambda: mine.withdraw(owner, "", by_kl=False)])
    statuses = [Response.objects.get(pk=pk).status for pk in (public.pk, submission.pk)]
    assert sum(bool(refusal) for refusal in refusals) == 1
    if refusals[0]:
        assert statuses == [Status.WITHDRAWN, Status.DRAFT]
        assert "kladde" in refusals[0]
    else:
        assert statuses == [Status.ARCHIVED, Status.PUBLISHED]


def test_a_page_opened_for_the_first_time_says_nothing_of_a_logout(client, vendor, public, owner):
    log_in_recently(client, owner)
    other = make_response("Sydkorset").vendor
    for name, company in (("withdraw", vendor), ("join", other)):
        page = client.get(reverse(f"vendor:{name}", args=[company.slug]))
        assert page.status_code == 200
        assert not any(str(notice) in page.content.decode() for notice in (RESTORED_NOTICE, PRESS_AGAIN))
