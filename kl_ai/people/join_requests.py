"""Requests of users to act for a company or the like. Each is decided once, by somebody who may decide it.

An app derives its model from `AbstractJoinRequest`, adds the user and what the user wants to join, and writes its own
`decide`, which lets the user in where `record_decision` says that the decision is made now.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
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

    def record_decision(self, by: Any, *, approved: bool) -> bool:
        """Store the decision, `by` None for an invitation's; False where it was decided before, and nothing is changed then.

        One query.
        """
        waiting = type(self).objects.waiting().filter(pk=self.pk)
        return bool(waiting.update(decided_at=timezone.now(), decided_by=by, approved=approved))
