"""The survey as the vendor fills it in: task list, parts, examples, review and submission."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kl_ai.http import is_fetch
from kl_ai.login import restore
from kl_ai.mail.notices import add_delivery_message

from ..mails import notifications
from ..market import profiles
from ..market.snapshot import snapshots
from ..models import ChangedMeanwhile, Question, Response, SavedPart, fingerprint
from ..models.drafts import OFFERINGS
from ..survey import deadlines, parts
from ..survey.forms.survey import DeclarationForm, PartForm
from .draft import on_draft, page, part_url
from .offerings import offerings

# The task list ------------------------------------------------------------------------------------


@on_draft
def tasks(request: HttpRequest, response: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/opgaver/`: the parts, how far each is, and where to go on."""
    found = parts.states(response, parts.parts_of(response.round))
    left = [state for state in found if state.missing or state.remarks]
    saved = max((state.saved.saved_at for state in found if state.saved), default=None)
    return page(
        request, response, "tasks", "",
        states=[(state, part_url(response, state.part.key)) for state in found],
        complete=sum(state.state == "complete" for state in found),
        go_on=(left[0].part.title, part_url(response, left[0].part.key)) if left else None,
        last_saved=next((state.saved for state in found if state.saved and state.saved.saved_at == saved), None),
        deadline=deadlines.deadline(response.round, response.vendor),
        may_submit=deadlines.may_answer(response.round, response.vendor),
        review_url=reverse("vendor:review", args=[response.pk]),
    )  # fmt: skip


# A part -------------------------------------------------------------------------------------------


@restore.restorable
@on_draft
def part(request: HttpRequest, response: Response, part: str) -> HttpResponse:
    """`/leverandoer/svar/<pk>/del/<part>/`: one page of the survey; saves what can be saved, and says what cannot."""
    every = parts.parts_of(response.round)
    shown = find_part(every, part)
    if shown.key == OFFERINGS:
        return offerings(request, response, every, shown)
    stored = response.stored(shown.items)
    initial = PartForm.initial_of(stored, shown)
    if request.method == "POST":
        form = PartForm(shown, response, parts.based_on_day(response), request.POST, initial=initial)
        return save_part(request, response, every, form)
    typed = restore.restore_input(request)
    form = PartForm(shown, response, parts.based_on_day(response), typed, initial=initial)
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    return part_page(request, response, every, form, seen=typed.get("seen", "") if typed else fingerprint(stored))


def save_part(request: HttpRequest, response: Response, every: list[parts.Part], form: PartForm) -> HttpResponse:
    """Save the valid items of the form. What could not be saved, or what somebody else saved first, comes back."""
    form.is_valid()
    shown = form.part
    try:
        response.save_part(shown.key, shown.items, form.content, request.POST.get("seen", ""), request.user)
    except ChangedMeanwhile as changed:
        if is_fetch(request):
            return JsonResponse({"conflict": True}, status=409)
        conflict = differences(shown, changed.stored, form.content)
        seen = fingerprint(changed.stored)
        return part_page(request, response, every, form, seen=seen, conflict=conflict, saved=changed.saved)
    if is_fetch(request):
        return autosaved(response, form)
    if form.errors:
        messages.warning(request, _("Something on the page could not be saved; see below. The rest is saved."))
        return part_page(request, response, every, form, seen=fingerprint(response.stored(shown.items)))
    messages.success(request, _("“%(part)s” is saved.") % {"part": shown.title})
    following = parts.next_part(every, shown.key) if "_next" in request.POST else None
    return redirect(part_url(response, following.key) if following else reverse("vendor:tasks", args=[response.pk]))


def autosaved(response: Response, form: PartForm) -> HttpResponse:
    """What the page's script is told: the time, and the mark of what is stored now."""
    at = date_format(timezone.localtime(), "TIME_FORMAT")
    said = _("Saved at %(time)s. Something below cannot be saved yet.") if form.errors else _("Saved at %(time)s.")
    return JsonResponse({"seen": fingerprint(response.stored(form.part.items)), "text": said % {"time": at}})


def part_page(
    request: HttpRequest, response: Response, every: list[parts.Part], form: PartForm, *,
    seen: str, conflict: list[tuple[str, str, str]] | None = None, saved: SavedPart | None = None,
) -> HttpResponse:  # fmt: skip
    shown = form.part
    last_saved = response.saved_parts.filter(part=shown.key).select_related("saved_by").first()
    missing = [one.text for one in response.missing() if shown.holds(one.item)] if last_saved else []
    return page(
        request, response, "part", shown.title,
        part=shown, form=form, seen=seen, conflict=conflict, saved_meanwhile=saved, last_saved=last_saved,
        number=every.index(shown) + 1, total=len(every), missing=missing,
        part_remark=form.remarks.get(shown.key, ""),
        can_take_last=response.based_on_id is not None, is_last=shown is every[-1],
    )  # fmt: skip


def find_part(every: list[parts.Part], key: str) -> parts.Part:
    found = next((one for one in every if one.key == key), None)
    if found is None:
        raise Http404
    return found


def differences(shown: parts.Part, stored: dict[str, Any], content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Heading, what is saved by now, and what this person wrote, for each item where the two differ."""
    questions = {question.code: question for question in shown.questions}
    found = []
    for item, mine in content.items():
        if stored[item] != mine:
            if item in questions:
                question = questions[item]
                found.append((question.heading, in_words(question, stored[item]), in_words(question, mine)))
            else:
                label = str(Response._meta.get_field(item).verbose_name).capitalize()  # type: ignore[union-attr]
                found.append((label, said(stored[item]), said(mine)))
    return found


def in_words(question: Question, answers: dict[str, str]) -> str:
    """The chosen options with own words, as a list in one line."""
    labels = {option.code: option.short for option in question.options.all()}
    return "; ".join(f"{labels[code]}: “{words}”" if words else labels[code] for code, words in answers.items())


def said(value: Any) -> str:
    return {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else str(value)


@require_POST
@on_draft
def part_last(request: HttpRequest, response: Response, part: str) -> HttpResponse:
    """Fill the part with what the vendor's earlier answers say."""
    shown = find_part(parts.parts_of(response.round), part)
    response.take_from_last(shown.key, shown.items, request.user)
    messages.success(request, _("“%(part)s” now holds your earlier answers.") % {"part": shown.title})
    return redirect(part_url(response, shown.key))


# Review and submission ----------------------------------------------------------------------------


@on_draft
def review(request: HttpRequest, response: Response) -> HttpResponse:
    """`/leverandoer/svar/<pk>/gennemse/`: everything as the public will see it; POST hands it in."""
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if (answer := submit(request, response, form)) is not None:
            return answer
        response = Response.objects.select_related("vendor", "round", "based_on").get(pk=response.pk)
    every = parts.parts_of(response.round)
    missing = [
        (one.text, part_url(response, found.key))
        for one in response.missing()
        for found in every
        if found.holds(one.item)
    ]
    whole = Response.objects.with_everything().get(pk=response.pk)
    market = snapshots.for_request(request)
    return page(
        request, response, "review", _("Review and hand in"),
        form=form, missing=missing, seen=response.changed_at.isoformat(),
        may_submit=deadlines.may_answer(response.round, response.vendor),
        deadline=deadlines.deadline(response.round, response.vendor),
        sections=profiles.sections(market, whole), offerings=profiles.offerings(whole),
        contact=profiles.contact(whole), facts=profiles.facts(market, whole),
    )  # fmt: skip


def submit(request: HttpRequest, response: Response, form: DeclarationForm) -> HttpResponse | None:
    """Hand the response in and mail the receipt; None where something stands in the way, which is said."""
    if not form.is_valid():
        return None
    if not deadlines.may_answer(response.round, response.vendor):
        messages.error(request, _("The survey is closed, so the answers cannot be handed in. They are kept."))
        return None
    if form.cleaned_data["seen"] != response.changed_at.isoformat():
        messages.warning(request, _("The answers were changed after you opened this page. Look at them once more."))
        return None
    try:
        with transaction.atomic():
            response.submit(request.user, form.said)
            receipts = notifications.send_receipt(response)
    except ValidationError as incomplete:
        messages.error(request, _("Not handed in yet: ") + " ".join(incomplete.messages))
        return None
    messages.success(request, _("KL has received your answers."))
    for receipt in receipts:
        add_delivery_message(request, [receipt], sent_level=messages.INFO, unsent_level=messages.INFO)
    return redirect("vendor:company", response.vendor.slug)
