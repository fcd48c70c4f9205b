"""The forms around the survey: registering a company, joining it, inviting colleagues, withdrawing."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.forms import LineField, LowercaseEmailField, copy_validators
from kl_ai.models import User
from kl_ai.validators import validate_name, validate_person_name, validate_text
from marketoverview.models import Vendor
from marketoverview.models.countries import COUNTRIES
from marketoverview.models.vendors import compact_cvr, validate_cvr

from ..parts import SurveyPart


class RegisterForm(forms.Form):
    """A Danish company by its CVR number, a foreign one by name and country."""

    needed_fields = ("cvr_number",)

    cvr_number = forms.CharField(
        label=gettext_lazy("CVR number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy(
            "Eight digits. Leave it empty if the company is foreign and has none. The number is shown on the company's public profile."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-width-s"}),
    )
    name = LineField(
        label=gettext_lazy("Name of the company"),
        max_length=120,
        width="l",
        autocomplete="organization",
        validators=[validate_name],
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=COUNTRIES,
        initial="DK",
        help_text=gettext_lazy("Shown on the public profile of a foreign company."),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "url", "class": "input-width-l"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        copy_validators(self.fields["website"], Vendor._meta.get_field("website"))

    def clean_cvr_number(self) -> str | None:
        number = compact_cvr(self.cleaned_data["cvr_number"])
        if number:
            validate_cvr(number)
        return number or None

    def clean(self) -> dict[str, Any]:
        country, number = self.cleaned_data.get("country"), self.cleaned_data.get("cvr_number")
        if "country" in self.cleaned_data and "cvr_number" in self.cleaned_data:
            if country == "DK" and not number:
                self.add_error("cvr_number", _("A Danish company has a CVR number. Write it, or choose the country."))
            elif country != "DK" and number:
                self.add_error("country", _("Only Danish companies have a CVR number."))
        return self.cleaned_data

    @property
    def vendor_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "cvr_number", "country", "website")}


class MessageForm(forms.Form):
    message = LineField(
        label=gettext_lazy("Message"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For example who you are in the company. It is read by those who decide."),
    )


class InviteForm(forms.Form):
    email = LowercaseEmailField(
        label=gettext_lazy("The colleague's e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "input-width-l"}),
    )


class BeginForm(forms.Form):
    """Which of the earlier answers a new set of answers starts from."""

    ALL, SOME, NONE = "all", "some", "none"
    start = forms.ChoiceField(
        label=gettext_lazy("Where do you want to start?"),
        widget=forms.RadioSelect,
        initial=ALL,
        choices=[
            (ALL, gettext_lazy("From the earlier answers, on all pages")),
            (SOME, gettext_lazy("From the earlier answers on the pages chosen below")),
            (NONE, gettext_lazy("From scratch")),
        ],
    )
    pages = forms.MultipleChoiceField(
        label=gettext_lazy("Pages that keep the earlier answers"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, parts: list[SurveyPart], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        pages = cast(forms.MultipleChoiceField, self.fields["pages"])
        pages.choices = [(part.key, part.title) for part in parts]

    @property
    def items(self) -> set[str] | None:
        """The items to copy, as `Response.begin` takes them; None for all."""
        match self.cleaned_data["start"]:
            case self.ALL:
                return None
            case self.NONE:
                return set()
        return {item for part in self.parts if part.key in self.cleaned_data["pages"] for item in part.items}


class WithdrawForm(forms.Form):
    reason = LineField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Read by KL, and by those who act for the company."),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that the profile disappears now, and the contact information with it.")
    )


class ObjectionForm(forms.Form):
    objection = forms.CharField(
        label=gettext_lazy("Why do you disagree?"),
        max_length=500,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AccountForm(forms.ModelForm):
    full_name = LineField(
        label=gettext_lazy("Your name"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Seen by your colleagues and by KL, never by the public."),
        width="l",
        autocomplete="name",
        validators=[validate_person_name],
    )

    class Meta:
        model = User
        fields = ("full_name", "language")
        labels = {"language": gettext_lazy("Language of our mails")}
        help_texts = {"language": gettext_lazy("It changes when you log in on a page in the other language.")}
