"""The forms of the survey: each is one part of it, built from the round's questions.

No field is required, since a draft need not be complete: `Response.missing_items` says what is missing. A value that
cannot be stored (too long, a broken address) comes back with the form, and the rest of the page is saved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import URLField
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.forms import LineField, copy_validators
from marketoverview.models import Option, Question, Response, SampleOffering, SurveyRound
from marketoverview.models.changed_options import ChangedOption
from marketoverview.models.draft_base import CONTENT_FIELDS
from marketoverview.models.export_keys import OWN_WORDS_KEY

from ..parts import SurveyPart

WORD_LIMITS = {"description": "max_description_words"}
RETIRED, REWORDED = ".retired", ".reworded"
"""Ends of the names of a question's checkboxes about options that KL has changed; no code of a question holds a dot."""


def own_words_name(question: Question) -> str:
    """The name of the field for own words beside the question's “other”."""
    return f"{question.code}{OWN_WORDS_KEY}"


@dataclass(frozen=True)
class OptionControl:
    """One option as the page shows it: its radio button or checkbox with label and explanation."""

    control: Any
    label: str
    help: str
    is_other: bool
    is_news: bool


@dataclass(frozen=True)
class QuestionField:
    """One question as the page shows it: its options, the field for own words, and KL's remark at it."""

    question: Question
    field: forms.BoundField
    own_words: forms.BoundField | None
    options: list[OptionControl]
    is_news: bool
    errors: list[str]
    remark: str
    is_remark_open: bool
    retired: list[ChangedOption]
    drop: forms.BoundField | None
    """The checkbox that no other option takes the place of `retired`."""
    reworded: list[ChangedOption]
    confirm: forms.BoundField | None
    """The checkbox that the answers fit in the present wording of `reworded`."""


class PartForm(forms.Form):
    """A part made of fields of the response and of questions.

    `since` is the day of the earlier answers: what is newer is marked; None marks nothing. A chosen option that is
    retired stays with the answer until another one takes its place, when the button is pressed, or the vendor says that
    none does.
    """

    needed_fields = ("company_name", "description", "contact_email")

    def __init__(
        self, part: SurveyPart, response: Response, since: date | None, *args, is_autosave: bool = False, **kwargs
    ) -> None:
        self.part, self.round, self.since, self.is_autosave = part, response.round, since, is_autosave
        self.remarks, self.open_remarks = response.remarks_and_open()
        self.changed: dict[str, list[ChangedOption]] = {}
        for changed in response.changed_options() if part.questions else ():
            if changed.offering is None:
                self.changed.setdefault(changed.option.question.code, []).append(changed)
        super().__init__(*args, **kwargs)
        for name in part.items:
            if name in CONTENT_FIELDS:
                self.fields[name] = content_field(name)
        for question in part.questions:
            self._add_question(question)

    def _add_question(self, question: Question) -> None:
        """Add the question's field with the options that are offered, and what there is to decide about others."""
        options = [option for option in question.options.all() if not option.is_retired]
        choices = [(option.code, option.label) for option in options]
        field: forms.ChoiceField
        if question.kind == Question.Kind.SINGLE:
            empty = [] if question.is_required else [("", _("Not stated"))]
            field = forms.ChoiceField(choices=[*empty, *choices], widget=forms.RadioSelect, required=False)
        else:
            field = forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, required=False)
        field.label, field.help_text = question.text, question.help
        self.fields[question.code] = field
        if any(option.is_other for option in options):
            self.fields[own_words_name(question)] = own_words_field(self.round)
        if self._retired(question):
            label = _("Nothing else fits: leave it out")
            self.fields[question.code + RETIRED] = forms.BooleanField(label=label, required=False)
        if self._reworded(question):
            label = _("Our answer fits in the new wording too")
            self.fields[question.code + REWORDED] = forms.BooleanField(label=label, required=False)

    def _retired(self, question: Question) -> list[ChangedOption]:
        return [changed for changed in self.changed.get(question.code, ()) if changed.is_retired]

    def _reworded(self, question: Question) -> list[ChangedOption]:
        return [changed for changed in self.changed.get(question.code, ()) if not changed.is_retired]

    @classmethod
    def initial_values(cls, stored: Mapping[str, Any], part: SurveyPart) -> dict[str, Any]:
        """The form's values for what is stored (`Response.stored`)."""
        initial = {name: stored[name] for name in part.items if name in CONTENT_FIELDS}
        for question in part.questions:
            retired = {option.code for option in question.options.all() if option.is_retired}
            answers = {code: words for code, words in stored[question.code].items() if code not in retired}
            codes = list(answers)
            single = question.kind == Question.Kind.SINGLE
            initial[question.code] = (codes[0] if codes else "") if single else codes
            initial[own_words_name(question)] = next(filter(None, answers.values()), "")
        return initial

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("contact_name") and not self.cleaned_data.get("contact_consent"):
            self.add_error(
                "contact_name", _("A named person needs a ticked consent. Nothing about the person is saved.")
            )
        for question in self.part.questions:
            self._clean_question(question)
        return self.cleaned_data

    def _clean_question(self, question: Question) -> None:
        chosen = self.cleaned_data.get(question.code)
        if question.max_choices and isinstance(chosen, list) and len(chosen) > question.max_choices:
            words = {"most": question.max_choices, "number": len(chosen)}
            self.add_error(question.code, _("Choose at most %(most)s; you have chosen %(number)s.") % words)

    @property
    def content(self) -> dict[str, Any]:
        """The items without an error, as `Response.save_part` takes them."""
        invalid = set(self.errors)
        if "contact_name" in invalid:  # the consent is stored with the name only
            invalid.add("contact_consent")
        fields = [name for name in self.part.items if name in CONTENT_FIELDS and name not in invalid]
        content = {name: self.cleaned_data[name] for name in fields}
        for question in self.part.questions:
            if not {question.code, own_words_name(question)} & invalid:
                content[question.code] = self._answers(question)
        return content

    def _answers(self, question: Question) -> dict[str, str]:
        """Option codes with own words. Own words without “other” choose it, where another choice is possible."""
        chosen = self.cleaned_data.get(question.code) or []
        codes = [chosen] if isinstance(chosen, str) else list(chosen)
        words = self.cleaned_data.get(own_words_name(question), "")
        offered = [option for option in question.options.all() if not option.is_retired]
        other = next((option.code for option in offered if option.is_other), None)
        if words and other and other not in codes:
            codes = [other] if question.kind == Question.Kind.SINGLE and not codes else [*codes, other]
        if question.kind == Question.Kind.SINGLE:
            codes = codes[:1]
        answers = {code: words if code == other else "" for code in codes}
        return answers if self._is_settled(question, answers) else answers | self._kept(question)

    def _is_settled(self, question: Question, answers: Mapping[str, str]) -> bool:
        """Whether the vendor has decided what takes the place of the retired options."""
        if question.kind == Question.Kind.SINGLE and answers:
            return True
        before = self.initial.get(question.code) or ()
        is_new = bool(set(answers) - set([before] if isinstance(before, str) else before))
        return bool(self.cleaned_data.get(question.code + RETIRED)) or (is_new and not self.is_autosave)

    def _kept(self, question: Question) -> dict[str, str]:
        return {changed.option.code: changed.own_words for changed in self._retired(question)}

    def ask_for_own_words(self) -> bool:
        """Add an error beside each “other” that was ticked just now without own words; whether there is one.

        Call it after the page is saved. A page that was stored like this before is not asked about again.
        """
        content = self.content
        for question in self.part.questions:
            other = next((option.code for option in question.options.all() if option.is_other), None)
            before = self.initial.get(question.code) or ()
            was_asked = other in ([before] if isinstance(before, str) else before)
            was_asked = was_asked and not self.initial.get(own_words_name(question))
            if other and content.get(question.code, {}).get(other) == "" and not was_asked:
                self.add_error(own_words_name(question), _("Write in your own words what it is."))
        return bool(self.errors)

    @property
    def confirmed(self) -> list[str]:
        """The codes of the questions whose answers fit in the present wording of their options."""
        codes = [question.code for question in self.part.questions]
        return [code for code in codes if self.cleaned_data.get(code + REWORDED)]

    # For the template -----------------------------------------------------------------------

    @cached_property
    def text_fields(self) -> list[tuple[forms.BoundField, int | None, str, bool]]:
        """The fields of the response, each with the most words that it may have, KL's reason and whether it is open."""
        names = [name for name in self.part.items if name in CONTENT_FIELDS]
        most = {name: getattr(self.round, limit) for name, limit in WORD_LIMITS.items()}
        return [(self[name], most.get(name), self.remarks.get(name, ""), name in self.open_remarks) for name in names]

    @cached_property
    def question_fields(self) -> list[QuestionField]:
        return [self._question_field(question) for question in self.part.questions]

    def _question_field(self, question: Question) -> QuestionField:
        field, name = self[question.code], own_words_name(question)
        own_words = self[name] if name in self.fields else None
        is_news = question.is_news_since(self.since)
        return QuestionField(
            question=question,
            field=field,
            own_words=own_words,
            options=list(self._option_controls(question, field, is_news)),
            is_news=is_news,
            errors=[*field.errors, *(own_words.errors if own_words else ())],
            remark=self.remarks.get(question.code, ""),
            is_remark_open=question.code in self.open_remarks,
            retired=self._retired(question),
            drop=self._checkbox(question.code + RETIRED),
            reworded=self._reworded(question),
            confirm=self._checkbox(question.code + REWORDED),
        )

    def _checkbox(self, name: str) -> forms.BoundField | None:
        return self[name] if name in self.fields else None

    def _option_controls(self, question: Question, field: Any, all_news: bool) -> Iterator[OptionControl]:
        options = {option.code: option for option in question.options.all()}
        for control in field.options:
            option: Option | None = options.get(str(control.data["value"]))
            yield OptionControl(
                control=control,
                label=option.label if option else control.choice_label,
                help=option.help if option else "",
                is_other=bool(option and option.is_other),
                is_news=bool(option and not all_news and option.is_news_since(self.since)),
            )


def content_field(name: str) -> forms.Field:
    """The form field of a response's own field, never required."""
    stored: Any = Response._meta.get_field(name)
    field = stored.formfield(**({"assume_scheme": "https"} if isinstance(stored, URLField) else {}))
    copy_validators(field, stored)
    field.required = False
    field.label, field.help_text = LABELS.get(name, field.label), HELP.get(name, field.help_text)
    if isinstance(field.widget, forms.Textarea):
        field.widget.attrs["rows"] = 6
    elif not isinstance(field.widget, forms.CheckboxInput):
        field.widget.attrs["class"] = "input-width-l"
    if name in AUTOCOMPLETE:
        field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]
    return field


LABELS = {
    "company_name": gettext_lazy("Name of the company"),
    "contact_function": gettext_lazy("Contact point (department or function)"),
    "contact_email": gettext_lazy("E-mail"),
    "contact_phone": gettext_lazy("Telephone"),
    "contact_name": gettext_lazy("Contact person"),
}
HELP = {
    "company_name": gettext_lazy("As the public profile shows it. A new name is public when KL has published it."),
    "website": gettext_lazy("For example https://www.example.dk"),
    "description": gettext_lazy("What you offer within artificial intelligence. Facts rather than praise."),
    "contact_consent": gettext_lazy("Needed only where a person is named. The consent can be withdrawn at any time."),
}
AUTOCOMPLETE = {
    "company_name": "organization",
    "website": "url",
    "contact_email": "email",
    "contact_phone": "tel",
    "contact_name": "name",
}


def own_words_field(round: SurveyRound) -> LineField:
    return LineField(label=_("In your own words"), max_length=round.max_own_words, required=False)


class OfferingForm(forms.ModelForm):
    """One example: title, what it is, where it is used, and which technologies and areas it used together."""

    class Meta:
        model = SampleOffering
        fields = ("title", "description", "stage", "where_used")
        widgets = {"description": forms.Textarea(attrs={"rows": 4}), "stage": forms.RadioSelect}
        labels = {"description": gettext_lazy("What it does"), "where_used": gettext_lazy("Where it is used")}
        help_texts = {
            "title": gettext_lazy("For example “Sorting of incoming post”."),
            "where_used": gettext_lazy("For example “Two municipalities”. Name a customer only by agreement."),
        }

    def __init__(self, questions: list[Question], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        stage = cast(forms.ChoiceField, self.fields["stage"])
        stage.choices = [("", _("Not stated")), *SampleOffering.Stage.choices]
        for name in ("title", "where_used"):
            self.fields[name].widget.attrs["class"] = "input-width-xl"
        self.questions = questions
        for question in questions:
            options = [(option.pk, option.label) for option in question.options.all() if not option.is_retired]
            self.fields[question.code] = forms.TypedMultipleChoiceField(
                label=question.heading, choices=options, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
            )

    @property
    def content(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def options(self) -> list[Option]:
        chosen = {pk for question in self.questions for pk in self.cleaned_data[question.code]}
        return [option for question in self.questions for option in question.options.all() if option.pk in chosen]


class DeclarationForm(forms.Form):
    """The declarations of a vendor that submits its answers. `seen` is the response's time of change on the page."""

    authorised = forms.BooleanField(label=gettext_lazy("I may answer on behalf of the company."))
    true = forms.BooleanField(label=gettext_lazy("The answers are true to the best of my knowledge."))
    publication = forms.BooleanField(
        label=gettext_lazy(
            "The answers may be published, counted in figures and be part of the files that the portal offers."
        )
    )
    personal_data = forms.BooleanField(
        label=gettext_lazy(
            "Persons who are named have consented, and there are no other personal data or secrets in the answers."
        )
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def text(self) -> str:
        """The declarations in words, for the log."""
        return " ".join(str(field.label) for name, field in self.fields.items() if name != "seen")
