"""The figures: bars, captions, and conclusions drawn by rules.

A figure counts vendors. Its bars leave out the selection within its own question, as the facets
do, so that each bar is exactly the list that it links to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kl_ai.search.danish import join_words

from ..models import Question
from .selection import Selection
from .snapshot import ChoiceCount, Entry, QuestionTally, Snapshot
from .wording import in_sentence, phrase

FEW = 5
"""With fewer answers than this the conclusion gives counts and no shares."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An option's bar: its vendors in number and share, and the list of them."""

    label: str
    count: int
    percent: str
    """Share of the vendors that answered, 0 to 100, with a dot: fit for an SVG attribute."""
    url: str
    share_text: str
    is_retired: bool
    code: str


@dataclass(frozen=True)
class Figure:
    """A question's figure: conclusion, bars, caption, and the files of it."""

    code: str
    label: str
    heading: str
    question: str
    conclusion: list[str]
    bars: list[Bar]
    caption: str
    note: str
    answered: int
    total: int
    url: str
    downloads: list[tuple[str, str]]
    comment: str
    comment_date: date | None


def figure_order(tally: QuestionTally) -> tuple:
    """Numbered figures first by number, the others in the survey's order."""
    number = tally.question.figure_number
    return (number is None, number or 0, tally.question.position)


def figures(snapshot: Snapshot, selection: Selection, *, on_paper: bool = False) -> list[Figure]:
    """One figure for each question, in the order of the figures. No query."""
    ordered = sorted(snapshot.tallies.values(), key=figure_order)
    return [figure(snapshot, selection, tally, on_paper=on_paper) for tally in ordered]


def figure(snapshot: Snapshot, selection: Selection, tally: QuestionTally, *, on_paper: bool = False) -> Figure:
    """The figure of one question for the selection. No query.

    A figure `on_paper` counts the selection as it is, its own question included, since its bars are no links.
    """
    left_out = () if on_paper else (tally.code,)
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=left_out)
    answered = (tally.answered & vendors).bit_count()
    counts = sorted(snapshot.counts(tally.code, vendors), key=lambda counted: -counted.count)
    address = reverse("market:figure", args=[tally.code])
    return Figure(
        code=tally.code,
        label=_("Figure %(number)s") % {"number": tally.question.figure_number} if tally.question.figure_number else "",
        heading=tally.question.heading,
        question=tally.question.text,
        conclusion=list(conclusion(tally.question, counts, answered)),
        bars=[_bar(counted, answered, selection) for counted in counts],
        caption=_caption(tally, answered, vendors, snapshot),
        note="" if on_paper else _own_selection_note(tally, selection),
        answered=answered,
        total=vendors.bit_count(),
        url=address + selection.filter_query,
        downloads=[(name, address.rstrip("/") + ending + selection.filter_query) for name, ending in FILES],
        comment=tally.comment.text if tally.comment else "",
        comment_date=tally.comment.updated_on if tally.comment else None,
    )


FILES = (("SVG", ".svg"), ("PNG", ".png"), ("CSV", ".csv"), ("Excel", ".xlsx"))


def _bar(counted: ChoiceCount, answered: int, selection: Selection) -> Bar:
    option = counted.choice.option
    share = 100 * counted.count / answered if answered else 0.0
    target = selection.with_option(option.question.code, option.code)
    return Bar(
        label=option.label,
        count=counted.count,
        percent=f"{share:.1f}",
        url=reverse("market:directory") + target.filter_query
        if counted.count and option.question.is_filterable
        else "",
        share_text=f"{share:.0f} %",
        is_retired=option.is_retired,
        code=option.code,
    )


def _caption(tally: QuestionTally, answered: int, vendors: int, snapshot: Snapshot) -> str:
    several = tally.question.kind == Question.Kind.SEVERAL
    sentences = [
        _("%(answered)s of %(total)s companies have answered.") % {"answered": answered, "total": vendors.bit_count()},
        _("Several answers were possible.") if several else _("One answer was possible."),
    ]
    if mapped := tally.counted_otherwise(vendors):
        sentence = ngettext(
            "KL has counted %(n)s answer under “other” among the other answers as well.",
            "KL has counted %(n)s answers under “other” among the other answers as well.",
            mapped,
        )
        sentences.append(sentence % {"n": mapped})
    sentences.append(_("Data as of %(date)s.") % {"date": date_format(snapshot.updated_on, "DATE_FORMAT")})
    if snapshot.is_demo:
        sentences.append(_("Demonstration data."))
    return " ".join(sentences)


def _own_selection_note(tally: QuestionTally, selection: Selection) -> str:
    if tally.code not in selection.chosen:
        return ""
    words = {"question": tally.question.heading}
    return _("The choice under %(question)s is left out of this figure, so that its bars can be compared.") % words


def own_words(snapshot: Snapshot, selection: Selection, tally: QuestionTally) -> list[tuple[Entry, str]]:
    """The own words beside “other” of the figure's vendors, by vendor from A to Å. No query."""
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=(tally.code,))
    return list(snapshot.own_words(tally, vendors))


# Conclusions --------------------------------------------------------------------------------------


def conclusion(question: Question, counts: Sequence[ChoiceCount], answered: int) -> Iterable[str]:
    """At most three sentences about the bars.

    `counts` is sorted, the highest first. “Other” is no finding and is left out. Shares become words by
    fixed bands of the vendors that answered: all, nearly all from 90 %, most from 70 %, about two out
    of three from 62 %, more than half above 50 %; fewer at or below that, one or few from 10 %.
    """
    if not answered:
        yield _("None of the companies in the selection has answered this question.")
        return
    chosen = [counted for counted in counts if counted.count and not counted.choice.option.is_other]
    if question.kind == Question.Kind.SINGLE or answered < FEW:
        yield from _most_and_fewest(chosen, answered)
    else:
        yield from _by_bands(question, chosen, answered)


def _by_bands(question: Question, chosen: Sequence[ChoiceCount], answered: int) -> Iterable[str]:
    """One sentence about what most have chosen, one about what fewer have, one about what few have."""
    bands: dict[str, list[ChoiceCount]] = {}
    for counted in chosen:
        bands.setdefault(_band(counted.count / answered), []).append(counted)
    few = bands.pop("few", [])
    fewer = bands.pop("fewer", [])
    high = [_claim(BANDS[band](), question, counts) for band, counts in bands.items()]
    if high:
        yield _sentence(_join_clauses(high))
    if fewer:
        yield _sentence(_claim(_("fewer") if high else _("some"), question, fewer))
    if few:
        single = len(few) == 1 and few[0].count == 1
        who = pgettext("a single company", "fewest") if single else pgettext("up to one in ten", "few")
        yield _sentence(_claim(who, question, few))


def _band(share: float) -> str:
    for band, least in (("all", 1.0), ("nearly all", 0.9), ("most", 0.7), ("two thirds", 0.62)):
        if share >= least:
            return band
    if share > 0.5:
        return "half"
    return "fewer" if share > 0.1 else "few"


BANDS = {
    "all": lambda: _("all"),
    "nearly all": lambda: _("nearly all"),
    "most": lambda: _("most"),
    "two thirds": lambda: _("about two out of three"),
    "half": lambda: _("more than half"),
}


def _claim(who: str, question: Question, counts: Sequence[ChoiceCount]) -> str:
    named = join_words((f"{in_sentence(counted.choice.option)} ({counted.count})" for counted in counts), _("and"))
    return f"{who} {phrase(question, named)}"


def _join_clauses(clauses: list[str]) -> str:
    """Main clauses joined as both languages write them, with a comma before “and”."""
    *most, last = clauses
    return ", ".join([*most, f"{_('and')} {last}"]) if most else last


def _most_and_fewest(chosen: Sequence[ChoiceCount], answered: int) -> Iterable[str]:
    """One sentence about the most frequent choices, one about the least frequent."""
    if not chosen:
        return
    highest, lowest = chosen[0].count, chosen[-1].count
    sentence = ngettext("The one answer: %(options)s.", "Most frequent among the %(n)s answers: %(options)s.", answered)
    yield sentence % {"n": answered, "options": _with_count(chosen, highest)}
    if lowest < highest:
        yield _("Least frequent: %(options)s.") % {"options": _with_count(chosen, lowest)}


def _with_count(chosen: Sequence[ChoiceCount], count: int) -> str:
    """The labels of the choices that have exactly this count, each with it."""
    labels = (f"“{counted.choice.option.short}” ({count})" for counted in chosen if counted.count == count)
    return join_words(labels, _("and"))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
