"""The steps that a curator can take with a response. Each has a button, a page that explains it, and a model verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message
from kl_ai.models import User
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security import log as security_log

from ..mails import notifications
from ..models import TRANSITIONS, Response, Status, TransitionRefused, Verb
from ..querysets import REVIEW
from ..review.standard_reasons import offered_reasons, with_chosen_reasons
from ..survey.parts import item_headings
from .inbox import to_next_response

REMARK = "remark-"
"""The names of the form fields with a reason at one item begin with this; the item's name follows."""
DECISIONS = (Verb.PUBLISH, Verb.SEND_BACK, Verb.REJECT, Verb.WITHDRAW)
"""The verbs that the vendor's members get a mail about."""


StepFunction = Callable[[Response, User, str, Mapping[str, str]], Response]
"""Takes a step with a response, a user, a reason and remarks; returns the response to show next."""


@dataclass(frozen=True)
class ReviewStep:
    """One button of the response page."""

    name: str
    """The step's name in the address."""
    label: Promise
    explanation: Promise
    success_message: Promise
    """With a place for the `vendor`."""
    sources: tuple[Status, ...]
    """The statuses in which a response has the button."""
    perform: StepFunction
    needs_reason: bool = False
    sends_mail: bool = False
    takes_remarks: bool = False

    @property
    def decides_on_submitted(self) -> bool:
        """Whether it is a decision on a response of the inbox, after which the next one comes."""
        return self.sends_mail and self.sources == (Status.SUBMITTED,)


# One function for each step: it calls the verb and returns the response to show next.


def submit(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    submission.submit(by)
    return submission


def publish(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    submission.publish(by)
    return submission


def send_back(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    submission.send_back(by, reason, remarks)
    return submission


def reject(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    submission.reject(by, reason)
    return submission


def confirm(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    submission.confirm(by)
    return submission


def correct(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    return Response.begin(submission.vendor, submission.round, by)


def withdraw(submission: Response, by: User, reason: str, remarks: Mapping[str, str]) -> Response:
    submission.withdraw(by, reason, by_kl=True)
    return submission


def verb_step(
    verb: Verb,
    perform: StepFunction,
    label: Promise,
    explanation: Promise,
    success_message: Promise,
    *,
    needs_reason: bool = False,
    takes_remarks: bool = False,
) -> ReviewStep:
    """The step of one of the verbs of `Response`: its name and its statuses are those of the verb."""
    return ReviewStep(
        name=verb.value.replace("_", "-"),
        label=label,
        explanation=explanation,
        success_message=success_message,
        sources=TRANSITIONS[verb][0],
        perform=perform,
        needs_reason=needs_reason,
        sends_mail=verb in DECISIONS,
        takes_remarks=takes_remarks,
    )


STEPS = {
    step.name: step
    for step in (
        verb_step(
            Verb.SUBMIT,
            submit,
            _("Submit on the vendor's behalf"),
            _(
                "The response goes to KL's review as if the vendor had submitted it, and counts as confirmed by the vendor "
                "today. Do this only when the vendor has asked for it."
            ),
            _("The response of %(vendor)s is submitted."),
        ),
        verb_step(
            Verb.PUBLISH,
            publish,
            _("Publish"),
            _(
                "The answers become public at once. What has been public of the vendor until now, if anything, is archived."
            ),
            _("The response of %(vendor)s is published."),
        ),
        verb_step(
            Verb.SEND_BACK,
            send_back,
            _("Send back"),
            _(
                "The vendor can edit the response again and submit it anew. The vendor reads your reason. "
                "What is public of the vendor does not change."
            ),
            _("The response of %(vendor)s is sent back."),
            needs_reason=True,
            takes_remarks=True,
        ),
        verb_step(
            Verb.REJECT,
            reject,
            _("Reject"),
            _(
                "The response is declined for good. The vendor reads your reason. "
                "What is public of the vendor does not change."
            ),
            _("The response of %(vendor)s is rejected."),
            needs_reason=True,
        ),
        verb_step(
            Verb.CONFIRM,
            confirm,
            _("Record a confirmation"),
            _(
                "The profile will say that the vendor confirmed it today. Do this only when the vendor has told you that "
                "everything is still right."
            ),
            _("The response of %(vendor)s is confirmed."),
        ),
        ReviewStep(
            "correct",
            _("Begin a correction"),
            _(
                "A draft is made from what is public, for you to edit. If the vendor already has an open response, you come "
                "to that one. What is public does not change until the draft has been submitted and published."
            ),
            _("This is the open response of %(vendor)s."),
            (Status.PUBLISHED,),
            correct,
        ),
        verb_step(
            Verb.WITHDRAW,
            withdraw,
            _("Withdraw"),
            _(
                "The profile leaves the portal at once; its page says that it was withdrawn, and when. The contact data are "
                "deleted from every response of the vendor. This cannot be undone."
            ),
            _("The response of %(vendor)s is withdrawn."),
            needs_reason=True,
        ),
    )
}
"""Name in the address to step, in the order of the buttons."""


def available_steps(user, submission: Response) -> list[ReviewStep]:
    """The steps that the user can take with the response in its status; none for those who may not review."""
    if not user.has_perm(REVIEW):
        return []
    return [step for step in STEPS.values() if submission.status in step.sources]


def state_token(submission: Response) -> str:
    """The response's status and time of change; a form carries it to detect a change since its page was shown."""
    return f"{submission.status} {submission.changed_at.isoformat()}"


def conflict_error(submission: Response, seen: str = "") -> ValidationError:
    """The error for a user whose page showed the state `seen`, which the response is no longer in."""
    if not seen.startswith(f"{submission.status} "):
        return ValidationError(TransitionRefused(submission, Verb.EDIT).explain(to_kl=True))
    words = gettext(
        "Nothing was changed: the response of %(vendor)s was changed after you opened the page. Look at it again."
    )
    return ValidationError(words % {"vendor": submission.vendor})


class StepForm(forms.Form):
    """The reason in general, and the remarks at single items, which stay in the form of another step, too."""

    seen = forms.CharField(widget=forms.HiddenInput)
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"})
    )

    def __init__(self, step: ReviewStep, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.step = step
        if not step.needs_reason and not (data and data.get("reason", "").strip()):
            del self.fields["reason"]
        elif not step.needs_reason or step.takes_remarks:
            self.fields["reason"].required = False

    def add_remark_fields(self, headings: Mapping[str, str]) -> None:
        """Add a field for the reason at each of these items."""
        for item, heading in headings.items():
            widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
            self.fields[REMARK + item] = forms.CharField(label=heading, max_length=1000, required=False, widget=widget)

    @property
    def remark_fields(self) -> list[forms.BoundField]:
        """The fields of the remarks that are filled in or have errors."""
        return [field for field in self if field.name.startswith(REMARK) and (field.value() or field.errors)]

    @property
    def remarks(self) -> dict[str, str]:
        """Item to the reason at it, for the items with one."""
        fields = self.cleaned_data.items()
        return {name.removeprefix(REMARK): text for name, text in fields if name.startswith(REMARK) and text}

    def clean(self) -> dict:
        is_typed = bool(self.remarks) or (not self.step.needs_reason and bool(self.cleaned_data.get("reason")))
        if is_typed and not self.step.takes_remarks and not self.cleaned_data.get("anyway"):
            raise ValidationError(
                gettext(
                    "Nothing was done yet: you have written something that “%(step)s” does not send to the vendor. "
                    "Go on if it may be left out."
                )
                % {"step": self.step.label}
            )
        has_reason = self.remarks or self.cleaned_data.get("reason")
        if self.step.takes_remarks and not has_reason and "reason" not in self.errors:
            self.add_error("reason", self.fields["reason"].error_messages["required"])
        return self.cleaned_data


def step_view(model_admin: ModelAdmin, request: AuthenticatedRequest, object_id: int, name: str) -> HttpResponse:
    """`…/response/<id>/step/<name>/`: a GET explains the step, a POST takes it."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    if name not in STEPS:
        raise Http404
    step, next_id = STEPS[name], object_id
    form = StepForm(step, with_chosen_reasons(request.POST) if request.method == "POST" else None)
    try:
        with transaction.atomic():
            submission = model_admin.get_object(request, str(object_id))
            if submission is None:
                raise Http404
            form.add_remark_fields(item_headings(submission.round) if form.is_bound else {})
            if form.is_valid():
                next_id = perform(step, submission, request.user, form).pk
                mails = notifications.send_decision(submission) if step.sends_mail else []
            elif submission.status in step.sources:
                if form.is_bound and form.data.get("seen") != state_token(submission):
                    messages.warning(request, conflict_error(submission, form.data.get("seen", "")).messages[0])
                return step_page(model_admin, request, step, form, submission)
            else:
                raise conflict_error(submission)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return _response_to_refusal(model_admin, request, step, form, object_id)
    if step.name == Verb.WITHDRAW:
        security_log.record("profile_withdrawn", request, vendor=submission.vendor_id, by_kl=True)
    messages.success(request, str(step.success_message) % {"vendor": submission.vendor})
    if step.sends_mail:
        add_decision_mail_message(request, submission, mails)
    if step.decides_on_submitted:
        return to_next_response(submission)
    return redirect("admin:marketoverview_response_change", next_id)


def _response_to_refusal(
    model_admin: ModelAdmin, request: AuthenticatedRequest, step: ReviewStep, form: StepForm, object_id: int
) -> HttpResponse:
    """The step's page with what was typed, where the step is still available; else a redirect to the response."""
    current = Response.objects.select_related("vendor", "round").get(pk=object_id)
    has_input = form.is_bound and form.is_valid() and (form.remarks or form.cleaned_data.get("reason"))
    if has_input and current.status in step.sources:
        return step_page(model_admin, request, step, form, current)
    return redirect("admin:marketoverview_response_change", object_id)


def add_decision_mail_message(request: AuthenticatedRequest, submission: Response, mails: list[OutgoingMail]) -> None:
    """Add one message about the delivery of the mails, or that the vendor has nobody to send one to."""
    add_delivery_message(request, mails)
    if not mails:
        text = gettext("Nobody acts for %(vendor)s on the portal, so no mail was sent.")
        messages.warning(request, text % {"vendor": submission.vendor})


def step_page(
    model_admin: ModelAdmin, request: AuthenticatedRequest, step: ReviewStep, form: StepForm, submission: Response
) -> HttpResponse:
    context = {"title": step.label, "step": step, "form": form, "response": submission, "opts": model_admin.opts}
    offered = offered_reasons().get(step.name.replace("-", "_"), [])
    context |= {
        "state": state_token(submission),
        "reasons": [("", offered)] if offered else [],
        "waiting": submission.vendor.responses.awaiting_review().first() if step.name == "withdraw" else None,
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/response/step.html", context)


def perform(step: ReviewStep, submission: Response, by, form: StepForm) -> Response:
    """Take the step; the response to show next. Raises `ValidationError` where the response has changed meanwhile."""
    seen = form.cleaned_data["seen"]
    if seen != state_token(submission):
        raise conflict_error(submission, seen)
    try:
        return step.perform(submission, by, form.cleaned_data.get("reason", ""), form.remarks)
    except TransitionRefused as error:
        raise ValidationError(error.explain(to_kl=True)) from error
