"""The pages of a person's own login: name and language, a copy of all data, deletion."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai import security_log
from kl_ai.http import AuthenticatedRequest
from kl_ai.login import recent_code
from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page

from ..mails import login_deletion
from ..models import (
    Answer,
    Invitation,
    JoinRequest,
    MembershipEvent,
    Response,
    SampleOffering,
    Vendor,
    VendorQuestion,
)
from ..models.draft_base import CONTENT_FIELDS
from ..models.erasure import responses_with_contact
from ..survey.forms.company import AccountForm
from ..survey.status import history


@never_cache
def account(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/konto/`: the person's name and the language of the mails."""
    user = get_object_or_404(User, pk=request.user.pk)  # a copy: the page's frame shows `request.user` unchanged
    form = AccountForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.update_account(form.cleaned_data["full_name"], form.cleaned_data["language"])
        messages.success(request, _("Saved."))
        return redirect("vendor:account")
    vendors = list(Vendor.objects.for_member(request.user))
    return _page(request, "account", _("Your login"), form=form, vendors=vendors)


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    crumbs = [(_("Your company"), reverse("vendor:home"))]
    crumbs += [(_("Your login"), reverse("vendor:account")), (title, "")] if name != "account" else [(title, "")]
    template = f"marketoverview/vendor/{name}.html"
    return render_page(request, template, {**context, "title": title}, nav_current="vendor", crumbs=crumbs)


@never_cache
def account_delete(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/konto/slet/`: delete the login with what is stored about the person. Both ask for a recent code."""
    if response := recent_code.redirect_to_code(request):
        return response
    contacts = responses_with_contact(request.user)
    if request.method == "POST":
        if request.user.is_staff:
            messages.error(request, _("An administrator at KL deletes the logins of KL's own staff."))
            return redirect("vendor:account")
        key = request.user.pk  # None after the deletion
        try:
            login_deletion.delete_login_with_mails(request.user)
            security_log.record("login_deleted", request, user=key)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("vendor:account_delete")
        logout(request)  # a redirect would need a cookie for the message
        return _page(request, "account_deleted", _("Your login is deleted"), contacts=contacts)
    return _page(request, "account_delete", _("Delete the login"), contacts=contacts)


@require_safe
@never_cache
@expensive
def data(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/konto/data.json`: all that the portal stores about the person and the vendors that it acts for."""
    user = request.user
    vendors = Vendor.objects.for_member(user).prefetch_related("memberships__user", "invitations")
    mails = OutgoingMail.objects.filter(to__iexact=user.email).values("subject", "kind", "created_at", "sent_at")
    join_requests = JoinRequest.objects.filter(user=user).values(
        "vendor__name", "message", "asked_at", "decided_at", "approved"
    )
    questions = VendorQuestion.objects.filter(asked_by=user).values(
        "vendor__name", "round__code", "text", "asked_at", "state", "answer_da", "answer_en"
    )
    content = {
        "made_at": timezone.now(),
        "login": {
            "email": user.email,
            "name": user.full_name,
            "language": user.language,
            "created_at": user.date_joined,
            "last_login": user.last_login,
        },
        "requests_to_join": list(join_requests),
        **_membership_data(user),
        "mails": list(mails),
        "questions_to_kl": list(questions),
        "vendors": [_vendor_data(vendor) for vendor in vendors],
    }
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="mine-data.json"'
    security_log.record("data_exported", request)
    return response


def _membership_data(user: User) -> dict[str, Any]:
    """The invitations to and by the person, the claims, and the changes of members that concern the person. Four queries."""
    columns = ("company_name", "created_at", "opened_at", "accepted_at", "cancelled_at")
    events = MembershipEvent.objects.filter(Q(person=user) | Q(actor=user) | Q(email__iexact=user.email))
    return {
        "invitations_received": list(Invitation.objects.filter(email__iexact=user.email).values(*columns)),
        "invitations_sent": list(Invitation.objects.filter(invited_by=user).values("email", *columns)),
        "claims": list(user.company_claims.values("invitation__company_name", "asked_at", "decided_at", "decision")),
        "changes_of_members": list(events.values("vendor__name", "what", "at")),
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
