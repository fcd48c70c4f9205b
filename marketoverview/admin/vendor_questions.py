"""The vendors' questions to KL: the list, and the page on which KL answers to all, to the vendor alone, or by an earlier answer."""

from collections.abc import Mapping
from copy import copy
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import TracedAdmin
from kl_ai.admin.reading import LoggedReading
from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.mail.notices import add_queued_message
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.security.reading_log import record_reading
from kl_ai.validators import validate_text

from ..mails import vendor_questions as mails
from ..models import Vendor, VendorQuestion
from ..models.vendor_questions import ANSWER_LENGTH, QUESTION_LENGTH, REASON_LENGTH
from ..querysets import REVIEW
from .base import date_column, text_field

State = VendorQuestion.State
PUBLISHED_TEXTS = ("question_da", "question_en", "answer_da", "answer_en")
PRIVATE_TEXTS = ("answer_da", "answer_en")


class VendorAnswerForm(forms.Form):
    """KL's answer to a question that waits: how, and in which words."""

    how = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            (State.PUBLISHED, _("to all vendors of the round")),
            (State.PRIVATE, _("to the vendor that asked alone")),
            (State.MERGED, _("by an earlier answer")),
        ],
        widget=forms.RadioSelect,
        initial=State.PUBLISHED,
    )
    question_da = text_field(
        _("Question in Danish, as all read it"),
        QUESTION_LENGTH,
        4,
        help_text=_("Change what could tell who asked. The vendor's own words stay with KL."),
    )
    question_en = text_field(_("Question in English"), QUESTION_LENGTH, 4)
    answer_da = text_field(_("Answer in Danish"), ANSWER_LENGTH, 8)
    answer_en = text_field(
        _("Answer in English"), ANSWER_LENGTH, 8, help_text=_("Empty: those who read English get the Danish text.")
    )
    private_reason = forms.CharField(
        label=_("Why the vendor alone gets the answer"),
        max_length=REASON_LENGTH,
        required=False,
        validators=[validate_text],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("The vendor reads it. For example: it concerns your company's own answers."),
    )
    merged_into = forms.ModelChoiceField(VendorQuestion.objects.none(), label=_("Earlier answer"), required=False)

    NEEDED: Mapping[str, tuple[str, ...]] = {
        State.PUBLISHED: ("question_da", "answer_da"),
        State.PRIVATE: ("answer_da", "private_reason"),
        State.MERGED: ("merged_into",),
    }
    """What each way of answering cannot do without."""

    def __init__(self, question: VendorQuestion, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        earlier = VendorQuestion.objects.published().filter(round=question.round)
        cast(forms.ModelChoiceField, self.fields["merged_into"]).queryset = earlier

    def clean(self) -> dict[str, Any]:
        for name in self.NEEDED.get(self.cleaned_data.get("how", ""), ()):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return self.cleaned_data

    @property
    def result(self) -> VendorQuestion:
        """The question as it would be answered now, not stored."""
        result = copy(self.question)
        result.state, result.answered_at = self.cleaned_data["how"], timezone.now()
        names: dict[str, tuple[str, ...]] = {
            State.PUBLISHED: PUBLISHED_TEXTS,
            State.PRIVATE: (*PRIVATE_TEXTS, "private_reason"),
        }
        for name in names.get(result.state, ("merged_into",)):
            setattr(result, name, self.cleaned_data[name])
        return result

    def store(self, by) -> bool:
        """Answer the question by its verb."""
        data = self.cleaned_data
        match data["how"]:
            case State.PUBLISHED:
                self.question.publish(by, **{name: data[name] for name in PUBLISHED_TEXTS})
            case State.PRIVATE:
                texts = {name: data[name] for name in PRIVATE_TEXTS}
                self.question.answer_privately(by, **texts, reason=data["private_reason"])
            case _:
                self.question.merge(by, data["merged_into"])
        return True

    @property
    def sends_mail(self) -> bool:
        return True


class CorrectionForm(forms.Form):
    """Other words of an answer that is given. `seen` is the `worded_at` of the answer that the page showed."""

    question_da = text_field(_("Question in Danish, as all read it"), QUESTION_LENGTH, 4, required=True)
    question_en = text_field(_("Question in English"), QUESTION_LENGTH, 4)
    answer_da = text_field(_("Answer in Danish"), ANSWER_LENGTH, 8, required=True)
    answer_en = text_field(_("Answer in English"), ANSWER_LENGTH, 8)
    only_spelling = forms.BooleanField(label=_("Only a correction of spelling: nobody gets a mail"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, question: VendorQuestion, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        self.texts = PUBLISHED_TEXTS if question.state == State.PUBLISHED else PRIVATE_TEXTS
        for name in set(PUBLISHED_TEXTS) - set(self.texts):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Refuse what was sent from a page that showed no answer yet, or an older one."""
        if self.cleaned_data.get("seen") != seen_text(self.question):
            self.add_error(None, gettext("Somebody has answered or corrected it meanwhile. Look at it again below."))
            data = cast(QueryDict, self.data).copy()
            data["seen"] = seen_text(self.question)
            self.data = data
        return self.cleaned_data

    @property
    def result(self) -> VendorQuestion:
        result = copy(self.question)
        result.corrected_at = timezone.now()
        for name in self.texts:
            setattr(result, name, self.cleaned_data[name])
        return result

    def store(self, by) -> bool:
        """Correct the answer by its verb; False where no word differs."""
        return self.question.correct(self.question.worded_at, **{name: self.cleaned_data[name] for name in self.texts})

    @property
    def sends_mail(self) -> bool:
        return not self.cleaned_data["only_spelling"]


def make_form(question: VendorQuestion, data=None) -> VendorAnswerForm | CorrectionForm:
    """The form for what KL can do with the question now."""
    if question.is_waiting:
        return VendorAnswerForm(question, data, initial={"question_da": question.text, "how": State.PUBLISHED})
    initial = {name: getattr(question, name) for name in PUBLISHED_TEXTS}
    return CorrectionForm(question, data, initial={**initial, "seen": seen_text(question)})


def seen_text(question: VendorQuestion) -> str:
    """The `worded_at` of the answer, as the form carries it."""
    return question.worded_at.isoformat() if question.worded_at else ""


def answer_view(model_admin: TracedAdmin, request: AuthenticatedRequest, object_id: int) -> HttpResponse:
    """`…/vendorquestion/<id>/answer/`: the form, then the mail and the number of people as a preview, then the answer."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    question = model_admin.get_object(request, str(object_id))
    if question is None:
        raise Http404
    if request.method == "GET":
        record_reading(request, "vendorquestion: form", str(question.pk), str(question.vendor or ""))
    form = make_form(question, request.POST if request.method == "POST" else None)
    if not form.is_valid() or "change" in request.POST or question.state == State.MERGED:
        return answer_page(model_admin, request, form)
    if "send" in request.POST and save_answer(model_admin, request, form):
        return redirect("admin:marketoverview_vendorquestion_changelist")
    return answer_page(model_admin, request, form, preview_context(form))


def save_answer(
    model_admin: TracedAdmin, request: AuthenticatedRequest, form: VendorAnswerForm | CorrectionForm
) -> bool:
    """Store the answer and queue its mails, with messages; False where somebody else was first."""
    try:
        with transaction.atomic():
            is_changed = form.store(request.user)
            number = mails.send_answer(form.question) if is_changed and form.sends_mail else 0
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return False
    if not is_changed:
        messages.warning(request, gettext("Nothing was changed: no word differs."))
        return True
    model_admin.log_change(request, form.question, str(form.question.get_state_display()))
    messages.success(request, gettext("The answer is saved."))
    add_queued_message(request, number)
    return True


def preview_context(form: VendorAnswerForm | CorrectionForm) -> Mapping[str, Any]:
    """The mail in both languages, how many get it, and whether the asker's name stands in it. Three queries."""
    result = form.result
    is_public = result.state == State.PUBLISHED
    if is_public:
        people, invitations = mails.published_to(result.round)
    else:
        people, invitations = mails.recipients([result.vendor] if result.vendor else []), []
    example: list[Vendor] = people[0].vendors if people else []
    texts = " ".join(getattr(result, name) for name in PUBLISHED_TEXTS).casefold()
    names = [result.vendor.name] if result.vendor and is_public else []
    return {
        "mails": [(language, *mails.preview(result, example, language)) for language in ("da", "en")],
        "is_public": is_public,
        "number": len(people) + len(invitations) if form.sends_mail else 0,
        "names_the_asker": any(name.casefold() in texts for name in names),
    }


def answer_page(
    model_admin: TracedAdmin,
    request: AuthenticatedRequest,
    form: VendorAnswerForm | CorrectionForm,
    preview: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "title": gettext("Question from a vendor"),
        "opts": model_admin.opts,
        "question": form.question,
        "form": form,
        **(preview or {}),
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/vendorquestion/answer.html", context)


class QuestionStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return State.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


@admin.register(VendorQuestion)
class VendorQuestionAdmin(LoggedReading, ReadOnlyAdmin, TracedAdmin):
    """The questions with their history; a vendor asks on its own page, and KL answers on the page `answer`."""

    fields = (
        ("round", "vendor", "asked_at"),
        "state",
        *PUBLISHED_TEXTS,
        "private_reason",
        "merged_into",
        ("answered_by", "answered_at", "corrected_at"),
    )
    list_display = ("question_text", "vendor", "asked", "state", "answered", "round")
    list_filter = (QuestionStateFilter, "round")
    list_select_related = ("vendor", "round")
    search_fields = ("text", "question_da", "question_en", "answer_da", "answer_en", "vendor__name")

    asked = date_column("asked_at", _("asked"))
    answered = date_column("answered_at", _("answered"), empty_value=_("waiting"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("vendor", "round", "asked_by", "merged_into")

    @admin.display(description=_("question"), ordering="text")
    def question_text(self, question) -> str:
        return str(question)

    def get_urls(self):
        page = self.admin_site.admin_view(self.answer_view)
        return [path("<int:object_id>/answer/", page, name="marketoverview_vendorquestion_answer"), *super().get_urls()]

    def answer_view(self, request, object_id: int):
        return answer_view(self, request, object_id)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page on which the question is answered shows it whole."""
        question = self.get_object(request, object_id)
        if question is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect("admin:marketoverview_vendorquestion_answer", question.pk)

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm(REVIEW)
