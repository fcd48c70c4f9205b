"""The end of a draft: the vendor reviews and submits it, discards it, or takes a submission back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.mail.notices import add_delivery_message
from kl_ai.requests.http import AuthenticatedRequest

from ..mails import notifications
from ..market import profiles
from ..market.tallies import public_questions
from ..models import Response, Status, TransitionRefused, Verb
from ..models.dropped_questions import with_asked_content
from ..review.diff import diff_items
from ..survey.deadlines import deadline, may_answer
from ..survey.forms.survey import DeclarationForm
from ..survey.parts import SurveyPart, item_headings, survey_parts
from .company import is_within_limit, vendor_page
from .draft import on_draft, part_url, survey_page


@on_draft
def review(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/gennemse/`: the answers as the public will see them; POST submits them."""
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if submit(request, draft, form):
            return redirect("vendor:company", draft.vendor.slug)
        draft = Response.objects.select_related("vendor", "round", "based_on").get(pk=draft.pk)
    parts = survey_parts(draft.round)
    urls = {item: part_url(draft, part.key, back=True) for part in parts for item in (part.key, *part.items)}
    complete_draft = with_asked_content(Response.objects.all(), draft.round).get(pk=draft.pk)
    return survey_page(
        request,
        draft,
        "review",
        _("Review and hand in"),
        form=form,
        missing=[(item.text, urls[item.item]) for item in draft.missing_items() if item.item in urls],
        dropped=draft.dropped_questions(),
        seen=draft.changed_at.isoformat(),
        may_submit=may_answer(draft.round, draft.vendor),
        deadline=deadline(draft.round, draft.vendor),
        contact=profiles.contact(complete_draft),
        edit_urls={key: urls[key] for key in ("company", "contact", "offerings")},
        **answers(complete_draft, parts, urls),
        **comparisons(draft, complete_draft),
    )


def answers(draft: Response, parts: Sequence[SurveyPart], urls: dict[str, str]) -> dict[str, Any]:
    """The answers as a profile shows them, each with the address of the part in which it is corrected."""
    questions = public_questions()
    part_keys = {item: part.key for part in parts for item in part.items}
    single = [tally.code for tally in profiles.single_choice_tallies(questions, draft)]
    facts = [
        (heading, text, urls.get(code, ""), part_keys.get(code, ""))
        for code, (heading, text) in zip(single, profiles.facts(questions, draft), strict=True)
    ]
    sections = [
        replace(section, edit_url=urls.get(section.code, ""), part=part_keys.get(section.code, ""))
        for section in profiles.sections(questions, draft)
    ]
    facts.insert(0, (*profiles.identity(draft.vendor), "", ""))
    return {"facts": facts, "sections": sections, "offerings": profiles.offerings(draft)}


def comparisons(draft: Response, complete_draft: Response) -> dict[str, Any]:
    """The headings of what differs from the public answers, and of KL's remarks whose items stand as they were."""
    public = Response.objects.with_everything().published().filter(vendor=draft.vendor_id).first()
    diffs = diff_items(complete_draft, public, draft.round.questions.all()) if public else []
    sent_back = draft.sent_back
    remarks, open_items = draft.remarks_and_open()
    headings = item_headings(draft.round, remarks)
    is_unchanged = bool(sent_back and not draft.saved_parts.filter(saved_at__gt=sent_back.at).exists())
    return {
        "public": public,
        "changes": [diff.heading for diff in diffs if diff.is_change],
        "open_remarks": [headings.get(item, item) for item in remarks if item in open_items],
        "is_unchanged_since_sent_back": is_unchanged,
    }


def submit(request: AuthenticatedRequest, draft: Response, form: DeclarationForm) -> bool:
    """Submit the draft and mail the receipt. False, with a message, where something prevents it."""
    if not form.is_valid():
        return False
    if not may_answer(draft.round, draft.vendor):
        messages.error(request, _("The survey is closed, so the answers cannot be handed in. They are kept."))
        return False
    if form.cleaned_data["seen"] != draft.changed_at.isoformat():
        messages.warning(request, _("The answers were changed after you opened this page. Look at them once more."))
        return False
    if not draft.missing_items() and not is_within_limit(request, "hand_in", draft.vendor):
        return False
    try:
        with transaction.atomic():
            draft.submit(request.user, form.text, by_kl=False)
            receipts = notifications.send_receipt(draft, request.user)
    except ValidationError as incomplete:
        messages.error(request, _("Not handed in yet: ") + " ".join(incomplete.messages))
        return False
    messages.success(request, _("KL has received your answers."))
    for receipt in receipts:
        add_delivery_message(request, [receipt], sent_level=messages.INFO, unsent_level=messages.INFO)
    return True


@on_draft
def discard(request: AuthenticatedRequest, draft: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/kasser/`: a GET asks, a POST deletes what the draft holds; what is public stays."""
    if request.method == "POST":
        if request.POST.get("seen") != draft.changed_at.isoformat():
            messages.warning(request, _("The answers were changed after you opened this page. Look at them once more."))
        elif is_within_limit(request, "discard_draft", draft.vendor):
            draft.discard(request.user)
            messages.success(request, _("The draft is discarded."))
            return redirect("vendor:company", draft.vendor.slug)
    last_saved = draft.saved_parts.select_related("saved_by").order_by("-saved_at").first()
    context = {
        "seen": draft.changed_at.isoformat(),
        "last_saved": last_saved,
        "public": draft.vendor.responses.published().first(),
    }
    return survey_page(request, draft, "discard", _("Discard the draft"), **context)


@never_cache
def take_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """`/leverandoer/svar/<pk>/kald-tilbage/`: a GET asks, a POST makes the submission a draft that KL has not opened."""
    own = Response.objects.for_member(request.user).select_related("vendor", "round")
    submission = get_object_or_404(own, pk=pk)
    company = redirect("vendor:company", submission.vendor.slug)
    if submission.status != Status.SUBMITTED or submission.opened_by_kl_at:
        messages.warning(request, TransitionRefused(submission, Verb.TAKE_BACK).explain())
        return company
    if request.method == "POST" and is_within_limit(request, "take_back", submission.vendor):
        try:
            submission.take_back(request.user)
        except TransitionRefused as refused:
            messages.warning(request, refused.explain())
            return company
        messages.success(request, _("The answers are a draft again. Remember to hand them in."))
        return redirect("vendor:tasks", submission.pk)
    context = {
        "submission": submission,
        "may_submit": may_answer(submission.round, submission.vendor),
        "contact_email": settings.CONTACT_EMAIL,
    }
    return vendor_page(request, submission.vendor, "take_back", _("Take the answers back"), **context)
