"""The status of a vendor's answers today, and the history of each response."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import ModerationEvent, Response, Status, SurveyRound, Vendor
from .deadlines import deadlines_by_vendor, may_answer_after_close


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history: when, which verb, by whom ("" where it is not known) and the reason of that person."""

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
    next_round: SurveyRound | None = None
    """The round that opens next, where KL has released one."""

    @property
    def days_left(self) -> int | None:
        """Days until the deadline; None after it, and where there is none."""
        days = (self.deadline - timezone.localdate()).days if self.deadline else -1
        return days if days >= 0 else None

    @property
    def is_over(self) -> bool:
        """Whether the vendor's last day in the round has passed."""
        return bool(self.deadline and self.deadline < timezone.localdate())

    @property
    def is_extended(self) -> bool:
        return bool(self.round and self.deadline != self.round.closes_on)

    @property
    def is_new_round(self) -> bool:
        """Whether the public answers are from an earlier round than the one that can be answered now."""
        return bool(self.may_answer and self.public and self.round and self.public.round_id != self.round.pk)

    @property
    def is_correction(self) -> bool:
        """Whether a draft begun now would correct the public answers of the present round."""
        return bool(self.may_answer and self.public and not self.open and not self.is_new_round)

    @property
    def is_draft_of_earlier_round(self) -> bool:
        """Whether the draft was begun in an earlier round, and can go on in the present one."""
        if not (self.open and self.open.is_editable and self.may_answer and self.round):
            return False
        return self.open.round_id != self.round.pk


def vendor_statuses(vendors: Sequence[Vendor]) -> list[VendorStatus]:
    """Three queries for all vendors together, whose responses are prefetched (`with_responses`)."""
    survey_round = SurveyRound.current()
    deadlines = deadlines_by_vendor(survey_round, vendors) if survey_round else {}
    next_round = SurveyRound.coming()
    return [_vendor_status(vendor, survey_round, deadlines.get(vendor.pk), next_round) for vendor in vendors]


def _vendor_status(
    vendor: Vendor, survey_round: SurveyRound | None, deadline: date | None, next_round: SurveyRound | None
) -> VendorStatus:
    responses = sorted(vendor.responses.all(), key=lambda response: -response.sequence)
    public = next((response for response in responses if response.status == Status.PUBLISHED), None)
    is_open = survey_round is not None and survey_round.is_open_until(deadline)
    is_late = survey_round is not None and may_answer_after_close(
        survey_round,
        is_public=public is not None,
        is_sent_back=any(row.status == Status.RETURNED and row.round_id == survey_round.pk for row in responses),
    )
    return VendorStatus(
        vendor=vendor,
        public=public,
        open=next((response for response in responses if response.is_open), None),
        last=next((response for response in responses if response.status != Status.DISCARDED), None),
        round=survey_round,
        deadline=deadline,
        may_answer=is_open or is_late,
        next_round=next_round,
    )


def history(events: Iterable[ModerationEvent]) -> list[HistoryEntry]:
    """The events, the latest first, as their readers see them. No query where the actors are prefetched."""
    entries = [HistoryEntry(event.at, event.get_verb_display(), _actor(event), event.local_reason) for event in events]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _actor(event: ModerationEvent) -> str:
    """“KL”, or the user's name, or “the company” where that user is deleted; "" where it is not known."""
    if event.is_by_kl:
        return "KL"
    if event.actor is None:
        return "" if event.is_by_kl is None else _("the company")
    return str(event.actor)
