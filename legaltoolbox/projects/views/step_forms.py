"""The forms of a document's way: what the officer is asked and says, the answers to the advice, and the decision."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kl_ai.drafts.parts import Difference, differences, fingerprint
from kl_ai.validators import validate_text

from ..days import LATEST
from ..models import AdvicePoint, Decision, Opinion
from ..models.document_steps import advice_answers
from ..models.legal_bases import BasisLack
from ..models.opinions import refuse_points
from ..work.decisions import HardWarning
from .edited_forms import capitalised
from .risks import text_field


class OpinionRequestForm(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Opinion wanted by"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-width-s"}),
        validators=[MaxValueValidator(LATEST)],
        help_text=gettext_lazy("Give the officer time: two to four weeks are usual for an impact assessment."),
    )
    unfinished = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick here, or fill in the sections first.")}
    )

    def __init__(self, not_begun: int, data: Any = None) -> None:
        """With `not_begun` sections it asks whether the document is to be sent all the same."""
        super().__init__(data)
        if not_begun:
            label = ngettext(
                "Send it although %(n)s section is not begun",
                "Send it although %(n)s sections are not begun",
                not_begun,
            )
            self.fields["unfinished"].label = label % {"n": not_begun}
        else:
            del self.fields["unfinished"]


class OpinionForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("Opinion"),
        choices=[
            *capitalised(Opinion.Verdict.choices[:2]),
            (Opinion.Verdict.AGAINST, gettext_lazy("I advise against it")),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("Your opinion as a whole"),
        required=False,
        max_length=8000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    points = forms.CharField(
        label=gettext_lazy("Advice, point by point"),
        help_text=gettext_lazy(
            "Has to be filled in unless you have no remarks. One point in each paragraph, with an empty line between "
            "them. Each point is answered by itself."
        ),
        required=False,
        max_length=40_000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    needed_fields = ("points",)

    def __init__(self, data: Any = None, *, initial: Mapping[str, str] | None = None) -> None:
        """`initial` is what was typed and looked at before, and is not given yet."""
        super().__init__(data, initial=dict(initial or {}))

    def clean_points(self) -> list[str]:
        """The points, without empty ones."""
        return [point.strip() for point in re.split(r"\n\s*\n", self.cleaned_data["points"]) if point.strip()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "verdict" in data and "points" in data:
            refuse_points(data["verdict"], data["points"])
        return data

    @property
    def preview(self) -> dict[str, Any] | None:
        """The opinion as it will stand; None where nothing is typed that could be given."""
        if not self.is_bound or not self.is_valid():
            return None
        verdict = capfirst(str(Opinion.Verdict(self.cleaned_data["verdict"]).label))
        return {"verdict": verdict, "text": self.cleaned_data["text"], "points": self.cleaned_data["points"]}

    @property
    def shown(self) -> str:
        """What the page with the preview sends along, so that nothing else is given than what it has shown."""
        return fingerprint(self.preview) if self.preview else ""

    @property
    def is_confirmed(self) -> bool:
        """Whether what is sent was shown as it will stand, and is to be given."""
        return bool(self.shown) and self.data.get("shown") == self.shown and "look" not in self.data

    @property
    def is_changed_after_preview(self) -> bool:
        """Whether another opinion was shown than is sent now."""
        return bool(self.shown) and self.data.get("shown", "") not in ("", self.shown)


WARNED_OF = {
    HardWarning.BASIS: BasisLack.NONE.label,
    HardWarning.DOUBTFUL_BASIS: BasisLack.DOUBTFUL.label,
    HardWarning.HIGH_RISK: gettext_lazy("A risk stays high after the measures."),
}
WHY_YES = {
    HardWarning.BASIS: gettext_lazy(
        "Write why you say yes although no sufficient legal basis for the use is described, or say yes on conditions."
    ),
    HardWarning.DOUBTFUL_BASIS: gettext_lazy(
        "Write why you say yes although the legal basis for the use is doubtful, or say yes on conditions."
    ),
    HardWarning.HIGH_RISK: gettext_lazy(
        "Write why you say yes although a risk stays high after the measures, or say yes on conditions."
    ),
}
"""What a page warns of hard, to what to write with a yes in spite of it."""


class DecisionForm(forms.Form):
    answer = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=capitalised(Decision.Answer.choices), widget=forms.RadioSelect
    )
    conditions = text_field(
        gettext_lazy("Conditions"), gettext_lazy("Has to be filled in if you say yes on conditions.")
    )
    reason = text_field(gettext_lazy("Reason"), gettext_lazy("Has to be filled in if you say no."))
    needed_fields = ("conditions", "reason")

    def __init__(self, data: Any = None, *, hard_warnings: Sequence[HardWarning] = ()) -> None:
        """With `hard_warnings` on the page a yes without conditions needs a reason."""
        super().__init__(data)
        self.hard_warnings = hard_warnings
        if hard_warnings:
            self.fields["reason"].help_text = _(
                "Has to be filled in if you say no, and if you say yes without conditions although the page warns: %(warnings)s"
            ) % {"warnings": " ".join(str(WARNED_OF[warning]) for warning in hard_warnings)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == Decision.Answer.CONDITIONS and not data.get("conditions"):
            self.add_error("conditions", _("Write the conditions."))
        if data.get("answer") == Decision.Answer.NO and not data.get("reason"):
            self.add_error("reason", _("Write why you say no."))
        if data.get("answer") == Decision.Answer.YES and not data.get("reason"):
            for warning in self.hard_warnings:
                self.add_error("reason", str(WHY_YES[warning]))
        return data


class ConditionsForm(forms.Form):
    """How the conditions of a decision are met."""

    how = forms.CharField(
        label=gettext_lazy("How the conditions are met"),
        help_text=gettext_lazy("Say what was done, and where that can be seen."),
        error_messages={"required": gettext_lazy("Write how the conditions are met.")},
        max_length=4000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1)
    """The decision of which the page has shown the conditions."""


WHY_OTHERWISE = {
    AdvicePoint.Answer.PARTLY: gettext_lazy("Write what is not followed, and why."),
    AdvicePoint.Answer.NOT_FOLLOWED: gettext_lazy("Write why the advice is not followed."),
}
"""The answers to advice that need a reason, with what to write."""


class AdviceForm(forms.Form):
    """An answer and a reason for each point of the newest opinion."""

    def __init__(self, points: list[AdvicePoint], data: Any = None) -> None:
        super().__init__(data)
        self.points = points
        self.seen = data.get("seen", "") if data else fingerprint(advice_answers(points))
        self.conflict: list[Difference] = []
        self.saved: Any = None
        self.needed_fields = {f"{name}-{point.number}" for point in points for name in ("answer", "reason")}
        for point in points:
            self.fields[f"answer-{point.number}"] = forms.ChoiceField(
                label=_("Answer to advice %(number)s") % {"number": point.number},
                choices=capitalised(AdvicePoint.Answer.choices),
                required=False,
                widget=forms.RadioSelect,
                initial=point.answer,
            )
            reason = text_field(
                _("Reason for the answer to advice %(number)s") % {"number": point.number},
                _("Has to be filled in if the advice is followed in part or not at all."),
                rows=2,
            )
            reason.initial = point.reason
            self.fields[f"reason-{point.number}"] = reason

    def differences(self, stored: dict[str, Any]) -> list[Difference]:
        """The points to which somebody else has answered otherwise than was typed."""
        labels = dict(capitalised(AdvicePoint.Answer.choices))
        heading = lambda number: _("Answer to advice %(number)s") % {"number": number}  # noqa: E731  # two lines for one word each
        words = lambda _number, value: f"{labels.get(value[0], value[0])}\n{value[1]}".strip()  # noqa: E731
        typed = {str(number): answer for number, answer in self.answers.items()}
        return differences(stored, typed, heading, words)

    @property
    def is_folded(self) -> bool:
        """Whether it waits for nothing: each point is answered, and nothing was typed that is not saved."""
        return not self.is_bound and all(point.answer for point in self.points)

    @property
    def rows(self) -> list[tuple[AdvicePoint, Any, Any]]:
        return [(point, self[f"answer-{point.number}"], self[f"reason-{point.number}"]) for point in self.points]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for point in self.points:
            why = WHY_OTHERWISE.get(data.get(f"answer-{point.number}", ""))
            if why and not data.get(f"reason-{point.number}"):
                self.add_error(f"reason-{point.number}", str(why))
        return data

    @property
    def answers(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {point.number: (data[f"answer-{point.number}"], data[f"reason-{point.number}"]) for point in self.points}
