"""The work of the market overview that waits for KL (`kl_ai.waiting`)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext

from kl_ai.waiting import WaitingKind, WorkSection

from ..models import (
    Answer,
    CompanyClaim,
    DeadlineExtension,
    JoinRequest,
    MembershipEvent,
    ModerationEvent,
    Response,
    Status,
    SurveyRound,
    VendorQuestion,
    Verb,
)
from ..querysets import REVIEW
from .inbox import submitted_responses
from .own_words import in_state, own_words

INBOX = "admin:marketoverview_response_inbox"
DAYS_AHEAD = 30
"""Deadlines within so many days stand on the front page."""
MEMBERSHIP_SHOWN_FOR = timedelta(days=14)


def inbox(kind: str) -> str:
    """The address of the inbox's list of this kind."""
    return f"{reverse(INBOX)}?{urlencode({'kind': kind})}"


def own_words_to_map():
    """Published own words about which KL has not decided yet. One query."""
    return in_state(own_words(), "waiting").order_by("response__published_at", "pk")


def open_objections() -> QuerySet[Answer]:
    """Objections to how KL counted own words that are public, and that KL has not answered. One query."""
    answers = Answer.objects.filter(objected_at__isnull=False, objection_answered_at=None)
    public = answers.filter(response__status=Status.PUBLISHED)
    return public.select_related("response__vendor", "option__question").order_by("objected_at", "pk")


def new_withdrawals() -> QuerySet[Response]:
    """Responses that their vendors have withdrawn, and that nobody at KL has marked as seen. One query."""
    events = ModerationEvent.objects.filter(response=OuterRef("pk"))
    withdrew = events.filter(verb=Verb.WITHDRAW)
    by_kl = withdrew.filter(Q(by_kl=True) | Q(by_kl=None, actor__is_staff=True))
    withdrawn = Response.objects.filter(Exists(withdrew), status=Status.WITHDRAWN, closed_at__isnull=False)
    unseen = withdrawn.filter(~Exists(by_kl), ~Exists(events.filter(verb=Verb.ACKNOWLEDGE)))
    return unseen.select_related("vendor", "round").order_by("closed_at", "pk")


def withdrawals_with_reasons(rows: Sequence[Response]) -> list[ModerationEvent | None]:
    """The event of each of these withdrawals, with who withdrew and the reason. One query."""
    events = ModerationEvent.objects.filter(verb=Verb.WITHDRAW, response__in=[response.pk for response in rows])
    by_response = {event.response_id: event for event in events.select_related("actor", "response__vendor")}
    return [by_response.get(response.pk) for response in rows]


def recent_membership_events() -> QuerySet[MembershipEvent]:
    """What others than KL have changed about who acts for a vendor, the oldest first. One query."""
    events = MembershipEvent.objects.recent(timezone.now() - MEMBERSHIP_SHOWN_FOR)
    return events.filter(by_kl=False).order_by("at", "pk")


def next_days(field: str) -> dict:
    """The filter of rows whose date is today or within `DAYS_AHEAD`."""
    today = timezone.localdate()
    return {f"{field}__gte": today, f"{field}__lte": today + timedelta(days=DAYS_AHEAD)}


KINDS = (
    WaitingKind(
        code="responses",
        words=lambda number: ngettext("response to review", "responses to review", number),
        rows=lambda: Response.objects.awaiting_review(),
        since="submitted_at",
        page=partial(inbox, "responses"),
        permission=REVIEW,
        inbox_template="admin/marketoverview/inbox/responses.html",
        inbox_items=submitted_responses,
    ),
    WaitingKind(
        code="company-claims",
        words=lambda number: ngettext(
            "company that KL has invited and somebody else has registered",
            "companies that KL has invited and somebody else has registered",
            number,
        ),
        rows=lambda: CompanyClaim.objects.waiting(),
        since="asked_at",
        page=lambda: f"{reverse('admin:marketoverview_companyclaim_changelist')}?decided_at__isempty=1",
        permission=REVIEW,
    ),
    WaitingKind(
        code="join-requests",
        words=lambda number: ngettext("person asks to act for a vendor", "people ask to act for a vendor", number),
        rows=lambda: JoinRequest.objects.waiting().select_related("vendor", "user").order_by("asked_at", "pk"),
        since="asked_at",
        page=partial(inbox, "join-requests"),
        permission=REVIEW,
        inbox_template="admin/marketoverview/inbox/join_requests.html",
    ),
    WaitingKind(
        code="objections",
        words=lambda number: ngettext("objection to answer", "objections to answer", number),
        rows=open_objections,
        since="objected_at",
        page=partial(inbox, "objections"),
        permission=REVIEW,
        inbox_template="admin/marketoverview/inbox/objections.html",
    ),
    WaitingKind(
        code="withdrawals",
        words=lambda number: ngettext("vendor has withdrawn", "vendors have withdrawn", number),
        rows=new_withdrawals,
        since="closed_at",
        page=partial(inbox, "withdrawals"),
        permission=REVIEW,
        inbox_template="admin/marketoverview/inbox/withdrawals.html",
        inbox_items=withdrawals_with_reasons,
    ),
    WaitingKind(
        code="own-words",
        words=lambda number: ngettext("answer in own words to look at", "answers in own words to look at", number),
        rows=own_words_to_map,
        since="response__published_at",
        page=lambda: reverse("admin:marketoverview_answer_own_words"),
        permission=REVIEW,
    ),
    WaitingKind(
        code="vendor-questions",
        words=lambda number: ngettext("question from a vendor", "questions from vendors", number),
        rows=lambda: VendorQuestion.objects.waiting(),
        since="asked_at",
        page=lambda: f"{reverse('admin:marketoverview_vendorquestion_changelist')}?state=waiting",
        permission=REVIEW,
    ),
    WaitingKind(
        code="closing-rounds",
        words=lambda number: ngettext("survey round closes", "survey rounds close", number),
        rows=lambda: SurveyRound.objects.released().filter(**next_days("closes_on")).order_by("closes_on", "pk"),
        since="closes_on",
        page=lambda: reverse("admin:marketoverview_surveyround_changelist"),
        permission=REVIEW,
        section=WorkSection.DEADLINES,
    ),
    WaitingKind(
        code="extensions",
        words=lambda number: ngettext("extended deadline ends", "extended deadlines end", number),
        rows=lambda: DeadlineExtension.objects.filter(**next_days("closes_on")).order_by("closes_on", "pk"),
        since="closes_on",
        page=lambda: reverse("admin:marketoverview_vendor_changelist"),
        permission=REVIEW,
        section=WorkSection.DEADLINES,
    ),
    WaitingKind(
        code="membership",
        words=lambda number: ngettext(
            "change of members in the last two weeks", "changes of members in the last two weeks", number
        ),
        rows=recent_membership_events,
        since="at",
        page=partial(inbox, "membership"),
        permission=REVIEW,
        section=WorkSection.WATCH,
        inbox_template="admin/marketoverview/inbox/membership.html",
    ),
    WaitingKind(
        code="stale",
        words=lambda number: ngettext("profile needs a new confirmation", "profiles need a new confirmation", number),
        rows=lambda: Response.objects.stale().order_by("confirmed_at", "pk"),
        since="confirmed_at",
        page=lambda: f"{reverse('admin:marketoverview_response_changelist')}?stale=yes",
        permission=REVIEW,
        section=WorkSection.WATCH,
    ),
)
