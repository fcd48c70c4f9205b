"""The page on which KL declares a round published: its answers are frozen in an edition, once."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kl_ai.requests.http import AuthenticatedRequest

from ..models import Edition, Response, declare_published
from ..models.freezing import reasons_not_to_declare
from ..querysets import REVIEW
from .round_pages import find_round


def publication_view(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/surveyround/<id>/publication/`: what happens, or has happened; a POST declares the round published."""
    survey_round = find_round(model_admin, request, object_id)
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    if request.method == "POST":
        take_step(model_admin, request, survey_round)
        return redirect("admin:marketoverview_surveyround_publication", survey_round.pk)
    context = {
        "title": gettext("Declare published: %(round)s") % {"round": survey_round},
        "opts": model_admin.opts,
        "original": survey_round,
        "edition": Edition.objects.filter(round=survey_round).first(),
        "reasons": reasons_not_to_declare(survey_round),
        "public_count": Response.objects.published().count(),
        "of_round_count": survey_round.responses.published().count(),
        "waiting_count": survey_round.responses.awaiting_review().count(),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/surveyround/publication.html", context)


def take_step(model_admin: ModelAdmin, request: AuthenticatedRequest, survey_round) -> None:
    """Declare the round published, with a message; where that cannot be done, the message says why."""
    words = {"round": survey_round}
    if request.POST.get("confirmed") != "yes":
        messages.error(request, gettext("Nothing was done. Tick that you want to declare the round published."))
        return
    try:
        is_new = declare_published(survey_round)
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
        return
    if not is_new:
        messages.success(request, gettext("Nothing was changed: the round has been declared published before."))
        return
    text = gettext("“%(round)s” is declared published. Its edition is public.") % words
    model_admin.log_change(request, survey_round, text)
    messages.success(request, text)
