"""The status of a vendor's answers today, and the history of each response."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from ..models import ModerationEvent, Response, Status, SurveyRound, Vendor
from .deadlines import deadlines_by_vendor, may_correct


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history: when, which verb, by whom ("" where that user is deleted) and KL's reason."""

    at: datetime
    verb: str
    actor: str
    reason: str


@dataclass(frozen=True)
class VendorStatus:
    """A vendor's public response, its open one (draft, submitted or sent back) and its last, and until when it may answer.

    `round` and `deadline` are those of the current round; None where there is none, or no end.
    """

    vendor: Vendor
    public: Response | None
    open: Response | None
    last: Response | None
    round: SurveyRound | None
    deadline: date | None
    may_answer: bool

    @property
    def days_left(self) -> int | None:
        """Days until the deadline; None after it, and where there is none."""
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
    def is_draft_of_earlier_round(self) -> bool:
        """Whether the draft was begun in an earlier round, and can go on in the present one."""
        if not (self.open and self.open.is_editable and self.may_answer and self.round):
            return False
        return self.open.round_id != self.round.pk


def vendor_statuses(vendors: Sequence[Vendor]) -> list[VendorStatus]:
    """Two queries for all vendors together, whose responses are prefetched (`with_responses`)."""
    survey_round = SurveyRound.current()
    deadlines = deadlines_by_vendor(survey_round, vendors) if survey_round else {}
    return [_vendor_status(vendor, survey_round, deadlines.get(vendor.pk)) for vendor in vendors]


def _vendor_status(vendor: Vendor, survey_round: SurveyRound | None, deadline: date | None) -> VendorStatus:
    responses = sorted(vendor.responses.all(), key=lambda response: -response.sequence)
    public = next((response for response in responses if response.status == Status.PUBLISHED), None)
    is_open = survey_round is not None and survey_round.is_open_until(deadline)
    can_correct = survey_round is not None and public is not None and may_correct(survey_round)
    return VendorStatus(
        vendor=vendor,
        public=public,
        open=next((response for response in responses if response.is_open), None),
        last=responses[0] if responses else None,
        round=survey_round,
        deadline=deadline,
        may_answer=is_open or can_correct,
    )


def history(events: Iterable[ModerationEvent]) -> list[HistoryEntry]:
    """The events, the latest first, as their readers see them. No query where the actors are prefetched."""
    entries = [HistoryEntry(event.at, event.get_verb_display(), _actor(event), event.reason) for event in events]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _actor(event: ModerationEvent) -> str:
    """The name of the user; of KL's staff “KL”."""
    if event.actor is None:
        return ""
    return "KL" if event.actor.is_staff else str(event.actor)
