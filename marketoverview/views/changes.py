"""What has changed in the market between two days. The vendors behind each number are in `change_lists`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.querystring import KnownOptionsField, Notices, encode, query_notices

from ..market import changes as market_changes
from ..market import days
from ..market.changes import GROUPS, OptionChange, QuestionChange
from ..market.days import TODAY, MarketDay
from ..market.profiles import profile_url
from ..market.selection import Selection
from ..market.snapshot import Entry, Snapshot, snapshots
from ..models import Edition, EditionRemoval
from .selection_page import links, shortlist_alone

NAMED = 20
"""New vendors that the page names; more of them have a list of their own."""


@dataclass(frozen=True)
class Period:
    """The two days that a page compares, and what was not understood in its address."""

    snapshot: Snapshot
    editions: Sequence[Edition]
    edition: Edition
    """That of the earlier day."""
    before: MarketDay
    after: MarketDay
    selection: Selection
    """The shortlist of the address: the page counts everybody, its links keep the list."""
    notices: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query parameters of the two days and of the shortlist."""
        return [("fra", self.before.code), ("til", self.after.code), *self.selection.pairs()]

    def named(self, entries: Iterable[Entry]) -> list[tuple[str, str]]:
        """Name and profile of these vendors."""
        return [(entry.name, profile_url(entry.slug) + self.selection.shortlist_query) for entry in entries]

    @property
    def withdrawn(self) -> int:
        """How many vendors withdrew after the earlier day, up to the later one."""
        removals = self.edition.removals.all()
        return sum(
            removal.what == EditionRemoval.What.COMPANY and removal.day <= self.after.day for removal in removals
        )

    @property
    def both(self) -> int:
        """The vendors (bitset over primary keys) of both days."""
        return self.before.vendors & self.after.vendors

    @cached_property
    def returned(self) -> int:
        """The vendors of the later day that had been public before the earlier one, which does not have them.

        They have withdrawn and come back. The pages count them and do not name them. One query.
        """
        return days.published_before(self.after.vendors & ~self.before.vendors, self.edition)

    @property
    def new(self) -> int:
        """The vendors of the later day that were published for the first time after the earlier one."""
        return self.after.vendors & ~self.before.vendors & ~self.returned

    def url(self, name: str, *args: str, **more: str) -> str:
        """The address of another page about the same two days."""
        return reverse(name, args=args) + encode([*self.pairs, *more.items()])


# Which days ---------------------------------------------------------------------------------------


def read_period(request: HttpRequest) -> Period | None:
    """The two days in the address, or else the usual ones; None while there is no edition. At most seven queries."""
    snapshot = snapshots.for_request(request)
    editions = list(Edition.objects.with_removals())
    if not editions:
        return None
    codes = [edition.code for edition in editions]
    form = days_form(codes)(request.GET)
    notices = query_notices(form, request, ("gruppe", "spoergsmaal", "page", "v"))
    earlier, later = _chosen_codes(editions, form.cleaned_data, notices)
    by_code = {edition.code: edition for edition in editions}
    return Period(
        snapshot=snapshot,
        editions=editions,
        edition=by_code[earlier],
        before=days.of_edition(by_code[earlier]),
        after=days.of_today(snapshot) if later == TODAY else days.of_edition(by_code[later]),
        selection=shortlist_alone(request, snapshot),
        notices=notices.texts(),
    )


def days_form(codes: Iterable[str]) -> type[forms.Form]:
    """The form of the two days, with the editions of these codes to choose from."""
    listed = [(code, code) for code in (TODAY, *codes)]
    fields = {
        "fra": KnownOptionsField(label=_("From"), choices=listed, required=False),
        "til": KnownOptionsField(label=_("To"), choices=listed, required=False),
    }
    return type("DaysForm", (forms.Form,), fields)


def _chosen_codes(editions: Sequence[Edition], data: dict[str, Any], notices: Notices) -> tuple[str, str]:
    """The codes of the earlier and of the later day, in this order whichever way round the address has them."""
    order = {TODAY: -1} | {edition.code: place for place, edition in enumerate(editions)}  # the newest first
    earlier, later = usual_codes(editions)
    given = {name: codes[0] for name, codes in data.items() if codes}
    if "fra" in given:
        earlier, later = given["fra"], given.get("til", TODAY)
    elif "til" in given:
        later = given["til"]
    if order[earlier] < order[later]:
        notices.add(_("The days stood the wrong way round. The earlier one comes first here."))
        earlier, later = later, earlier
    if earlier == later == TODAY:
        earlier = usual_codes(editions)[0]
    if earlier == later:
        notices.add(_("The same day was chosen twice. It is compared with today."))
        later = TODAY
    return earlier, later


def usual_codes(editions: Sequence[Edition]) -> tuple[str, str]:
    """The codes that are compared without a choice. `editions` are the newest first.

    The last two rounds that KL has declared published; where there is one, that one and today; where there is none, the
    newest edition and today.
    """
    rounds = [edition.code for edition in editions if edition.occasion == Edition.Occasion.ROUND]
    if len(rounds) > 1:
        return rounds[1], rounds[0]
    return (rounds or [editions[0].code])[0], TODAY


# The page -----------------------------------------------------------------------------------------


@versioned_page
def changes(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/udvikling/`: every question on two days, with what changed among who answered on both."""
    period = read_period(request)
    crumbs = [(_("Change over time"), "")]
    if period is None:
        context = links(shortlist_alone(request, snapshots.for_request(request)))
        return render_page(request, "marketoverview/changes.html", context, nav_current="changes", crumbs=crumbs)
    listed = market_changes.changes(period.before, period.after)
    new = days.in_order(period.snapshot, period.new)
    context = {
        **_days_context(period),
        "choices": _choices(period),
        "hidden": list(period.selection.pairs()),
        "questions": [_question_rows(period, change) for change in listed],
        "new_count": len(new),
        "new": period.named(new[:NAMED]),
        "new_url": period.url("market:new_vendors") if len(new) > NAMED else "",
        "withdrawn": period.withdrawn,
        "returned_count": period.returned.bit_count(),
        "is_only_edition": len(period.editions) == 1,
        "is_demo": period.edition.is_demo or period.snapshot.is_demo,
    }
    return render_page(request, "marketoverview/changes.html", context, nav_current="changes", crumbs=crumbs)


def _days_context(period: Period) -> dict[str, Any]:
    """The two days in words, and who was there."""
    before, after = period.before, period.after
    return {
        **links(period.selection),
        "period": period,
        "before_day": day_text(before),
        "after_day": day_text(after),
        "before_count": before.vendors.bit_count(),
        "there": [
            (heading, vendors.bit_count(), period.url("market:companies_on_days", gruppe=group) if vendors else "")
            for heading, group, vendors in (
                (day_text(before), "foer", before.vendors),
                (day_text(after), "nu", after.vendors),
                (_("On both days"), "begge", period.both),
            )
        ],
        "notices": period.notices,
    }


def day_text(day: MarketDay) -> str:
    """The day as a date."""
    return date_format(day.day, "DATE_FORMAT")


def _choices(period: Period) -> list[dict[str, Any]]:
    """The two fields of the form, each with (code, label, whether it is chosen)."""
    editions = [(edition.code, _edition_day(edition)) for edition in period.editions]
    today = (TODAY, _("today, %(day)s") % {"day": date_format(period.snapshot.day, "DATE_FORMAT")})
    return [
        {"name": name, "label": label, "options": [(code, text, code == chosen) for code, text in options]}
        for name, label, chosen, options in (
            ("fra", _("From"), period.before.code, editions),
            ("til", _("To"), period.after.code, [today, *editions]),
        )
    ]


def _edition_day(edition: Edition) -> str:
    """The day of an edition, and of a round's edition which round it is; short enough for a list on a phone."""
    day = date_format(edition.day, "DATE_FORMAT")
    return _("%(day)s (round %(round)s)") % {"day": day, "round": edition.round.code} if edition.round else day


def _question_rows(period: Period, change: QuestionChange) -> dict[str, Any]:
    """A question as the page shows it."""
    question = change.question
    number = question.figure_number
    return {
        "code": change.code,
        "label": _("Figure %(number)s") % {"number": number} if number else "",
        "heading": question.wording.text("heading"),
        "text": question.wording.text("text"),
        "before": _base(period, change, "foer"),
        "after": _base(period, change, "nu"),
        "both": _base(period, change, "begge"),
        "left_out": _left_out(change, _base(period, change, "udeladt")[1]),
        "reason": change.reason.text if change.reason else "",
        "rows": [_option_row(period, change, option) for option in change.options],
    }


def _base(period: Period, change: QuestionChange, group: str) -> tuple[int, str]:
    """How many vendors a question counts, and the address of their list; "" for none."""
    number = market_changes.question_group(change, group).bit_count()
    url = period.url("market:companies_on_days", gruppe=group, spoergsmaal=change.code) if number else ""
    return number, url


def _left_out(change: QuestionChange | OptionChange, url: str) -> tuple[str, str]:
    """Who is not compared and why, as a sentence, and the address of their list; ("", "") where everybody is."""
    if change.left_out_reason is None:
        return "", ""
    return change.left_out_reason.left_out_text(change.left_out.bit_count()), url


def _option_row(period: Period, question: QuestionChange, change: OptionChange) -> dict[str, Any]:
    numbers = {code: market_changes.group(change, code).bit_count() for code in GROUPS}

    def link(code: str, text: str) -> tuple[str, str]:
        """The text, and the address of who is behind the number; "" for none."""
        url = period.url("market:change_vendors", question.code, change.code, gruppe=code) if numbers[code] else ""
        return text, url

    counted = numbers["kl-foer"] or numbers["kl-nu"]
    return {
        "label": change.option.label,
        "full_label": change.option.wording.text("label"),
        "is_other": change.option.is_other,
        "before": link("foer", str(numbers["foer"])),
        "after": link("nu", str(numbers["nu"])),
        "moves": [
            link(code, text % {"n": numbers[code]})
            for code, text in (
                ("flere", ngettext("%(n)s more", "%(n)s more", numbers["flere"])),
                ("faerre", ngettext("%(n)s fewer", "%(n)s fewer", numbers["faerre"])),
            )
            if numbers[code]
        ],
        "counted": [link("kl-foer", str(numbers["kl-foer"])), link("kl-nu", str(numbers["kl-nu"]))] if counted else [],
        "left_out": _left_out(change, link("udeladt", "")[1]),
        "reason": change.reason.text if change.reason else "",
        "is_told": question.reason is None and change.reason is None,
    }
