"""Invitations by mail: their states, expiry and single use, and the limit of those that wait.

An app derives its model from `AbstractInvitation` and its queryset from `InvitationQuerySet`, adds what the person is
invited to, and writes its own `accept`:

    class Invitation(AbstractInvitation):
        SIGNER = KeySigner("app.invitation")
        objects = InvitationQuerySet.as_manager()

An invitation waits until it is accepted, cancelled or `VALID_FOR` has passed.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..addresses import AddressField, readable_address
from .tokens import KeySigner

VALID_FOR = timedelta(days=90)
"""How long the link of an invitation works."""
MAX_WAITING = 20
"""How many invitations to act for the same company or municipality may wait at the same time."""


def is_read_by_person(request: HttpRequest) -> bool:
    """Whether a browser asks for the page in order to show it.

    Mail servers follow links before anybody reads the mail: by HEAD, or by a GET of a program that lacks the header
    `Sec-Fetch-Mode: navigate`, which every browser sends with a page since 2023; browsers that load a page in advance
    say so in `Sec-Purpose`. An invitation that is accepted counts as opened in any case.
    """
    headers = request.headers
    return (
        request.method == "GET"
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and "prefetch" not in headers.get("Sec-Purpose", "") + headers.get("Purpose", "")
    )


class InvitationQuerySet(models.QuerySet):
    def waiting(self) -> "InvitationQuerySet":
        """Neither accepted, cancelled nor expired. One query."""
        return self.filter(accepted_at=None, cancelled_at=None, created_at__gt=timezone.now() - VALID_FOR)

    def expired(self) -> "InvitationQuerySet":
        """Neither accepted nor cancelled before their time was over. One query."""
        return self.filter(accepted_at=None, cancelled_at=None, created_at__lte=timezone.now() - VALID_FOR)

    def with_token(self, token: str) -> Any:
        """The invitation of the link's token, in whatever state; None for any other text. One query."""
        key = self.model.SIGNER.read(token)
        return None if key is None else self.filter(pk=key).first()

    def get_locked(self, key: int) -> Any:
        """The invitation as it is now, locked until the transaction ends; None where it is deleted. One query."""
        return self.select_for_update(of=("self",)).filter(pk=key).first()

    def record_reminders(self) -> list[Any]:
        """Store that those that wait are reminded today; returns them, without those that were reminded today already.

        The caller has a transaction. Two queries, one for none.
        """
        reminded = list(self.waiting().not_reminded_today().select_for_update(of=("self",)))
        if reminded:
            keys = [invitation.pk for invitation in reminded]
            self.model.objects.filter(pk__in=keys).update(reminded_at=timezone.now())
        return reminded

    def not_reminded_today(self) -> "InvitationQuerySet":
        """Those for which no reminder was sent today. One query."""
        return self.filter(Q(reminded_at=None) | Q(reminded_at__date__lt=timezone.localdate()))

    def refuse_another(self, email: str) -> None:
        """Raise `ValidationError` where one to this address waits, or `MAX_WAITING` do. At most two queries."""
        waiting = self.waiting()
        if waiting.filter(email=email).exists():
            raise already_invited()
        if waiting.count() >= MAX_WAITING:
            raise ValidationError(gettext("Many invitations wait for an answer. Cancel some before you send more."))


def already_invited() -> ValidationError:
    """The error of an invitation to an address to which one waits already."""
    return ValidationError(gettext("This person is invited already. Cancel the invitation to send it anew."))


class AbstractInvitation(models.Model):
    """A mail with a link that works once."""

    SIGNER: ClassVar[KeySigner]

    email = AddressField(_("e-mail address"))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="da")
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)

    objects: ClassVar[Any]

    class Meta:
        abstract = True

    @property
    def token(self) -> str:
        """The part of the link that names this invitation."""
        return self.SIGNER.sign(self.pk)

    @property
    def is_waiting(self) -> bool:
        """Whether the link can be used. No query."""
        is_in_time = self.created_at > timezone.now() - VALID_FOR
        return self.accepted_at is None and self.cancelled_at is None and is_in_time

    @property
    def readable_email(self) -> str:
        """The address as pages show it. No query."""
        return readable_address(self.email)

    def is_for(self, user: Any) -> bool:
        """Whether the invitation was sent to the user's address, which the user has proven by logging in. No query."""
        return bool(self.email == user.email)

    def record_opened(self) -> None:
        """Store the first time that somebody read the page of the link (`is_read_by_person`). One query."""
        self._rows().filter(opened_at=None).update(opened_at=timezone.now())

    def record_reminder(self) -> bool:
        """Store that a reminder is sent today; False where it no longer waits or was reminded today. One query."""
        return bool(self._rows().waiting().not_reminded_today().update(reminded_at=timezone.now()))

    def record_acceptance(self, by: Any, **fields: Any) -> None:
        """Store who has used the link, with other `fields` of the row: it cannot be used again. One query.

        The caller holds the row's lock (`get_locked`) and has seen that the invitation waits.
        """
        now = timezone.now()
        values = {"accepted_at": now, "accepted_by": by, "opened_at": self.opened_at or now, **fields}
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))

    def cancel(self, by: Any = None) -> bool:
        """End the link's validity; False where the invitation was accepted or cancelled before. One query.

        `by` is who cancels it, for models that store it.
        """
        return bool(self._rows().filter(accepted_at=None, cancelled_at=None).update(cancelled_at=timezone.now()))

    def _rows(self) -> InvitationQuerySet:
        return type(self).objects.filter(pk=self.pk)
