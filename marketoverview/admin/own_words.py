"""What vendors wrote beside “other”, and where KL counts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.site import ReadOnlyAdmin, Task
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.notices import add_delivery_message

from ..mails import notifications
from ..models import Answer, Option, Question, Status, map_answer, market_version, unmap_answer
from .steps import REVIEW

PER_PAGE = 50
PAGE = "admin:marketoverview_answer_own_words"
STATES = {
    "unmapped": _("not counted elsewhere"),
    "mapped": _("counted elsewhere"),
    "objected": _("objected"),
    "all": _("all"),
}


IS_MAPPED = Exists(Answer.objects.filter(mapped_from=OuterRef("pk")))


def own_words() -> QuerySet[Answer]:
    """Own words that are public or wait for it. One query."""
    looked_at = (Status.PUBLISHED, Status.SUBMITTED)
    return Answer.objects.filter(response__status__in=looked_at, mapped_from=None).exclude(own_words="")


def in_state(answers: QuerySet[Answer], state: str) -> QuerySet[Answer]:
    if state == "objected":
        return answers.filter(objected_at__isnull=False)
    if state == "mapped":
        return answers.filter(IS_MAPPED)
    return answers.filter(~IS_MAPPED, objected_at=None) if state == "unmapped" else answers


class MapForm(forms.Form):
    """Which answers, and the option that they are counted under: one that there is, or a new one."""

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
        super().__init__(data)
        self.question = question
        self.fields["answers"].queryset = own_words().filter(option__question=question)  # type: ignore[attr-defined]
        offered = question.options.filter(is_other=False, retired_on=None)
        self.fields["option"].queryset = offered  # type: ignore[attr-defined]

    def clean(self) -> dict:
        if self.cleaned_data.get("option"):
            return self.cleaned_data
        for name in ("code", "label_da"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, gettext("Choose an answer, or name a new one by code and label."))
        if self.question.options.filter(code=self.cleaned_data.get("code") or None).exists():
            self.add_error("code", gettext("This code is in use. Choose another."))
        return self.cleaned_data

    def target(self) -> Option:
        """The chosen option, or the new one behind those that there are; “other” stays last."""
        if chosen := self.cleaned_data["option"]:
            return chosen
        words = {name: self.cleaned_data[name] for name in ("code", "label_da", "label_en")}
        options = list(self.question.options.all())
        place = max((option.position for option in options if not option.is_other), default=0) + 1
        behind = [option for option in options if option.is_other and option.position >= place - 1]
        for option in behind:
            option.position = max(option.position, place) + 1
            option.save(update_fields=["position"])
        return Option.objects.create(question=self.question, position=place, **words)


@dataclass(frozen=True)
class Chosen:
    """What of the own words is looked at."""

    question: Question
    state: str

    @property
    def url(self) -> str:
        return f"{reverse(PAGE)}?{urlencode({'question': self.question.code, 'state': self.state})}"


def questions() -> list[Question]:
    """The questions with an option “other”, each with how many own words are not counted elsewhere. Two queries."""
    asked = list(Question.objects.filter(options__is_other=True).distinct().order_by("position", "code"))
    open_words = in_state(own_words(), "unmapped").order_by()
    rows = open_words.values("option__question").annotate(number=Count("pk", distinct=True))
    numbers = {row["option__question"]: row["number"] for row in rows}
    for question in asked:
        question.number = numbers.get(question.pk, 0)  # type: ignore[attr-defined]
    return asked


def own_words_view(model_admin, request: HttpRequest) -> HttpResponse:
    """`…/answer/own-words/`: the own words at one question; a POST counts them under an option, or takes it back."""
    if not request.user.has_perm(REVIEW):  # type: ignore[union-attr]
        raise PermissionDenied
    asked = questions()
    if not asked:
        return _page(model_admin, request, asked, None, None)
    chosen = _chosen(request, asked)
    if request.method == "POST" and (pk := request.POST.get("undo")):
        undo(request, chosen.question, pk)
        return redirect(chosen.url)
    form = MapForm(chosen.question, request.POST if request.method == "POST" else None)
    if form.is_valid() and map_all(request, form):
        return redirect(chosen.url)
    return _page(model_admin, request, asked, chosen, form)


def _chosen(request: HttpRequest, asked: Sequence[Question]) -> Chosen:
    """The question of the address; without one the first that has something to do."""
    named = [question for question in asked if question.code == request.GET.get("question")]
    waiting = [question for question in asked if question.number]  # type: ignore[attr-defined]
    state = request.GET.get("state", "unmapped")
    return Chosen((named or waiting or asked)[0], state if state in STATES else "unmapped")


def map_all(request: HttpRequest, form: MapForm) -> bool:
    """Count each of the answers; those that cannot be are told, the others go through. False where none did."""
    mails, refusals, done = [], [], 0
    with transaction.atomic():
        Question.objects.select_for_update().get(pk=form.question.pk)  # two curators make one option, not two
        savepoint = transaction.savepoint()
        option = form.target()
        for answer in form.cleaned_data["answers"].select_related("response__vendor", "option"):
            try:
                map_answer(answer, option, request.user)
            except ValidationError as refused:
                refusals += refused.messages
            else:
                done += 1
                mails += notifications.mapped(answer)
        if done:
            market_version.bump()
        else:
            transaction.savepoint_rollback(savepoint)  # no new option that nobody has
    for text in refusals:
        messages.error(request, text)
    if done:
        text = ngettext(
            "%(n)s answer is counted under “%(option)s”.", "%(n)s answers are counted under “%(option)s”.", done
        )
        messages.success(request, text % {"n": done, "option": option})
        _add_mail_message(request, mails)
    return bool(done)


def _add_mail_message(request: HttpRequest, mails: list[OutgoingMail]) -> None:
    """Add a message that the vendors' people have got a mail, or how many mails are kept."""
    add_delivery_message(
        request,
        mails,
        gettext("The vendors' people have been told by mail."),
        gettext("%(sent)s of %(number)s mails to the vendors' people are sent; the others are kept and go out."),
        sent_level=messages.INFO,
        unsent_level=messages.INFO,
    )


def undo(request: HttpRequest, question: Question, pk: str) -> None:
    """Take one counting back; somebody may have done it already."""
    mapped = Answer.objects.filter(option__question=question, mapped_from__isnull=False)
    found = mapped.select_related("response__vendor", "option", "mapped_from").filter(
        pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0
    )
    if answer := found.first():
        unmap_answer(answer, request.user)
        words = {"vendor": answer.response.vendor, "option": answer.option}
        messages.success(request, gettext("%(vendor)s is no longer counted under “%(option)s”.") % words)
    else:
        messages.warning(request, gettext("Nothing was changed: it had been taken back already."))


def _page(model_admin, request: HttpRequest, asked, chosen: Chosen | None, form: MapForm | None) -> HttpResponse:
    context: dict[str, Any] = {
        "title": gettext("Own words"),
        "opts": model_admin.opts,
        "questions": asked,
        "chosen": chosen,
        "form": form,
        "states": STATES.items(),
        **model_admin.admin_site.each_context(request),
    }
    if chosen:
        found = in_state(own_words().filter(option__question=chosen.question), chosen.state)
        listed = found.select_related("response__vendor").prefetch_related("mappings__option", "mappings__mapped_by")
        context["page"] = Paginator(listed.order_by("own_words", "pk"), PER_PAGE).get_page(request.GET.get("page"))
        context["ticked"] = form["answers"].value() or [] if form else []
    return render(request, "admin/marketoverview/answer/own_words.html", context)


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    """Answers are edited at their response; here KL looks after what was answered in own words."""

    def get_urls(self):
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("own-words/", page, name="marketoverview_answer_own_words"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return own_words_view(self, request)

    def tasks(self, request) -> list[Task]:
        """Own words that are counted nowhere else, for whoever may count them. One query."""
        if not request.user.has_perm(REVIEW):
            return []
        number = in_state(own_words(), "unmapped").filter(Q(response__status=Status.PUBLISHED)).count()
        text = ngettext("answer in own words to look at", "answers in own words to look at", number)
        return [Task(number, text, reverse(PAGE))] if number else []
