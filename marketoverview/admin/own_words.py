"""The own words that vendors wrote beside “other”: the page on which KL counts them elsewhere as well, or leaves them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.forms.models import ModelChoiceIterator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.lists import MAX_SEARCH_WORDS, search_words
from kl_ai.admin.site import ReadOnlyAdmin
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message
from kl_ai.models import User
from kl_ai.requests.http import AuthenticatedRequest
from kl_ai.search.database import DanishOrder
from kl_ai.security.reading_log import record_reading
from kl_ai.text import clean_line

from ..mails import notifications
from ..models import Answer, Option, Question, Response, leave_as_other, look_again, map_answers, unmap_answer
from ..querysets import REVIEW
from ..review.own_words import STATES, in_state, own_words, with_word
from .base import OpenedResponses

PER_PAGE = 50
PAGE = "admin:marketoverview_answer_own_words"
EVERY_QUESTION = "all"


class MapForm(forms.Form):
    """The option to count the selected answers under: one of the question's, or a new one."""

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
    """Which own words the page shows: those at one question or at all, in one of `STATES`, with the words searched for."""

    question: Question | None
    state: str
    search: str
    page: str

    @property
    def query(self) -> str:
        """The query string without the number of the page."""
        code = self.question.code if self.question else EVERY_QUESTION
        return urlencode({"question": code, "state": self.state} | ({"q": self.search} if self.search else {}))

    @property
    def url(self) -> str:
        """The address of the list where it was left: what comes next stands where the last one stood."""
        return f"{reverse(PAGE)}?{self.query}&{urlencode({'page': self.page or 1})}#own-words"

    def answers(self) -> QuerySet[Answer]:
        """The own words that the page shows. One query."""
        answers = in_state(own_words(), self.state)
        if self.question:
            answers = answers.filter(option__question=self.question)
        for word in search_words(self.search)[:MAX_SEARCH_WORDS]:
            answers = with_word(answers, word)
        return answers


def questions_with_numbers() -> list[tuple[Question, int]]:
    """The questions with an option “other”, and how many own words wait at each. Two queries."""
    questions = Question.objects.filter(options__is_other=True).distinct().order_by("position", "code")
    rows = (
        in_state(own_words(), "waiting")
        .order_by()
        .values("option__question")
        .annotate(number=Count("pk", distinct=True))
    )
    numbers = {row["option__question"]: row["number"] for row in rows}
    return [(question, numbers.get(question.pk, 0)) for question in questions]


def own_words_view(model_admin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/answer/own-words/`: own words by question and state; a POST decides about those that are selected."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    questions = questions_with_numbers()
    if not questions:
        return _page(model_admin, request, questions, None, None)
    selected = _selected_filter(request, questions)
    is_post = request.method == "POST"
    if is_post and _decide(request):
        return redirect(selected.url)
    form = MapForm(selected.question, request.POST if is_post else None) if selected.question else None
    if form and form.is_valid() and map_selected(request, form):
        return redirect(selected.url)
    return _page(model_admin, request, questions, selected, form)


def _selected_filter(request: AuthenticatedRequest, questions: Sequence[tuple[Question, int]]) -> OwnWordsFilter:
    """What the address names; by default the first question with own words that wait."""
    code = request.GET.get("question")
    named = [question for question, _number in questions if question.code == code]
    waiting = [question for question, number in questions if number]
    question = (named or waiting or [question for question, _number in questions])[0]
    state = request.GET.get("state", "")
    return OwnWordsFilter(
        question=None if code == EVERY_QUESTION else question,
        state=state if state in STATES else "waiting",
        search=clean_line(request.GET.get("q", "")),
        page=request.GET.get("page", "")[:9],
    )


# Decisions --------------------------------------------------------------------------------------


def _decide(request: AuthenticatedRequest) -> bool:
    """Do what a button beside own words, or “Seen” for those selected, asks for; False where another was pressed."""
    data = request.POST
    if "undo" in data:
        unmap(request, data["undo"])
    elif "look_again" in data:
        leave_or_look_again(request, [data["look_again"]], look_again)
    elif "leave" in data:
        leave_or_look_again(request, [data["leave"]], leave_as_other)
    elif "leave_selected" in data:
        leave_or_look_again(request, data.getlist("answers"), leave_as_other)
    else:
        return False
    return True


def row_keys(values: Iterable[str]) -> list[int]:
    """The primary keys among what a form sent; what can be none is left out."""
    return [int(value) for value in values if value.isdecimal() and len(value) < 19]


def leave_or_look_again(
    request: AuthenticatedRequest, values: Sequence[str], verb: Callable[[Answer, User], bool]
) -> None:
    """Leave these own words under “other”, or let them wait again, and add a message with their number."""
    answers = own_words().filter(pk__in=row_keys(values)).select_related("response__vendor", "option").order_by("pk")
    with transaction.atomic():
        number = sum(verb(answer, request.user) for answer in answers)
    if not values:
        messages.error(request, gettext("Select at least one."))
    elif not number:
        messages.warning(request, gettext("Nothing was changed: somebody has decided about it already."))
    elif verb is leave_as_other:
        text = ngettext("%(n)s answer stays under “other”.", "%(n)s answers stay under “other”.", number)
        messages.success(request, text % {"n": number})
    else:
        text = ngettext("%(n)s answer waits again.", "%(n)s answers wait again.", number)
        messages.success(request, text % {"n": number})


def map_selected(request: AuthenticatedRequest, form: MapForm) -> bool:
    """Count each of the selected answers and add messages; False where none could be counted."""
    chosen = own_words().filter(option__question=form.question, pk__in=row_keys(request.POST.getlist("answers")))
    answers = list(chosen.select_related("response__vendor", "option"))
    if not answers:
        form.add_error(None, gettext("Select at least one."))
        return False
    try:
        with transaction.atomic():
            result = map_answers(form.question, answers, form.chosen_option, request.user)
            mails = [mail for answer in result.mapped for mail in notifications.send_mapping_notice(answer)]
    except ValidationError as refused:  # somebody has made an option with this code a moment ago
        form.add_error(None, refused)
        return False
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


def unmap(request: AuthenticatedRequest, value: str) -> None:
    """Take one counting back; a message says where somebody has done it already."""
    mappings = Answer.objects.filter(mapped_from__isnull=False, pk__in=row_keys([value]))
    mapped = mappings.select_related("response__vendor", "option", "mapped_from").first()
    if mapped and unmap_answer(mapped, request.user):
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
    """The page; the same number of queries at any length."""
    context: dict[str, Any] = {
        "title": gettext("Own words"),
        "opts": model_admin.opts,
        "questions": questions,
        "number_waiting": sum(number for _question, number in questions),
        "selected": selected,
        "form": form,
        "states": {state: words for state, (words, _condition) in STATES.items()}.items(),
        **model_admin.admin_site.each_context(request),
    }
    if selected:
        rows = selected.answers().select_related("response__vendor", "option__question", "left_as_other_by")
        listed = rows.prefetch_related("mappings__option", "mappings__mapped_by").order_by(
            DanishOrder("own_words"), "pk"
        )
        page = Paginator(listed, PER_PAGE).get_page(selected.page)
        page.object_list = list(page.object_list)
        Response.objects.filter(pk__in={answer.response_id for answer in page.object_list}).record_opened_by_kl()
        context["page"] = page
        context["page_numbers"] = page.paginator.get_elided_page_range(page.number)
        context["ticked"] = request.POST.getlist("answers")
    record_reading(request, "answer: list")
    return render(request, "admin/marketoverview/answer/own_words.html", context)


@admin.register(Answer)
class AnswerAdmin(OpenedResponses, ReadOnlyAdmin):
    """The page of the own words. Answers are edited at their response."""

    response_lookup = "answers__pk"
    list_name = _("Own words")
    has_work = True

    def get_urls(self):
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("own-words/", page, name="marketoverview_answer_own_words"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return own_words_view(self, request)
