"""What the portal stores to be safe: counts of attempts, one-time codes and links, sessions, and who has read what."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ..addresses import AddressField
from ..database.masking import PersonMask, sorted_blocks
from ..text import MASK, clean_line

RowsAbout = Mapping[type[models.Model], Collection[str]]
"""The rows that are about a person, by model: their keys, as the logs hold them."""


class AttemptCountQuerySet(models.QuerySet["AttemptCount"]):
    def expired(self) -> "AttemptCountQuerySet":
        """The counts whose time is over: nobody asks for them again. One query."""
        return self.filter(ends_at__lte=timezone.now())


class AttemptCount(models.Model):
    """How many times something was tried, by one person, to one recipient or from one origin, in a span of time.

    `key` is a keyed hash: whom it stands for cannot be read. Only `kl_ai.people.limits` counts.
    """

    action = models.SlugField(max_length=40)
    per = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    number = models.PositiveIntegerField(default=0)

    objects: ClassVar = AttemptCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of attempts")
        verbose_name_plural = _("counts of attempts")
        constraints = (
            models.UniqueConstraint(
                fields=("action", "per", "key", "begins_at", "ends_at"), name="one_count_of_attempts_in_a_span"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.per}: {self.number}"

    @classmethod
    def count(cls, action: str, per: str, key: str, span: tuple[datetime, datetime], most: int) -> bool:
        """Count one attempt in the span from its first to its second moment; False, and nothing counted, at `most`.

        Safe with any number of processes: the number is raised in the database. One query, three for the first
        attempt in a span, and for a refused one.
        """
        fields = {"action": action, "per": per, "key": key, "begins_at": span[0], "ends_at": span[1]}
        below = AttemptCount.objects.filter(**fields, number__lt=most)
        if below.update(number=F("number") + 1):
            return True
        AttemptCount.objects.bulk_create([AttemptCount(**fields)], ignore_conflicts=True)
        return bool(below.update(number=F("number") + 1))


class OneTimeSecretQuerySet(models.QuerySet["OneTimeSecret"]):
    def usable(self) -> "OneTimeSecretQuerySet":
        """Not used yet, and not too old. One query."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())

    def with_secret(self, kind: str, secret: str) -> "OneTimeSecret | None":
        """The usable row of this kind and secret, with its user; None for any other text. One query."""
        rows = self.usable().select_related("user").filter(kind=kind, user__is_active=True)
        return rows.filter(secret_hash=_secret_hash(kind, secret)).first()

    def expired(self) -> "OneTimeSecretQuerySet":
        """Those of no more use for a month: until then they say who made them. One query."""
        return self.filter(expires_at__lt=timezone.now() - timedelta(days=31))


class OneTimeSecret(models.Model):
    """A code or link that an administrator makes for one person, and that works once. Only its hash is stored."""

    class Kind(models.TextChoices):
        ENROLMENT = "enrolment", _("code for setting up an app")
        LOGIN_LINK = "login_link", _("link for logging in")

    VALID_FOR: ClassVar = {Kind.ENROLMENT: timedelta(hours=24), Kind.LOGIN_LINK: timedelta(minutes=15)}

    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="one_time_secrets")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # None: on the command line
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects: ClassVar = OneTimeSecretQuerySet.as_manager()

    class Meta:
        verbose_name = _("one-time code or link")
        verbose_name_plural = _("one-time codes and links")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.user_id}"

    @classmethod
    def make(cls, kind: str, user: Any, by: Any = None) -> str:
        """A new secret of this user, `by` None on the command line; earlier ones of the kind no longer work. Two queries.

        A code is ten letters and digits that cannot be mistaken for others; a link has more.
        """
        if kind == cls.Kind.ENROLMENT:
            secret = "".join(secrets.choice(LETTERS) for _index in range(10))
        else:
            secret = secrets.token_urlsafe(32)
        now = timezone.now()
        with transaction.atomic():
            cls.objects.usable().filter(kind=kind, user_id=user.pk).update(expires_at=now)
            cls.objects.create(
                kind=kind,
                user_id=user.pk,
                secret_hash=_secret_hash(kind, secret),
                made_by=by,
                made_at=now,
                expires_at=now + cls.VALID_FOR[cls.Kind(kind)],
            )
        return secret

    def use(self) -> bool:
        """Spend the secret; False where somebody has spent it, or it has become too old. One query."""
        return bool(OneTimeSecret.objects.usable().filter(pk=self.pk).update(used_at=timezone.now()))


LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def _secret_hash(kind: str, secret: str) -> str:
    """What is stored of a secret. Case, spaces and hyphens of a code do not matter."""
    if kind == OneTimeSecret.Kind.ENROLMENT:
        secret = "".join(filter(str.isalnum, secret)).upper()
    return salted_hmac(f"kl_ai.one_time_secret.{kind}", secret, algorithm="sha256").hexdigest()


class LoginSessionQuerySet(models.QuerySet["LoginSession"]):
    def alive(self) -> "LoginSessionQuerySet":
        """Those whose session can still be used. One query."""
        return self.filter(Exists(_usable_session()))

    def ended(self) -> "LoginSessionQuerySet":
        """Those whose session is gone or too old. One query."""
        return self.filter(~Exists(_usable_session()))

    def end(self) -> int:
        """Delete the sessions, which are dead from the next request on; how many there were. Three queries."""
        Session.objects.filter(session_key__in=list(self.values_list("session_key", flat=True))).delete()
        return self.delete()[0]


def _usable_session() -> models.QuerySet[Session]:
    return Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())


class LoginSession(models.Model):
    """A browser in which somebody is logged in, so that the person can see it and log out there.

    Beside Django's session, which does not say whose it is. The device is what the browser says of itself, the network
    the first half of the address: no more than is needed to recognise one's own.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=40, blank=True)
    system = models.CharField(max_length=40, blank=True)
    network = models.CharField(max_length=40, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    last_used_on = models.DateField(default=timezone.localdate)

    objects: ClassVar = LoginSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("logged-in browser")
        verbose_name_plural = _("logged-in browsers")
        ordering = ("-last_used_on", "-began_at")

    def __str__(self) -> str:
        return f"{self.browser} · {self.system}"

    @classmethod
    def record(cls, user: Any, session_key: str, **fields: str) -> None:
        """Store the session of a login, or that it is used today, with its device and network. One query."""
        row = LoginSession(user_id=user.pk, session_key=session_key, **fields)
        LoginSession.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["session_key"],
            update_fields=["user", "browser", "system", "network", "last_used_on"],
        )


class ReadingQuerySet(models.QuerySet["Reading"]):
    def expired(self) -> "ReadingQuerySet":
        """Those of before `KEEP_READING_LOG_MONTHS`. One query."""
        days = settings.KEEP_READING_LOG_MONTHS * 366 / 12
        return self.filter(day__lt=timezone.localdate() - timedelta(days=days))


class Reading(models.Model):
    """That somebody of KL's staff has read personal data of vendors: who, which day, which page and object.

    One row for an object and day, however often it was read. `reader` is kept when the user is deleted.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    reader = AddressField(_("who"))
    day = models.DateField(_("day"), default=timezone.localdate)
    first_at = models.DateTimeField(_("first read"), default=timezone.now)
    page = models.CharField(_("page"), max_length=80)
    object_id = models.CharField(_("number"), max_length=40, blank=True)
    label = models.CharField(_("what"), max_length=200, blank=True)

    objects: ClassVar = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of personal data")
        verbose_name_plural = _("readings of personal data")
        ordering = ("-first_at", "-pk")
        indexes = (models.Index(fields=("day",), name="reading_day"),)
        constraints = (
            models.UniqueConstraint(fields=("user", "day", "page", "object_id"), name="one_reading_of_an_object_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.reader} · {self.page} · {self.label}"

    @classmethod
    def record(cls, user: Any, page: str, object_id: str, label: str) -> None:
        """Store that the user reads this today; the first time of a day stays. One query."""
        row = Reading(
            user_id=user.pk, reader=user.email, page=page[:80], object_id=object_id[:40], label=clean_line(label, 200)
        )
        Reading.objects.bulk_create([row], ignore_conflicts=True)

    @classmethod
    def move(cls, mask: PersonMask) -> None:
        """Store the new address, `mask.sign`, of whoever has read, and in what others have read. Queries as `forget`, one more."""
        cls.objects.filter(reader=mask.email).update(reader=mask.sign)
        cls.forget(mask, {})

    @classmethod
    def forget(cls, mask: PersonMask, about: RowsAbout) -> None:
        """Mask the person in what was read; who of KL's staff has read stays.

        The whole name of the rows about the person, and the address in all others. A query for each 500 keys of a model,
        one, and one for each row with the address.
        """
        for model, keys in about.items():
            pages = cls.objects.filter(page__startswith=f"{model._meta.model_name}: ")
            for some in sorted_blocks(keys):
                pages.filter(object_id__in=some).update(label=MASK)
        for reading in cls.objects.filter(mask.has_address("label")):
            if (label := mask.with_address_masked(reading.label)[:200]) != reading.label:
                cls.objects.filter(pk=reading.pk).update(label=label)


class LogEntryQuerySet(models.QuerySet[LogEntry]):
    """The administration's log of changes: Django's model, with the one verb that the portal has for it."""

    def forget(self, mask: PersonMask, about: RowsAbout) -> None:
        """Mask the whole name of the rows about the person, and the address in all others.

        A query for each 500 keys of a model, one, and one for each line with the address.
        """
        for model, keys in about.items():
            lines = self.filter(content_type=ContentType.objects.get_for_model(model))
            for some in sorted_blocks(keys):
                lines.filter(object_id__in=some).update(object_repr=MASK)
        for entry in self.filter(mask.has_address("object_repr", "change_message")):
            before = entry.object_repr, entry.change_message
            entry.object_repr = mask.with_address_masked(entry.object_repr)[:200]
            entry.change_message = mask.with_address_masked_in_json(entry.change_message)
            if before != (entry.object_repr, entry.change_message):
                entry.save(update_fields=["object_repr", "change_message"])
