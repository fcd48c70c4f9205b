"""The results of the checks of vendors' links. A command makes the checks; no page waits for one."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LinkCheck(models.Model):
    """The result of the last request to an address."""

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

    @classmethod
    def record(cls, url: str, *, ok: bool, result: str) -> None:
        """Store the result of a request now, in the place of an earlier one to the same address."""
        values = {"ok": ok, "result": result[:200], "checked_at": timezone.now()}
        cls.objects.update_or_create(url=url, defaults=values)
