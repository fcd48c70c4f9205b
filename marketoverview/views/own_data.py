"""The copy of all that the portal stores about a person and the vendors that the person acts for."""

from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from kl_ai.models import User
from kl_ai.people.own_data import data_of_apps, portal_data

from ..models import (
    Announcement,
    Answer,
    CompanyClaim,
    Follower,
    Invitation,
    JoinRequest,
    MembershipEvent,
    ModerationEvent,
    Response,
    SampleOffering,
    Vendor,
    VendorQuestion,
)
from ..models.draft_base import CONTENT_FIELDS, SavedPart
from ..survey.status import history


def own_data(user: User, *, is_after_step: bool = False) -> dict[str, Any]:
    """Everything, as JSON can hold it. The same number of queries for any number of vendors' answers.

    What other apps show after the second step alone is left out, unless the session has passed it (`is_after_step`).
    """
    vendors = Vendor.objects.for_member(user).alphabetical().prefetch_related("memberships__user", "invitations")
    return {
        "made_at": timezone.now(),
        **portal_data(user),
        **data_of_apps(user, is_after_step=is_after_step),
        **_membership_data(user),
        **_question_data(user),
        **_act_data(user),
        "followed_by_mail": _followed_data(user),
        "vendors": [_vendor_data(vendor) for vendor in vendors],
    }


def _membership_data(user: User) -> dict[str, Any]:
    """The requests, invitations, claims and changes of members that concern the person. Five queries."""
    columns = ("company_name", "created_at", "opened_at", "accepted_at", "cancelled_at")
    received = Invitation.objects.filter(Q(email=user.email) | Q(accepted_by=user))
    events = MembershipEvent.objects.filter(Q(person=user) | Q(actor=user) | Q(email=user.email))
    requests = JoinRequest.objects.filter(user=user)
    return {
        "requests_to_join": list(requests.values("vendor__name", "message", "asked_at", "decided_at", "approved")),
        "invitations_received": list(received.values(*columns)),
        "invitations_sent": list(Invitation.objects.filter(invited_by=user).values("email", *columns)),
        "claims": list(user.company_claims.values("invitation__company_name", "asked_at", "decided_at", "decision")),
        "changes_of_members": list(events.values("vendor__name", "what", "at")),
    }


def _followed_data(user: User) -> list[dict[str, Any]]:
    """What the address follows by mail. One query."""
    rows = Follower.objects.filter(email=user.email).order_by("pk")
    columns = ("selection", "language", "requested_at", "confirmed_at", "last_sent_at", "ends_on")
    return [dict(row) for row in rows.values(*columns)]


def _question_data(user: User) -> dict[str, Any]:
    """The questions that the person has asked KL, or answered for KL. Two queries."""
    columns = ("vendor__name", "round__code", "asked_at", "state", "answer_da", "answer_en")
    asked, answered = VendorQuestion.objects.filter(asked_by=user), VendorQuestion.objects.filter(answered_by=user)
    return {
        "questions_to_kl": list(asked.values("text", *columns)),
        "questions_answered": list(answered.values("answered_at", *columns)),
    }


def _act_data(user: User) -> dict[str, Any]:
    """What the person did with answers, for a vendor or for KL. Five queries."""
    acts = ModerationEvent.objects.filter(actor=user)
    saved = SavedPart.objects.filter(saved_by=user)
    vendor_name = F("response__vendor__name")
    announcements = Announcement.objects.filter(made_by=user)
    requests, claims = JoinRequest.objects.filter(decided_by=user), CompanyClaim.objects.filter(decided_by=user)
    return {
        "acts": list(acts.values("at", "verb", "reason", vendor=vendor_name, number=F("response__sequence"))),
        "parts_saved": list(saved.values("part", "saved_at", vendor=vendor_name, number=F("response__sequence"))),
        "announcements_made": list(
            announcements.values("made_at", "round__code", "kind", "subject", "text_da", "text_en")
        ),
        "requests_decided": list(requests.values("vendor__name", "decided_at", "approved")),
        "claims_decided": list(claims.values("invitation__company_name", "decided_at", "decision")),
    }


def _vendor_data(vendor: Vendor) -> dict[str, Any]:
    submissions = Response.objects.filter(vendor=vendor).with_everything().prefetch_related("events__actor")
    return {
        "name": vendor.name,
        "cvr_number": vendor.cvr_number,
        "country": vendor.country,
        "website": vendor.website,
        "profile": reverse("market:profile", args=[vendor.slug]),
        "created_at": vendor.created_at,
        "members": [
            {"email": membership.user.email, "since": membership.joined_at} for membership in vendor.memberships.all()
        ],
        "invitations": [
            {
                "email": invitation.email,
                "created_at": invitation.created_at,
                "accepted_at": invitation.accepted_at,
            }
            for invitation in vendor.invitations.all()
        ],
        "responses": [_response_data(submission) for submission in submissions.order_by("sequence")],
    }


def _response_data(submission: Response) -> dict[str, Any]:
    return {
        "number": submission.sequence,
        "round": submission.round.code,
        "status": submission.status,
        **{name: getattr(submission, name) for name in CONTENT_FIELDS},
        "submitted_at": submission.submitted_at,
        "published_at": submission.published_at,
        "confirmed_on": submission.confirmed_at,
        "closed_at": submission.closed_at,
        "answers": [_answer_data(answer) for answer in submission.answers.all()],
        "offerings": [_offering_data(offering) for offering in submission.offerings.all()],
        "events": [
            {"at": event.at, "what": event.verb, "by": event.actor, "reason": event.reason}
            for event in history(submission.events.all())
        ],
    }


def _answer_data(answer: Answer) -> dict[str, Any]:
    question = answer.option.question
    return {
        "question": question.code,
        "question_text": question.text,
        "option": answer.option.code,
        "label": answer.option.label,
        "own_words": answer.own_words,
        "counted_by_kl": answer.mapped_from_id is not None,
        "objection": answer.objection,
    }


def _offering_data(offering: SampleOffering) -> dict[str, Any]:
    return {
        "title": offering.title,
        "description": offering.description,
        "stage": offering.stage,
        "where_used": offering.where_used,
        "options": [f"{option.question.code}/{option.code}" for option in offering.options.all()],
    }
