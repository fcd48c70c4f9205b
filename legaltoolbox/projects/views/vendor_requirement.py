"""The page on which a vendor answers the points of one requirement."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kl_ai.drafts.autosave import conflict_response, refused_response, saved_response
from kl_ai.drafts.parts import ChangedMeanwhile, Difference, PageSave, differences, fingerprint, new_page
from kl_ai.forms import LineField, copy_validators
from kl_ai.people.limits import LimitReached
from kl_ai.requests.http import get_and_post, is_fetch

from ..models import AnnexAnswer, AnnexLine, Recipient
from ..models.vendor_answers import HOW_LETTERS, REFERENCE_LETTERS, AnswerValue
from ..work.answer_progress import shown_points
from .edited_forms import add_errors
from .link_holders import answer_page, consume, for_link_holders, limited_response, refused_page, still_answering


class PointFields(NamedTuple):
    """A point of a requirement with the controls of its answer; None for all three where it is not for the vendor to answer."""

    number: str
    text: str
    value: BoundField | None = None
    how: BoundField | None = None
    reference: BoundField | None = None


class AnswersForm(forms.Form):
    """The answers to the points of a requirement; the fields have the names that `Recipient.save_requirement` takes."""

    def __init__(self, line: AnnexLine, stored: dict[str, str], data: Any = None) -> None:
        super().__init__(data, initial=stored)
        self.line = line
        words = {value: capfirst(label) for value, label in AnswerValue.choices}
        choices = [(value, words[value]) for value in line.allowed_values]
        for point in line.answered_points:
            number = point["number"]
            self.fields[f"{number}.value"] = forms.ChoiceField(
                label=_("Is %(point)s met?") % {"point": number},
                choices=choices,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"{number}.how"] = how = forms.CharField(
                label=_("How, or why not (%(point)s)") % {"point": number},
                max_length=HOW_LETTERS,
                widget=forms.Textarea(attrs={"rows": 3}),
                required=False,
            )
            copy_validators(how, AnnexAnswer._meta.get_field("how"))
            self.fields[f"{number}.reference"] = LineField(
                label=_("Where it is shown: annex and page (%(point)s)") % {"point": number},
                max_length=REFERENCE_LETTERS,
                required=False,
            )
        self.needed_fields = tuple(self.fields)  # none says “optional”: gaps are named before the answers are handed in

    @property
    def content(self) -> dict[str, str]:
        """What was sent and can be stored; what a page does not send stays as it is."""
        return {
            name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data and name in self.data
        }

    @property
    def points(self) -> Iterator[PointFields]:
        """The points in their order with their controls."""
        for point in self.line.points:
            number, text = point["number"], point["text"]
            controls = (
                [self[f"{number}.{name}"] for name in ("value", "how", "reference")] if point["is_answered"] else []
            )
            yield PointFields(number, text, *controls)

    def differences(self, stored: Mapping[str, str]) -> list[Difference]:
        """What is stored otherwise than it was typed, in the words of the form."""
        words = dict(AnswerValue.choices)
        text = lambda name, value: str(words.get(value, value)) if name.endswith(".value") else value  # noqa: E731  # short
        return differences(stored, self.content, lambda name: str(self.fields[name].label), text)


@for_link_holders
@get_and_post
def requirement(request: HttpRequest, recipient: Recipient, code: str) -> HttpResponse:
    """`…/svar/<token>/<code>/`: one requirement; POST saves the valid answers and shows the others. Six queries."""
    lines = list(recipient.annex.lines.all())
    line = next((line for line in lines if line.code == code.upper()), None)
    if line is None:
        raise Http404
    if request.method == "POST":
        return _save(request, recipient, lines, line)
    stored = recipient.stored(line)
    return _page(request, recipient, lines, line, AnswersForm(line, stored), fingerprint(stored))


def _save(request: HttpRequest, recipient: Recipient, lines: list[AnnexLine], line: AnnexLine) -> HttpResponse:
    """Save the valid answers; the page comes back with the others, or with what another page has saved."""
    form, seen = AnswersForm(line, {}, request.POST), request.POST.get("seen", "")
    form.is_valid()
    try:
        consume("answer_annex", request, recipient)
        recipient.save_requirement(line.code, form.content, seen, page=PageSave.from_post(request.POST))
    except LimitReached as reached:
        if is_fetch(request):
            return limited_response(reached)
        form.add_error(None, str(reached))
        context: dict[str, Any] = {"status": 429, "retry_after": reached.seconds}
        return _page(request, recipient, lines, line, form, seen, **context)
    except ChangedMeanwhile as changed:
        if is_fetch(request):
            return conflict_response(None, AnonymousUser())
        context = {"conflict": form.differences(changed.stored), "saved_meanwhile": changed.saved}
        return _page(request, recipient, lines, line, form, fingerprint(changed.stored), **context)
    except ValidationError as refused:
        return _refused(request, recipient, lines, form, seen, refused)
    stored = recipient.stored(line)
    if is_fetch(request):
        return saved_response(stored, has_errors=bool(form.errors))
    if form.errors:
        return _page(request, recipient, lines, line, form, fingerprint(stored), is_partly_saved=True)
    return redirect(_url_after(request, recipient, lines, line) + f"?gemt={line.code}")


def _refused(
    request: HttpRequest,
    recipient: Recipient,
    lines: list[AnnexLine],
    form: AnswersForm,
    seen: str,
    refused: ValidationError,
) -> HttpResponse:
    """The answer to what could not be stored: too late, or too long."""
    if is_fetch(request):
        return refused_response(" ".join(refused.messages))
    if not still_answering(recipient):
        return refused_page(request, recipient, " ".join(refused.messages))
    add_errors(form, refused)
    return _page(request, recipient, lines, form.line, form, seen)


def _url_after(request: HttpRequest, recipient: Recipient, lines: list[AnnexLine], line: AnnexLine) -> str:
    """Where the button that was pressed leads: to the next requirement, after the last to handing in; or to the overview."""
    if "_next" not in request.POST:
        return reverse("vendor_answers:overview", args=[recipient.token])
    return _next_url(recipient, lines, line)


def _next_url(recipient: Recipient, lines: list[AnnexLine], line: AnnexLine) -> str:
    place = lines.index(line) + 1
    if place == len(lines):
        return reverse("vendor_answers:hand_in", args=[recipient.token])
    return reverse("vendor_answers:requirement", args=[recipient.token, lines[place].code.lower()])


def _page(
    request: HttpRequest,
    recipient: Recipient,
    lines: list[AnnexLine],
    line: AnnexLine,
    form: AnswersForm,
    seen: str,
    **context: Any,
) -> HttpResponse:
    """The page of a requirement: its form, or the answers to read. Two queries."""
    place, saved = lines.index(line), request.GET.get("gemt", "")
    context |= {
        "line": line,
        "number": place + 1,
        "total": len(lines),
        "is_last": place + 1 == len(lines),
        "form": form,
        "seen": seen,
        "page": new_page(),
        "points": [] if recipient.annex.takes_answers else shown_points(line, recipient.working_answers()),
        "saved_part": recipient.saved_parts.filter(part=line.code).first(),
        "saved_code": next((other.code for other in lines if other.code == saved), ""),
        "next_url": _next_url(recipient, lines, line),
        "previous_url": reverse("vendor_answers:requirement", args=[recipient.token, lines[place - 1].code.lower()])
        if place
        else "",
    }
    return answer_page(request, recipient, "requirement", f"{line.code} {line.title}", **context)
