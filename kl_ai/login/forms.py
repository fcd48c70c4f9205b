"""The forms of the login: the address, the code in the mail, and the codes of the authenticator app."""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..forms import LoginAddressField
from ..models import User
from ..people import limits
from ..people.limits import LimitReached, wait_text
from ..security import log as security_log
from ..security.models import OneTimeSecret
from .code_limits import consume_app_guess


class EmailForm(forms.Form):
    email = LoginAddressField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        help_text=_("We send a code of six digits to it."),
    )


class CodeField(forms.CharField):
    """A code of digits. The spaces and hyphens with which mails, apps and people group them are removed."""

    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-code"})

    def to_python(self, value: Any) -> str:
        return "".join(filter(str.isalnum, super().to_python(value) or ""))


class LoginCodeForm(forms.Form):
    code = CodeField(label=_("Code from the mail"), max_length=20, help_text=_("Six digits."))


class SecondFactorForm(AuthenticateForm):
    """Checks the code of the app or a recovery code. `save()` notes in the session which of them was used.

    Each try is counted (`code_limits`): the limits are the portal's own, those of allauth are off.
    """

    code = CodeField(
        label=_("Code from the app"),
        max_length=20,
        help_text=_("Six digits. Without your phone: one of your recovery codes, eight digits."),
    )

    def __init__(self, request: HttpRequest, *, user: User) -> None:
        super().__init__(request.POST if request.method == "POST" else None, user=user)
        self.request = request

    def clean_code(self) -> str:
        try:
            consume_app_guess(self.request, self.user)
        except LimitReached as reached:
            text = f"{_('There have been too many wrong codes.')} {wait_text(reached.seconds)}"
            raise forms.ValidationError(text) from None
        try:
            code: str = super().clean_code()
        except forms.ValidationError:
            security_log.record("second_step_wrong", self.request, user=self.user)
            raise
        return code

    def save(self) -> None:
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            security_log.record("recovery_code_used", self.request, user=self.user)


class ActivateAppForm(ActivateTOTPForm):
    """The first code of the app. `secret` stays the same until it is used, however often the page is loaded."""

    code = CodeField(label=_("Code from the app"), max_length=20, help_text=_("Six digits."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, user: User) -> None:
        super().__init__({} if data is None else data, user=user)  # without data allauth would make a new secret
        self.is_bound = data is not None


class AppAndRecoveryForm(forms.Form):
    """What lets staff in without a code by mail."""

    email = LoginAddressField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    app = CodeField(label=_("Code from the app"), max_length=20, help_text=_("Six digits."))
    recovery = CodeField(label=_("Recovery code"), max_length=20, help_text=_("Eight digits. It works once."))


class ApprovalForm(forms.Form):
    """The code with which an administrator approves that somebody sets up an app."""

    approval = forms.CharField(
        label=_("Code from the administrator"),
        max_length=40,
        help_text=_("Ten letters and digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "form-code"}),
    )

    def __init__(self, request: HttpRequest, *, user: User) -> None:
        super().__init__(request.POST if "approval" in request.POST else None)
        self.request, self.user = request, user

    def clean_approval(self) -> OneTimeSecret:
        """The user's usable code. Each try is counted."""
        try:
            limits.consume("enrolment_code", person=self.user)
        except LimitReached as reached:
            text = f"{_('There have been too many wrong codes.')} {wait_text(reached.seconds)}"
            raise forms.ValidationError(text) from None
        code = OneTimeSecret.objects.with_secret(OneTimeSecret.Kind.ENROLMENT, self.cleaned_data["approval"])
        if code is None or code.user_id != self.user.pk:
            security_log.record("enrolment_code_wrong", self.request)
            raise forms.ValidationError(_("The code is not right, has been used, or is more than 24 hours old."))
        return code
