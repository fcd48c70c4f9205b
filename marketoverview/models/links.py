"""Whether the links that vendors give lead anywhere: found out by a command, never while somebody waits."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LinkCheck(models.Model):
    """What came of a link the last time it was tried."""

    url = models.URLField(_("address"), unique=True)
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    ok = models.BooleanField(_("answers"))
    result = models.CharField(_("result"), max_length=200, blank=True)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("checked link")
        verbose_name_plural = _("checked links")
        ordering = ("-checked_at",)

    def __str__(self) -> str:
        return self.url
