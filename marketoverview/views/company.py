"""The pages of the vendor's own area around the survey: status, begin, confirm, withdraw, object."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.login import recent_code, restore
from kl_ai.login.second_factor import second_factor_for_staff
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.people import limits
from kl_ai.people.work_mails import post_at_once
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.search.database import DanishOrder
from kl_ai.security.reading_log import record_reading

from ..mails import membership
from ..market import profiles
from ..market.tallies import public_questions
from ..models import (
    Answer,
    CompanyClaim,
    Invitation,
    JoinRequest,
    Option,
    Question,
    Response,
    Status,
    SurveyRound,
    TransitionRefused,
    Vendor,
    object_to_mapping,
)
from ..models.changed_options import ChangedOption, changed_options
from ..models.copies import answered_at
from ..models.dropped_questions import dropped_questions
from ..survey.forms.company import BeginForm, ObjectionForm, WithdrawForm
from ..survey.parts import SurveyPart, item_headings, news_since, survey_parts
from ..survey.status import VendorStatus, history, vendor_statuses
from .draft import part_url


@never_cache
def home(request: AuthenticatedRequest) -> HttpResponse:
    """`/leverandoer/`: the user's vendors, invitations and requests to join; redirects to a vendor that stands alone.

    Each in Danish order of the companies' names.
    """
    user = request.user
    vendors = list(Vendor.objects.for_member(user).alphabetical().with_responses())
    received = Invitation.objects.waiting().filter(email=user.email).exclude(vendor__in=vendors)
    invitations = list(received.order_by(DanishOrder("company_name"), "-created_at", "-pk"))
    requests = JoinRequest.objects.waiting().filter(user=user).select_related("vendor")
    join_requests = list(requests.order_by(DanishOrder("vendor__name"), "pk"))
    asked = CompanyClaim.objects.waiting().filter(user=user).select_related("invitation")
    claims = list(asked.order_by(DanishOrder("invitation__company_name"), "pk"))
    if len(vendors) == 1 and not (invitations or join_requests or claims):
        return redirect("vendor:company", vendors[0].slug)
    claimed = {claim.invitation_id for claim in claims}
    context = {
        "vendor_statuses": vendor_statuses(vendors),
        "invitations": [invitation for invitation in invitations if invitation.pk not in claimed],
        "join_requests": join_requests,
        "claims": claims,
        "next_round": SurveyRound.coming(),
    }
    crumbs = [(_("Your company"), "")]
    return render_page(request, "marketoverview/vendor/home.html", context, nav_current="vendor", crumbs=crumbs)


@never_cache
@second_factor_for_staff
def company(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/`: the status, the next step, and the history of every response."""
    vendor = get_object_or_404(Vendor.objects.visible_to(request).with_responses(), slug=slug)
    is_member = vendor.memberships.filter(user=request.user.pk).exists()
    if not is_member:
        record_reading(request, "vendor: page", vendor.pk, vendor.name)
    responses = list(vendor.responses.all())
    vendor_status = vendor_statuses([vendor])[0]
    context = {
        "vendor_status": vendor_status,
        "remarks": remarks_with_headings(vendor_status.open) if vendor_status.open else [],
        "is_member": is_member,
        "join_request_count": vendor.join_requests.waiting().count() if is_member else 0,
        "mapped_answers": mapped_answers(vendor),
        "responses": [(response, history(response.events.all())) for response in responses],
    }
    return vendor_page(request, vendor, "company", "", **context)


def remarks_with_headings(response: Response) -> list[tuple[str, str]]:
    """KL's reasons at single items while the vendor corrects, under their headings. Two queries where there are any."""
    remarks = response.remarks
    headings = item_headings(response.round, remarks) if remarks else {}
    return [(headings.get(item, item), text) for item, text in remarks.items()]


def mapped_answers(vendor: Vendor) -> list[Answer]:
    """The vendor's public answers in own words that KL counts under another option as well. Three queries."""
    answers = Answer.objects.filter(response__vendor=vendor, response__status=Status.PUBLISHED, mappings__isnull=False)
    return list(answers.select_related("option__question").prefetch_related("mappings__option").distinct())


def vendor_page(request: HttpRequest, vendor: Vendor, name: str, title: str, **context: Any) -> HttpResponse:
    """The page `vendor/<name>.html` of the vendor's area; the company's own page has no `title`."""
    company_url = reverse("vendor:company", args=[vendor.slug])
    company = [(vendor.name, company_url), (title, "")] if title else [(vendor.name, "")]
    crumbs = [(_("Your company"), reverse("vendor:home")), *company]
    context |= {"vendor": vendor, "title": title or vendor.name, "company_url": company_url}
    template = f"marketoverview/vendor/{name}.html"
    return render_page(request, template, context, nav_current="vendor", crumbs=crumbs)


def own_vendor(request: AuthenticatedRequest, slug: str) -> Vendor:
    """The vendor of this address, where the user acts for it; 404 for anybody else. One query."""
    return get_object_or_404(Vendor.objects.for_member(request.user), slug=slug)


@never_cache
@second_factor_for_staff
def response_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """`/leverandoer/svar/<pk>/`: one response as a profile shows it, with its history. A stranger gets 404."""
    visible = Response.objects.visible_to(request).with_everything()
    submission = get_object_or_404(visible.prefetch_related("events__actor"), pk=pk)
    if request.method == "GET" and not submission.vendor.memberships.filter(user=request.user.pk).exists():
        submission.record_opened_by_kl()
    record_reading(request, "response: page", submission.pk, str(submission))
    questions = public_questions()
    company_url = reverse("vendor:company", args=[submission.vendor.slug])
    context = {
        "vendor": submission.vendor,
        "response": submission,
        "sections": profiles.sections(questions, submission),
        "offerings": profiles.offerings(submission),
        "contact": profiles.contact(submission),
        "facts": profiles.facts(questions, submission),
        "history": history(submission.events.all()),
    }
    crumbs = [(_("Your company"), reverse("vendor:home")), (submission.vendor.name, company_url)]
    crumbs.append((str(submission.round), ""))
    template = "marketoverview/vendor_response.html"
    return render_page(request, template, context, nav_current="vendor", crumbs=crumbs)


@never_cache
def begin(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/begynd/`: begin a draft, from the earlier answers or from nothing.

    A draft of an earlier round is moved to the current one with all that it holds.
    """
    vendor = get_object_or_404(Vendor.objects.for_member(request.user).with_responses(), slug=slug)
    status = vendor_statuses([vendor])[0]
    if status.open and not status.is_draft_of_earlier_round:
        return redirect("vendor:tasks", status.open.pk) if status.open.is_editable else redirect("vendor:company", slug)
    if status.round is None or not status.may_answer:
        messages.warning(request, _("The survey is closed."))
        return redirect("vendor:company", slug)
    parts = survey_parts(status.round)
    if status.is_correction:
        return begin_correction(request, status, status.round, parts)
    source = status.open or status.public or status.last
    has_choice = source is not None and status.open is None
    form = BeginForm(parts, request.POST if request.method == "POST" else None)
    is_sent = request.method == "POST" and (not has_choice or form.is_valid())
    if is_sent and (draft := begin_draft(request, vendor, status.round, form.items if has_choice else None)):
        return redirect("vendor:tasks", draft.pk)
    since = timezone.localdate(source.submitted_at or source.created_at) if source else None
    news = [(part.title, new) for part in parts if (new := news_since(part, since))]
    title = _("Go on with your answers") if status.open else _("Answer the survey")
    fallen = fallen_options(source, parts) if source else []
    context = {"form": form, "vendor_status": status, "news": news, "has_choice": has_choice, "fallen": fallen}
    earlier = status.open.based_on if status.open else source
    context["dropped"] = dropped_questions(status.round, status.open, earlier)
    return vendor_page(request, vendor, "begin", title, **context)


def begin_draft(
    request: AuthenticatedRequest, vendor: Vendor, survey_round: SurveyRound, items: Collection[str] | None = None
) -> Response | None:
    """`Response.begin` for a member; None, with a message, at the limit or where KL has taken the round back meanwhile."""
    if not is_within_limit(request, "begin_draft", vendor):
        return None
    try:
        return Response.begin(vendor, survey_round, request.user, items)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return None


def is_within_limit(request: AuthenticatedRequest, action: str, vendor: Vendor) -> bool:
    """Count one attempt of the action, which writes to the vendor's members; False, with a message, at its limit.

    The limit is that of the person at this vendor, and nothing is lost by it.
    """
    try:
        limits.consume(action, person=request.user, recipient=f"vendor {vendor.pk}")
    except limits.LimitReached as reached:
        messages.error(request, str(reached) + " " + _("Nothing has changed, and the answers are kept as they are."))
        return False
    return True


def begin_correction(
    request: AuthenticatedRequest, status: VendorStatus, survey_round: SurveyRound, parts: Sequence[SurveyPart]
) -> HttpResponse:
    """Which part of the public answers is to be corrected; POST copies them, and leads to that part alone."""
    if request.method == "POST" and (draft := begin_draft(request, status.vendor, survey_round)):
        key = request.POST.get("part", "")
        if any(part.key == key for part in parts):
            return redirect(part_url(draft, key, back=True))
        return redirect("vendor:tasks", draft.pk)
    fallen = fallen_options(status.public, parts) if status.public else []
    dropped = dropped_questions(survey_round, None, status.public)
    context = {"vendor_status": status, "parts": parts, "is_correction": True, "fallen": fallen, "dropped": dropped}
    return vendor_page(request, status.vendor, "begin", _("What do you want to correct?"), **context)


def fallen_options(source: Response, parts: Sequence[SurveyPart]) -> list[ChangedOption]:
    """The options of earlier answers to these parts that no longer exist. One query."""
    codes = [code for part in parts for code in part.items]
    answers = source.answers.filter(mapped_from=None, option__question__code__in=codes)
    changed = changed_options(answers.select_related("option__question"), (), answered_at(source))
    return [option for option in changed if option.is_retired]


@never_cache
def confirm(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/bekraeft/`: the vendor confirms that the public answers are still right."""
    vendor = own_vendor(request, slug)
    public = vendor.responses.published().select_related("round").first()
    if public is None:
        messages.info(request, _("There is no public profile to confirm."))
        return redirect("vendor:company", slug)
    if request.method == "POST":
        try:
            if public.confirmed_at != timezone.localdate():
                public.confirm(request.user, by_kl=False)
        except TransitionRefused as error:
            messages.warning(request, error.explain())
        else:
            messages.success(request, _("Thank you. The profile says that the answers were confirmed today."))
        return redirect("vendor:company", slug)
    return vendor_page(request, vendor, "confirm", _("Is everything still right?"), public=public)


@restore.restorable
@never_cache
def withdraw(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/traek-tilbage/`: take the profile off the portal, at once."""
    vendor = own_vendor(request, slug)
    public = vendor.responses.published().first()
    if public is None:
        messages.info(request, _("There is no public profile to withdraw."))
        return redirect("vendor:company", slug)
    if response := recent_code.redirect_to_code(request):
        return response
    form = WithdrawForm(request.POST if request.method == "POST" else restore.restore_input(request))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                is_waiting = vendor.responses.awaiting_review().exists()
                public.withdraw(request.user, form.cleaned_data["reason"].strip(), by_kl=False)
                membership.send_membership_news(vendor, request=request)
                post_at_once("withdrawals", f"withdrawals:{public.pk}")
        except TransitionRefused as error:
            messages.warning(request, error.explain())
        else:
            messages.success(request, _("The profile is withdrawn, and the contact information is deleted."))
            if is_waiting:
                messages.info(request, _("The answers that waited for KL are a draft again."))
        return redirect("vendor:company", slug)
    if request.method == "GET" and form.is_bound:
        messages.info(request, restore.PRESS_AGAIN)
    context = {"form": form, "public": public, "waiting": vendor.responses.awaiting_review().first()}
    return vendor_page(request, vendor, "withdraw", _("Withdraw the profile"), **context)


@never_cache
def objection(request: AuthenticatedRequest, pk: int, answer: int) -> HttpResponse:
    """`/leverandoer/svar/<pk>/indsigelse/<answer>/`: the vendor objects to KL's counting of its own words."""
    published = Response.objects.for_member(request.user).published().select_related("vendor")
    submission = get_object_or_404(published, pk=pk)
    own_words = get_object_or_404(submission.answers.select_related("option__question"), pk=answer, mapped_from=None)
    mappings = list(own_words.mappings.select_related("option"))
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            object_to_mapping(own_words, request.user, form.cleaned_data["objection"])
            post_at_once("objections", f"objections:{own_words.pk}:{own_words.objected_at}")
        messages.success(request, _("From now on the words are counted under “other” only. KL sees your objection."))
        return redirect("vendor:company", submission.vendor.slug)
    if not mappings:
        messages.info(request, _("The words are counted under “other” only."))
        return redirect("vendor:company", submission.vendor.slug)
    context = {"answer": own_words, "mappings": mappings, "form": form}
    return vendor_page(request, submission.vendor, "object", _("KL's counting of your own words"), **context)


@versioned_page
def questions(request: HttpRequest, code: str = "") -> HttpResponse:
    """`/leverandoer/spoergsmaal/` and `…/<code>/`: all that the round asks, readable without a login.

    Without a code that of the current round, or of the one to come where none has opened. A round that is not released
    is not found.
    """
    current, coming = SurveyRound.current(), SurveyRound.coming()
    released = SurveyRound.objects.released()
    survey_round = get_object_or_404(released, code=code) if code else current or coming
    if survey_round is None:
        raise Http404
    parts = [
        (part, [(question, offered_options(question)) for question in part.questions])
        for part in survey_parts(survey_round)
    ]
    title = _("The survey's questions: %(round)s") % {"round": survey_round}
    context = {"title": title, "round": survey_round, "parts": parts, "current": current, "coming": coming}
    crumbs = [(title, "")]
    return render_page(request, "marketoverview/vendor/questions.html", context, nav_current="vendor", crumbs=crumbs)


def offered_options(question: Question) -> list[Option]:
    """The question's options that are not retired. No query on prefetched options."""
    return [option for option in question.options.all() if not option.is_retired]
