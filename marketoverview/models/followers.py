"""Those who follow a selection of the market by mail, without a login.

Whoever types an address asks for a mail with a link; only the page of that link, which the owner of the address alone can
open, begins the following. It ends after a year unless it is renewed, and at any time by one click. What is stored goes at
the end, with the mails that were sent about it.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.addresses import AddressField, canonical_address, readable_address
from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.models import User
from kl_ai.people.tokens import KeySigner

from ..querysets import delete_locked, months_before
from .joining import Invitation

MAX_SELECTION = 2000
"""Characters of the query string of a selection that can be followed."""
MAX_FOLLOWED = 20
"""How many selections one address can follow."""
CONFIRM_WITHIN = timedelta(days=7)
"""So long the link of the first mail works, and so long an address that does not confirm is stored."""
RENEW_BEFORE = timedelta(days=28)
"""How long before the end the mail with the link that renews is sent."""


def a_year_from(day: date) -> date:
    """The same day of the next year; 28 February for 29 February."""
    return months_before(day, -12)


class FollowerQuerySet(QuerySet["Follower"]):
    def confirmed(self) -> "FollowerQuerySet":
        """Those that are confirmed and not over. One query."""
        return self.filter(ends_on__gte=timezone.localdate())

    def usable(self) -> "FollowerQuerySet":
        """Those whose links work: the confirmed ones, and those that can still be confirmed. One query."""
        is_waiting = Q(confirmed_at=None, requested_at__gt=timezone.now() - CONFIRM_WITHIN)
        return self.filter(is_waiting | Q(ends_on__gte=timezone.localdate()))

    def expired(self) -> "FollowerQuerySet":
        """Those that are over, and those that nobody has confirmed in time. One query."""
        was_not_confirmed = Q(confirmed_at=None, requested_at__lte=timezone.now() - CONFIRM_WITHIN)
        return self.filter(was_not_confirmed | Q(ends_on__lt=timezone.localdate()))

    def with_token(self, token: str) -> "Follower | None":
        """The usable one that a link names; None for any other text. One query."""
        key = Follower.SIGNER.read(token)
        return None if key is None else self.usable().filter(pk=key).first()

    def reachable(self) -> "FollowerQuerySet":
        """The confirmed ones to whose address mail can be sent. One query."""
        return self.confirmed().exclude(Exists(BadAddress.objects.filter(email=OuterRef("email"))))

    def due(self) -> "FollowerQuerySet":
        """Those who may get news: the last ones, or the beginning, are a month ago. One query."""
        return self.reachable().filter(last_sent_at__date__lte=months_before(timezone.localdate(), 1))

    def ending(self) -> "FollowerQuerySet":
        """Those who are to be asked whether they want to go on, and were not yet. One query."""
        return self.reachable().filter(ends_on__lte=timezone.localdate() + RENEW_BEFORE, reminded_at=None)


class Follower(models.Model):
    """That an address gets news about a selection. Without `confirmed_at` it only waits for its owner's confirmation.

    `seen` is what was public in the selection at the last mail, or at the beginning: the primary key of each vendor, as
    a text, with that of its published response.
    """

    SIGNER: ClassVar = KeySigner("marketoverview.follower")

    email = AddressField(_("e-mail address"))
    selection = models.CharField(_("selection"), max_length=MAX_SELECTION, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="da")
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    last_sent_at = models.DateTimeField(_("last news"), null=True)
    ends_on = models.DateField(_("ends on"), null=True)
    reminded_at = models.DateTimeField(_("asked to renew"), null=True)
    seen = models.JSONField(_("seen"), default=dict)

    objects: ClassVar[Any] = FollowerQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = (
            models.UniqueConstraint(fields=("email", "selection"), name="an_address_follows_a_selection_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="follower_address_in_small_letters"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, last_sent_at=None, ends_on=None)
                | Q(confirmed_at__isnull=False, last_sent_at__isnull=False, ends_on__isnull=False),
                name="confirmed_follower_has_its_days",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} · {self.selection}"

    @property
    def token(self) -> str:
        """The part of a link that names this row. It works as long as the row is there, and is stored nowhere."""
        return self.SIGNER.sign(self.pk)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def readable_email(self) -> str:
        """The address as pages show it."""
        return readable_address(self.email)

    @property
    def mail_key(self) -> str:
        """The beginning of the keys of the mails about this row."""
        return f"follow:{self.pk}:"

    def follows_too(self, selection: str) -> bool:
        """Whether the address follows that selection by another row. One query."""
        return Follower.objects.filter(email=self.email, selection=selection).exclude(pk=self.pk).exists()

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def request(cls, email: str, selection: str, language: str) -> "Follower":
        """The row of this address and selection, made where there is none; one that is confirmed stays as it is.

        The language is that of the last request, until it is confirmed. At most ten queries.
        """
        own = cls.objects.filter(email=email, selection=selection)
        with transaction.atomic():
            cls.delete_for_good(own.expired())
            now = timezone.now()
            own.filter(confirmed_at=None).update(requested_at=now, language=language)
            return cls.objects.get_or_create(
                email=canonical_address(email),
                selection=selection,
                defaults={"language": language, "requested_at": now},
            )[0]

    def confirm(self, seen: Mapping[str, int]) -> None:
        """Begin the following for a year, with what is public in the selection now; renew it where it has begun.

        Raises `ValidationError` where the address follows too many selections already. Three queries at most.
        """
        now, ends_on = timezone.now(), a_year_from(timezone.localdate())
        if self._usable().exclude(confirmed_at=None).update(ends_on=ends_on, reminded_at=None):
            return
        if Follower.objects.confirmed().filter(email=self.email).count() >= MAX_FOLLOWED:
            text = gettext(
                "This address follows %(n)s selections already. Stop one of them first: each mail has a link."
            )
            raise ValidationError(text % {"n": MAX_FOLLOWED})
        self._usable().filter(confirmed_at=None).update(
            confirmed_at=now, last_sent_at=now, ends_on=ends_on, seen=dict(seen)
        )

    def record_news(self, seen: Mapping[str, int], selection: str, at: datetime) -> bool:
        """Store that a mail goes out which says, as of the moment `at`, what is different from before; False where another process has.

        `selection` is the one that is followed from now on: what is left of it, where some of it is gone. One query.
        """
        as_read = self._usable().filter(last_sent_at=self.last_sent_at, selection=self.selection)
        return bool(as_read.update(last_sent_at=at, seen=dict(seen), selection=selection))

    def record_reminder(self) -> bool:
        """Store that the owner is asked to renew; False where that has been done, or the following has ended. One query."""
        return bool(self._usable().filter(reminded_at=None, ends_on=self.ends_on).update(reminded_at=timezone.now()))

    def end(self) -> bool:
        """Delete the row with its mails, and what is stored of the address alone; False where it was gone. Eight queries."""
        with transaction.atomic():
            return bool(self.delete_for_good(Follower.objects.filter(pk=self.pk)))

    @classmethod
    def move(cls, old: str, new: str) -> None:
        """Store what the old address follows for the new one; what that one follows already ends for the old. At most ten queries."""
        both = cls.objects.filter(email=old, selection__in=list(cls._selections(new)))
        cls.delete_for_good(both)
        cls.objects.filter(email=old).update(email=new)

    @classmethod
    def _selections(cls, email: str) -> QuerySet:
        return cls.objects.filter(email=email).values_list("selection", flat=True)

    @classmethod
    def forget(cls, email: str) -> int:
        """End whatever the address follows, in the caller's transaction; how much that was. Eight queries."""
        return cls.delete_for_good(cls.objects.filter(email=email))

    @classmethod
    def delete_for_good(cls, rows: QuerySet) -> int:
        """Delete these rows with the mails about them; how many. Eight queries.

        The mark that an address takes no mail goes with it, where nothing else in the portal has the address.
        """
        with transaction.atomic():
            addresses = dict(rows.values_list("pk", "email"))
            keys = delete_locked(rows.filter(pk__in=list(addresses))) if addresses else []
            emails = {addresses[key] for key in keys}
            if emails:
                OutgoingMail.delete_about(emails, {f"follow:{key}:" for key in keys})
                cls._forget_marks(emails)
        return len(keys)

    @classmethod
    def _forget_marks(cls, emails: Collection[str]) -> None:
        """Delete the marks of those of the addresses that are nowhere else. Four queries at most."""
        marked = set(BadAddress.objects.filter(email__in=emails).values_list("email", flat=True))
        for model in (cls, User, Invitation) if marked else ():
            marked -= set(model._default_manager.filter(email__in=marked).values_list("email", flat=True))
        for email in sorted(marked):
            BadAddress.forget(email)

    def _usable(self) -> FollowerQuerySet:
        """This row, if its links work."""
        rows: FollowerQuerySet = Follower.objects.usable().filter(pk=self.pk)
        return rows
