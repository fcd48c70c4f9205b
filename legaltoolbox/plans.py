"""The plan for a situation: the activities by phase, with who takes part, what the chosen role does, and why."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language

from .catalogue import Catalogue
from .linking import linker, url
from .models import Activity, Phase, Role, ScreeningQuestion
from .pieces import rendered
from .screening import Band, Situation, Verdict, verdicts

_ID = re.compile(r' id="[^"]*"')


class Part(StrEnum):
    """What the chosen role does with an activity."""

    RESPONSIBLE = "responsible"
    INVOLVED = "involved"
    START = "start"
    """The project manager sets it going; another role is responsible."""
    FOLLOW_UP = "follow-up"
    """The project manager sets it going and sees that it is kept up in operation; another role is responsible."""
    NONE = ""
    """Nothing: other roles do it, or no role is chosen."""


@dataclass(frozen=True)
class Participant:
    """A role that takes part in an activity, and why."""

    role: Role
    is_responsible: bool
    why: str


@dataclass(frozen=True)
class PlanEntry:
    """An activity with how far it applies and why, the roles that take part, and what the chosen one does."""

    activity: Activity
    verdict: Verdict
    participants: tuple[Participant, ...]
    """The responsible role first, the others in the order of the roles."""
    html: SafeString
    """An item of a list: its title with a link, what the chosen role does, why it applies, a shorter way, and who takes part.

    Its id is the code; the title and each reason have one, too.
    """
    small_use: SafeString
    """For a small, harmless use what is enough, or why it can be left out, as HTML; "" where nothing is said."""
    part: Part = Part.NONE
    own: Participant | None = None
    """The chosen role as a participant; None where it takes no part."""
    together: tuple[PlanEntry, ...] = ()
    """What a small, harmless use does at the same time; after an assessment (`Band.ASSESSED`), what belongs to it."""

    @property
    def url(self) -> str:
        return url(self.activity)

    @property
    def html_without_ids(self) -> SafeString:
        """The same for a list that stands beside the one to which the drawing refers."""
        return mark_safe(_ID.sub("", self.html))  # noqa: S308 - as it was, without attributes

    @property
    def responsible(self) -> Participant:
        return self.participants[0]

    @property
    def involved(self) -> tuple[Participant, ...]:
        return self.participants[1:]

    @property
    def with_whom(self) -> str:
        """The short names of the roles that are involved."""
        return with_whom(self.participants)

    def participant(self, role: Role) -> Participant | None:
        """The role as a participant; None where it takes no part."""
        return next((participant for participant in self.participants if participant.role is role), None)

    @property
    def reason(self) -> str:
        """Why it applies, as one sentence in Danish; "" where no answer is the reason."""
        return _reason(self.verdict)


@dataclass(frozen=True)
class PlanPhase:
    """A phase with the activities that apply; without entries where none does."""

    phase: Phase
    entries: tuple[PlanEntry, ...]
    """Those that the chosen role does something with; all of them where none is chosen."""
    others: tuple[PlanEntry, ...] = ()
    """Those that only other roles take part in."""
    left_out: tuple[PlanEntry, ...] = ()
    """Those that can be left out, since the use is small and harmless; for any role."""
    together: tuple[PlanEntry, ...] = ()
    """Those that are done together with another activity, and stand below that one; for any role."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the phase applies for any role."""
        return not self.entries and not self.others

    @property
    def url(self) -> str:
        return url(self.phase)

    @property
    def gates(self) -> tuple[PlanEntry, ...]:
        """The decision points."""
        return tuple(entry for entry in self.entries if entry.activity.is_decision_point)

    @property
    def work(self) -> tuple[PlanEntry, ...]:
        """The activities that are no decision points."""
        return tuple(entry for entry in self.entries if not entry.activity.is_decision_point)


@dataclass(frozen=True)
class Plan:
    """The activities of a situation: those that apply phase by phase, what can be left out, and what does not apply."""

    phases: tuple[PlanPhase, ...]
    total: int
    """The number of activities in the catalogue."""
    role: Role | None = None
    """The role that the plan is for, where one is chosen."""
    roles: tuple[Role, ...] = field(default=())
    """The roles that take part, in their order."""
    now: PlanPhase | None = None
    """The phase that the project is in, where one is chosen."""
    not_applicable: tuple[Activity, ...] = ()
    """What the answers rule out."""

    @property
    def entries(self) -> tuple[PlanEntry, ...]:
        """The entries of all phases."""
        return tuple(entry for plan_phase in self.phases for entry in plan_phase.entries)

    @property
    def left_out(self) -> tuple[PlanEntry, ...]:
        """What can be left out, phase by phase."""
        return tuple(entry for plan_phase in self.phases for entry in plan_phase.left_out)

    @property
    def count(self) -> int:
        """The number of activities in the plan, without those of others."""
        return len(self.entries)

    @property
    def others_count(self) -> int:
        """The number of activities that apply and that only other roles take part in."""
        return sum(len(plan_phase.others) for plan_phase in self.phases)

    @property
    def together(self) -> tuple[PlanEntry, ...]:
        """What is done together with another activity, phase by phase."""
        return tuple(entry for plan_phase in self.phases for entry in plan_phase.together)

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdicts on all activities that apply or may apply, with those of others and what is done together."""
        phases = self.phases
        return [entry.verdict for phase in phases for entry in (*phase.entries, *phase.others, *phase.together)]


def participants(activity: Activity, catalogue: Catalogue) -> tuple[Participant, ...]:
    """The roles that take part in an activity: the responsible role first and once, then those that are involved."""
    responsible = Participant(activity.responsible, True, activity.responsible_why)
    involved = (Participant(row.role, False, row.why) for row in catalogue.involved(activity))
    return (responsible, *(other for other in involved if other.role is not activity.responsible))


def with_whom(taking_part: Iterable[Participant]) -> str:
    """The short names of the roles that are involved."""
    return ", ".join(participant.role.short_name for participant in taking_part if not participant.is_responsible)


def _reason(verdict: Verdict) -> str:
    """The reasons as one sentence, each a clause of its own: “Fordi a og fordi b.”, “Fordi a, fordi b, og fordi c.”

    A clause with a comma inside ends with one, so that the next does not seem to belong to it.
    """
    if not verdict.reasons:
        return ""
    *most, last = (f"fordi {reason}" for reason in verdict.reasons)
    comma = "," if len(most) > 1 or any("," in clause for clause in most) else ""
    return capfirst(f"{', '.join(most)}{comma} og {last}." if most else f"{last}.")


def entry(
    activity: Activity, verdict: Verdict, catalogue: Catalogue, role: Role | None = None, *, answered: bool = False
) -> PlanEntry:
    """An activity with its participants, and with what `role` does; with `answered` it says why it applies."""
    taking_part = catalogue.memo.remember(("participants", activity.pk), lambda: participants(activity, catalogue))
    own = next((participant for participant in taking_part if participant.role is role), None)
    part = _part(activity, role, own)
    pieces = (
        _head(activity, catalogue),
        _what_to_do(activity, part, own, catalogue),
        _rest(activity, verdict, taking_part, catalogue, answered),
        "</li>",
    )
    return PlanEntry(
        activity,
        verdict,
        taking_part,
        mark_safe("".join(pieces)),  # noqa: S308 - each is rendered by a template
        _small_use(activity, verdict, catalogue),
        part,
        own,
    )


def _part(activity: Activity, role: Role | None, own: Participant | None) -> Part:
    """What a role does with an activity. Nothing is without the project manager, who sets all of it going."""
    if own is not None and own.is_responsible:
        return Part.RESPONSIBLE
    if role is not None and role.slug == Role.PROJECT_MANAGER:
        return Part.FOLLOW_UP if activity.repeat_months else Part.START
    return Part.NONE if own is None else Part.INVOLVED


def _head(activity: Activity, catalogue: Catalogue) -> str:
    """The beginning up to the title as HTML, rendered once for a catalogue and language: a page shows sixty of them."""
    return catalogue.memo.remember(
        ("plan head", activity.pk, get_language()),
        lambda: rendered("components/plan_entry_head.html", activity=activity, url=url(activity)).removesuffix("</li>"),
    )


def _what_to_do(activity: Activity, part: Part, own: Participant | None, catalogue: Catalogue) -> SafeString:
    """What the chosen role does, as HTML; rendered once for a role and language."""
    if part is Part.NONE:
        return SafeString("")
    return catalogue.memo.remember(
        ("plan part", activity.pk, get_language(), part, own and own.role.pk),
        lambda: rendered("components/plan_part.html", part=part, responsible=activity.responsible, own=own),
    )


def _rest(
    activity: Activity, verdict: Verdict, taking_part: tuple[Participant, ...], catalogue: Catalogue, answered: bool
) -> SafeString:
    """What stands below the title, as HTML; kept for a verdict as long as there is room."""
    return catalogue.rendered.remember(
        ("plan rest", activity.pk, get_language(), answered, verdict),
        lambda: rendered(
            "components/plan_entry.html",
            verdict=verdict,
            reason=_reason(verdict),
            small_use=_small_use(activity, verdict, catalogue),
            answered=answered,
            code=activity.code,
            participants=taking_part,
            with_whom=with_whom(taking_part),
        ),
    )


def _small_use(activity: Activity, verdict: Verdict, catalogue: Catalogue) -> SafeString:
    """What a small, harmless use needs, as HTML; made once for a catalogue and language."""
    if not verdict.small_use:
        return SafeString("")
    return catalogue.memo.remember(
        ("small use", activity.pk, get_language()), lambda: linker(catalogue).inline(verdict.small_use)
    )


def plan(catalogue: Catalogue, situation: Situation) -> Plan:
    """The plan for a situation. Nothing disappears by choosing a role: what others do is in `others`. No query."""
    role = catalogue.find(Role.KIND, situation.role) if situation.role else None
    entries, not_applicable = [], []
    for activity, verdict in verdicts(catalogue.activities, catalogue, situation):
        if verdict.band is Band.NOT_APPLICABLE:
            not_applicable.append(activity)
        else:
            entries.append(entry(activity, verdict, catalogue, role, answered=bool(situation.answers)))
    phases = tuple(_plan_phases(entries, catalogue, role))
    return Plan(
        phases,
        len(catalogue.activities),
        role,
        _taking_part(phases, catalogue),
        next((plan_phase for plan_phase in phases if plan_phase.phase.slug == situation.phase), None),
        tuple(not_applicable),
    )


def _plan_phases(entries: list[PlanEntry], catalogue: Catalogue, role: Role | None) -> Iterator[PlanPhase]:
    """The phases with their entries: those of the role, those of others, and those that have no place of their own."""
    by_pk = {entry.activity.pk: entry for entry in entries}
    carried: dict[int, list[PlanEntry]] = defaultdict(list)
    placed: dict[tuple[int, str], list[PlanEntry]] = defaultdict(list)
    for entry in entries:
        place = _place(entry, by_pk, role)
        placed[entry.activity.phase.pk, place].append(entry)
        if place == "together" and entry.verdict.with_activity:
            carried[entry.verdict.with_activity.pk].append(entry)
    for phase in catalogue.phases:
        places = {
            place: tuple(
                _with_together(entry, tuple(carried[entry.activity.pk]), catalogue) for entry in placed[phase.pk, place]
            )
            for place in ("entries", "others", "left_out", "together")
        }
        yield PlanPhase(phase, **places)


def _with_together(entry: PlanEntry, together: tuple[PlanEntry, ...], catalogue: Catalogue) -> PlanEntry:
    """The entry with what is done at the same time, also in its HTML."""
    if not together:
        return entry
    codes = tuple(other.activity.pk for other in together)
    below = catalogue.rendered.remember(
        ("plan together", entry.activity.pk, codes, get_language(), entry.verdict.band),
        lambda: rendered("components/plan_together.html", entries=together, band=entry.verdict.band.value),
    )
    html = f"{entry.html.removesuffix('</li>')}{below}</li>"
    return replace(entry, together=together, html=mark_safe(html))  # noqa: S308 - both are rendered by templates


def _place(entry: PlanEntry, by_pk: dict[int, PlanEntry], role: Role | None) -> str:
    """The field of `PlanPhase` that an entry belongs to.

    A role's own part is not hidden below an activity that is only for others.
    """
    is_for_others = role is not None and entry.part is Part.NONE
    other = entry.verdict.with_activity
    if entry.verdict.band is Band.LEFT_OUT:
        return "left_out"
    if entry.verdict.band is Band.TOGETHER and other is not None:
        other_is_for_others = role is not None and by_pk[other.pk].part is Part.NONE
        if is_for_others or not other_is_for_others:
            return "together"
    return "others" if is_for_others else "entries"


def _taking_part(phases: Iterable[PlanPhase], catalogue: Catalogue) -> tuple[Role, ...]:
    """The roles that take part in what the phases hold for the chosen role, in their order."""
    taking_part = {
        participant.role for phase in phases for entry in phase.entries for participant in entry.participants
    }
    return tuple(role for role in catalogue.roles if role in taking_part)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that is not answered, and how much of each kind its answer decides."""

    question: ScreeningQuestion
    activities: int
    risks: int
    requirements: int


def open_questions(
    catalogue: Catalogue, activities: Iterable[Verdict], risks: Iterable[Verdict], requirements: Iterable[Verdict]
) -> list[OpenQuestion]:
    """The questions whose answer would still decide something, in their order, by the verdicts on each kind."""
    undecided = [
        Counter(question.code for verdict in kind for question in verdict.unanswered)
        for kind in (activities, risks, requirements)
    ]
    counted = (
        OpenQuestion(question, *(numbers[question.code] for numbers in undecided)) for question in catalogue.questions
    )
    return [row for row in counted if row.activities or row.risks or row.requirements]
