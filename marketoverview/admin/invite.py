"""The page on which KL invites companies from a list: the list, a preview with questions, and the sending."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms.models import ModelChoiceIterator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.notices import add_queued_message
from kl_ai.requests.http import AuthenticatedRequest

from ..mails import announcements, membership, notifications
from ..models import Announcement, Invitation, SurveyRound, Vendor
from ..review.invitation_list import (
    LEAVE_OUT,
    MAX_BYTES,
    CompanyList,
    read_file,
    read_list,
    sheets_left_out,
    text_of_rows,
)
from ..review.list_outcomes import ListOutcome, OutcomeKind, list_outcomes

ANSWER = "answer-"
"""The name of the form field with the answer to a question begins with this; the company's index and field follow."""
MAX_QUESTIONS = 400
"""Of a list; with more it is quicker to correct the list, and the form would have too many fields."""
FOLDED = 50
"""A section with more lines is folded, unless it needs attention."""
MAX_NAMED = 10
"""Of the lines that were not sent; the number of the others stands behind them."""
HEADINGS: dict[OutcomeKind, Promise] = {
    OutcomeKind.QUESTION: _("Questions"),
    OutcomeKind.INVALID: _("Cannot be read"),
    OutcomeKind.NEW: _("New"),
    OutcomeKind.VACANT: _("Known, but nobody acts for it"),
    OutcomeKind.KNOWN: _("Known"),
    OutcomeKind.INVITED: _("Invited already"),
    OutcomeKind.LEFT_OUT: _("Left out"),
}


class ListForm(forms.Form):
    """The list, pasted or as a file. The text of a file becomes that of the field when the form is shown again."""

    round = forms.ModelChoiceField(
        SurveyRound.objects.announceable(),
        label=_("Round"),
        empty_label=None,
        error_messages={"invalid_choice": _("This round is closed or not released. Choose another one.")},
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=_("Companies"),
        required=False,
        strip=False,
        help_text=_(
            "One company a line: name; e-mail; CVR number (may be left out). Copied from a spreadsheet is fine, with "
            "headings in any order."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        allow_empty_file=True,
        help_text=_("Excel (.xlsx), CSV or text, at most 2,000 lines and 500 KB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
    )

    list_text = ""
    """The text that was read, of the field or of the file."""
    sheets_left_out: Sequence[str] = ()
    company_list: CompanyList | None = None

    @property
    def answers(self) -> dict[str, str]:
        """What was answered to the questions about the lines, by `<index>-<field>`."""
        return {name.removeprefix(ANSWER): self.data[name] for name in self.data if name.startswith(ANSWER)}

    def __init__(self, *args, **kwargs) -> None:
        """Reads the rounds. One query."""
        super().__init__(*args, **kwargs)
        survey_round = cast(forms.ModelChoiceField, self.fields["round"])
        survey_round.choices = list(cast(ModelChoiceIterator, survey_round.choices))

    def clean(self) -> dict[str, Any]:
        upload = self.cleaned_data.get("file")
        self.list_text = self.cleaned_data.get("text") or ""
        if upload:
            if upload.size > MAX_BYTES:
                raise ValidationError(gettext("The file is too large: at most 500 KB can be read at once."))
            data = upload.read()
            self.list_text, self.sheets_left_out = read_file(data), sheets_left_out(data)
        company_list = read_list(self.list_text, self.answers)
        if not company_list.companies:
            raise ValidationError(gettext("There is no company in the list."))
        if sum(bool(company.questions) for company in company_list.companies) > MAX_QUESTIONS:
            raise ValidationError(
                gettext(
                    "More than %(number)d lines leave a question open. Give the columns headings, or correct the list."
                )
                % {"number": MAX_QUESTIONS}
            )
        self.company_list = company_list
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class PreviewSection:
    """The lines of the preview that have the same outcome."""

    kind: OutcomeKind
    outcomes: list[ListOutcome]

    @property
    def heading(self) -> str:
        return str(HEADINGS[self.kind])

    @property
    def is_open(self) -> bool:
        needs_attention = self.kind in (OutcomeKind.QUESTION, OutcomeKind.INVALID)
        return needs_attention or len(self.outcomes) <= FOLDED


def preview_sections(outcomes: Sequence[ListOutcome]) -> list[PreviewSection]:
    """The sections that have lines, in the order of `OutcomeKind`. Answered questions stay among the questions."""
    by_kind: dict[OutcomeKind, list[ListOutcome]] = {kind: [] for kind in OutcomeKind}
    for outcome in outcomes:
        is_asked = outcome.company.questions and not outcome.company.problem
        by_kind[OutcomeKind.QUESTION if is_asked else outcome.kind].append(outcome)
    return [PreviewSection(kind, lines) for kind, lines in by_kind.items() if lines]


def invite_view(model_admin, request: AuthenticatedRequest) -> HttpResponse:
    """`…/invitation/invite/`: the list, then a preview line by line, then the invitations of the new companies."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    current = SurveyRound.current()
    initial = {"round": current and current.pk, "language": "da"}
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm(initial=initial)
    outcomes: list[ListOutcome] = []
    if form.is_valid() and form.company_list:
        outcomes = list_outcomes(form.company_list.companies, form.cleaned_data["round"], form.answers)
        if "send" in request.POST and send_list(request, form, outcomes):
            unsent = [outcome for outcome in outcomes if outcome.kind in (OutcomeKind.INVALID, OutcomeKind.QUESTION)]
            if not unsent:
                return redirect("admin:marketoverview_invitation_changelist")
            messages.warning(request, unsent_text(unsent))
            form, outcomes = form_with_lines(form, unsent), []
    known = known_vendors(outcomes)
    distribution = known_distribution(form, known) if known else None
    is_announced = "send" not in request.POST or "announce" in request.POST
    if distribution:
        outcomes = with_news(outcomes, distribution, is_announced)
    counts = {kind.name.lower(): sum(outcome.kind is kind for outcome in outcomes) for kind in OutcomeKind}
    context = {
        "title": gettext("Invite companies"),
        "opts": model_admin.opts,
        "form": form,
        "company_list": form.company_list if outcomes else None,
        "sections": preview_sections(outcomes),
        "leave_out": LEAVE_OUT,
        "answer_prefix": ANSWER,
        "counts": counts,
        "invited_count": counts["new"] + counts["vacant"],
        "distribution": distribution,
        "announced": announced_text(len(distribution.new)) if distribution and is_announced else "",
        "is_announced": is_announced,
        **model_admin.admin_site.each_context(request),
    }
    return render(request, "admin/marketoverview/invitation/invite.html", context)


def unsent_text(unsent: Sequence[ListOutcome]) -> str:
    """That these lines were not sent, with their numbers and companies; of many the first ones."""
    lines = [
        gettext("line %(number)d (%(company)s)")
        % {"number": each.company.line_number, "company": each.company.name or each.company.email or "–"}
        for each in unsent[:MAX_NAMED]
    ]
    if len(unsent) > MAX_NAMED:
        lines.append(gettext("and %(number)d more") % {"number": len(unsent) - MAX_NAMED})
    text = ngettext(
        "%(n)s line was not sent: %(lines)s. It stands in the field below: correct it and look again.",
        "%(n)s lines were not sent: %(lines)s. They stand in the field below: correct them and look again.",
        len(unsent),
    )
    return text % {"n": number_format(len(unsent), use_l10n=True), "lines": ", ".join(lines)}


def form_with_lines(form: ListForm, unsent: Sequence[ListOutcome]) -> ListForm:
    """A new form for the same round and language that holds the headings of the list and these lines of it."""
    headings = form.company_list.heading_lines if form.company_list else ()
    numbers = {*headings, *(outcome.company.line_number for outcome in unsent)}
    text = text_of_rows(form.list_text, numbers)
    data = form.cleaned_data
    return ListForm(initial={"round": data["round"].pk, "language": data["language"], "text": text})


def known_vendors(outcomes: Sequence[ListOutcome]) -> list[Vendor]:
    """The registered vendors that the list names and somebody acts for, each once."""
    vendors = {each.vendor.pk: each.vendor for each in outcomes if each.vendor and each.kind is OutcomeKind.KNOWN}
    return list(vendors.values())


def known_distribution(form: ListForm, vendors: list[Vendor]) -> announcements.Distribution:
    """Who would get the announcement of the round, out of those who act for these vendors. Four queries."""
    announcement = Announcement(round=form.cleaned_data["round"], kind=Announcement.Kind.ROUND)
    return announcements.distribution(announcement, vendors)


def with_news(
    outcomes: Sequence[ListOutcome], distribution: announcements.Distribution, is_announced: bool
) -> list[ListOutcome]:
    """The outcomes, of which those of known companies say which mail they get."""
    people = Counter(vendor.pk for recipient in distribution.new for vendor in recipient.vendors)
    unreached = {vendor.pk for vendor in distribution.without_members}
    return [
        replace(outcome, news=news_text(people[outcome.vendor.pk], outcome.vendor.pk in unreached, is_announced))
        if outcome.vendor and outcome.kind is OutcomeKind.KNOWN
        else outcome
        for outcome in outcomes
    ]


def news_text(number: int, is_unreached: bool, is_announced: bool) -> str:
    """What a known company gets, for which `number` people have not got the announcement of the round."""
    if is_unreached:
        return gettext("Nobody acts for the company: nothing is sent.")
    if not number:
        return gettext("Those who act for the company have got the announcement of the round: nothing is sent.")
    if not is_announced:
        return gettext("You have chosen not to mail the announcement of the round: nothing is sent.")
    return ngettext(
        "%(n)s person who acts for the company gets the announcement of the round.",
        "%(n)s people who act for the company get the announcement of the round.",
        number,
    ) % {"n": number_format(number, use_l10n=True)}


def announced_text(number: int) -> str:
    """How many people get the announcement of the round, in the preview and when it is sent; "" for nobody."""
    text = ngettext(
        "%(n)s person who acts for a known company gets the announcement of the round.",
        "%(n)s people who act for known companies get the announcement of the round.",
        number,
    )
    return text % {"n": number_format(number, use_l10n=True)} if number else ""


def send_list(request: AuthenticatedRequest, form: ListForm, outcomes: Sequence[ListOutcome]) -> bool:
    """Invite the new companies, announce the round to the known ones where that is ticked, and add messages.

    False, with an error in the form, where something is in the way; nothing is sent then.
    """
    number_open = sum(outcome.kind is OutcomeKind.QUESTION for outcome in outcomes)
    if number_open and "skip_open" not in request.POST:
        text = ngettext(
            "Nothing is sent: %(number)d line has a question without an answer. Answer it, or leave the line out.",
            "Nothing is sent: %(number)d lines have a question without an answer. Answer them, or leave the lines out.",
            number_open,
        )
        form.add_error(None, text % {"number": number_open})
        return False
    companies = [outcome.company for outcome in outcomes if outcome.kind is OutcomeKind.NEW]
    vacant = [(each.vendor, each.company.email) for each in outcomes if each.vendor and each.kind is OutcomeKind.VACANT]
    vendors = known_vendors(outcomes) if "announce" in request.POST else []
    survey_round, language = form.cleaned_data["round"], form.cleaned_data["language"]
    try:
        with transaction.atomic():
            invitations = Invitation.invite_to_vendors(vacant, survey_round, request.user, language)
            membership.send_membership_news(*(vendor for vendor, _email in vacant), request=request)
            invitations += Invitation.invite_companies(companies, survey_round, request.user, language)
            mails = notifications.send_invitations((invitation, 1) for invitation in invitations)
            announced = announcements.announce_to(survey_round, vendors, request.user) if vendors else 0
    except ValidationError as error:  # the round was closed a moment ago
        form.add_error(None, error)
        return False
    add_sent_messages(request, len(invitations), announced)
    add_queued_message(request, len(mails) + announced)
    return True


def add_sent_messages(request: AuthenticatedRequest, invited: int, announced: int) -> None:
    """Add messages with the numbers of companies that are invited and of people who get the announcement."""
    if invited:
        text = ngettext("%(n)s company is invited.", "%(n)s companies are invited.", invited)
        messages.success(request, text % {"n": number_format(invited, use_l10n=True)})
    if announced:
        messages.success(request, announced_text(announced))
    if not invited and not announced:
        messages.warning(request, gettext("Nobody was invited: there was no new company in the list."))
