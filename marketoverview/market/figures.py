"""From the snapshot to figures: bars, captions, and conclusions drawn by rules.

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

from kl_ai.search import bitset
from kl_ai.search.danish import join_words

from ..models import Question
from .selection import Selection
from .snapshot import Asked, Counted, Entry, Snapshot
from .wording import in_sentence, phrase

FEW = 5
"""With fewer answers than this, shares say nothing and the conclusion gives counts alone."""


@dataclass(frozen=True, slots=True)
class Bar:
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


def figure_order(asked: Asked) -> tuple:
    """Numbered figures first by number, the others in the survey's order."""
    number = asked.question.figure_number
    return (number is None, number or 0, asked.question.position)


def figures(snapshot: Snapshot, selection: Selection, *, to_follow: bool = True) -> list[Figure]:
    ordered = sorted(snapshot.asked.values(), key=figure_order)
    return [figure(snapshot, selection, asked, to_follow=to_follow) for asked in ordered]


def figure(snapshot: Snapshot, selection: Selection, asked: Asked, *, to_follow: bool = True) -> Figure:
    """The figure of one question for the selection. No query.

    On paper (`to_follow` is false) nobody follows a bar: the figure then counts the selection as it
    is, its own question included, and its bars lead nowhere.
    """
    left_out = (asked.code,) if to_follow else ()
    among = snapshot.match(selection.chosen, selection.q, leave_out=left_out)
    answered = (asked.answered & among).bit_count()
    counted = sorted(snapshot.counts(asked.code, among), key=lambda one: -one.count)
    address = reverse("market:figure", args=[asked.code])
    return Figure(
        code=asked.code,
        label=_("Figure %(number)s") % {"number": asked.question.figure_number} if asked.question.figure_number else "",
        heading=asked.question.heading,
        question=asked.question.text,
        conclusion=list(conclusion(asked.question, counted, answered)),
        bars=[_bar(one, answered, selection, to_follow) for one in counted],
        caption=_caption(asked, answered, among, snapshot),
        note=_own_selection_note(asked, selection) if to_follow else "",
        answered=answered,
        total=among.bit_count(),
        url=address + selection.filter_query,
        downloads=[(name, address.rstrip("/") + ending + selection.filter_query) for name, ending in FILES],
        comment=asked.comment.text if asked.comment else "",
        comment_date=asked.comment.updated_on if asked.comment else None,
    )


FILES = (("SVG", ".svg"), ("PNG", ".png"), ("CSV", ".csv"), ("Excel", ".xlsx"))


def _bar(counted: Counted, answered: int, selection: Selection, to_follow: bool) -> Bar:
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


def _caption(asked: Asked, answered: int, among: int, snapshot: Snapshot) -> str:
    several = asked.question.kind == Question.Kind.SEVERAL
    sentences = [
        _("%(answered)s of %(total)s companies have answered.") % {"answered": answered, "total": among.bit_count()},
        _("Several answers were possible.") if several else _("One answer was possible."),
    ]
    if mapped := asked.counted_otherwise(among):
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


def _own_selection_note(asked: Asked, selection: Selection) -> str:
    if asked.code not in selection.chosen:
        return ""
    words = {"question": asked.question.heading}
    return _("The choice under %(question)s is left out of this figure, so that its bars can be compared.") % words


def own_words(snapshot: Snapshot, selection: Selection, asked: Asked) -> list[tuple[Entry, str]]:
    """What the figure's vendors wrote beside “other”, by vendor from A to Å. No query."""
    among = snapshot.match(selection.chosen, selection.q, leave_out=(asked.code,))
    chosen = set(bitset.members(among))
    return [(snapshot.entries[position], text) for position, text in asked.own_words if position in chosen]


# Conclusions --------------------------------------------------------------------------------------


def conclusion(question: Question, counted: Sequence[Counted], answered: int) -> Iterable[str]:
    """What the bars say, in at most three sentences.

    `counted` is sorted by count. “Other” is no finding and is left out. Shares become words by
    fixed bands of the vendors that answered: all, nearly all from 90 %, most from 70 %, about two out
    of three from 62 %, more than half above 50 %; fewer at or below that, one or few from 10 %.
    """
    if not answered:
        yield _("None of the companies in the selection has answered this question.")
        return
    said = [one for one in counted if one.count and not one.choice.option.is_other]
    if question.kind == Question.Kind.SINGLE or answered < FEW:
        yield from _most_and_fewest(question, said, answered)
    else:
        yield from _by_bands(question, said, answered)


def _by_bands(question: Question, said: Sequence[Counted], answered: int) -> Iterable[str]:
    """One sentence on what most have chosen, one on what fewer have, one on what few have."""
    bands: dict[str, list[Counted]] = {}
    for one in said:
        bands.setdefault(_band(one.count / answered), []).append(one)
    few = bands.pop("few", [])
    fewer = bands.pop("fewer", [])
    high = [_claim(BANDS[band](), question, ones) for band, ones in bands.items()]
    if high:
        yield _sentence(_one_after_the_other(high))
    if fewer:
        yield _sentence(_claim(_("fewer") if high else _("some"), question, fewer))
    if few:
        single = all(one.count == 1 for one in few)
        who = (
            pgettext("a single company", "fewest") if single and len(few) == 1 else pgettext("up to one in ten", "few")
        )
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


def _claim(who: str, question: Question, ones: Sequence[Counted]) -> str:
    named = join_words((f"{in_sentence(one.choice.option)} ({one.count})" for one in ones), _("and"))
    return f"{who} {phrase(question, named)}"


def _one_after_the_other(sentences: list[str]) -> str:
    """Main clauses joined as both languages write them, with a comma before “and”."""
    *most, last = sentences
    return ", ".join([*most, f"{_('and')} {last}"]) if most else last


def _most_and_fewest(question: Question, said: Sequence[Counted], answered: int) -> Iterable[str]:
    if not said:
        return
    most = [one for one in said if one.count == said[0].count]
    named = join_words((f"“{one.choice.option.short}” ({one.count})" for one in most), _("and"))
    sentence = ngettext("The one answer: %(options)s.", "Most frequent among the %(n)s answers: %(options)s.", answered)
    yield sentence % {"n": answered, "options": named}
    fewest = [one for one in said if one.count == said[-1].count]
    if said[-1].count < said[0].count:
        named = join_words((f"“{one.choice.option.short}” ({one.count})" for one in fewest), _("and"))
        yield _("Least frequent: %(options)s.") % {"options": named}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
