"""The number that every process compares its snapshot with."""

import time
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicVersion(models.Model):
    """One row. Whatever changes what is public bumps it in the same transaction."""

    ROW = 1

    number = models.PositiveBigIntegerField(_("number"), default=0)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("version of the public data")
        verbose_name_plural = _("versions of the public data")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_version_row"),)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def bump(cls) -> None:
        """Tell every process, when this transaction commits, that what is public has changed.

        The number is the time in nanoseconds and not a counter: a counter that was rolled back, or
        restored from a backup, would come by the same value again with other data behind it.
        """
        cls.objects.update_or_create(pk=cls.ROW, defaults={"number": time.time_ns()})

    @classmethod
    def current(cls) -> int:
        """The number now; 0 before anything was published. One query."""
        return cls.objects.filter(pk=cls.ROW).values_list("number", flat=True).first() or 0
