"""What a curator can do with a response: a button, a page that says what will happen, a model verb."""

from collections.abc import Callable, Mapping
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

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message
from kl_ai.models import User

from ..mails import notifications
from ..models import TRANSITIONS, Response, Status, TransitionRefused, Verb
from ..survey.parts import item_headings

REVIEW = "marketoverview.review_response"
REMARK = "remark-"
"""What the names of the fields begin with that hold a reason at one item."""
TOLD = (Verb.PUBLISH, Verb.SEND_BACK, Verb.REJECT, Verb.WITHDRAW)
"""Decisions that the vendor's people get a mail about."""


@dataclass(frozen=True)
class Step:
    """One button of the response page. `perform` gives the response to go on with."""

    name: str
    label: Promise
    what_happens: Promise
    done: Promise
    sources: tuple[Status, ...]
    perform: Callable[[Response, User, str, Mapping[str, str]], Response]
    needs_reason: bool = False
    is_told: bool = False
    takes_remarks: bool = False


def step(verb: Verb, label: Promise, what_happens: Promise, done: Promise, *, needs_reason: bool = False) -> Step:
    """The step that calls the model verb of the same name."""

    takes_remarks = verb == Verb.SEND_BACK

    def perform(response: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
        said = [reason, remarks] if takes_remarks else [reason] if needs_reason else []
        getattr(response, verb.value)(by, *said)
        return response

    name, sources = verb.value.replace("_", "-"), TRANSITIONS[verb][0]
    return Step(name, label, what_happens, done, sources, perform, needs_reason, verb in TOLD, takes_remarks)


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
            lambda response, by, reason, remarks: Response.begin(response.vendor, response.round, by),
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
    """The reason, and what was typed at single items; nothing of it gets lost by pressing another button."""

    seen = forms.CharField(widget=forms.HiddenInput)
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"})
    )

    def __init__(self, step: Step, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.step = step
        if not step.needs_reason and not (data and data.get("reason", "").strip()):
            del self.fields["reason"]
        elif not step.needs_reason or step.takes_remarks:
            self.fields["reason"].required = False

    def ask_for_remarks(self, headings: Mapping[str, str]) -> None:
        """A field for the reason at each of these items."""
        for item, heading in headings.items():
            widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
            self.fields[REMARK + item] = forms.CharField(
                label=heading, max_length=1000, required=False, widget=widget
            )  # fmt: skip

    @property
    def remark_fields(self) -> list[forms.BoundField]:
        """The reasons at single items that somebody has typed."""
        return [field for field in self if field.name.startswith(REMARK) and (field.value() or field.errors)]

    @property
    def remarks(self) -> dict[str, str]:
        typed = {name.removeprefix(REMARK): text for name, text in self.cleaned_data.items() if name.startswith(REMARK)}
        return {item: text for item, text in typed.items() if text}

    def clean(self) -> dict:
        typed = bool(self.remarks) or (not self.step.needs_reason and bool(self.cleaned_data.get("reason")))
        if typed and not self.step.takes_remarks and not self.cleaned_data.get("anyway"):
            raise ValidationError(
                gettext(
                    "Nothing was done yet: you have written something that “%(step)s” does not send to the vendor. "
                    "Go on if it may be left out."
                )
                % {"step": self.step.label}
            )
        said = self.remarks or self.cleaned_data.get("reason")
        if self.step.takes_remarks and not said and "reason" not in self.errors:
            self.add_error("reason", self.fields["reason"].error_messages["required"])
        return self.cleaned_data


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
            form.ask_for_remarks(item_headings(response.round) if form.is_bound else {})
            if form.is_valid():
                goes_on_with = perform(step, response, request.user, form).pk
                mails = notifications.decision(response) if step.is_told else []
            elif form.is_bound or response.status in step.sources:
                return step_page(model_admin, request, step, form, response)
            else:
                raise refusal(response)
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
        return _after_refusal(model_admin, request, step, form, object_id)
    messages.success(request, str(step.done) % {"vendor": response.vendor})
    if step.is_told:
        add_decision_mail_message(request, response, mails)
    return redirect("admin:marketoverview_response_change", goes_on_with)


def _after_refusal(model_admin, request: HttpRequest, step: Step, form: StepForm, object_id: int) -> HttpResponse:
    """The response's page; with a reason typed that can still be given, the same page with the reason in it."""
    now = Response.objects.select_related("vendor", "round").get(pk=object_id)
    typed = form.is_bound and form.is_valid() and (form.remarks or form.cleaned_data.get("reason"))
    if typed and now.status in step.sources:
        return step_page(model_admin, request, step, form, now)
    return redirect("admin:marketoverview_response_change", object_id)


def add_decision_mail_message(request: HttpRequest, response: Response, mails: list[OutgoingMail]) -> None:
    """Add one message about the delivery of the mails, or that the vendor has nobody to send one to."""
    add_delivery_message(request, mails)
    if not mails:
        text = gettext("Nobody acts for %(vendor)s on the portal, so no mail was sent.")
        messages.warning(request, text % {"vendor": response.vendor})


def step_page(model_admin, request: HttpRequest, step: Step, form: StepForm, response: Response) -> HttpResponse:
    context = {"title": step.label, "step": step, "form": form, "response": response, "opts": model_admin.opts}
    context |= {"seen": seen_as(response), **model_admin.admin_site.each_context(request)}
    return render(request, "admin/marketoverview/response/step.html", context)


def perform(step: Step, response: Response, by, form: StepForm) -> Response:
    """Do it, unless the response is no longer what the curator saw. Raises `ValidationError`."""
    seen = form.cleaned_data["seen"]
    if seen != seen_as(response):
        raise refusal(response, seen)
    try:
        return step.perform(response, by, form.cleaned_data.get("reason", ""), form.remarks)
    except TransitionRefused as refused:
        raise ValidationError(refused.explain()) from refused
