"""What a group of vendors has in common, drawn from their answers by rules: no judgement, and no share of a small number.

Which questions are spoken of is data: those on the matrix' two axes, and those that say what a vendor offers or can.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.search.danish import join_words

from ..models import SampleOffering
from .snapshot import Snapshot
from .tallies import ChoiceCount, QuestionTally


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """What is found, under a heading: “Technologies”, “Most frequent: planning (3 of 5 companies).”."""

    heading: str
    text: str


def summary_lines(snapshot: Snapshot, criteria: Mapping[str, Sequence[str]], vendors: int) -> list[SummaryLine]:
    """What these vendors (bitset) state most often, at which stage their examples are, and what none of them states.

    `criteria` (question to options) are those that they were looked for by, which are left out of what is most frequent.
    No query.
    """
    lines = []
    for tally in snapshot.tallies.values():
        question = tally.question
        sentences = [_answered_by_some(tally, vendors)]
        if question.matrix_axis:
            sentences.append(_most_frequent(snapshot, tally, vendors, criteria.get(tally.code, ())))
        if question.is_searchable:
            sentences.append(_stated_by_none(snapshot, tally, vendors))
        if any(sentences[1:]):
            text = " ".join(filter(None, sentences))
            lines.append(SummaryLine(question.heading, text))
    return [*lines, SummaryLine(_("The examples' stage"), _stages(snapshot, vendors))]


def _answered_by_some(tally: QuestionTally, vendors: int) -> str:
    """How many of the vendors have answered the question; "" where all have, or none."""
    answered, total = (tally.answered & vendors).bit_count(), vendors.bit_count()
    if answered in (0, total):
        return ""
    return ngettext(
        "%(answered)s of %(total)s companies has answered.",
        "%(answered)s of %(total)s companies have answered.",
        answered,
    ) % {"answered": answered, "total": total}


def _most_frequent(snapshot: Snapshot, tally: QuestionTally, vendors: int, criteria: Collection[str]) -> str:
    """The options that most of the vendors have chosen."""
    answered = (tally.answered & vendors).bit_count()
    if not answered:
        return _("No company has answered.")
    highest = _highest(
        (counted.choice.option.short, counted.count)
        for counted in _offered(snapshot, tally, vendors)
        if counted.choice.code not in criteria
    )
    if not highest.count:
        return _("Nothing beside the criteria is stated.") if criteria else ""
    if answered == 1:
        return _("Stated: %(options)s.") % {"options": highest.names}
    words = {"options": highest.names, "count": highest.of_companies(answered)}
    if criteria:
        return _("Most frequent beside the criteria: %(options)s (%(count)s).") % words
    return _("Most frequent: %(options)s (%(count)s).") % words


def _stated_by_none(snapshot: Snapshot, tally: QuestionTally, vendors: int) -> str:
    """The options that none of the vendors has chosen, though they are asked, where at least one has answered."""
    if not tally.answered & vendors:
        return ""
    absent = [
        counted.choice.option.short
        for counted in _offered(snapshot, tally, vendors)
        if not counted.count and not counted.choice.option.is_retired
    ]
    return _("Stated by none: %(options)s.") % {"options": join_words(absent, _("and"))} if absent else ""


def _offered(snapshot: Snapshot, tally: QuestionTally, vendors: int) -> Iterator[ChoiceCount]:
    """The counts of the options, without “other”, which says nothing by itself."""
    for counted in snapshot.counts(tally.code, vendors):
        if not counted.choice.option.is_other:
            yield counted


def _stages(snapshot: Snapshot, vendors: int) -> str:
    """The stages that most of the vendors' examples are at."""
    offerings = snapshot.offerings_by_vendors(vendors)
    counts = {stage: (snapshot.stages.get(stage.value, 0) & offerings).bit_count() for stage in SampleOffering.Stage}
    stated = sum(counts.values())
    if not stated:
        return _("Not stated")
    highest = _highest((str(stage.label), count) for stage, count in counts.items())
    if stated == 1:
        return _("%(stage)s (the one example that states it).") % {"stage": highest.names}
    return _("Most frequent: %(options)s (%(count)s).") % {
        "options": highest.names,
        "count": highest.of_examples(stated),
    }


@dataclass(frozen=True, slots=True)
class _Highest:
    """The names that are counted most often, and how often each of them is."""

    names: str
    count: int
    are_several: bool

    def of_companies(self, total: int) -> str:
        words = {"count": self.count, "total": total}
        if self.are_several:
            return _("%(count)s of %(total)s companies each") % words
        return _("%(count)s of %(total)s companies") % words

    def of_examples(self, total: int) -> str:
        words = {"count": self.count, "total": total}
        if self.are_several:
            return _("%(count)s each of %(total)s examples that state it") % words
        return _("%(count)s of %(total)s examples that state it") % words


def _highest(counts: Iterable[tuple[str, int]]) -> _Highest:
    """Of (name, count): all names that share the highest count, in their order."""
    listed = list(counts)
    highest = max((count for _name, count in listed), default=0)
    names = [name for name, count in listed if count == highest]
    return _Highest(join_words(names, _("and")), highest, len(names) > 1)
