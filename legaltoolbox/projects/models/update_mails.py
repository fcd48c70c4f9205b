"""What each person has been written to about changes of the catalogue."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UpdateMail(models.Model):
    """The last mail to somebody about changes that wait in the projects that they lead."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="update_mail")
    sent_at = models.DateTimeField(_("sent"))
    told = models.JSONField(default=list)
    """The changes that waited then, as `mails/updates.py` names them."""

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("mail about changes of the catalogue")
        verbose_name_plural = _("mails about changes of the catalogue")

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def record(cls, user: Any, told: list[str]) -> None:
        """Store that the user is written to about these changes now. Two queries."""
        cls.objects.update_or_create(user=user, defaults={"sent_at": timezone.now(), "told": told})
