"""What the verbs of a draft share: the fields and items that a vendor fills in, and the record of saves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import NO_PAGE, AbstractSavedPart, PageSave

from ..statuses import EDITABLE
from .moderation import TransitionRefused, Verb
from .vendors import Vendor

EMPTY_CONTACT: dict[str, Any] = {
    "contact_function": "",
    "contact_email": "",
    "contact_phone": "",
    "contact_name": "",
    "contact_consent": False,
}
COMPANY_FIELDS = ("company_name", "website", "description")
CONTENT_FIELDS = (*COMPANY_FIELDS, *EMPTY_CONTACT)
"""The fields of a response that the vendor fills in, beside answers and offerings."""
OFFERINGS = "offerings"
"""The item, and the part, that holds the examples."""
CONTACT = "contact"
"""The item, and the part, that holds the fields of `EMPTY_CONTACT`."""


class MissingItem(NamedTuple):
    """Something to answer, correct or decide before submitting: the item it belongs to, and a sentence."""

    item: str
    text: str
    is_decision: bool = False
    """Whether KL has changed an option since it was chosen."""


class SavedPart(AbstractSavedPart):
    """When and by whom a part of a response was saved last."""

    response = models.ForeignKey("marketoverview.Response", on_delete=models.CASCADE, related_name="saved_parts")

    class Meta:
        verbose_name = _("saved part")
        verbose_name_plural = _("saved parts")
        constraints = (models.UniqueConstraint(fields=("response", "part"), name="part_once_per_response"),)


class DraftBase(models.Model):
    """A response that its vendor may still change; the verbs are in the classes derived from it."""

    if TYPE_CHECKING:  # `Response` has these
        objects: ClassVar[Any]
        answers: Any
        offerings: Any
        saved_parts: Any
        based_on: Any
        round: Any
        round_id: int
        vendor_id: int
        status: str
        created_at: Any
        changed_at: Any
        description: str
        contact_email: str
        contact_consent: bool

    class Meta:
        abstract = True

    def can_go_on_in(self, round: Any) -> bool:
        """Whether it is of this round, or a draft of an earlier one. One query where its own round is not loaded."""
        return self.round_id == round.pk or (self.status in EDITABLE and self.round.opens_on < round.opens_on)

    def _move_to_round(self, round: Any) -> None:
        """Make a draft part of a later round, with all its content; what is submitted stays in its own."""
        if self.round_id != round.pk and self.can_go_on_in(round):
            self.round, self.changed_at = round, timezone.now()
            self.save(update_fields=["round", "changed_at"])

    def save_content(self) -> None:
        """Store the fields that the vendor fills in, as this instance has them. Two queries, one for the history."""
        self.save(update_fields=CONTENT_FIELDS)

    @contextmanager
    def _editing(self) -> Iterator[None]:
        """A transaction in which the vendor's row is locked and the response is read anew, and still a draft."""
        with transaction.atomic():
            Vendor.objects.select_for_update().get(pk=self.vendor_id)
            self.refresh_from_db()
            if self.status not in EDITABLE:
                raise TransitionRefused(self, Verb.EDIT)
            yield

    def _write(self, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        if fields:
            self.save(update_fields=list(fields))

    def _last_save(self, part: str) -> SavedPart | None:
        return self.saved_parts.filter(part=part).select_related("saved_by").first()

    def _record_save(self, part: str, by, *, changed: bool, page: PageSave = NO_PAGE) -> None:
        SavedPart.record(by, changed=changed, page=page, part=part, response_id=self.pk)
        if changed:
            self.changed_at = timezone.now()
            type(self).objects.filter(pk=self.pk).update(changed_at=self.changed_at)
