"""The examples of a draft: add, edit, order, delete with undo."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kl_ai.login import restore

from ..market import profiles
from ..models import ChangedMeanwhile, Question, Response, SampleOffering, fingerprint, offering_content
from ..models.drafts import OFFERINGS
from ..survey import parts
from ..survey.forms.survey import OfferingForm
from .draft import on_draft, page, part_url


def offerings(request: HttpRequest, response: Response, every: list[parts.Part], shown: parts.Part) -> HttpResponse:
    """The list of examples, in the order of the profile, and those that can be brought back."""
    if request.method == "POST":  # “no examples” is an answer too
        response.save_part(OFFERINGS, (), {}, "", request.user)
        following = parts.next_part(every, OFFERINGS) if "_next" in request.POST else None
        return redirect(part_url(response, following.key) if following else reverse("vendor:tasks", args=[response.pk]))
    found = list(response.offerings.prefetch_related("options__question"))
    most = response.round.max_offerings
    return page(
        request, response, "offerings", shown.title,
        part=shown, number=every.index(shown) + 1, total=len(every), is_last=shown is every[-1],
        offerings=[(profiles.offering_card(one), one.key) for one in found],
        removed=SampleOffering.with_removed.filter(response=response, removed_at__isnull=False),
        most=most, is_full=len(found) >= most, remark=response.remarks.get(OFFERINGS, ""),
        missing=[one.text for one in response.missing() if one.item == OFFERINGS],
        can_take_last=response.based_on_id is not None,
    )  # fmt: skip


@require_safe
@on_draft
def offering_new(request: HttpRequest, response: Response) -> HttpResponse:
    """An empty form under a key of its own, so that sending it twice makes one example."""
    return redirect("vendor:offering", response.pk, uuid4())


@restore.restorable
@on_draft
def offering(request: HttpRequest, response: Response, key: UUID) -> HttpResponse:
    """`/leverandoer/svar/<pk>/eksempel/<key>/`: one example, new or known."""
    found = SampleOffering.objects.filter(response=response, key=key).first()
    questions = list(response.round.questions.exclude(matrix_axis="").prefetch_related("options"))
    stored = offering_content(found) if found else {}
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = OfferingForm(questions, typed, instance=found, initial=chosen(questions, stored))
    seen, conflict = fingerprint(stored), False
    if request.method == "POST" and form.is_valid() and has_room(request, response, is_new=found is None):
        try:
            response.save_offering(key, form.content, form.options, request.POST.get("seen", ""), request.user)
            messages.success(request, _("“%(title)s” is saved.") % {"title": form.content["title"]})
            return redirect(part_url(response, OFFERINGS))
        except ChangedMeanwhile as changed:
            seen, conflict = fingerprint(changed.stored), True
    elif request.method == "GET" and typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
        seen = typed.get("seen", seen)
    return page(
        request, response, "offering", _("An example"),
        form=form, seen=seen, is_new=found is None, back_url=part_url(response, OFFERINGS),
        most_words=response.round.max_offering_words,
        stored_now=profiles.offering_card(found) if conflict and found else None,
    )  # fmt: skip


def has_room(request: HttpRequest, response: Response, *, is_new: bool) -> bool:
    """Whether another example may be added; says so where not."""
    most = response.round.max_offerings
    if is_new and response.offerings.count() >= most:
        messages.error(
            request, _("There is room for %(most)s examples. Delete one before you add another.") % {"most": most}
        )
        return False
    return True


def chosen(questions: list[Question], stored: dict) -> dict[str, list[int]]:
    """The ticked options of each question."""
    ticked = set(stored.get("options", ()))
    return {q.code: [option.pk for option in q.options.all() if option.pk in ticked] for q in questions}


@require_POST
@on_draft
def offering_do(request: HttpRequest, response: Response, key: UUID, what: str) -> HttpResponse:
    """Move an example, delete it, or undo that."""
    match what:
        case "flyt-op":
            response.move_offering(key, -1, request.user)
        case "flyt-ned":
            response.move_offering(key, 1, request.user)
        case "slet":
            response.remove_offering(key, request.user)
            messages.info(request, _("The example is deleted. You can undo it below until you hand in."))
        case "fortryd":
            response.restore_offering(key, request.user)
        case _:
            raise Http404
    return redirect(part_url(response, OFFERINGS))
