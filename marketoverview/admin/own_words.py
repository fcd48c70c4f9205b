"""The own words that vendors wrote beside “other”: the page on which KL counts them under another option as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.forms.models import ModelChoiceIterator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.http import AuthenticatedRequest
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message

from ..mails import notifications
from ..models import Answer, Option, Question, map_answers, unmap_answer
from ..review.own_words import in_state, own_words
from .steps import REVIEW

PER_PAGE = 50
PAGE = "admin:marketoverview_answer_own_words"
STATES = {
    "unmapped": _("not counted elsewhere"),
    "mapped": _("counted elsewhere"),
    "objected": _("objected"),
    "all": _("all"),
}
"""The states of `in_state`, each with its words."""


class MapForm(forms.Form):
    """The selected answers, and the option to count them under: one of the question's, or a new one."""

    answers = forms.ModelMultipleChoiceField(
        Answer.objects.none(), error_messages={"required": _("Select at least one.")}
    )
    option = forms.ModelChoiceField(
        Option.objects.none(), required=False, label=_("Count under"), empty_label=_("a new answer (below)")
    )
    code = forms.SlugField(max_length=50, required=False, label=_("Code"))
    label_da = forms.CharField(max_length=200, required=False, label=_("Label in Danish"))
    label_en = forms.CharField(max_length=200, required=False, label=_("Label in English"))

    def __init__(self, question: Question, data=None) -> None:
        """Reads the question's options. One query."""
        super().__init__(data)
        self.question = question
        answers = cast(forms.ModelMultipleChoiceField, self.fields["answers"])
        answers.queryset = own_words().filter(option__question=question)
        option = cast(forms.ModelChoiceField, self.fields["option"])
        option.queryset = question.options.filter(is_other=False, retired_on=None)
        option.choices = list(cast(ModelChoiceIterator, option.choices))

    def clean(self) -> dict:
        if self.cleaned_data.get("option"):
            return self.cleaned_data
        for name in ("code", "label_da"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, gettext("Choose an answer, or name a new one by code and label."))
        if self.question.options.filter(code=self.cleaned_data.get("code") or None).exists():
            self.add_error("code", gettext("This code is in use. Choose another."))
        return self.cleaned_data

    @property
    def chosen_option(self) -> Option | dict[str, str]:
        """The option that was chosen, or the values of the new one, as `map_answers` takes them."""
        return self.cleaned_data["option"] or {
            name: self.cleaned_data[name] for name in ("code", "label_da", "label_en")
        }


@dataclass(frozen=True)
class OwnWordsFilter:
    """Which own words the page shows: those at one question, in one of `STATES`."""

    question: Question
    state: str

    @property
    def url(self) -> str:
        return f"{reverse(PAGE)}?{urlencode({'question': self.question.code, 'state': self.state})}"


def questions_with_numbers() -> list[tuple[Question, int]]:
    """The questions with an option “other”, and how many own words at each are not counted elsewhere. Two queries."""
    questions = Question.objects.filter(options__is_other=True).distinct().order_by("position", "code")
    unmapped = in_state(own_words(), "unmapped").order_by()
    rows = unmapped.values("option__question").annotate(number=Count("pk", distinct=True))
    numbers = {row["option__question"]: row["number"] for row in rows}
    return [(question, numbers.get(question.pk, 0)) for question in questions]


def own_words_view(model_admin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/answer/own-words/`: the own words at one question; a POST counts them under an option, or takes it back."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    questions = questions_with_numbers()
    if not questions:
        return _page(model_admin, request, questions, None, None)
    selected = _selected_filter(request, questions)
    if request.method == "POST" and (pk := request.POST.get("undo")):
        unmap(request, selected.question, pk)
        return redirect(selected.url)
    form = MapForm(selected.question, request.POST if request.method == "POST" else None)
    if form.is_valid() and map_selected(request, form):
        return redirect(selected.url)
    return _page(model_admin, request, questions, selected, form)


def _selected_filter(request: AuthenticatedRequest, questions: Sequence[tuple[Question, int]]) -> OwnWordsFilter:
    """The question and state in the address; by default the first question with own words that are not counted."""
    named = [question for question, _number in questions if question.code == request.GET.get("question")]
    waiting = [question for question, number in questions if number]
    state = request.GET.get("state", "unmapped")
    question = (named or waiting or [question for question, _number in questions])[0]
    return OwnWordsFilter(question, state if state in STATES else "unmapped")


def map_selected(request: AuthenticatedRequest, form: MapForm) -> bool:
    """Count each of the selected answers and add messages; False where none could be counted."""
    answers = form.cleaned_data["answers"].select_related("response__vendor", "option")
    with transaction.atomic():
        result = map_answers(form.question, answers, form.chosen_option, request.user)
        mails = [mail for answer in result.mapped for mail in notifications.send_mapping_notice(answer)]
    for text in result.refusals:
        messages.error(request, text)
    number = len(result.mapped)
    if number:
        text = ngettext(
            "%(n)s answer is counted under “%(option)s”.", "%(n)s answers are counted under “%(option)s”.", number
        )
        messages.success(request, text % {"n": number, "option": result.option})
        _add_mail_message(request, mails)
    return bool(number)


def _add_mail_message(request: AuthenticatedRequest, mails: list[OutgoingMail]) -> None:
    """Add a message that the vendors' people have got a mail, or how many mails are kept."""
    add_delivery_message(
        request,
        mails,
        gettext("The vendors' people have been told by mail."),
        gettext("%(sent)s of %(number)s mails to the vendors' people are sent; the others are kept and go out."),
        sent_level=messages.INFO,
        unsent_level=messages.INFO,
    )


def unmap(request: AuthenticatedRequest, question: Question, pk: str) -> None:
    """Take one counting back; a message says where somebody has done it already."""
    mappings = Answer.objects.filter(option__question=question, mapped_from__isnull=False)
    key = int(pk) if pk.isdecimal() and len(pk) < 19 else 0
    mapped = mappings.select_related("response__vendor", "option", "mapped_from").filter(pk=key).first()
    if mapped:
        unmap_answer(mapped, request.user)
        words = {"vendor": mapped.response.vendor, "option": mapped.option}
        messages.success(request, gettext("%(vendor)s is no longer counted under “%(option)s”.") % words)
    else:
        messages.warning(request, gettext("Nothing was changed: it had been taken back already."))


def _page(
    model_admin,
    request: AuthenticatedRequest,
    questions: Sequence[tuple[Question, int]],
    selected: OwnWordsFilter | None,
    form: MapForm | None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": gettext("Own words"),
        "opts": model_admin.opts,
        "questions": questions,
        "selected": selected,
        "form": form,
        "states": STATES.items(),
        **model_admin.admin_site.each_context(request),
    }
    if selected:
        answers = in_state(own_words().filter(option__question=selected.question), selected.state)
        listed = answers.select_related("response__vendor").prefetch_related("mappings__option", "mappings__mapped_by")
        page = Paginator(listed.order_by("own_words", "pk"), PER_PAGE).get_page(request.GET.get("page"))
        page.object_list = list(page.object_list)
        context["page"] = page
        context["ticked"] = form["answers"].value() or [] if form else []
    return render(request, "admin/marketoverview/answer/own_words.html", context)


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    """The page of the own words. Answers are edited at their response."""

    list_name = _("Own words")
    has_work = True

    def get_urls(self):
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("own-words/", page, name="marketoverview_answer_own_words"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return own_words_view(self, request)
