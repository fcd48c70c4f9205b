"""The form of a vendor's question to KL."""

from django import forms
from django.utils.translation import gettext_lazy

from kl_ai.validators import validate_text
from marketoverview.models.vendor_questions import QUESTION_LENGTH


class AskForm(forms.Form):
    """A question in plain text."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=QUESTION_LENGTH,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "Write about the survey, and name neither your company nor persons: all vendors read the question."
        ),
        error_messages={"required": gettext_lazy("Write your question.")},
    )
