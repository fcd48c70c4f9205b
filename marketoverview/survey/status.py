"""Where a vendor's answers stand today, and all that has happened with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from ..models import ModerationEvent, Response, Status, SurveyRound, Vendor
from . import deadlines as rounds


@dataclass(frozen=True)
class Happened:
    """One line of the history: when, what, by whom ("" where that is not known any more) and why."""

    at: datetime
    what: str
    who: str
    reason: str


@dataclass(frozen=True)
class Standing:
    """What is public of a vendor, what is being worked on, until when, and what the next step is."""

    vendor: Vendor
    public: Response | None
    open: Response | None
    last: Response | None
    round: SurveyRound | None
    deadline: date | None
    may_answer: bool

    @property
    def days_left(self) -> int | None:
        """Until the deadline; None after it, and where there is none."""
        days = (self.deadline - timezone.localdate()).days if self.deadline else -1
        return days if days >= 0 else None

    @property
    def is_extended(self) -> bool:
        return bool(self.round and self.deadline != self.round.closes_on)

    @property
    def is_new_round(self) -> bool:
        """Whether the public answers are from an earlier round than the one that can be answered now."""
        return bool(self.may_answer and self.public and self.round and self.public.round_id != self.round.pk)

    @property
    def is_of_earlier_round(self) -> bool:
        """Whether the draft was begun in an earlier round, and can go on in the present one."""
        is_draft = self.open is not None and self.open.is_editable
        return bool(is_draft and self.may_answer and self.round and self.open.round_id != self.round.pk)  # type: ignore[union-attr]


def standings(vendors: Sequence[Vendor]) -> list[Standing]:
    """Two queries for all vendors together, whose responses are prefetched (`with_responses`)."""
    survey_round = SurveyRound.current()
    deadlines = rounds.deadlines(survey_round, vendors) if survey_round else {}
    return [_standing(vendor, survey_round, deadlines.get(vendor.pk)) for vendor in vendors]


def _standing(vendor: Vendor, survey_round: SurveyRound | None, deadline: date | None) -> Standing:
    responses = sorted(vendor.responses.all(), key=lambda one: -one.sequence)
    public = next((one for one in responses if one.status == Status.PUBLISHED), None)
    is_open = survey_round is not None and survey_round.is_open_until(deadline)
    corrects = survey_round is not None and public is not None and rounds.may_correct(survey_round)
    return Standing(
        vendor=vendor,
        public=public,
        open=next((one for one in responses if one.is_open), None),
        last=responses[0] if responses else None,
        round=survey_round,
        deadline=deadline,
        may_answer=is_open or corrects,
    )


def history(events: Iterable[ModerationEvent]) -> list[Happened]:
    """The events, the latest first, as their readers see them. No query where the actors are prefetched."""
    lines = [Happened(event.at, event.get_verb_display(), _who(event), event.reason) for event in events]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _who(event: ModerationEvent) -> str:
    """KL's people are shown as “KL”."""
    if event.actor is None:
        return ""
    return "KL" if event.actor.is_staff else str(event.actor)
