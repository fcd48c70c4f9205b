"""The forms of a requirement annex: its draft, its recipients, its deadline, answers to questions, and the vendor that is chosen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.forms.boundfield import BoundField
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.addresses import canonical_address, validate_address
from kl_ai.drafts.parts import Difference, differences
from kl_ai.forms import LineField, LowercaseEmailField
from kl_ai.text import clean_line
from kl_ai.validators import validate_name, validate_text
from legaltoolbox.tender import Use

from ..days import LATEST
from ..models import Recipient
from ..models.annex_recipients import MOST_RECIPIENTS, NewRecipient

COMPANY_LETTERS = 120


class OfferedRequirement(NamedTuple):
    """A requirement that a draft can have."""

    code: str
    title: str
    topic: str
    use: str
    """How it is used in the draft, or our proposal in a new one; "" where it is left out."""


class UseLine(NamedTuple):
    """A line of the form: a requirement with the choice of its use."""

    requirement: OfferedRequirement
    field: BoundField


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"}),
        validators=[MaxValueValidator(LATEST)],
    )


class AnnexForm(forms.Form):
    """A draft: what vendors are told, and which requirements they answer."""

    title = LineField(
        label=gettext_lazy("Title"),
        max_length=120,
        width="l",
        help_text=gettext_lazy(
            "It stands in the mail to the vendors, such as “Requirements on an assistant for letters”."
        ),
    )
    introduction = forms.CharField(
        label=gettext_lazy("Introduction"),
        required=False,
        max_length=4000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What the vendors are to know before they answer. All recipients read the same."),
    )
    contact = LineField(
        label=gettext_lazy("Contact"),
        max_length=200,
        help_text=gettext_lazy(
            "Where vendors turn to with anything else than a question about the requirements. Write a shared mailbox, such as udbud@kommune.dk."
        ),
    )
    deadline = day_field(
        gettext_lazy("Deadline"),
        gettext_lazy("Answers are taken until the end of this day, and nobody at your side reads one before."),
    )

    def __init__(self, offered: Sequence[OfferedRequirement], initial: Mapping[str, Any], data: Any = None) -> None:
        uses = {f"use-{each.code}": each.use for each in offered}
        super().__init__(data, initial={**initial, **uses})
        self.offered = offered
        choices = [("", _("Not included")), *((value, str(label).capitalize()) for value, label in Use.choices)]
        for each in offered:
            self.fields[f"use-{each.code}"] = forms.ChoiceField(
                label=_("Use of %(code)s") % {"code": each.code}, choices=choices, required=False
            )

    def clean_deadline(self) -> Any:
        deadline = self.cleaned_data["deadline"]
        if deadline < timezone.localdate():
            raise ValidationError(_("Choose a day that has not passed."))
        return deadline

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(f"use-{each.code}") for each in self.offered):
            self.add_error(None, _("Choose at least one requirement."))
        return cleaned

    @property
    def texts(self) -> list[BoundField]:
        """The fields above the requirements."""
        return [self[name] for name in self.base_fields]

    @property
    def topics(self) -> Iterator[tuple[str, list[UseLine]]]:
        """The topics, each with the lines of its requirements."""
        by_topic: dict[str, list[UseLine]] = {}
        for each in self.offered:
            by_topic.setdefault(each.topic, []).append(UseLine(each, self[f"use-{each.code}"]))
        yield from by_topic.items()

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by the names of `Annex.content`."""
        uses = {each.code: self.cleaned_data[f"use-{each.code}"] for each in self.offered}
        return {name: self.cleaned_data[name] for name in self.base_fields} | {
            "uses": {code: use for code, use in uses.items() if use}
        }

    def differences(self, stored: Mapping[str, Any]) -> list[Difference]:
        """What is stored otherwise than it was typed, in words."""

        def heading(name: str) -> str:
            return _("Requirements") if name == "uses" else str(self.fields[name].label)

        return differences(stored, self.values, heading, _value_text)


def _value_text(name: str, value: Any) -> str:
    if name == "uses":
        return ", ".join(f"{code} ({Use(use).label})" for code, use in value.items())
    return formats.date_format(value, "DATE_FORMAT") if name == "deadline" else str(value)


class RecipientForm(forms.Form):
    """A company that is to answer."""

    company = LineField(label=gettext_lazy("Company"), max_length=COMPANY_LETTERS, validators=[validate_name])
    email = LowercaseEmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "input-width-l"}),
        help_text=gettext_lazy("Leave it empty for a company that answers on paper: then it gets no link."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the mails"), choices=settings.LANGUAGES, initial="da")

    @property
    def added(self) -> list[NewRecipient]:
        cleaned = self.cleaned_data
        return [NewRecipient(cleaned["company"], cleaned["email"], cleaned["language"])]


class RecipientListForm(forms.Form):
    """Several companies at once, one on each line."""

    lines = forms.CharField(
        label=gettext_lazy("Companies"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "One on each line: the company, a semicolon and the e-mail address. Without an address it answers on paper."
        ),
    )

    def clean_lines(self) -> list[NewRecipient]:
        """The companies. Raises `ValidationError` with the first line that is none."""
        lines = [line for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_RECIPIENTS:
            raise ValidationError(
                _("A requirement annex can have %(most)s recipients at most.") % {"most": MOST_RECIPIENTS}
            )
        return [_read_line(number, line) for number, line in enumerate(lines, 1)]

    @property
    def added(self) -> list[NewRecipient]:
        added: list[NewRecipient] = self.cleaned_data["lines"]
        return added


def _read_line(number: int, line: str) -> NewRecipient:
    company, _separator, email = (part.strip() for part in line.replace("\t", ";").partition(";"))
    name, address = clean_line(company, 200), canonical_address(email)
    try:
        if not name or len(name) > COMPANY_LETTERS:
            raise ValidationError(
                _("write the name of the company, in %(most)s characters at most.") % {"most": COMPANY_LETTERS}
            )
        validate_name(name)
        if address:
            validate_address(address)
    except ValidationError as wrong:
        text = _("Line %(number)s, “%(line)s”: %(why)s")
        raise ValidationError(
            text % {"number": number, "line": clean_line(line, 60), "why": wrong.messages[0]}
        ) from None
    return NewRecipient(name, address)


class DeadlineForm(forms.Form):
    """A later deadline."""

    deadline = day_field(gettext_lazy("New deadline"))


class QuestionAnswerForm(forms.Form):
    """The answer to a vendor's question."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=4000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CloseForm(forms.Form):
    """Why the time for answers ends before the deadline."""

    reason = LineField(
        label=gettext_lazy("Reason"), max_length=500, help_text=gettext_lazy("Stands in the history of the project.")
    )


class ChoiceForm(forms.Form):
    """The vendor that the agreement is made with, and why."""

    recipient = forms.ChoiceField(label=gettext_lazy("Vendor"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, validators=[validate_text], widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, recipients: Sequence[Recipient], chosen: int | None, data: Any = None) -> None:
        super().__init__(data, initial={"recipient": chosen})
        self.recipients = {str(each.pk): each for each in recipients}
        choices = [(key, each.company) for key, each in self.recipients.items()]
        cast(forms.ChoiceField, self.fields["recipient"]).choices = choices

    @property
    def chosen(self) -> Recipient:
        return self.recipients[self.cleaned_data["recipient"]]
