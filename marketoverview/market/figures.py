"""The figures: each as one value from which its page and all of its files take their words and numbers.

A figure counts vendors. Its basis leaves out the selection within its own question, as the facets do, so that each
bar is exactly the list that it links to. Subtitle, base and note speak of that basis.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import floor

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Question
from . import wording
from .conclusions import conclusion
from .selection import Selection
from .snapshot import Entry, Snapshot
from .tallies import ChoiceCount, QuestionTally

FILES = (("SVG", ".svg"), ("PNG", ".png"), ("CSV", ".csv"), ("Excel", ".xlsx"))
"""The files of a figure: the name of each and what is appended to the figure's address."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An option's bar: its vendors in number and share, and the list of them."""

    label: str
    """The option's short label."""
    full_label: str
    count: int
    percent: str
    """Share of the vendors that answered, 0 to 100, with a dot: fit for an SVG attribute."""
    share_text: str
    """The same share as people read it, in whole per cent."""
    url: str
    is_retired: bool
    is_other: bool
    code: str
    marked_label: str
    """The short label, and whether the option is no longer asked."""


@dataclass(frozen=True)
class Figure:
    """A question's figure: all that its page, its pictures and its tables say."""

    code: str
    label: str
    heading: str
    question: str
    subtitle: str
    """The vendors that are counted, in words and in number."""
    note: str
    """That the selection within the figure's own question is left out; "" where there is none."""
    conclusion: list[str]
    bars: list[Bar]
    base: str
    """“15 of 18 companies have answered.”"""
    method: list[str]
    """How many answers were possible, what KL has counted otherwise, and the date of the data."""
    demo_notice: str
    source: str
    answered: int
    total: int
    url: str
    """The figure's page for the selection; "" for a figure of hand-picked vendors, which has none."""
    link: str
    """The same page as pages link to it: with the shortlist, which the figure does not count by."""
    downloads: list[tuple[str, str]]
    comment: str
    comment_date: date | None

    @property
    def title(self) -> str:
        """“Figure 3: Which technologies do you offer?”."""
        return f"{self.label}: {self.question}" if self.label else self.question

    @property
    def caption(self) -> str:
        """Base, method and, with demonstration data, that they are."""
        return " ".join(filter(None, [self.base, *self.method, self.demo_notice]))


def figure_order(tally: QuestionTally) -> tuple:
    """Numbered figures first by number, the others in the survey's order."""
    number = tally.question.figure_number
    return (number is None, number or 0, tally.question.position)


def figures(snapshot: Snapshot, selection: Selection) -> list[Figure]:
    """One figure for each question, in the order of the figures. No query."""
    return [figure(snapshot, selection, tally) for tally in _in_order(snapshot)]


def figures_of_vendors(snapshot: Snapshot, vendors: int, subtitle: str) -> list[Figure]:
    """One figure for each question, of exactly these vendors (bitset). No bar is a link. No query."""
    return [_Counting(snapshot, tally, vendors).figure(subtitle) for tally in _in_order(snapshot)]


def figure(snapshot: Snapshot, selection: Selection, tally: QuestionTally) -> Figure:
    """The figure of one question for the selection. No query."""
    basis = selection.without_questions(tally.code)
    vendors = snapshot.match(basis.chosen, basis.q)
    subtitle = wording.sentence(snapshot, basis, vendors.bit_count())
    return _Counting(snapshot, tally, vendors, selection).figure(subtitle)


def _in_order(snapshot: Snapshot) -> list[QuestionTally]:
    return sorted(snapshot.tallies.values(), key=figure_order)


def in_figure_order(question: Question, counts: Iterable[ChoiceCount]) -> list[ChoiceCount]:
    """The counts, given in the survey's order, as bars show them: the highest first, “other” last.

    The options of an ordinal question keep their own order.
    """
    return sorted(counts, key=lambda counted: (counted.choice.option.is_other, _rank(question, counted)))


def _rank(question: Question, counted: ChoiceCount) -> int:
    return 0 if question.is_ordinal else -counted.count


@dataclass(frozen=True, slots=True)
class _Counting:
    """The vendors (bitset) of a figure, and the selection that its links keep; None for hand-picked vendors."""

    snapshot: Snapshot
    tally: QuestionTally
    vendors: int
    selection: Selection | None = None

    def figure(self, subtitle: str) -> Figure:
        question, selection = self.tally.question, self.selection
        answered, total = (self.tally.answered & self.vendors).bit_count(), self.vendors.bit_count()
        counts = in_figure_order(question, self.snapshot.counts(self.tally.code, self.vendors))
        address, query = reverse("market:figure", args=[self.tally.code]), selection.filter_query if selection else ""
        return Figure(
            code=self.tally.code,
            label=_("Figure %(number)s") % {"number": question.figure_number} if question.figure_number else "",
            heading=question.heading,
            question=question.text,
            subtitle=subtitle,
            note=self._note(),
            conclusion=list(conclusion(question, counts, answered)),
            bars=[self._bar(counted, answered) for counted in counts],
            base=_("%(answered)s of %(total)s companies have answered.") % {"answered": answered, "total": total},
            method=list(self._method()),
            demo_notice=_("Demonstration data.") if self.snapshot.is_demo else "",
            source=_("Source: KL"),
            answered=answered,
            total=total,
            url=address + query if selection else "",
            link=address + selection.link_query if selection else "",
            downloads=[(name, address.rstrip("/") + ending + query) for name, ending in FILES] if selection else [],
            comment=self.tally.comment.text if self.tally.comment else "",
            comment_date=self.tally.comment.updated_on if self.tally.comment else None,
        )

    def _bar(self, counted: ChoiceCount, answered: int) -> Bar:
        option = counted.choice.option
        share = 100 * counted.count / answered if answered else 0.0
        return Bar(
            label=option.short,
            full_label=option.label,
            count=counted.count,
            percent=f"{share:.1f}",
            share_text=share_text(share),
            url=self._list_url(counted),
            is_retired=option.is_retired,
            is_other=option.is_other,
            code=option.code,
            marked_label=wording.marked_label(option),
        )

    def _list_url(self, counted: ChoiceCount) -> str:
        """The list of the bar's vendors; "" where there is none, or no address that says it."""
        question = self.tally.question
        if self.selection is None or not counted.count or not question.is_filterable:
            return ""
        target = self.selection.with_option(question.code, counted.choice.code)
        return reverse("market:directory") + target.link_query

    def _note(self) -> str:
        if self.selection is None or self.tally.code not in self.selection.chosen:
            return ""
        words = {"question": self.tally.question.heading}
        return _("The choice under %(question)s is left out of this figure, so that its bars can be compared.") % words

    def _method(self) -> Iterable[str]:
        several = self.tally.question.kind == Question.Kind.SEVERAL
        yield _("Several answers were possible.") if several else _("One answer was possible.")
        if mapped := self.tally.counted_otherwise(self.vendors):
            sentence = ngettext(
                "KL has counted %(n)s answer under “other” among the other answers as well.",
                "KL has counted %(n)s answers under “other” among the other answers as well.",
                mapped,
            )
            yield sentence % {"n": mapped}
        yield _("Data as of %(date)s.") % {"date": date_format(self.snapshot.updated_on, "DATE_FORMAT")}


def share_text(share: float) -> str:
    """“77 %”; “<1 %” and “>99 %” for what is not nothing and not all."""
    whole = f"{floor(share + 0.5)}"  # halves up, as people and spreadsheets round
    if 0 < share < 1:
        whole = "<1"
    elif 99 < share < 100:
        whole = ">99"
    return _("%(share)s%%") % {"share": whole}


def own_words(snapshot: Snapshot, selection: Selection, tally: QuestionTally) -> list[tuple[Entry, str]]:
    """The own words beside “other” of the figure's vendors, by vendor from A to Å. No query."""
    vendors = snapshot.match(selection.chosen, selection.q, leave_out=(tally.code,))
    return list(snapshot.own_words(tally, vendors))
