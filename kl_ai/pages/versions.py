"""The numbers that every process compares what it holds in memory with: one for each area of the portal."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PublicVersion(models.Model):
    """One row for an area. Whatever changes what is public there bumps it in the same transaction."""

    area = models.SlugField(_("area"), max_length=20, primary_key=True)
    number = models.PositiveBigIntegerField(_("number"), default=0)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("version of the public data")
        verbose_name_plural = _("versions of the public data")

    def __str__(self) -> str:
        return f"{self.area} {self.number}"


def numbers() -> Mapping[str, int]:
    """Each area's number now; none for an area where nothing was published yet. One query."""
    return dict(PublicVersion.objects.values_list("area", "number"))


def of(request: HttpRequest) -> Mapping[str, int]:
    """The numbers that this request is answered from: read once, so that a page never mixes two states."""
    if not hasattr(request, "_versions"):
        request._versions = numbers()  # type: ignore[attr-defined]
    return request._versions  # type: ignore[attr-defined]


@dataclass(eq=False)
class AreaVersion:
    """The version of one area's public data."""

    area: str

    def bump(self) -> None:
        """Tell every process, when this transaction commits, that what is public has changed.

        The number is the time in nanoseconds and not a counter: a counter that was rolled back, or
        restored from a backup, would come by the same value again with other data behind it.
        """
        PublicVersion.objects.update_or_create(area=self.area, defaults={"number": time.time_ns()})

    def current(self) -> int:
        """The number now; 0 before anything was published. One query."""
        return numbers().get(self.area, 0)

    def of(self, request: HttpRequest) -> int:
        """The number that this request is answered from. At most one query, shared by all areas."""
        return of(request).get(self.area, 0)
