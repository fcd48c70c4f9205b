"""The content of a response as it was when KL sent it back, kept so that KL sees what was corrected."""

from typing import Any, ClassVar

from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from .draft_base import COMPANY_FIELDS, EMPTY_CONTACT
from .moderation import ModerationEvent

OFFERING_FIELDS = ("position", "title", "description", "stage", "where_used")


class SentBackContent(models.Model):
    """What stood in a response when it was sent back.

    `content` is `fields` (name to text), `answers` (option id to own words), `offerings` (each with `OFFERING_FIELDS` and
    the ids of its `options`), and `contact`: a keyed hash, since contact data are nowhere kept beside the response itself.
    """

    event = models.OneToOneField(ModerationEvent, on_delete=models.CASCADE, related_name="content")
    content = models.JSONField()

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("content sent back")
        verbose_name_plural = _("contents sent back")

    def __str__(self) -> str:
        return str(self.event)

    @classmethod
    def keep(cls, event: ModerationEvent, response: Any) -> "SentBackContent":
        """Store the response's content beside the event that sends it back. Four queries."""
        return cls.objects.create(event=event, content=response_content(response))

    def has_same_contact(self, response: Any) -> bool:
        """Whether the response has the contact that it had when it was sent back. No query."""
        return constant_time_compare(self.content["contact"], contact_hash(response))


def response_content(response: Any) -> dict[str, Any]:
    """The content of a response as `SentBackContent` stores it. Three queries."""
    answers = response.answers.filter(mapped_from=None).order_by("pk")
    offerings = response.offerings.prefetch_related("options")
    return {
        "fields": {name: getattr(response, name) for name in COMPANY_FIELDS},
        "answers": {str(option): words for option, words in answers.values_list("option_id", "own_words")},
        "offerings": [
            {name: getattr(offering, name) for name in OFFERING_FIELDS}
            | {"options": sorted(option.pk for option in offering.options.all())}
            for offering in offerings
        ],
        "contact": contact_hash(response),
    }


def contact_hash(response: Any) -> str:
    """A hash of the contact's fields that only this installation can make. No query."""
    values = [str(getattr(response, name)) for name in EMPTY_CONTACT]
    return salted_hmac("marketoverview.sent_back", f"{response.pk}\n" + "\n".join(values)).hexdigest()
