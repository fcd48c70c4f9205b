"""The content of a response as it was when KL sent it back, kept so that vendor and KL see what was corrected."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from .draft_base import COMPANY_FIELDS, CONTACT, CONTENT_FIELDS, EMPTY_CONTACT, OFFERINGS
from .draft_offerings import offering_content
from .moderation import ModerationEvent
from .survey import Option
from .vendors import Vendor


class SentBackContentQuerySet(models.QuerySet["SentBackContent"]):
    def for_vendor(self, vendor_pk: int) -> "SentBackContentQuerySet":
        """Those of all responses of this vendor. One query."""
        return self.filter(event__response__vendor=vendor_pk)


class SentBackContent(models.Model):
    """What stood in a response when it was sent back.

    `content` is `fields` (name to text), `answers` (option id to own words), `offerings` (each as `offering_content`),
    and `contact`: a keyed hash, since contact data are nowhere kept beside the response itself; "" once it is forgotten.
    """

    event = models.OneToOneField(ModerationEvent, on_delete=models.CASCADE, related_name="content")
    content = models.JSONField()

    objects: ClassVar = SentBackContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("content sent back")
        verbose_name_plural = _("contents sent back")

    def __str__(self) -> str:
        return str(self.event)

    @classmethod
    def keep(cls, event: ModerationEvent, response: Any) -> "SentBackContent":
        """Store the response's content beside the event that sends it back. Five queries."""
        return cls.objects.create(event=event, content=response_content(response))

    @classmethod
    def forget(cls, vendor_pk: int) -> None:
        """Delete what is kept of this vendor's responses: nobody corrects them any longer. One query."""
        cls.objects.for_vendor(vendor_pk).delete()

    @classmethod
    def forget_contact(cls, vendor: Vendor) -> None:
        """Delete the hashes of the contacts in this vendor's responses. A query for each response sent back, and one."""
        for sent_back in cls.objects.for_vendor(vendor.pk):
            sent_back.content["contact"] = ""
            sent_back.save(update_fields=["content"])

    def has_same_contact(self, response: Any) -> bool | None:
        """Whether the response has the contact that it had when it was sent back; None: not known. No query."""
        before, now = self.content["contact"], {name: getattr(response, name) for name in EMPTY_CONTACT}
        return constant_time_compare(before, contact_hash(response.pk, now)) if before else None

    def unchanged_items(self, response: Any, items: Collection[str]) -> set[str]:
        """Those of `items`, as in `Remark`, that stand as they were sent back, or may do so. Five queries."""
        now = response_content(response)
        chosen = {*self.content["answers"], *now["answers"]}
        options = Option.objects.filter(pk__in=chosen).values_list("pk", "question__code")
        codes = {str(option): code for option, code in options}
        before_by_item, now_by_item = _by_item(self.content, codes), _by_item(now, codes)
        unknown = {CONTACT} if not self.content["contact"] else set()
        return {item for item in items if item in unknown or before_by_item.get(item) == now_by_item.get(item)}


def open_items(response: Any, event: ModerationEvent, items: Collection[str]) -> set[str]:
    """Those of the remarked `items` that stand as they were when `event` sent the response back, or may do so.

    What the round no longer asks cannot be corrected, so a remark at it is not open. At most seven queries.
    """
    sent_back = SentBackContent.objects.filter(event=event).first()
    unchanged = sent_back.unchanged_items(response, items) if sent_back else set(items)
    codes = unchanged - {*COMPANY_FIELDS, OFFERINGS, CONTACT}
    asked = set(response.round.questions.filter(code__in=codes).values_list("code", flat=True)) if codes else set()
    return unchanged - (codes - asked)


def response_content(response: Any) -> dict[str, Any]:
    """The content of a response as `SentBackContent` stores it, read anew. Four queries."""
    fields = response.stored(CONTENT_FIELDS)
    answers = response.answers.filter(mapped_from=None).order_by("pk")
    return {
        "fields": {name: fields[name] for name in COMPANY_FIELDS},
        "answers": {str(option): words for option, words in answers.values_list("option_id", "own_words")},
        "offerings": [offering_content(offering) for offering in response.offerings.prefetch_related("options")],
        "contact": contact_hash(response.pk, fields),
    }


def _by_item(content: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    """Item to what stands there. `codes` is option id to the code of its question; other options are left out."""
    items = content["fields"] | {OFFERINGS: content["offerings"], CONTACT: content["contact"]}
    for option, words in content["answers"].items():
        if option in codes:
            items.setdefault(codes[option], {})[option] = words
    return items


def contact_hash(response_pk: int, contact: Mapping[str, Any]) -> str:
    """A hash of the contact's fields that only this installation can make. No query."""
    values = [str(contact[name]) for name in EMPTY_CONTACT]
    return salted_hmac("marketoverview.sent_back", f"{response_pk}\n" + "\n".join(values)).hexdigest()
