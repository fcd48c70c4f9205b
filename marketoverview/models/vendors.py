"""Vendors, the people who act for them, and deadlines that KL has extended for one vendor."""

from collections.abc import Callable
from itertools import chain, count
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from stdnum.dk import cvr

from kl_ai.database import lock_until_commit
from kl_ai.database.natural_keys import depends_on
from kl_ai.text import has_web_address, without_links
from kl_ai.validators import validate_line

from ..company_names import MAX_NORMALIZED, stored_name
from ..querysets import VendorQuerySet, delete_locked
from ..statuses import IN_USE
from .membership import MembershipEvent


def validate_cvr(value: str) -> None:
    """Eight digits with the right check digit (modulus 11)."""
    if not value.isascii() or not cvr.is_valid(value):
        raise ValidationError(_("This is not a valid CVR number: it has eight digits, the last one a check digit."))


def compact_cvr(text: str) -> str:
    """The number without the “DK” in front and the separators that people write in it; not validated."""
    return cvr.compact(text).removeprefix("DK")


def website_host(url: str) -> str:
    """The host of the address without “www.”; "" where it has none, or is no URL."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def validate_website(value: str) -> None:
    """Refuse a user name before @: with one, an address can look like that of another website."""
    try:
        username = urlsplit(value).username
    except ValueError:
        return  # no URL at all: `URLValidator` beside this one says so
    if username is not None:
        raise ValidationError(_("An address with a name before @ can pass for another one. Leave it out."))


WEBSITE: list[Callable[[Any], None]] = [URLValidator(schemes=["http", "https"]), validate_website]


class Vendor(models.Model):
    """A company. What is public of it is its one published response."""

    name = models.CharField(_("name"), max_length=120, validators=[validate_line])
    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        help_text=_("Part of the profile's address; stays when the name changes."),
    )
    cvr_number = models.CharField(
        _("CVR number"),
        max_length=8,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_cvr],
        help_text=_("Empty for foreign companies."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="DK",
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters: DK, SE …"))],
    )
    website = models.URLField(_("website"), blank=True, validators=WEBSITE)
    is_demo = models.BooleanField(_("demonstration data"), default=False)
    vetted_at = models.DateTimeField(
        _("known to KL since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("KL has invited, published or confirmed the company. Until then anybody may have registered it."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    normalized_name = models.CharField(max_length=MAX_NORMALIZED, default="", db_default="", editable=False)
    normalized_from = models.CharField(max_length=120, default="", db_default="", editable=False)
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="VendorMember", related_name="vendors", verbose_name=_("members")
    )

    history = HistoricalRecords(excluded_fields=["normalized_name", "normalized_from"])
    objects: ClassVar = VendorQuerySet.as_manager()

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        ordering = ("name",)
        indexes = (
            models.Index(fields=("normalized_name",), name="vendor_normalized_name"),
            models.Index(
                fields=("id",), condition=~models.Q(normalized_from=models.F("name")), name="vendor_name_not_stored"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        self._store_name()
        self.cvr_number = self.cvr_number or None
        if self.cvr_number and self.country != "DK":
            raise ValidationError({"cvr_number": _("Only Danish companies have a CVR number.")})

    @property
    def is_vetted(self) -> bool:
        """Whether KL has invited, published or confirmed the company. No query."""
        return self.vetted_at is not None or self.is_demo

    @property
    def subject_name(self) -> str:
        """The name as the subject of a mail may hold it: “your company” until KL knows the vendor. No query."""
        return self.name if self.is_vetted else gettext("your company")

    @property
    def mailed_name(self) -> str:
        """The name in quotation marks, as the text of a mail may hold it: without a link until KL knows the vendor.

        “your company”, without them, in the place of a name that holds a web address. No query.
        """
        if self.is_vetted:
            return f"“{self.name}”"
        return gettext("your company") if has_web_address(self.name) else f"“{without_links(self.name)}”"

    @classmethod
    def register(
        cls,
        by,
        *,
        name: str,
        cvr_number: str | None,
        country: str,
        website: str = "",
        is_vetted: bool = False,
        what: str = MembershipEvent.What.REGISTERED,
    ) -> "Vendor":
        """A new vendor that `by` acts for; the same form sent twice gives the vendor of the first time.

        `is_vetted` where KL has invited the company; `what` is `ACCEPTED` where an invitation registers it. Raises
        `IntegrityError` where the CVR number is registered already.
        """
        with transaction.atomic():
            get_user_model().objects.select_for_update().get(pk=by.pk)
            own = cls.objects.for_member(by)
            if existing := own.filter(name=name, cvr_number=cvr_number, country=country).first():
                return existing
            details = {"name": name, "cvr_number": cvr_number, "country": country, "website": website}
            vendor = create_at_unused_address(**details, vetted_at=timezone.now() if is_vetted else None)
            VendorMember.objects.create(vendor=vendor, user=by)
            MembershipEvent.record(vendor, what, by, by)
            return vendor

    def lock(self) -> None:
        """Make whoever changes the vendor's members or responses wait until the transaction ends. One query."""
        Vendor.objects.select_for_update().get(pk=self.pk)

    def refuse_stranger(self, by) -> None:
        """Raise `ValidationError` for somebody who acts for the vendor no longer. One query; call it after `lock`."""
        if not self.memberships.filter(user=by.pk).exists():
            raise ValidationError(gettext("You no longer act for %(vendor)s.") % {"vendor": self})

    def admit(self, user, by, *, as_kl: bool = False) -> bool:
        """Make the user act for the vendor, let in by `by`; False where the user does already. At most five queries.

        `as_kl` where `by` acts for KL, in the administration. A request of the user to join is settled by it.
        """
        with transaction.atomic():
            _membership, is_new = VendorMember.objects.get_or_create(vendor_id=self.pk, user_id=user.pk)
            if is_new:
                MembershipEvent.record(self, MembershipEvent.What.JOINED, by, user, by_kl=as_kl)
                waiting = self.join_requests.filter(user=user.pk, decided_at=None)
                waiting.update(decided_at=timezone.now(), decided_by=by and by.pk, approved=True)
        return is_new

    def vet(self) -> None:
        """Record that KL knows the company; a second time changes nothing. One query, two the first time."""
        if self.vetted_at is None:
            self.vetted_at = timezone.now()
            self.save(update_fields=["vetted_at"])

    def keys_invited_by_kl(self) -> set[int]:
        """The keys of the users who have accepted an invitation by KL to act for the vendor. One query."""
        accepted = self.invitations.filter(by_kl=True, accepted_by__isnull=False)
        return set(accepted.values_list("accepted_by", flat=True))

    def was_registered_by(self, user) -> bool:
        """Whether the user, and nobody else, has registered the vendor. One query."""
        return self.membership_events.filter(what=MembershipEvent.What.REGISTERED, person=user.pk).exists()

    def update_identity(self, name: str, website: str) -> None:
        """Store name (where it is not empty) and website of a published response; the profile's address stays.

        From now on KL knows the company.
        """
        now = self.vetted_at or timezone.now()
        if (name or self.name, website, now) != (self.name, self.website, self.vetted_at):
            self.name, self.website, self.vetted_at = name or self.name, website, now
            self._store_name()
            self.save(update_fields=["name", "normalized_name", "normalized_from", "website", "vetted_at"])

    def _store_name(self) -> None:
        """Set the columns by which the vendor is found by its name; the caller saves them."""
        for column, value in stored_name(self.name).items():
            setattr(self, column, value)

    @classmethod
    def delete_for_good(cls, vendors: VendorQuerySet) -> int:
        """Delete these vendors with their memberships, extended deadlines and history; how many there were.

        Waits for transactions that have locked a vendor; one that is no longer in the queryset afterwards stays.
        """
        with transaction.atomic():
            keys = delete_locked(vendors)
            cls.history.filter(id__in=keys).delete()
            DeadlineExtension.history.filter(vendor_id__in=keys).delete()
        return len(keys)


def lock_registrations() -> None:
    """Make everybody else who registers a company, or uses KL's invitation of one, wait until the transaction ends.

    Whether a company is registered or invited already holds until then. Take it before any row is locked. One query.
    """
    lock_until_commit("marketoverview: registration of companies")


def create_at_unused_address(**fields) -> Vendor:
    """A new vendor; at the next address where somebody takes the first one at the same moment.

    Raises `IntegrityError` where the CVR number is registered already.
    """
    while True:
        slug = unused_slug(fields["name"])
        try:
            with transaction.atomic():
                return Vendor.objects.create(slug=slug, **fields, **stored_name(fields["name"]))
        except IntegrityError:
            if not Vendor.objects.filter(slug=slug).exists():
                raise


def unused_slug(name: str) -> str:
    """An address made of the name that no vendor has yet, and no page of the vendor's area (`ny`). One query."""
    base = ascii_slug(name)[:70] or "virksomhed"
    used = {"ny", *Vendor.objects.filter(slug__startswith=base).values_list("slug", flat=True)}
    return next(slug for slug in chain([base], (f"{base}-{n}" for n in count(2))) if slug not in used)


ASCII_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def ascii_slug(text: str) -> str:
    """The text as a part of an address: `boegevang-ai` for “Bøgevang AI”."""
    return slugify(text.lower().translate(ASCII_LETTERS))


class VendorMemberManager(models.Manager["VendorMember"]):
    def get_by_natural_key(self, vendor: str, email: str) -> "VendorMember":
        return self.get(vendor__slug=vendor, user__email=email)


class VendorMember(models.Model):
    """A user who may act for a vendor."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("vendor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar = VendorMemberManager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = (models.UniqueConstraint(fields=("vendor", "user"), name="member_once_per_vendor"),)

    def __str__(self) -> str:
        return f"{self.user.email} · {self.vendor}"

    @depends_on("marketoverview.vendor", "kl_ai.user")
    def natural_key(self) -> tuple[str, str]:
        return (*self.vendor.natural_key(), *self.user.natural_key())

    def waiting_invitations(self) -> models.QuerySet:
        """The invitations by this person that wait: they are cancelled when the membership ends. One query."""
        return self.vendor.invitations.waiting().filter(by_kl=False, invited_by=self.user_id)

    def let_in(self) -> "models.QuerySet[VendorMember]":
        """Who acts for the vendor because this person has invited them or approved their request. One query."""
        accepted = self.vendor.invitations.filter(by_kl=False, invited_by=self.user_id, accepted_by__isnull=False)
        approved = self.vendor.membership_events.filter(
            what=MembershipEvent.What.JOINED, actor=self.user_id, by_kl=False, person__isnull=False
        )
        let_in = models.Q(user__in=accepted.values("accepted_by")) | models.Q(user__in=approved.values("person"))
        rows = VendorMember.objects.filter(let_in, vendor=self.vendor_id).exclude(user=self.user_id)
        return rows.select_related("user").order_by("joined_at", "pk")

    def leave(self, what: str = MembershipEvent.What.LEFT) -> None:
        """End one's own membership; with `DELETED` because the login is deleted, and the event does not name the person.

        Whom the person has invited can no longer accept. Raises `ValidationError` for the last member of a vendor with a
        published or submitted response.
        """
        with transaction.atomic():
            Vendor.objects.select_for_update().get(pk=self.vendor_id)
            self._refuse_last()
            self._end(what, self.user)

    def end(self, by, *, as_kl: bool = False) -> None:
        """End somebody else's membership, as a colleague, or with `as_kl` for KL, in the administration.

        Whom the person has invited can no longer accept. Raises `ValidationError` where a colleague removes a person
        whom KL has invited, or acts for the vendor no longer.
        Who works for KL and acts for the vendor as well is a colleague on the vendor's pages.
        """
        with transaction.atomic():
            vendor = Vendor.objects.select_for_update().get(pk=self.vendor_id)
            if not as_kl:
                vendor.refuse_stranger(by)
            if not as_kl and self.user_id in vendor.keys_invited_by_kl():
                raise ValidationError(
                    gettext("KL has invited %(person)s. Only KL can remove them; the person can leave.")
                    % {"person": self.user}
                )
            self._end(MembershipEvent.What.REMOVED, by, as_kl=as_kl)

    def _end(self, what: str, by, *, as_kl: bool = False) -> None:
        """Delete the row with its event, and cancel what the person has invited; nothing where somebody else has deleted it.

        Otherwise the person could come back by an invitation to another address of theirs. The caller has locked the vendor.
        """
        deleted, _rows = VendorMember.objects.filter(pk=self.pk).delete()
        if deleted:
            is_named = what != MembershipEvent.What.DELETED
            actor, person = (by, self.user) if is_named else (None, None)
            MembershipEvent.record(self.vendor, what, actor, person, by_kl=as_kl)
            for invitation in self.waiting_invitations().order_by("pk"):
                invitation.cancel(actor, as_kl=as_kl)

    def _refuse_last(self) -> None:
        """Raise `ValidationError` for the last member of a vendor with a published or submitted response. Two queries."""
        others = VendorMember.objects.filter(vendor=self.vendor_id).exclude(pk=self.pk)
        if not others.exists() and self.vendor.responses.filter(status__in=IN_USE).exists():
            text = gettext(
                "You are the last one who acts for %(vendor)s. Invite a colleague who takes over, "
                "or withdraw the profile first."
            )
            raise ValidationError(text % {"vendor": self.vendor})


class DeadlineExtension(models.Model):
    """A later deadline in one round for one vendor, with KL's reason."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="extensions", verbose_name=_("vendor"))
    round = models.ForeignKey(
        "marketoverview.SurveyRound", on_delete=models.CASCADE, related_name="extensions", verbose_name=_("round")
    )
    closes_on = models.DateField(_("may answer until"))
    reason = models.CharField(_("reason"), max_length=300)
    granted_at = models.DateTimeField(_("granted"), default=timezone.now, editable=False)

    history = HistoricalRecords()
    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("extension of the deadline")
        verbose_name_plural = _("extensions of the deadline")
        constraints = (models.UniqueConstraint(fields=("vendor", "round"), name="one_extension_per_vendor_and_round"),)

    def __str__(self) -> str:
        return f"{self.vendor} · {self.round} · {self.closes_on}"
