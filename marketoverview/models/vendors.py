"""Who answers: the vendor's identity, and the people who act for it."""

from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from stdnum.dk import cvr

from kl_ai.validators import validate_line

from ..querysets import VendorQuerySet


def validate_cvr(value: str) -> None:
    """Eight digits with the right check digit (modulus 11)."""
    if not value.isascii() or not cvr.is_valid(value):
        raise ValidationError(_("This is not a valid CVR number: it has eight digits, the last one a check digit."))


class VendorManager(models.Manager.from_queryset(VendorQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> "Vendor":
        return self.get(slug=slug)


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
        _("CVR number"), max_length=8, null=True, blank=True, unique=True, validators=[validate_cvr],
        help_text=_("Empty for foreign companies."),
    )  # fmt: skip
    country = models.CharField(
        _("country"),
        max_length=2,
        default="DK",
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters: DK, SE …"))],
    )
    website = models.URLField(_("website"), blank=True, validators=[URLValidator(schemes=["http", "https"])])
    is_demo = models.BooleanField(_("demonstration data"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="VendorMember", related_name="vendors", verbose_name=_("members")
    )

    history = HistoricalRecords()
    objects: ClassVar = VendorManager()

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        self.cvr_number = self.cvr_number or None
        if urlsplit(self.website).username is not None:
            raise ValidationError(
                {"website": _("An address with a name before @ can pass for another one. Leave it out.")}
            )
        if self.cvr_number and self.country != "DK":
            raise ValidationError({"cvr_number": _("Only Danish companies have a CVR number.")})


class VendorMemberManager(models.Manager["VendorMember"]):
    def get_by_natural_key(self, vendor: str, email: str) -> "VendorMember":
        return self.get(vendor__slug=vendor, user__email__iexact=email)


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
        return f"{self.user} · {self.vendor}"

    def natural_key(self) -> tuple[str, str]:
        return (*self.vendor.natural_key(), *self.user.natural_key())

    natural_key.dependencies = ["marketoverview.vendor", "kl_ai.user"]  # type: ignore[attr-defined]
