"""The submitted responses as the inbox shows them: who submitted each, what is new, and what to look at twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from kl_ai.models import User

from ..models import ModerationEvent, Question, Response, Verb
from .checks import check_response, comparison_data
from .diff import count_changes, diff_items


@dataclass(frozen=True, slots=True)
class SubmittedResponse:
    """A submitted response, and who submitted it."""

    response: Response
    submitter: User | None
    is_new: bool
    """Whether nothing of the vendor is public."""
    is_resubmitted: bool
    """Whether KL has sent it back before."""
    change_count: int
    note_count: int
    withdrawn_on: datetime | None
    """When the vendor's profile was withdrawn, where nothing of it is public since then."""


def submitted_responses(rows: Sequence[Response]) -> list[SubmittedResponse | None]:
    """One for each of these responses, compared with the vendor's public one. Twenty-one queries at most."""
    ids = [response.pk for response in rows]
    loaded = Response.objects.with_everything()
    questions = Prefetch("round__questions", Question.objects.order_by("position", "code"))
    responses = {response.pk: response for response in loaded.prefetch_related(questions).filter(pk__in=ids)}
    public = loaded.published().filter(vendor__in=[response.vendor_id for response in rows])
    public_by_vendor = {response.vendor_id: response for response in public}
    events = ModerationEvent.objects.filter(verb__in=(Verb.SUBMIT, Verb.SEND_BACK), response__in=ids)
    submitters: dict[int, User | None] = {}
    sent_back = set()
    for event in events.select_related("actor"):
        if event.verb == Verb.SUBMIT:
            submitters[event.response_id] = event.actor  # the last one of each response
        else:
            sent_back.add(event.response_id)
    withdrawals = Response.objects.withdrawals([response.vendor_id for response in rows])
    data = comparison_data()

    def submitted(response: Response) -> SubmittedResponse:
        public = public_by_vendor.get(response.vendor_id)
        submitter = submitters.get(response.pk)
        return SubmittedResponse(
            response=response,
            submitter=submitter,
            is_new=public is None,
            is_resubmitted=response.pk in sent_back,
            change_count=count_changes(diff_items(response, public, response.round.questions.all())),
            note_count=len(check_response(response, data, submitter.email if submitter else "")),
            withdrawn_on=None if public else withdrawals.get(response.vendor_id),
        )

    return [submitted(responses[pk]) if pk in responses else None for pk in ids]
