"""The queue of the mails that the portal sends, and the addresses that refuse mail.

A mail waits as long as it has a `next_try_at`. It is emptied when the mail is sent, or given up after `MAX_ATTEMPTS`.
A mail to a bad address keeps its time but is not tried: it goes out once somebody has cleared the address.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from ..addresses import AddressField, canonical_address
from ..database.masking import PersonMask, sorted_blocks
from ..text import mask_tokens

MAX_ATTEMPTS = 10
ERASED = ("body", "subject", "last_error")
"""The texts of a mail that may name somebody else than the recipient."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""How long to wait after the first, second … failure; after that a day."""
CLAIM = timedelta(minutes=15)
"""How long a process has a mail for itself: longer than a slow mail server needs to take it."""

LAST_MAILS = frozenset({"follow_over", "login_deleted", "old_address"})
"""The kinds of mails to people whom the portal forgets: the row is deleted once it is sent, refused or given up."""


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("address refused")
    GIVEN_UP = "given_up", _("given up")


def to_bad_address() -> Exists:
    """A condition on mails: their address is marked as bad."""
    return Exists(BadAddress.objects.filter(email=OuterRef("to")))


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def with_address_mark(self) -> "OutgoingMailQuerySet":
        """The mails with `address_is_bad`, which `state` reads. No query of its own."""
        return self.annotate(address_is_bad=to_bad_address())

    def in_state(self, state: str) -> "OutgoingMailQuerySet":
        """The mails in this `MailState`, with `address_is_bad`. One query."""
        mails, is_bad = self.with_address_mark(), to_bad_address()
        unsent = mails.filter(sent_at=None)
        return {
            MailState.SENT: mails.exclude(sent_at=None),
            MailState.REFUSED: unsent.filter(is_bad),
            MailState.GIVEN_UP: unsent.filter(~is_bad, next_try_at=None),
            MailState.WAITING: unsent.filter(~is_bad).exclude(next_try_at=None),
        }[MailState(state)]

    def failed(self) -> "OutgoingMailQuerySet":
        """The mails that somebody should look at: tried and not sent, given up, or to a bad address. One query."""
        return self.with_address_mark().filter(Q(attempts__gt=0) | Q(to_bad_address()), sent_at=None)

    def due(self) -> "OutgoingMailQuerySet":
        """The mails that are to be sent now, the longest wait first. One query."""
        return self.in_state(MailState.WAITING).filter(next_try_at__lte=timezone.now()).order_by("next_try_at", "pk")

    def try_again(self) -> int:
        """Make the unsent mails due, their attempts counted anew; returns how many mails. One query.

        A mail that is due within `CLAIM` is left alone: another process may be sending it in this moment.
        """
        now = timezone.now()
        is_unclaimed = Q(next_try_at=None) | Q(next_try_at__gt=now + CLAIM)
        return self.filter(is_unclaimed, sent_at=None).update(next_try_at=now, attempts=0)


def _subject_of(key: str) -> str:
    """What a mail with this key is about: the key's beginning, up to its second colon."""
    return ":".join([*key.split(":")[:2], ""])


class OutgoingMail(models.Model):
    """One mail to one address. `key` names what it is about: a second mail with the same key is not stored."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.SlugField(_("kind"), max_length=40, blank=True)
    to = AddressField(_("to"))
    language = models.CharField(_("language"), max_length=5)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, blank=True, default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("what went wrong"), blank=True)
    unsubscribe_url = models.CharField(max_length=500, blank=True, db_default="", editable=False)
    """Where one POST ends what the mail is sent for (RFC 8058); it holds a secret, and is emptied when the mail is sent."""

    objects: ClassVar = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("next_try_at",), condition=Q(next_try_at__isnull=False), name="mail_queue"),
            models.Index(fields=("to",), name="mail_address"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(next_try_at__isnull=True), name="sent_mail_waits_no_longer"
            ),
            models.CheckConstraint(condition=Q(to=Lower("to")), name="mail_address_in_small_letters"),
        )

    def __str__(self) -> str:
        return f"{self.shown_subject} → {self.to}"

    @property
    def is_confidential(self) -> bool:
        """Whether KL's staff may not read it (setting `CONFIDENTIAL_MAIL_KINDS`)."""
        return self.kind in settings.CONFIDENTIAL_MAIL_KINDS

    @property
    def shown_subject(self) -> str:
        """The subject; of a confidential mail what its kind is called."""
        return str(settings.MAIL_KINDS.get(self.kind, self.kind)) if self.is_confidential else self.subject

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None

    @property
    def state(self) -> MailState:
        """The mail's state. No query where it is sent or comes `with_address_mark()`, else one."""
        if self.is_sent:
            return MailState.SENT
        if not hasattr(self, "address_is_bad"):
            is_bad = BadAddress.objects.filter(email=self.to).exists()
        else:
            is_bad = self.address_is_bad
        if is_bad:
            return MailState.REFUSED
        return MailState.WAITING if self.next_try_at else MailState.GIVEN_UP

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def queue(cls, mail: "OutgoingMail", labels: Mapping[int, str] | None = None) -> "OutgoingMail | None":
        """Store this new mail, which is due now; None where one with its key is stored already. Two queries.

        `labels` are the names of users in the text, by the users' keys: one query more where there are any.
        """
        names = ("to", "kind", "language", "subject", "body", "unsubscribe_url")
        fields = {name: getattr(mail, name) for name in names}
        stored, is_new = cls.objects.get_or_create(key=mail.key, defaults=fields)
        if is_new:
            MailMention.record({stored.pk: labels or {}})
        return stored if is_new else None

    @classmethod
    def keys_known(cls, keys: Iterable[str]) -> set[str]:
        """Those of the keys that a stored mail has. One query."""
        return set(cls.objects.filter(key__in=list(keys)).values_list("key", flat=True))

    @classmethod
    def queue_many(cls, mails: Sequence[Self], labels: Mapping[str, Mapping[int, str]]) -> Sequence[Self]:
        """Store these new mails, which are due now, and return them, without pk. One query; none for no mails.

        A mail whose key another process stores at the same moment is not stored a second time. `labels` are the names of
        users in a mail, by its key and theirs: two queries more where there are any.
        """
        stored = cls.objects.bulk_create(mails, ignore_conflicts=True)
        if any(labels.values()):
            pks = dict(cls.objects.filter(key__in=list(labels)).values_list("key", "pk"))
            MailMention.record({pks[key]: named for key, named in labels.items() if key in pks})
        return stored

    @classmethod
    def delete_about(cls, addresses: Collection[str], keys: Collection[str]) -> None:
        """Delete the mails to these addresses whose keys begin with one of `keys`, each up to its second colon. Two queries."""
        mails = cls.objects.filter(to__in=addresses).values_list("pk", "key")
        cls.objects.filter(pk__in=[pk for pk, key in mails if _subject_of(key) in keys]).delete()

    @classmethod
    def move(cls, user: Any, old_address: str) -> None:
        """Store the mails to an old address of this user as mails to the new one, where those that wait go from now on.

        Mails to others that hold the old address are found by it when the login is deleted (`MailMention`). At most four
        queries.
        """
        mask = PersonMask(old_address, "")
        cls.objects.filter(to=old_address).exclude(kind__in=LAST_MAILS).update(to=user.email)
        naming = cls.objects.filter(mask.has_address(*ERASED)).exclude(to=user.email)
        texts = naming.values_list("pk", *ERASED)
        labels = {pk: {user.pk: old_address} for pk, *rest in texts if any(map(mask.is_in, rest))}
        MailMention.record(labels)

    @classmethod
    def forget(cls, user: Any, keys: Collection[str]) -> None:
        """Delete the mails to this user, and erase the user from mails to others.

        `keys` are the beginnings, up to the second colon, of the keys of mails that are about the person: those of
        before `MailMention`. Other mails are looked through for the address alone; that of KL itself is in every mail.
        Where another login has the mailbox (`shares_mailbox`), the mails to it are that one's. Six queries, and two for
        each 500 mails that may change.
        """
        mask, is_own = user.mask, not user.shares_mailbox()
        if is_own:
            cls.objects.filter(to=mask.email).delete()
        labels: defaultdict[int, set[str]] = defaultdict(set)
        for pk, label in MailMention.objects.filter(user_id=user.pk).values_list("mail_id", "label"):
            labels[pk].add(label)
        about = {*labels, *cls._about(set(keys))}
        naming = set(about)
        if is_own and mask.email != canonical_address(settings.CONTACT_EMAIL):
            naming |= {*cls.objects.filter(mask.has_address(*ERASED)).values_list("pk", flat=True)}
        for pks in sorted_blocks(naming):
            mails = list(cls.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
            changed = [mail for mail in mails if mail._erase(mask, labels[mail.pk], is_about=mail.pk in about)]
            OutgoingMail.objects.bulk_update(changed, ERASED)

    @classmethod
    def _about(cls, keys: Collection[str]) -> set[int]:
        """The pks of the mails whose keys begin with one of these. One query, which reads the keys of their kinds."""
        kinds = {key.partition(":")[0] for key in keys}
        mails = cls.objects.filter(reduce(or_, (Q(key__startswith=f"{kind}:") for kind in kinds), Q(pk=None)))
        rows = mails.order_by().values_list("pk", "key").iterator()
        return {pk for pk, key in rows if _subject_of(key) in keys}

    def _erase(self, mask: PersonMask, labels: Collection[str], *, is_about: bool) -> bool:
        """Erase the person from this instance of a mail to somebody else; whether that changes it. No query.

        The text of a mail that is sent goes as a whole, since it may name the person in other ways; in a mail that waits,
        the address and the name with it are masked, the name alone in a text of own words, and it is still sent.
        """
        before = [getattr(self, field) for field in ERASED]
        for field in ERASED:
            text = mask.with_address_masked(getattr(self, field), labels)
            setattr(self, field, mask.masked(text) if "" in labels else text)
        after = [getattr(self, field) for field in ERASED]
        if self.is_sent and (is_about or before != after):
            with override(self.language):
                self.body = gettext("The text is deleted: it was about a person whose login is deleted.")
        return before != [getattr(self, field) for field in ERASED]

    def claim(self) -> bool:
        """Take the mail for this process to send; False where it is not due or another process has it. At most two queries."""
        due = OutgoingMail.objects.due().order_by().filter(pk=self.pk)
        if not due.update(attempts=F("attempts") + 1, next_try_at=timezone.now() + CLAIM):
            return False
        self.refresh_from_db()
        return True

    def release(self) -> None:
        """Undo a claim after which no attempt was made: the mail is due again. One query."""
        self._record(attempts=self.attempts - 1, next_try_at=timezone.now())

    def record_sent(self) -> None:
        """Store that the mail is sent, even where another attempt has begun since. Secret links are masked. One query.

        A last mail (`LAST_MAILS`) is deleted in its place.
        """
        sent = {
            "sent_at": timezone.now(),
            "next_try_at": None,
            "last_error": "",
            "body": mask_tokens(self.body),
            "unsubscribe_url": "",
        }
        if not self._delete_last_mail():
            unsent = OutgoingMail.objects.filter(pk=self.pk, sent_at=None)
            if not unsent.filter(body=self.body).update(**sent):
                for body in unsent.values_list("body", flat=True):  # a person was erased while the mail was sent
                    sent["body"] = mask_tokens(body)
                    unsent.update(**sent)
        vars(self).update(sent)

    def record_failure(self, error: str) -> None:
        """Try again after a pause that grows, or give up after `MAX_ATTEMPTS`: a last mail is deleted then. One query."""
        pause = PAUSES[self.attempts - 1] if self.attempts <= len(PAUSES) else timedelta(days=1)
        is_last = self.attempts >= MAX_ATTEMPTS
        if is_last and self._delete_last_mail():
            self.next_try_at = None
        else:
            self._record(next_try_at=None if is_last else timezone.now() + pause, last_error=error)

    def record_refusal(self, error: str) -> None:
        """Mark the address, which the mail server refuses. The mail is due again when the mark is cleared.

        A last mail is deleted, and its address is not kept. One query then.
        """
        if self._delete_last_mail():
            return
        BadAddress.mark(self.to, error)
        self._record(next_try_at=timezone.now(), last_error=error)

    def _delete_last_mail(self) -> bool:
        """Delete the row of a last mail with address and text; False for every other mail. One query, or none."""
        is_last_mail = self.kind in LAST_MAILS
        if is_last_mail:
            OutgoingMail.objects.filter(pk=self.pk).delete()
        return is_last_mail

    def _record(self, **fields: Any) -> None:
        """Store the outcome of the attempt that this process has claimed. Nothing is stored where another has begun since.

        A mail that is sent stays so: an attempt that ends later does not make it due again.
        """
        claimed = OutgoingMail.objects.filter(pk=self.pk, attempts=self.attempts, sent_at=None)
        if claimed.update(**fields):
            vars(self).update(fields)


class MailMention(models.Model):
    """That the text of a mail to somebody else names a user: so that it is found when the login is deleted.

    `label` is how it names the user; "" for a text in somebody's own words, in which any part may be the name.
    """

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=500, blank=True)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("person named in a mail")
        verbose_name_plural = _("people named in mails")
        constraints = (models.UniqueConstraint(fields=("mail", "user"), name="mail_names_a_user_once"),)

    def __str__(self) -> str:
        return f"{self.mail_id}: {self.label}"

    @classmethod
    def record(cls, labels: Mapping[int, Mapping[int, str]]) -> None:
        """Store the names of users, by their keys, in the mails with these pks. One query; none for no names."""
        mentions = [
            MailMention(mail_id=pk, user_id=key, label=label)
            for pk, named in labels.items()
            for key, label in named.items()
        ]
        if mentions:
            MailMention.objects.bulk_create(mentions, ignore_conflicts=True)


class BadAddress(models.Model):
    """An address that takes no mail: the mail server has refused it, or a mail has come back to KL."""

    email = AddressField(_("e-mail address"), unique=True)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    error = models.TextField(
        _("what the server said"), blank=True, help_text=_("Or why KL has marked the address: a mail came back, say.")
    )

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("unreachable address")
        verbose_name_plural = _("unreachable addresses")
        ordering = ("-since", "-pk")
        constraints = (models.CheckConstraint(condition=Q(email=Lower("email")), name="bad_address_in_small_letters"),)

    def __str__(self) -> str:
        return self.email

    @classmethod
    def mark(cls, email: str, error: str) -> "BadAddress":
        """Send nothing more to this address until the mark is cleared. A second mark keeps the first reason."""
        return cls.objects.get_or_create(email=email, defaults={"error": error})[0]

    @classmethod
    def forget(cls, email: str) -> None:
        """Delete the mark of this address, whose owner has no login any more. One query."""
        cls.objects.filter(email=email).delete()

    def clear(self) -> None:
        """Send to this address again: the mails that wait for it go out with the next run."""
        OutgoingMail.objects.filter(to=self.email).exclude(next_try_at=None).try_again()
        self.delete()
