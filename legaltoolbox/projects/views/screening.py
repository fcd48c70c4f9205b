"""What the project answers to the toolbox's questions about its solution."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from kl_ai.drafts.parts import ChangedMeanwhile, Difference, differences, fingerprint
from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.validators import validate_text
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import ScreeningQuestion
from legaltoolbox.screening import NO

from ..models import Project, ProjectEvent, ScreeningAnswer
from ..models.answers import Answers, answers_shown, last_change
from ..rights import Right
from ..work import earlier
from ..work.project_catalogue import catalogue_for
from ..work.situations import contradictions, open_questions, situation_of
from .lookups import own_project, project_page

WHY, SEEN = "why.", "page.seen"
"""What the names of the other fields begin with, and that of the fingerprint: no code of a question has a full stop."""


class ScreeningForm(forms.Form):
    """One answer, and why, to each question of the catalogue."""

    def __init__(self, catalogue: Catalogue, data: Any, stored: Answers) -> None:
        initial: dict[str, str] = {}
        for code, (value, why) in stored.items():
            initial |= {code: value, WHY + code: why}
        super().__init__(data, initial=initial)
        self.questions = catalogue.questions
        for question in self.questions:
            self.fields[question.code] = forms.ChoiceField(
                label=question.question, choices=ScreeningAnswer.Value.choices, required=False, widget=forms.RadioSelect
            )
            self.fields[WHY + question.code] = forms.CharField(
                label=gettext_lazy("Why, and what you build it on"),
                max_length=2000,
                required=False,
                validators=[validate_text],
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a reason without an answer, which would be stored nowhere."""
        for question in self.questions:
            code = question.code
            if self.cleaned_data.get(WHY + code) and not self.cleaned_data.get(code):
                self.add_error(WHY + code, ValidationError(_("Choose an answer as well, or empty the field.")))
        return self.cleaned_data

    @property
    def answers(self) -> dict[str, tuple[str, str]]:
        """What was typed, of a form that is valid."""
        codes = [question.code for question in self.questions]
        return {code: (self.cleaned_data[code], self.cleaned_data[WHY + code]) for code in codes}


@dataclass(frozen=True, slots=True)
class ScreeningField:
    """A question as the page shows it."""

    question: ScreeningQuestion
    answer: str
    why: BoundField
    follows_from_no: bool
    is_open: bool
    """Whether the project has still to answer it."""

    @property
    def label(self) -> str:
        """The answer in words; "" for none."""
        return answer_label(self.question, self.answer)


@restore.restorable
@never_cache
@get_and_post
def screening(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/afklaring/`: the questions with the project's answers; who may not write sees them. Three queries."""
    right = Right.WRITE if request.method == "POST" else Right.READ
    project = own_project(request, code, number, right)
    catalogue = catalogue_for(request, project)
    rows = list(project.screening_answers.all())
    stored = answers_shown(rows, [question.code for question in catalogue.questions])
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = ScreeningForm(catalogue, typed, stored)
    context: dict[str, Any] = {"seen": typed.get(SEEN, "") if typed else fingerprint(stored)}
    if request.method == "POST" and form.is_valid():
        try:
            changed = project.answer(request.user, form.answers, context["seen"])
        except ChangedMeanwhile as meanwhile:
            context = {
                "conflict": _differences(catalogue, meanwhile.stored, form.answers),
                "saved_meanwhile": meanwhile.saved,
                "seen": fingerprint(meanwhile.stored),
            }
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _saved(changed))
            return redirect("projects:overview", *project.address)
    elif typed is not None and request.method == "GET":
        messages.warning(request, restore.RESTORED_NOTICE)
    return _page(request, project, form, rows, catalogue, context)


def _page(
    request: AuthenticatedRequest,
    project: Project,
    form: ScreeningForm,
    rows: list[ScreeningAnswer],
    catalogue: Catalogue,
    context: dict[str, Any],
) -> HttpResponse:
    return project_page(
        request,
        project,
        "screening",
        _("The solution"),
        text_keys=[(ScreeningQuestion.KIND, question.code) for question in catalogue.questions],
        form=form,
        fields=_fields(form, project, rows, catalogue),
        contradictions=contradictions(rows, catalogue),
        last_saved=last_change(project, ProjectEvent.What.ANSWERED),
        is_read_only=not project.may_now(Right.WRITE),
        earlier=earlier.of_screening(project, [question.code for question in catalogue.questions], rows),
        **context,
    )


def _fields(
    form: ScreeningForm, project: Project, rows: list[ScreeningAnswer], catalogue: Catalogue
) -> list[ScreeningField]:
    situation = situation_of(project, rows, catalogue)
    open_codes = {question.code for question in open_questions(situation, catalogue)}
    return [
        ScreeningField(
            question,
            str(form[question.code].value() or ""),
            form[WHY + question.code],
            question.requires is not None and situation.answer(question.requires) == NO,
            question.code in open_codes,
        )
        for question in catalogue.questions
    ]


def _differences(catalogue: Catalogue, stored: dict[str, Any], typed: Answers) -> list[Difference]:
    questions = {question.code: question for question in catalogue.questions}
    return differences(
        stored, typed, lambda code: questions[code].question, lambda code, value: _text(questions[code], value)
    )


def _text(question: ScreeningQuestion, value: tuple[str, str]) -> str:
    """An answer and its reason in words."""
    answer, why = value
    return f"{answer_label(question, answer)}\n{why}".strip()


def answer_label(question: ScreeningQuestion, answer: str) -> str:
    """What this answer of a project is called; "" for none."""
    if answer == ScreeningAnswer.Value.UNKNOWN:
        return str(capfirst(ScreeningAnswer.Value.UNKNOWN.label))
    return question.label(answer) if answer else ""


def _saved(changed: int) -> str:
    """What the page says after saving."""
    if not changed:
        return _("Nothing was changed.")
    return ngettext("%(n)s answer is saved.", "%(n)s answers are saved.", changed) % {"n": changed}
