"""The forms about the people of a municipality."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.drafts.parts import Difference, differences, value_text
from kl_ai.forms import LineField, LowercaseEmailField

from ..models import MunicipalityMember
from ..models.municipalities import KEPT_WORDS

NONE, KEEPER = "none", "keeper"
DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")
"""A domain name in small letters, with a full stop in it."""
MOST_DOMAINS = 20


class TasksField(forms.ChoiceField):
    """What a person does for the municipality beside the projects: one thing or nothing."""

    widget = forms.RadioSelect

    def __init__(self, **options: Any) -> None:
        choices = [
            (NONE, gettext_lazy("No special task: takes part in projects")),
            (KEEPER, gettext_lazy("Keeper: lets people in, removes them and gives tasks")),
            (
                MunicipalityMember.Dpo.OFFICER.value,
                gettext_lazy("Data protection officer: sees every project, is in none"),
            ),
            (MunicipalityMember.Dpo.SUBSTITUTE.value, gettext_lazy("Substitute of the data protection officer")),
        ]
        defaults: dict[str, Any] = {"label": gettext_lazy("Task"), "choices": choices, "initial": NONE}
        super().__init__(**defaults | options)

    def clean(self, value: Any) -> dict[str, Any]:
        """The arguments of the verbs: `is_keeper` and `dpo`."""
        code = super().clean(value)
        return {"is_keeper": code == KEEPER, "dpo": "" if code in (NONE, KEEPER) else code}


class InvitePersonForm(forms.Form):
    """A colleague whom a keeper invites."""

    email = LowercaseEmailField(
        label=gettext_lazy("The colleague's e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "input-width-l"}),
    )
    tasks = TasksField()


class TasksForm(forms.Form):
    """The tasks of somebody who works for the municipality."""

    tasks = TasksField()


class AskToJoinForm(forms.Form):
    """What somebody who asks to join says to the keepers."""

    message = LineField(
        label=gettext_lazy("Message"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For example where you work in the municipality. The keepers read it."),
    )


class SettingsForm(forms.Form):
    """What the keepers decide for their municipality."""

    mail_domains = forms.CharField(
        label=gettext_lazy("The municipality’s mail domains"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One on each line: what stands after @. Whoever has such an address may ask to join; a keeper still decides."
        ),
    )
    kept_months = forms.TypedChoiceField(
        label=gettext_lazy("How long closed projects are kept"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=list(KEPT_WORDS.items()),
        help_text=gettext_lazy(
            "Then a closed project is deleted with all that is in it. The project leads and the keepers get a mail 60 and "
            "14 days before."
        ),
    )

    requires_second_factor = forms.BooleanField(
        label=gettext_lazy("Everybody logs in with an authenticator app, too"),
        required=False,
        help_text=gettext_lazy(
            "At their next visit everybody who works for the municipality sets up an app on the phone. Who loses the phone "
            "uses a recovery code, or asks KL."
        ),
    )

    def differences(self, stored: dict[str, Any]) -> list[Difference]:
        """What another keeper has stored otherwise than was typed, in words."""
        return differences(stored, self.cleaned_data, lambda name: str(self.fields[name].label), _setting_text)

    def clean_mail_domains(self) -> list[str]:
        """The domains in small letters, each once, without the @ that people write before them."""
        lines = [line.strip().lower().removeprefix("@") for line in self.cleaned_data["mail_domains"].splitlines()]
        domains = list(dict.fromkeys(line for line in lines if line))
        if wrong := next((domain for domain in domains if not DOMAIN.match(domain)), None):
            raise ValidationError(_("“%(text)s” is no mail domain. Write it as kommune.example.") % {"text": wrong})
        if len(domains) > MOST_DOMAINS:
            raise ValidationError(_("At most %(n)d mail domains.") % {"n": MOST_DOMAINS})
        return domains


def _setting_text(name: str, value: Any) -> str:
    """A setting in words."""
    if name == "kept_months":
        return str(KEPT_WORDS.get(value, value))
    return "\n".join(value) if name == "mail_domains" else value_text(value)
