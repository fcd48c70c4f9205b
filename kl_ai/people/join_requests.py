"""Requests to join: somebody asks to be let in, and somebody who may decides once.

An app derives its model from `AbstractJoinRequest`, adds the user and what the user wants to join, and says in `admit`
what being let in means.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..validators import validate_line


class JoinRequestQuerySet(models.QuerySet):
    def waiting(self) -> "JoinRequestQuerySet":
        """Not decided yet. One query."""
        return self.filter(decided_at=None)


class AbstractJoinRequest(models.Model):
    """A request waits until it is decided; the decision is final."""

    message = models.CharField(_("message"), max_length=500, blank=True, validators=[validate_line])
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    approved = models.BooleanField(_("approved"), null=True, editable=False)

    objects: ClassVar[Any]

    class Meta:
        abstract = True

    def admit(self) -> None:
        """Let the user in. Called inside the transaction of the decision."""
        raise NotImplementedError

    def decide(self, by: Any, *, approve: bool) -> bool:
        """Let the user in, or not. False where it was decided before; nothing is changed then."""
        with transaction.atomic():
            waiting = type(self).objects.waiting().filter(pk=self.pk)
            if not waiting.update(decided_at=timezone.now(), decided_by=by, approved=approve):
                return False
            if approve:
                self.admit()
            return True
