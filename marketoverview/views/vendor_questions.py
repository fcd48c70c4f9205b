"""The questions that vendors ask KL about the survey, and KL's answers to all of them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kl_ai.login import restore
from kl_ai.pages.pagination import paginate
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest

from ..mails.vendor_questions import notify_staff
from ..models import SurveyRound, Vendor, VendorQuestion
from ..survey.forms.questions import AskForm
from .company import own_vendor, vendor_page

PER_PAGE = 20


@restore.restorable
@never_cache
def questions_to_kl(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/spoergsmaal-til-kl/`: the answers to all vendors; POST asks KL."""
    vendor = own_vendor(request, slug)
    survey_round = SurveyRound.current()
    if request.method != "POST" or survey_round is None:
        typed = restore.restore_input(request)
        if typed is not None:
            messages.warning(request, restore.RESTORED_NOTICE)
        return questions_page(request, vendor, survey_round, AskForm(typed))
    form = AskForm(request.POST)
    if not form.is_valid() or not ask(request, vendor, survey_round, form):
        return questions_page(request, vendor, survey_round, form)
    return redirect("vendor:questions_to_kl", slug)


def ask(request: AuthenticatedRequest, vendor: Vendor, survey_round: SurveyRound, form: AskForm) -> bool:
    """Store the question and tell KL's staff, with a message; False, with an error at the form, past the limit."""
    try:
        limits.consume("ask_kl", person=request.user, origin=request)
    except limits.LimitReached as reached:
        form.add_error("text", str(reached))
        return False
    with transaction.atomic():
        question, is_new = VendorQuestion.ask(vendor, survey_round, request.user, form.cleaned_data["text"])
        if is_new:
            notify_staff(question)
    messages.success(request, _("KL has received your question. You get a mail when it is answered."))
    return True


def questions_page(
    request: AuthenticatedRequest, vendor: Vendor, survey_round: SurveyRound | None, form: AskForm
) -> HttpResponse:
    """The published answers, the latest first, one page of them; above the vendor's own that are not among them."""
    published = VendorQuestion.objects.published()
    number = request.GET.get("page", "")
    address = reverse("vendor:questions_to_kl", args=[vendor.slug])
    pages = paginate(published.count(), page_number(number), PER_PAGE, lambda page: f"{address}?page={page}")
    own = VendorQuestion.objects.asked_by_vendor(vendor).exclude(state=VendorQuestion.State.PUBLISHED)
    context: dict[str, Any] = {
        "round": survey_round,
        "form": form,
        "own_questions": list(own),
        "published": list(published[pages.start : pages.stop]),
        "pages": pages,
    }
    return vendor_page(request, vendor, "questions_to_kl", _("Questions and answers"), **context)


def page_number(text: str) -> int:
    """The number in the address; 1 for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) else 1
