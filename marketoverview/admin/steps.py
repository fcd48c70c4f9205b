"""What a curator can do with a response: a button, a page that says what will happen, a model verb."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.models import User

from ..models import TRANSITIONS, Response, Status, TransitionRefused, Verb

REVIEW = "marketoverview.review_response"


@dataclass(frozen=True)
class Step:
    """One button of the response page. `perform` gives the response to go on with."""

    name: str
    label: Promise
    what_happens: Promise
    done: Promise
    sources: tuple[Status, ...]
    perform: Callable[[Response, User, str], Response]
    needs_reason: bool = False


def step(verb: Verb, label: Promise, what_happens: Promise, done: Promise, *, needs_reason: bool = False) -> Step:
    """The step that calls the model verb of the same name."""

    def perform(response: Response, by: User, reason: str) -> Response:
        getattr(response, verb.value)(by, *([reason] if needs_reason else []))
        return response

    name = verb.value.replace("_", "-")
    return Step(name, label, what_happens, done, TRANSITIONS[verb][0], perform, needs_reason)


STEPS = {
    step.name: step
    for step in (
        step(
            Verb.SUBMIT,
            _("Submit on the vendor's behalf"),
            _("The response goes to review as if the vendor had submitted it, and counts as confirmed by the vendor "
              "today. Do this only when the vendor has asked for it."),
            _("The response of %(vendor)s is submitted."),
        ),
        step(
            Verb.PUBLISH,
            _("Publish"),
            _("The answers become public at once. What has been public of the vendor until now, if anything, is archived."),
            _("The response of %(vendor)s is published."),
        ),
        step(
            Verb.SEND_BACK,
            _("Send back"),
            _("The vendor can edit the response again and submit it anew. The vendor reads your reason. "
              "What is public of the vendor does not change."),
            _("The response of %(vendor)s is sent back."),
            needs_reason=True,
        ),
        step(
            Verb.REJECT,
            _("Reject"),
            _("The response is declined for good. The vendor reads your reason. "
              "What is public of the vendor does not change."),
            _("The response of %(vendor)s is rejected."),
            needs_reason=True,
        ),
        step(
            Verb.CONFIRM,
            _("Record a confirmation"),
            _("The profile will say that the vendor confirmed it today. Do this only when the vendor has told you that "
              "everything is still right."),
            _("The response of %(vendor)s is confirmed."),
        ),
        Step(
            "correct",
            _("Begin a correction"),
            _("A draft is made from what is public, for you to edit. If the vendor already has an open response, you come "
              "to that one. What is public does not change until the draft has been submitted and published."),
            _("This is the open response of %(vendor)s."),
            (Status.PUBLISHED,),
            lambda response, by, reason: Response.begin(response.vendor, response.round, by),
        ),
        step(
            Verb.WITHDRAW,
            _("Withdraw"),
            _("The profile leaves the portal at once; its page says that it was withdrawn, and when. The contact data are "
              "deleted from every response of the vendor. This cannot be undone."),
            _("The response of %(vendor)s is withdrawn."),
            needs_reason=True,
        ),
    )
}  # fmt: skip
"""By the name in the address, in the order of the buttons."""


def steps_for(user, response: Response) -> list[Step]:
    """The steps that lead on from the response's status, for somebody who may review."""
    if not user.has_perm(REVIEW):
        return []
    return [step for step in STEPS.values() if response.status in step.sources]


def seen_as(response: Response) -> str:
    """What a form carries to tell whether the response is still the one that its reader saw."""
    return f"{response.status} {response.changed_at.isoformat()}"


def refusal(response: Response, seen: str = "") -> ValidationError:
    """What the one who came second is told; nothing was changed."""
    if not seen.startswith(f"{response.status} "):
        return ValidationError(TransitionRefused(response, Verb.EDIT).explain())
    words = gettext(
        "Nothing was changed: the response of %(vendor)s was changed after you opened the page. Look at it again."
    )
    return ValidationError(words % {"vendor": response.vendor})


class StepForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"})
    )

    def __init__(self, step: Step, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not step.needs_reason:
            del self.fields["reason"]


def step_view(model_admin: ModelAdmin, request: HttpRequest, object_id: int, name: str) -> HttpResponse:
    """GET says what will happen and changes nothing; POST does it, once."""
    if not request.user.has_perm(REVIEW):  # type: ignore[union-attr]
        raise PermissionDenied
    if name not in STEPS:
        raise Http404
    step, goes_on_with = STEPS[name], object_id
    form = StepForm(step, request.POST if request.method == "POST" else None)
    try:
        with transaction.atomic():
            response = model_admin.get_object(request, str(object_id))
            if response is None:
                raise Http404
            if form.is_valid():
                goes_on_with = perform(step, response, request.user, form).pk
                messages.success(request, str(step.done) % {"vendor": response.vendor})
            elif form.is_bound or response.status in step.sources:
                return step_page(model_admin, request, step, form, response)
            else:
                raise refusal(response)
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
    return redirect("admin:marketoverview_response_change", goes_on_with)


def step_page(model_admin, request: HttpRequest, step: Step, form: StepForm, response: Response) -> HttpResponse:
    form.initial["seen"] = seen_as(response)
    context = {"title": step.label, "step": step, "form": form, "response": response, "opts": model_admin.opts}
    context |= model_admin.admin_site.each_context(request)
    return render(request, "admin/marketoverview/response/step.html", context)


def perform(step: Step, response: Response, by, form: StepForm) -> Response:
    """Do it, unless the response is no longer what the curator saw. Raises `ValidationError`."""
    seen = form.cleaned_data["seen"]
    if seen != seen_as(response):
        raise refusal(response, seen)
    try:
        return step.perform(response, by, form.cleaned_data.get("reason", ""))
    except TransitionRefused as refused:
        raise ValidationError(refused.explain()) from refused
