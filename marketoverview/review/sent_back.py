"""What a vendor has changed since KL sent the response back, item by item, and what KL had asked for at each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

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
from .diff import (
    CHANGED,
    CONTACT_FIELDS,
    SAME,
    ComparedContent,
    ComparedOffering,
    ItemDiff,
    count_changes,
    diff_contents,
    written_content,
)

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


def resubmission(response: Response, questions: Sequence[Question]) -> Resubmission | None:
    """What has happened since KL sent this response back last; None where it never did. At most four queries.

    `questions` are those of the round; the response comes `with_everything`.
    """
    events = response.events.filter(verb=Verb.SEND_BACK).select_related("actor", "content")
    event = events.prefetch_related("remarks").last()
    if event is None:
        return None
    remarks = {remark.item: remark.text for remark in event.remarks.all()}
    sent_back = getattr(event, "content", None)
    return Resubmission(event, remarks, _diffs(response, sent_back, questions) if sent_back else {})


def _diffs(response: Response, sent_back: SentBackContent, questions: Sequence[Question]) -> dict[str, ItemDiff]:
    """Item to its difference from what was kept; of the contact only whether it has changed. One query."""
    before = kept_content(response, sent_back.content)
    diffs = {diff.item: diff for diff in diff_contents(written_content(response, questions), before, questions)}
    is_same = sent_back.has_same_contact(response)
    if is_same is None:
        diffs.pop(CONTACT)
        return diffs
    return diffs | {CONTACT: ItemDiff(CONTACT, _("Contact"), SAME if is_same else CHANGED, [])}


def kept_content(response: Response, content: dict[str, Any]) -> ComparedContent:
    """The content that was kept, without the contact, of which no text is kept. One query.

    An option that KL has deleted since is left out: no answer has it any more.
    """
    fields = content["fields"]
    chosen = {int(option) for option in content["answers"]}
    used = chosen.union(*(offering["options"] for offering in content["offerings"]))
    options = Option.objects.select_related("question").in_bulk(used)
    return ComparedContent(
        fields["company_name"] or response.vendor.name,
        fields["website"],
        fields["description"],
        [
            Answer(option=options[int(option)], own_words=words)
            for option, words in content["answers"].items()
            if int(option) in options
        ],
        [
            ComparedOffering(
                position,
                offering["title"],
                offering["description"],
                str(SampleOffering.Stage(offering["stage"]).label) if offering["stage"] else "",
                offering["where_used"],
                [options[pk] for pk in offering["options"] if pk in options],
            )
            for position, offering in enumerate(content["offerings"])
        ],
        dict.fromkeys(CONTACT_FIELDS, ""),
    )
