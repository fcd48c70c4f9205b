"""The vendors behind each number of the change between two days, from A to Å."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate
from kl_ai.pages.querystring import encode

from ..market import changes as market_changes
from ..market import days
from ..market.changes import GROUPS, QUESTION_GROUPS, OptionChange, QuestionChange
from ..market.snapshot import Entry
from .changes import Period, day_text, read_period
from .selection_page import links

PER_PAGE = 100


@versioned_page
def change_vendors(request: HttpRequest, question: str, option: str) -> HttpResponse:
    """`/markedsoverblik/udvikling/<question>/<option>/?gruppe=…`: the vendors behind one number, from A to Å."""
    period = read_period(request)
    code = request.GET.get("gruppe", "nu")
    if period is None or code not in GROUPS or question not in {*period.before.questions, *period.after.questions}:
        raise Http404
    change = market_changes.question_change(period.before, period.after, question)
    row = next((row for row in change.options if row.code == option), None)
    if row is None:
        raise Http404
    entries = days.in_order(period.snapshot, market_changes.group(row, code))
    label = row.option.label
    context = {
        "title": label,
        "question": change.question.wording.text("text"),
        "sentence": group_sentence(period, code, row, len(entries), change.both.bit_count()),
        "reason": change.reason or row.reason,
    }
    return _vendor_list(request, period, entries, context)


@versioned_page
def companies_on_days(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/udvikling/virksomheder/?gruppe=…&spoergsmaal=…`: who was there, or has answered a question."""
    period = read_period(request)
    group, code = request.GET.get("gruppe", "begge"), request.GET.get("spoergsmaal", "")
    if period is None or group not in QUESTION_GROUPS:
        raise Http404
    if not code:
        vendors = {"foer": period.before.vendors, "nu": period.after.vendors, "begge": period.both}.get(group)
        if vendors is None:
            raise Http404
        entries = days.in_order(period.snapshot, vendors)
        context: dict[str, Any] = {
            "title": _("Who was there"),
            "sentence": _there_sentence(period, group, len(entries)),
        }
        return _vendor_list(request, period, entries, context)
    if code not in {*period.before.questions, *period.after.questions}:
        raise Http404
    change = market_changes.question_change(period.before, period.after, code)
    entries = days.in_order(period.snapshot, market_changes.question_group(change, group))
    context = {
        "title": change.question.wording.text("heading"),
        "question": change.question.wording.text("text"),
        "sentence": _answered_sentence(period, change, group, len(entries)),
        "reason": change.reason,
    }
    return _vendor_list(request, period, entries, context)


def _there_sentence(period: Period, group: str, number: int) -> str:
    words = {"number": number, "before": day_text(period.before), "after": day_text(period.after)}
    if group == "begge":
        text = ngettext(
            "%(number)s company was there on %(before)s and on %(after)s.",
            "%(number)s companies were there on %(before)s and on %(after)s.",
            number,
        )
        return text % words
    words["day"] = words["before"] if group == "foer" else words["after"]
    text = ngettext("%(number)s company was there on %(day)s.", "%(number)s companies were there on %(day)s.", number)
    return text % words


def _answered_sentence(period: Period, change: QuestionChange, group: str, number: int) -> str:
    """What the vendors of a group have in common at a question, in the active language."""
    if group == "udeladt":
        return change.left_out_reason.left_out_text(number) if change.left_out_reason else ""
    words = {"number": number, "before": day_text(period.before), "after": day_text(period.after)}
    if group == "begge":
        text = ngettext(
            "%(number)s company has an answer to the question on both %(before)s and %(after)s, and is compared.",
            "%(number)s companies have an answer to the question on both %(before)s and %(after)s, and are compared.",
            number,
        )
        return text % words
    words["day"] = words["before"] if group == "foer" else words["after"]
    text = ngettext(
        "%(number)s company had an answer to the question on %(day)s.",
        "%(number)s companies had an answer to the question on %(day)s.",
        number,
    )
    return text % words


@versioned_page
def new_vendors(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/udvikling/nye/`: the vendors that were published for the first time after the earlier day."""
    period = read_period(request)
    if period is None:
        raise Http404
    entries = days.in_order(period.snapshot, period.new)
    words = {"number": len(entries), "before": day_text(period.before), "after": day_text(period.after)}
    sentence = ngettext(
        "%(number)s company was published for the first time after %(before)s, and was there on %(after)s.",
        "%(number)s companies were published for the first time after %(before)s, and were there on %(after)s.",
        len(entries),
    )
    return _vendor_list(request, period, entries, {"title": _("New companies"), "sentence": sentence % words})


def _vendor_list(request: HttpRequest, period: Period, entries: list[Entry], context: dict[str, Any]) -> HttpResponse:
    """A page of names that link to the profiles."""
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and 0 < len(wanted) <= 9 else 1
    kept = [(name, request.GET[name]) for name in ("gruppe", "spoergsmaal") if name in request.GET]
    pages = paginate(
        len(entries),
        max(number, 1),
        PER_PAGE,
        lambda page: request.path + encode([*period.pairs, *kept, ("page", str(page))]),
    )
    shown = entries[pages.start : pages.stop]
    back = period.url("market:changes")
    context |= links(period.selection) | {
        "count": len(entries),
        "vendors": period.named(shown),
        "pages": pages,
        "back": back,
        "notices": period.notices,
    }
    crumbs = [(_("Change over time"), back), (context["title"], "")]
    template = "marketoverview/change_vendors.html"
    return render_page(request, template, context, nav_current="changes", crumbs=crumbs)


def group_sentence(period: Period, code: str, change: OptionChange, number: int, compared: int) -> str:
    """What the vendors of a group have in common, in the active language; of so many that the question compares."""
    if code == "udeladt":
        return change.left_out_reason.left_out_text(number) if change.left_out_reason else ""
    words = {
        "number": number,
        "option": change.option.label,
        "before": day_text(period.before),
        "after": day_text(period.after),
        "both": compared - change.left_out.bit_count(),
    }
    if code in ("flere", "faerre"):
        return _move_sentence(code, number) % words
    words["day"] = words["before"] if code.endswith("foer") else words["after"]
    if code.startswith("kl-"):
        text = ngettext(
            "KL counted the own words of %(number)s company under “%(option)s” on %(day)s.",
            "KL counted the own words of %(number)s companies under “%(option)s” on %(day)s.",
            number,
        )
    else:
        text = ngettext(
            "%(number)s company was counted at “%(option)s” on %(day)s.",
            "%(number)s companies were counted at “%(option)s” on %(day)s.",
            number,
        )
    return text % words


def _move_sentence(code: str, number: int) -> str:
    if code == "flere":
        return ngettext(
            "Of the %(both)s companies with an answer on both days, %(number)s states “%(option)s” on %(after)s and did not on %(before)s.",
            "Of the %(both)s companies with an answer on both days, %(number)s state “%(option)s” on %(after)s and did not on %(before)s.",
            number,
        )
    return ngettext(
        "Of the %(both)s companies with an answer on both days, %(number)s stated “%(option)s” on %(before)s and does not on %(after)s.",
        "Of the %(both)s companies with an answer on both days, %(number)s stated “%(option)s” on %(before)s and do not on %(after)s.",
        number,
    )
