"""The vendor's own area around the survey: where the answers stand, and what can be done with them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ..market import profiles
from ..market.snapshot import snapshots
from ..models import (
    Answer,
    Invitation,
    JoinRequest,
    Question,
    Response,
    SurveyRound,
    TransitionRefused,
    Vendor,
    object_to_mapping,
)
from ..survey import parts
from ..survey.forms.company import BeginForm, ObjectionForm, WithdrawForm
from ..survey.status import history, standings
from .selection_page import market_page


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/`: the vendors that the user acts for, the invitations to others; one alone is shown right away."""
    user: Any = request.user
    vendors = list(Vendor.objects.of_member(user).with_responses())
    invited = list(Invitation.objects.waiting().filter(email__iexact=user.email).exclude(vendor__in=vendors))
    asked = list(JoinRequest.objects.filter(user=user, decided_at=None).select_related("vendor"))
    if len(vendors) == 1 and not invited and not asked:
        return redirect("vendor:company", vendors[0].slug)
    context = {
        "nav_current": "vendor",
        "crumbs": [(_("Your company"), "")],
        "standings": standings(vendors),
        "invitations": invited,
        "requests": asked,
    }
    return render(request, "marketoverview/vendor/home.html", context)


@never_cache
def company(request: HttpRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/`: status, what to do next, and all that has happened."""
    vendor = get_object_or_404(Vendor.objects.visible_to(request.user).with_responses(), slug=slug)
    is_member = vendor.memberships.filter(user=request.user.pk).exists()
    responses = list(vendor.responses.all())
    context = {
        "standing": standings([vendor])[0],
        "is_member": is_member,
        "requests": vendor.join_requests.filter(decided_at=None).count() if is_member else 0,
        "counted": counted_by_kl(vendor),
        "responses": [(response, history(response.events.all())) for response in responses],
    }
    return vendor_page(request, vendor, "company", "", **context)


def counted_by_kl(vendor: Vendor) -> list:
    """The vendor's public answers in its own words that KL counts elsewhere too. Two queries."""
    found = Answer.objects.filter(response__vendor=vendor, response__status="published", mappings__isnull=False)
    return list(found.select_related("option__question").prefetch_related("mappings__option").distinct())


def vendor_page(request: HttpRequest, vendor: Vendor, name: str, title: str, **context) -> HttpResponse:
    """A page of the vendor's area: the same frame around each."""
    company_url = reverse("vendor:company", args=[vendor.slug])
    crumbs = [(vendor.name, company_url if title else "")]
    if title:
        crumbs.append((title, ""))
    context |= {
        "nav_current": "vendor", "crumbs": crumbs, "vendor": vendor, "title": title or vendor.name,
        "company_url": company_url,
    }  # fmt: skip
    return render(request, f"marketoverview/vendor/{name}.html", context)


def own_vendor(request: HttpRequest, slug: str) -> Vendor:
    """The vendor of this address, if the user acts for it; 404 for anybody else. One query."""
    return get_object_or_404(Vendor.objects.of_member(request.user), slug=slug)


@never_cache
def response(request: HttpRequest, pk: int) -> HttpResponse:
    """One response as the public would see it, with its history. A stranger gets 404."""
    visible = Response.objects.visible_to(request.user).with_everything()
    found = get_object_or_404(visible.prefetch_related("events__actor"), pk=pk)
    market = snapshots.for_request(request)
    context = {
        "nav_current": "vendor",
        "crumbs": [
            (found.vendor.name, reverse("vendor:company", args=[found.vendor.slug])),
            (str(found.round), ""),
        ],
        "vendor": found.vendor,
        "response": found,
        "sections": profiles.sections(market, found),
        "offerings": profiles.offerings(found),
        "contact": profiles.contact(found),
        "facts": profiles.facts(market, found),
        "history": history(found.events.all()),
    }
    return render(request, "marketoverview/vendor_response.html", context)


@never_cache
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/begynd/`: begin answers, from the earlier ones or from scratch.

    A draft of an earlier round goes on as it is.
    """
    vendor = get_object_or_404(Vendor.objects.of_member(request.user).with_responses(), slug=slug)
    now = standings([vendor])[0]
    if now.open and not now.is_of_earlier_round:
        return redirect("vendor:tasks", now.open.pk) if now.open.is_editable else redirect("vendor:company", slug)
    if now.round is None or not now.may_answer:
        messages.warning(request, _("The survey is closed."))
        return redirect("vendor:company", slug)
    every = parts.parts_of(now.round)
    source = now.open or now.public or now.last
    has_choice = source is not None and now.open is None
    form = BeginForm(every, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (not has_choice or form.is_valid()):
        draft = Response.begin(vendor, now.round, request.user, form.items if has_choice else None)
        return redirect("vendor:tasks", draft.pk)
    since = timezone.localdate(source.submitted_at or source.created_at) if source else None
    news = [(part.title, new) for part in every if (new := parts.what_is_new(part, since))]
    title = _("Go on with your answers") if now.open else _("Answer the survey")
    return vendor_page(
        request, vendor, "begin", title, form=form, standing=now, news=news, has_choice=has_choice
    )  # fmt: skip


@never_cache
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/bekraeft/`: everything is still right, with one click."""
    vendor = own_vendor(request, slug)
    public = vendor.responses.published().select_related("round").first()
    if public is None:
        messages.info(request, _("There is no public profile to confirm."))
        return redirect("vendor:company", slug)
    if request.method == "POST":
        try:
            if public.confirmed_at != timezone.localdate():
                public.confirm(request.user)
        except TransitionRefused as refused:
            messages.warning(request, refused.explain())
        else:
            messages.success(request, _("Thank you. The profile says that the answers were confirmed today."))
        return redirect("vendor:company", slug)
    return vendor_page(request, vendor, "confirm", _("Is everything still right?"), public=public)


@never_cache
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """`/leverandoer/virksomhed/<slug>/traek-tilbage/`: take the profile off the portal, at once."""
    vendor = own_vendor(request, slug)
    public = vendor.responses.published().first()
    if public is None:
        messages.info(request, _("There is no public profile to withdraw."))
        return redirect("vendor:company", slug)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            public.withdraw(
                request.user, form.cleaned_data["reason"].strip() or _("The company has withdrawn it itself.")
            )
        except TransitionRefused as refused:
            messages.warning(request, refused.explain())
        else:
            messages.success(request, _("The profile is withdrawn, and the contact information is deleted."))
        return redirect("vendor:company", slug)
    return vendor_page(request, vendor, "withdraw", _("Withdraw the profile"), form=form, public=public)


@never_cache
def object_(request: HttpRequest, pk: int, answer: int) -> HttpResponse:
    """`/leverandoer/svar/<pk>/indsigelse/<answer>/`: the vendor does not want its words counted otherwise."""
    own = get_object_or_404(Response.objects.of_member(request.user).published().select_related("vendor"), pk=pk)
    found = get_object_or_404(own.answers.select_related("option__question"), pk=answer, mapped_from=None)
    mappings = list(found.mappings.select_related("option"))
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        object_to_mapping(found, request.user, form.cleaned_data["objection"])
        messages.success(request, _("From now on the words are counted under “other” only. KL sees your objection."))
        return redirect("vendor:company", own.vendor.slug)
    if not mappings:
        messages.info(request, _("The words are counted under “other” only."))
        return redirect("vendor:company", own.vendor.slug)
    return vendor_page(
        request, own.vendor, "object", _("KL's counting of your own words"), answer=found, mappings=mappings, form=form
    )


@market_page
def questions(request: HttpRequest) -> HttpResponse:
    """`/leverandoer/spoergsmaal/`: the whole survey in advance, for whoever wants to read it."""
    survey_round = SurveyRound.current()
    if survey_round is None:
        raise Http404
    context = {
        "nav_current": "vendor",
        "crumbs": [(_("The survey's questions"), "")],
        "round": survey_round,
        "parts": [(part, [offered(question) for question in part.questions]) for part in parts.parts_of(survey_round)],
    }
    return render(request, "marketoverview/vendor/questions.html", context)


def offered(question: Question) -> tuple[Question, list]:
    return question, [option for option in question.options.all() if not option.is_retired]
