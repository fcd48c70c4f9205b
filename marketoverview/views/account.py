"""A person's own login: name and language, a copy of all data, and the way out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User

from ..models import Invitation, JoinRequest, Response, Vendor
from ..models.drafts import CONTENT
from ..survey.forms.company import AccountForm
from ..survey.status import history


@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/konto/`"""
    user = get_object_or_404(User, pk=request.user.pk)  # not the one that the page's frame shows
    form = AccountForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("vendor:account")
    return _page(request, "account", _("Your login"), form=form, vendors=Vendor.objects.of_member(request.user))


def _page(request: HttpRequest, name: str, title: str, **context) -> HttpResponse:
    crumbs = [(_("Your company"), reverse("vendor:home"))]
    crumbs += [(_("Your login"), reverse("vendor:account")), (title, "")] if name != "account" else [(title, "")]
    context |= {"nav_current": "vendor", "crumbs": crumbs, "title": title}
    return render(request, f"marketoverview/vendor/{name}.html", context)


@never_cache
def account_delete(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/konto/slet/`: delete the login and what is known of the person."""
    if request.method == "POST":
        if request.user.is_staff:
            messages.error(request, _("An administrator at KL deletes the logins of KL's own staff."))
            return redirect("vendor:account")
        try:
            delete(request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            return redirect("vendor:account_delete")
        logout(request)
        return _page(request, "account_deleted", _("Your login is deleted"))  # no redirect: it would need a cookie
    return _page(request, "account_delete", _("Delete the login"))


def delete(user: Any) -> None:
    """The person leaves every vendor and is forgotten. Raises `ValidationError` where somebody must take over first."""
    with transaction.atomic():
        for membership in user.memberships.select_related("vendor"):
            membership.leave()
        OutgoingMail.objects.filter(to__iexact=user.email).delete()
        Invitation.objects.filter(email__iexact=user.email).delete()
        user.delete()


@require_safe
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/konto/data.json`: everything that the portal holds of the person and its vendors."""
    user: Any = request.user
    vendors = Vendor.objects.of_member(user).prefetch_related("memberships__user", "invitations")
    mails = OutgoingMail.objects.filter(to__iexact=user.email).values("subject", "kind", "created_at", "sent_at")
    asked = JoinRequest.objects.filter(user=user).values(
        "vendor__name", "message", "asked_at", "decided_at", "approved"
    )
    content = {
        "made_at": timezone.now(),
        "login": {
            "email": user.email, "name": user.full_name, "language": user.language,
            "created_at": user.date_joined, "last_login": user.last_login,
        },
        "requests_to_join": list(asked),
        "mails": list(mails),
        "vendors": [_vendor(vendor) for vendor in vendors],
    }  # fmt: skip
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="mine-data.json"'
    return answer


def _vendor(vendor: Vendor) -> dict[str, Any]:
    responses = Response.objects.filter(vendor=vendor).with_everything().prefetch_related("events__actor")
    return {
        "name": vendor.name, "cvr_number": vendor.cvr_number, "country": vendor.country, "website": vendor.website,
        "profile": reverse("market:profile", args=[vendor.slug]), "created_at": vendor.created_at,
        "members": [{"email": one.user.email, "since": one.joined_at} for one in vendor.memberships.all()],
        "invitations": [
            {"email": one.email, "created_at": one.created_at, "accepted_at": one.accepted_at}
            for one in vendor.invitations.all()
        ],
        "responses": [_response(response) for response in responses.order_by("sequence")],
    }  # fmt: skip


def _response(response: Response) -> dict[str, Any]:
    return {
        "number": response.sequence, "round": response.round.code, "status": response.status,
        **{name: getattr(response, name) for name in CONTENT},
        "submitted_at": response.submitted_at, "published_at": response.published_at,
        "confirmed_on": response.confirmed_at, "closed_at": response.closed_at,
        "answers": [
            {
                "question": one.option.question.code, "question_text": one.option.question.text,
                "option": one.option.code, "label": one.option.label,
                "own_words": one.own_words, "counted_by_kl": one.mapped_from_id is not None, "objection": one.objection,
            }
            for one in response.answers.all()
        ],
        "offerings": [
            {
                "title": one.title, "description": one.description, "stage": one.stage, "where_used": one.where_used,
                "options": [f"{option.question.code}/{option.code}" for option in one.options.all()],
            }
            for one in response.offerings.all()
        ],
        "events": [
            {"at": one.at, "what": one.what, "by": one.who, "reason": one.reason}
            for one in history(response.events.all())
        ],
    }  # fmt: skip
