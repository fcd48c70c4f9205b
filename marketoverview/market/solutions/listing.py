"""The solutions: the published offerings, matched, counted and listed in memory. No function here costs a query.

A set of offerings is an `int` used as a bitset over the positions of the snapshot. Within a facet options are joined by OR,
facets among each other by AND, and a facet's own selection is left out of its counts, as in the directory of vendors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, islice
from operator import and_, or_
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.pages.querystring import Chip, Facet, FacetOption
from kl_ai.search import bitset
from kl_ai.search.danish import join_words

from ...models import Option
from ...models.survey import STAGE
from ..entries import Entry, OfferingEntry
from ..facets import chips as facet_chips
from ..facets import is_open
from ..hits import WordHit, solution_hits
from ..profiles import profile_url
from ..snapshot import Snapshot
from ..tallies import Choice, QuestionTally
from .search import everything, found, is_combined
from .selection import NOT_STATED, STAGES, SolutionSelection, stage_label

FREE_TEXT = "q"


# Matching and counting ----------------------------------------------------------------------------


def at_stage(snapshot: Snapshot, stage: str) -> int:
    """The offerings (bitset) at a stage of `STAGES`."""
    if stage != NOT_STATED:
        return snapshot.stages.get(stage, 0)
    return everything(snapshot) & ~reduce(or_, snapshot.stages.values(), 0)


def with_choice(snapshot: Snapshot, tally: QuestionTally, choice: Choice) -> int:
    """The offerings (bitset) that used the option, or whose vendor chose it. Remembered: it goes through the vendors."""
    if is_combined(tally):
        return choice.offerings
    key = ("offerings of vendors with", choice.option.pk)
    return snapshot.memo.remember(key, lambda: snapshot.offerings_by_vendors(choice.vendors))


class SolutionMatches:
    """The offerings that meet each part of a selection, and all parts but some."""

    def __init__(self, snapshot: Snapshot, selection: SolutionSelection) -> None:
        self.snapshot = snapshot
        self.everything = everything(snapshot)
        self.parts: dict[str, int] = {code: self._chosen(code, options) for code, options in selection.chosen.items()}
        if selection.stages:
            self.parts[STAGE] = reduce(or_, (at_stage(snapshot, stage) for stage in selection.stages))
        if selection.q:
            self.parts[FREE_TEXT] = found(snapshot, selection.q)

    def match(self, leave_out: Collection[str] = ()) -> int:
        """The offerings (bitset) that meet every part of the selection but those in `leave_out`."""
        return reduce(and_, (part for name, part in self.parts.items() if name not in leave_out), self.everything)

    def _chosen(self, code: str, options: Collection[str]) -> int:
        tally = self.snapshot.tallies[code]
        choices = (tally.by_code[option] for option in options)
        return reduce(or_, (with_choice(self.snapshot, tally, choice) for choice in choices), 0)


# The filters --------------------------------------------------------------------------------------


def facets(snapshot: Snapshot, selection: SolutionSelection, matches: SolutionMatches) -> list[Facet]:
    """What solutions combine, then their stage, then what their vendors are; each number is what the option alone gives."""
    tallies = sorted(snapshot.filterable, key=lambda tally: not is_combined(tally))
    combined = sum(map(is_combined, tallies))
    listed = [
        _question_facet(snapshot, selection, matches, tally, place + (place >= combined))
        for place, tally in enumerate(tallies)
    ]
    listed.insert(combined, _stage_facet(snapshot, selection, matches, combined))
    return listed


def _question_facet(
    snapshot: Snapshot, selection: SolutionSelection, matches: SolutionMatches, tally: QuestionTally, place: int
) -> Facet:
    offerings, selected = matches.match((tally.code,)), selection.chosen.get(tally.code, ())
    options = [
        _option(
            code=choice.code,
            label=choice.option.short,
            full_label=choice.option.label,
            help=choice.option.help,
            count=(with_choice(snapshot, tally, choice) & offerings).bit_count(),
            is_selected=choice.code in selected,
            is_retired=choice.option.is_retired,
            input_id=f"{tally.code}-{choice.code}",
        )
        for choice in tally.by_code.values()
    ]
    is_opened = is_open(place, selected, offerings)
    return Facet(tally.code, heading(tally), is_opened, len(selected), options, tally.question.kind)


def _option(*, count: int, **fields: Any) -> FacetOption:
    return FacetOption(count=count, unit=ngettext("solution", "solutions", count), **fields)


def heading(tally: QuestionTally) -> str:
    """The question's heading; of one that is asked of the vendor it says so."""
    if is_combined(tally):
        return tally.question.heading
    return _("About the company: %(question)s") % {"question": tally.question.heading}


def _stage_facet(snapshot: Snapshot, selection: SolutionSelection, matches: SolutionMatches, place: int) -> Facet:
    offerings = matches.match((STAGE,))
    options = [
        _option(
            code=stage,
            label=stage_label(stage),
            count=(at_stage(snapshot, stage) & offerings).bit_count(),
            is_selected=stage in selection.stages,
            input_id=f"{STAGE}-{stage}",
        )
        for stage in STAGES
    ]
    return Facet(STAGE, _("Stage"), is_open(place, selection.stages, offerings), len(selection.stages), options)


def chips(snapshot: Snapshot, selection: SolutionSelection, path: str) -> Iterator[Chip]:
    """One removable chip per choice; removing leads to `path` with the rest of the selection."""
    yield from facet_chips(snapshot, selection, path, heading)
    for stage in selection.stages:
        yield Chip(_("Stage"), stage_label(stage), path + selection.without_stage(stage).query())


# In words -----------------------------------------------------------------------------------------


def criteria(snapshot: Snapshot, selection: SolutionSelection) -> Iterator[tuple[str, list[str]]]:
    """Heading and chosen labels of each facet, and the free text where there is one."""
    if selection.q:
        yield _("Free text"), [f"“{selection.q}”"]
    for code, options in selection.chosen.items():
        tally = snapshot.tallies[code]
        yield heading(tally), [tally.by_code[option].option.short for option in options]
    if selection.stages:
        yield _("Stage"), list(map(stage_label, selection.stages))


def sentence(snapshot: Snapshot, selection: SolutionSelection, total: int) -> str:
    """“12 løsninger. Teknologier: sprogteknologi eller forudsigelse. Stadie: pilot”."""
    count = ngettext("%(total)s solution", "%(total)s solutions", total) % {"total": total}
    parts = [f"{heading}: {join_words(labels, _('or'))}" for heading, labels in criteria(snapshot, selection)]
    return ". ".join([count, *parts])


def narrowed(selection: SolutionSelection, tally: QuestionTally, choice: Choice, stage: str) -> SolutionSelection:
    """The selection with exactly this option of the question and this stage."""
    return replace(selection.with_stage(stage), chosen={**selection.chosen, tally.code: (choice.code,)})


def without(selection: SolutionSelection, tally: QuestionTally) -> SolutionSelection:
    """The selection without stages and without options of the question."""
    chosen = {code: options for code, options in selection.chosen.items() if code != tally.code}
    return replace(selection.without_stages(), chosen=chosen)


# The list -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SolutionRow:
    """A solution in the list (`components/solution_row.html`)."""

    key: int
    title: str
    description: str
    stage: str
    """"" where none is stated."""
    stage_is_chosen: bool
    where_used: str
    groups: list[tuple[str, list[tuple[str, bool]]]]
    """(heading, (label, whether the selection chose it)) of what it uses together, chosen ones first."""
    vendor: str
    vendor_url: str
    slug: str
    is_first_of_vendor: bool
    """Whether no solution of the same vendor stands above it on the page: the vendor is put on the shortlist there."""
    is_shortlisted: bool
    toggle_query: str
    """The query string of the same page with the vendor put on the shortlist, or taken off."""
    hits: list[WordHit]


def in_order(snapshot: Snapshot, offerings: int, sort: str) -> Iterator[tuple[Entry, OfferingEntry]]:
    """These offerings (bitset) by vendor in the order `sort` (`Snapshot.page`), and of one vendor in its own order."""
    answers = snapshot.answers
    listed = chain.from_iterable(answers.offerings_of[position] for position in snapshot.order(sort))
    for place in bitset.in_order(offerings, listed):
        position, offering = answers.offerings[place]
        yield answers.entries[position], offering


def rows(snapshot: Snapshot, selection: SolutionSelection, offerings: int, start: int, stop: int) -> list[SolutionRow]:
    """The solutions from `start` to `stop` of these offerings (bitset), in the selection's order."""
    listed = list(islice(in_order(snapshot, offerings, selection.sort), start, stop))
    hits = solution_hits(snapshot, selection.q, listed)
    seen: set[str] = set()
    result = []
    for (entry, offering), found_in in zip(listed, hits, strict=True):
        result.append(_row(snapshot, selection, entry, offering, found_in, is_first=entry.slug not in seen))
        seen.add(entry.slug)
    return result


def _row(
    snapshot: Snapshot,
    selection: SolutionSelection,
    entry: Entry,
    offering: OfferingEntry,
    hits: list[WordHit],
    *,
    is_first: bool,
) -> SolutionRow:
    is_shortlisted = entry.slug in selection.shortlist
    toggled = selection.without_vendor(entry.slug) if is_shortlisted else selection.with_vendor(entry.slug)
    return SolutionRow(
        key=offering.key,
        title=offering.title,
        description=offering.description,
        stage=stage_label(offering.stage) if offering.stage else "",
        stage_is_chosen=(offering.stage or NOT_STATED) in selection.stages,
        where_used=offering.where_used,
        groups=[
            (tally.question.heading, _labels(options, selection.chosen.get(tally.code, ())))
            for tally, options in combined_options(snapshot, offering)
        ],
        vendor=entry.name,
        vendor_url=profile_url(entry.slug),
        slug=entry.slug,
        is_first_of_vendor=is_first,
        is_shortlisted=is_shortlisted,
        toggle_query=toggled.query(),
        hits=hits,
    )


def _labels(options: list[Option], chosen: Collection[str]) -> list[tuple[str, bool]]:
    labels = [(option.short, option.code in chosen) for option in options]
    return sorted(labels, key=lambda label: not label[1])


def combined_options(snapshot: Snapshot, offering: OfferingEntry) -> list[tuple[QuestionTally, list[Option]]]:
    """What a solution uses together: for each question that solutions combine its options, in the survey's order."""
    used = set(offering.option_ids)
    return [
        (tally, [choice.option for choice in tally.choices if choice.option.pk in used])
        for tally in snapshot.tallies.values()
        if is_combined(tally)
    ]
