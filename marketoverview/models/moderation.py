"""The table of transitions between the statuses of a response, and their log."""

from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from kl_ai.database.natural_keys import depends_on
from kl_ai.pages.bilingual import language

from ..statuses import EDITABLE, Status


class Verb(models.TextChoices):
    SUBMIT = "submit", _("submitted")
    SEND_BACK = "send_back", _("sent back")
    REJECT = "reject", _("rejected")
    PUBLISH = "publish", _("published")
    ARCHIVE = "archive", _("archived")
    WITHDRAW = "withdraw", _("withdrew")
    CONFIRM = "confirm", _("confirmed")
    TAKE_BACK = "take_back", _("taken back by the vendor")
    REOPEN = "reopen", _("made a draft again because the profile was withdrawn")
    DISCARD = "discard", _("draft discarded")
    EDIT = "edit", _("edited by KL")
    MAP = "map", _("own words counted by KL")
    UNMAP = "unmap", _("KL's counting of own words taken back")
    LEAVE = "leave", _("own words seen by KL: they stay under “other”")
    UNLEAVE = "unleave", _("own words to be looked at by KL again")
    OBJECT = "object", _("objected to KL's counting")
    REPLY = "reply", _("objection answered by KL")
    ACKNOWLEDGE = "acknowledge", _("withdrawal seen by KL")
    TAKE_OUT = "take_out", _("text taken out of the editions by KL")


TRANSITIONS: dict[Verb, tuple[tuple[Status, ...], Status]] = {
    Verb.SUBMIT: (EDITABLE, Status.SUBMITTED),
    Verb.SEND_BACK: ((Status.SUBMITTED,), Status.RETURNED),
    Verb.REJECT: ((Status.SUBMITTED,), Status.REJECTED),
    Verb.PUBLISH: ((Status.SUBMITTED,), Status.PUBLISHED),
    Verb.ARCHIVE: ((Status.PUBLISHED,), Status.ARCHIVED),
    Verb.WITHDRAW: ((Status.PUBLISHED,), Status.WITHDRAWN),
    Verb.CONFIRM: ((Status.PUBLISHED,), Status.PUBLISHED),
    Verb.TAKE_BACK: ((Status.SUBMITTED,), Status.DRAFT),
    Verb.REOPEN: ((Status.SUBMITTED,), Status.DRAFT),
    Verb.DISCARD: (EDITABLE, Status.DISCARDED),
}
"""Verb to the statuses that it starts from and the one that it leads to; no other change of status exists."""


NEEDS_REASON = frozenset({Verb.SEND_BACK, Verb.REJECT, Verb.WITHDRAW})
"""The verbs of KL that need a reason, which the vendor reads."""


KL_VERBS = frozenset(
    {
        Verb.SEND_BACK,
        Verb.REJECT,
        Verb.PUBLISH,
        Verb.ARCHIVE,
        Verb.EDIT,
        Verb.MAP,
        Verb.UNMAP,
        Verb.LEAVE,
        Verb.UNLEAVE,
        Verb.REPLY,
        Verb.ACKNOWLEDGE,
        Verb.TAKE_OUT,
    }
)
VENDOR_VERBS = frozenset({Verb.TAKE_BACK, Verb.DISCARD, Verb.OBJECT})
"""The verbs of one side only. Both submit, confirm and withdraw (which may reopen): `ModerationEvent.by_kl` says who."""


class TransitionRefused(Exception):
    """The response is in no status that the verb starts from, or has changed since it was read; nothing is written."""

    def __init__(self, response: Any, verb: Verb) -> None:
        self.response, self.verb = response, verb
        super().__init__(f"{verb} refused for response {response.pk}")

    def explain(self, *, to_kl: bool = False) -> str:
        """A sentence for the user: the response's present status, who brought it there and when. Two queries.

        KL's staff are named `to_kl` only; a vendor reads “KL”.
        """
        now = type(self.response).objects.select_related("vendor").get(pk=self.response.pk)
        if self.verb == Verb.TAKE_BACK and now.status == Status.SUBMITTED and now.opened_by_kl_at:
            return gettext("Nothing was changed: KL has opened the answers, so they can no longer be taken back.")
        event = now.events.select_related("actor").last()
        words = {"vendor": now.vendor, "status": now.get_status_display()}
        if event is None:
            return gettext("Nothing was changed: the response of %(vendor)s is “%(status)s”.") % words
        words |= {
            "who": "KL" if event.is_by_kl and not to_kl else event.actor or gettext("an unknown or deleted user"),
            "when": date_format(timezone.localtime(event.at), "DATETIME_FORMAT"),
        }
        return (
            gettext("Nothing was changed: the response of %(vendor)s is already “%(status)s” (%(who)s, %(when)s).")
            % words
        )


class ModerationEventManager(models.Manager["ModerationEvent"]):
    def get_by_natural_key(self, vendor: str, sequence: int, at: str) -> "ModerationEvent":
        return self.get(response__vendor__slug=vendor, response__sequence=sequence, at=at)


class ModerationEvent(models.Model):
    """One entry of a response's log: who did what, when and why. Entries are appended and never changed."""

    response = models.ForeignKey("marketoverview.Response", on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    verb = models.CharField(_("what"), max_length=12, choices=Verb)
    from_status = models.CharField(_("from"), max_length=10, choices=Status)
    to_status = models.CharField(_("to"), max_length=10, choices=Status)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    reason_en = models.TextField(blank=True, default="", db_default="", editable=False)
    """The reason with its standard reasons in English; "" where it holds none."""
    by_kl = models.BooleanField(_("by KL"), null=True, editable=False)  # None: recorded before it was known

    objects: ClassVar = ModerationEventManager()

    class Meta:
        verbose_name = _("moderation event")
        verbose_name_plural = _("moderation events")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @depends_on("marketoverview.response")
    def natural_key(self) -> tuple:
        return (*self.response.natural_key(), self.at)

    @property
    def local_reason(self) -> str:
        """The reason in the active language, as far as the portal knows it in both. No query.

        Answers that KL has sent back without a reason in general have reasons at the questions.
        """
        if self.verb == Verb.SEND_BACK and self.reason.strip() in {"", *_pointers_to_remarks()}:
            return pointer_to_remarks()
        return self.reason_en or self.reason if language() == "en" else self.reason

    @property
    def is_by_kl(self) -> bool | None:
        """Whether KL acted, or the vendor; None where it is not known. No query where the actor is read already."""
        if self.by_kl is not None:
            return self.by_kl
        if self.verb in KL_VERBS or self.verb in VENDOR_VERBS:
            return self.verb in KL_VERBS
        return self.actor.is_staff if self.actor else None


def pointer_to_remarks() -> str:
    """Where KL's reasons stand when it has given none in general, in the active language."""
    return gettext("See the reasons at the questions.")


@cache
def _pointers_to_remarks() -> frozenset[str]:
    """`pointer_to_remarks` in every language: rows of before version 1.1 hold it in that of whoever sent the answers back."""
    texts = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            texts.add(pointer_to_remarks())
    return frozenset(texts)


class Remark(models.Model):
    """KL's reason at one item (a field, a question, the examples, the contact) of a response that was sent back."""

    event = models.ForeignKey(ModerationEvent, on_delete=models.CASCADE, related_name="remarks")
    item = models.CharField(_("where"), max_length=50)
    text = models.TextField(_("reason"), max_length=1000)
    text_en = models.TextField(blank=True, default="", db_default="", editable=False)
    """The reason with its standard reasons in English; "" where it holds none."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("event", "item"), name="remark_once_per_item"),)

    def __str__(self) -> str:
        return f"{self.item}: {self.text}"

    @property
    def local_text(self) -> str:
        """The reason in the active language, as far as it is made of standard reasons. No query."""
        return self.text_en or self.text if language() == "en" else self.text
