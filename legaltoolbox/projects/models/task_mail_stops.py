"""Who wants no weekly mail about tasks."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TaskMailStop(models.Model):
    """Somebody who wants no weekly mail about tasks. Without a row the mail comes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="task_mail_stop")
    stopped_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("stop of the weekly mail")
        verbose_name_plural = _("stops of the weekly mail")

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def switch(cls, user: Any, *, wants_mail: bool) -> None:
        """Store whether the user wants the weekly mail; again and again gives the same. At most two queries."""
        if wants_mail:
            cls.objects.filter(user=user).delete()
        else:
            cls.objects.get_or_create(user=user)
