"""What a vendor has changed since KL sent the response back, item by item, and what KL had asked for at each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from django.utils.translation import gettext as _

from ..models import (
    Answer,
    ModerationEvent,
    Option,
    Question,
    Response,
    SampleOffering,
    SentBackContent,
    Verb,
)
from .diff import CHANGED, SAME, ItemDiff, count_changes, diff_items

CONTACT = "contact"


@dataclass(frozen=True)
class Resubmission:
    """A response that was handed in again: the event that sent it back, KL's remarks, and the differences since."""

    event: ModerationEvent
    remarks: dict[str, str]
    """Item to KL's reason at it."""
    diffs: dict[str, ItemDiff] = field(default_factory=dict)
    """Item to its difference; empty where the content of then was not kept."""

    @property
    def is_compared(self) -> bool:
        return bool(self.diffs)

    @property
    def change_count(self) -> int:
        return count_changes(list(self.diffs.values()))

    @property
    def remarked_items(self) -> list[dict[str, Any]]:
        """Each item with a remark: its heading, and whether it has changed since (None: not known)."""
        return [
            {
                "item": item,
                "heading": diff.heading if (diff := self.diffs.get(item)) else item,
                "is_changed": diff.is_change if diff else None,
            }
            for item in self.remarks
        ]


class Rows(list[Any]):
    """Rows that are read as those of a related manager."""

    def all(self) -> "Rows":
        return self


@dataclass(frozen=True)
class KeptOffering:
    """An example as it was sent back, with what `diff_items` reads of a `SampleOffering`."""

    position: int
    title: str
    description: str
    stage: str
    where_used: str
    options: Rows

    def get_stage_display(self) -> str:
        return str(SampleOffering.Stage(self.stage).label) if self.stage else ""


def resubmission(response: Response, questions: Iterable[Question]) -> Resubmission | None:
    """What has happened since KL sent this response back last; None where it never did. At most four queries.

    `questions` are those of the round; the response comes `with_everything`.
    """
    events = response.events.filter(verb=Verb.SEND_BACK).select_related("actor", "content")
    event = events.prefetch_related("remarks").last()
    if event is None:
        return None
    remarks = {remark.item: remark.text for remark in event.remarks.all()}
    kept = getattr(event, "content", None)
    return Resubmission(event, remarks, _diffs(response, kept, questions) if kept else {})


def _diffs(response: Response, kept: SentBackContent, questions: Iterable[Question]) -> dict[str, ItemDiff]:
    """Item to its difference from what was kept; of the contact only whether it has changed. One query."""
    diffs = {diff.item: diff for diff in diff_items(response, kept_response(response, kept.content), questions)}
    is_same = kept.has_same_contact(response)
    if is_same is None:
        diffs.pop(CONTACT)
        return diffs
    return diffs | {CONTACT: ItemDiff(CONTACT, _("Contact"), SAME if is_same else CHANGED, [])}


def kept_response(response: Response, content: dict[str, Any]) -> Response:
    """The content that was kept, with what `diff_items` reads of a response. One query.

    An option that KL has deleted since is left out: no answer has it any more.
    """
    fields = content["fields"]
    chosen = {int(option) for option in content["answers"]}
    used = chosen.union(*(offering["options"] for offering in content["offerings"]))
    options = Option.objects.select_related("question").in_bulk(used)
    answers = [
        Answer(option=options[pk], own_words=words)
        for pk, words in ((int(option), words) for option, words in content["answers"].items())
        if pk in options
    ]
    by_question: dict[int, list[Answer]] = {}
    for answer in answers:
        by_question.setdefault(answer.option.question_id, []).append(answer)
    offerings = [
        KeptOffering(
            **{**offering, "options": Rows(options[pk] for pk in offering["options"] if pk in options)},
            position=position,
        )
        for position, offering in enumerate(content["offerings"])
    ]
    name = fields["company_name"] or response.vendor.name
    stand_in = SimpleNamespace(
        **{f"contact_{field}": "" for field in ("function", "email", "phone", "name", "consent")},
        vendor=SimpleNamespace(name=name, website=fields["website"]),
        description=fields["description"],
        answers=Rows(answers),
        answers_by_question=by_question,
        offerings=Rows(offerings),
    )
    return cast(Response, stand_in)
