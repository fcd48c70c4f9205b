"""The portal's user, who logs in with an e-mail address and has no password, and the table of the shared cache."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .addresses import AddressField, canonical_address, readable_address, validate_address
from .database.masking import PersonMask
from .mail.models import BadAddress, OutgoingMail
from .pages.versions import PublicVersion  # noqa: F401  # Django looks for models here
from .security.models import (
    AttemptCount,  # noqa: F401  # Django looks for models here
    LogEntryQuerySet,
    LoginSession,
    OneTimeSecret,
    Reading,
    RowsAbout,
)

HOLD_AFTER_NEW_ADDRESS = timedelta(days=7)
"""How long a change of a user's address limits who resets the two-step login or makes a code, and an administrator is new."""


class UserManager(BaseUserManager["User"]):
    """E-mail addresses are stored and compared in one form, everywhere (`kl_ai.addresses`)."""

    use_in_migrations = True

    def create_user(self, email: str, **fields) -> "User":
        user = self.model(email=email, **fields)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, **fields) -> "User":
        """A new superuser. Raises `ValidationError` for an address that no form would take."""
        validate_address(canonical_address(email))
        return self.create_user(email, is_staff=True, is_superuser=True, **fields)

    def with_address(self, email: str) -> "User | None":
        """The user with this address, in whatever case it is written, or None. One query."""
        return self.filter(email=email).first()

    def with_proven_address(self, email: str) -> "User":
        """The user with this address, made now where there is none. One query, or those of `get_or_create` too."""
        return self.with_address(email) or self.get_or_create(email=email)[0]

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in, proving the e-mail address with a code each time (`kl_ai.login`)."""

    class Language(models.TextChoices):
        DANISH = "da", "Dansk"
        ENGLISH = "en", "English"

    class WorkMail(models.TextChoices):
        AT_ONCE = "at_once", _("at once, a mail for each new case")
        DAILY = "daily", _("once a day, while something waits")
        NEVER = "never", _("never")

    password = None  # type: ignore[assignment]  # Django removes an inherited column this way; its stubs do not know it
    email = AddressField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May log in to the administration."))
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_(
            "Switched off, the person cannot log in, and everything stays. To erase what is stored about the person, delete "
            "the login."
        ),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=Language.DANISH,
        help_text=_("The language of mails; that of the page where the user last logged in."),
    )
    work_mail = models.CharField(
        _("mails about what waits"),
        max_length=7,
        choices=WorkMail,
        default=WorkMail.DAILY,
        db_default=WorkMail.DAILY.value,
        help_text=_("For KL's staff: when the portal writes that work waits."),
    )
    date_joined = models.DateTimeField(_("created"), default=timezone.now)
    login_generation = models.PositiveIntegerField(
        _("times logged out everywhere"), default=0, db_default=0, editable=False
    )

    email_changed_at = models.DateTimeField(_("address changed"), null=True, editable=False)
    email_changed_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    rights_given_at = models.DateTimeField(_("became an administrator"), null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    if TYPE_CHECKING:  # the foreign key is allauth's
        authenticator_set: models.Manager[Any]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_unique_ignoring_case"),)

    def __str__(self) -> str:
        return self.full_name or self.readable_email

    def natural_key(self) -> tuple[str]:
        return (self.email,)

    def has_usable_password(self) -> bool:
        return False

    def get_session_auth_hash(self) -> str:
        """What Django compares at every request with the session: another one after `end_logins` ends the session."""
        own_hash: str = super().get_session_auth_hash()
        return f"{self.login_generation}:{own_hash}" if self.login_generation else own_hash

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Those made with an earlier secret key: none, since they would not say the generation."""
        return iter(())

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def is_on_hold(self) -> bool:
        """Whether the address was changed less than `HOLD_AFTER_NEW_ADDRESS` ago. No query."""
        return _is_recent(self.email_changed_at)

    @property
    def is_new_administrator(self) -> bool:
        """Whether the login, its rights or the code for its app are younger than `HOLD_AFTER_NEW_ADDRESS`. No query."""
        return _is_recent(self.date_joined) or _is_recent(self.rights_given_at)

    def is_held_from(self, administrator: "User") -> bool:
        """Whether this administrator may neither reset the user's two-step login nor make a code for an app. No query.

        While the user is on hold neither whoever has changed the address may, nor a new administrator. Nobody may where
        a new administrator has changed it, several have, or the one who did has no login any more. So it takes two people
        who have been administrators for a week, or a week's wait after the mails about the new address: one administrator
        with logins made or given rights for it takes nobody's login over before.
        """
        if not self.is_on_hold:
            return False
        return self.email_changed_by_id in (None, administrator.pk) or administrator.is_new_administrator

    @property
    def readable_email(self) -> str:
        """The address as pages show it."""
        return readable_address(self.email)

    @property
    def mask(self) -> PersonMask:
        """What finds and masks this person in texts that are stored about others."""
        return PersonMask(self.email, self.full_name)

    # Verbs ----------------------------------------------------------------------------------

    def record_language(self, language: str) -> None:
        """Store the language of the page on which the user logs in. One query; the instance stays as it is."""
        User.objects.filter(pk=self.pk).update(language=language)

    def update_account(self, full_name: str, language: str) -> None:
        """Store the name and the language of mails that the user has chosen. One query."""
        self.full_name, self.language = full_name, language
        self.save(update_fields=["full_name", "language"])

    def choose_work_mail(self, choice: str) -> None:
        """Store when the user wants mails about the work that waits, one of `WorkMail`. One query."""
        self.work_mail = choice
        self.save(update_fields=["work_mail"])

    def reset_second_step(self) -> None:
        """Delete the authenticator app and the recovery codes, and end all logins: staff set up an app again."""
        self.authenticator_set.all().delete()
        self.end_logins()

    def shares_mailbox(self) -> bool:
        """Whether another login has this address in its stored form, and all that is stored by it. One query.

        So it is with a login of version 1.0.0 that was left when addresses got one form.
        """
        return User.objects.filter(email=self.email).exclude(pk=self.pk).exists()

    def record_new_address(self, by: "User", old_address: str) -> None:
        """Store who has changed the address, and when, and what the portal has by the old one under the new one.

        All logins end, and codes and links that are not used yet. Nobody is stored where the user is held from every
        administrator then (`is_held_from`). Fifteen queries, and one for each line of a log with the old address.
        """
        OneTimeSecret.objects.usable().filter(user=self.pk).update(expires_at=timezone.now())
        is_by_several = self.is_on_hold and self.email_changed_by_id != by.pk
        self.email_changed_by = None if is_by_several or by.is_new_administrator else by
        self.email_changed_at = timezone.now()
        self.save(update_fields=["email_changed_at", "email_changed_by"])
        self.end_logins()
        if self.had_alone(old_address):
            mask = PersonMask(old_address, "", self.email)
            OutgoingMail.move(self, old_address)
            BadAddress.forget(old_address)
            LogEntryQuerySet(LogEntry).forget(mask, {})
            Reading.move(mask)

    def had_alone(self, old_address: str) -> bool:
        """Whether what is stored by an old address of this user is the user's: not that of KL, or of another login. One query."""
        is_kls = canonical_address(old_address) == canonical_address(settings.CONTACT_EMAIL)
        return not is_kls and User.objects.with_address(old_address) in (None, self)

    def record_rights_given(self) -> None:
        """Store that the user can act as an administrator from now on, by rights or a code that another has given. One query."""
        self.rights_given_at = timezone.now()
        self.save(update_fields=["rights_given_at"])

    def end_logins(self) -> None:
        """End every session of this user, and forget in which browsers the user has logged in. Five queries.

        The sessions die by the generation (`get_session_auth_hash`), those too of which there is no `LoginSession`.
        """
        LoginSession.objects.filter(user_id=self.pk).end()
        User.objects.filter(pk=self.pk).update(login_generation=F("login_generation") + 1)
        self.refresh_from_db(fields=["login_generation"])

    def erase(self, mail_keys: Collection[str] = (), about: RowsAbout | None = None) -> None:
        """Delete the user with what the portal itself stores about the person, inside the caller's transaction.

        Sessions and mails to the address are deleted; in mails to others and in logs the person is masked. `mail_keys`
        are the beginnings of the keys of mails that are about the person, `about` the apps' rows about the person, whose
        names the logs hold. The apps erase what they store first. Rows that only point to the user are deleted with it,
        or point to nobody from then on. Codes that the person has made for others and nobody has used no longer work.
        """
        rows: RowsAbout = {**(about or {}), User: {str(self.pk)}}
        LoginSession.objects.filter(user_id=self.pk).end()
        OutgoingMail.forget(self, mail_keys)
        if not self.shares_mailbox():
            BadAddress.forget(self.email)
        LogEntryQuerySet(LogEntry).forget(self.mask, rows)
        Reading.forget(self.mask, rows)
        OneTimeSecret.objects.usable().filter(made_by=self.pk).update(expires_at=timezone.now())
        self.delete()


def _is_recent(moment: datetime | None) -> bool:
    """Whether this was less than `HOLD_AFTER_NEW_ADDRESS` ago; False for None."""
    return moment is not None and timezone.now() - moment < HOLD_AFTER_NEW_ADDRESS


class CacheEntry(models.Model):
    """The table of Django's database cache (`CACHES["default"]`), as `createcachetable` would make it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "kl_ai_cacheentry"
        verbose_name = _("cache entry")
        verbose_name_plural = _("cache entries")

    def __str__(self) -> str:
        return self.cache_key
