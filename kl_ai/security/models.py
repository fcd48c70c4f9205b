"""What the portal stores to be safe: how often somebody has tried something."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AttemptCountQuerySet(models.QuerySet["AttemptCount"]):
    def expired(self) -> "AttemptCountQuerySet":
        """The counts whose time is over: nobody asks for them again. One query."""
        return self.filter(ends_at__lte=timezone.now())


class AttemptCount(models.Model):
    """How many times something was tried, by one person, to one recipient or from one origin, in a span of time.

    `key` is a keyed hash: whom it stands for cannot be read. Only `kl_ai.people.limits` counts.
    """

    action = models.SlugField(max_length=40)
    per = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    number = models.PositiveIntegerField(default=0)

    objects: ClassVar = AttemptCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of attempts")
        verbose_name_plural = _("counts of attempts")
        constraints = (
            models.UniqueConstraint(
                fields=("action", "per", "key", "begins_at", "ends_at"), name="one_count_of_attempts_in_a_span"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.per}: {self.number}"

    @classmethod
    def count(cls, action: str, per: str, key: str, span: tuple[datetime, datetime], most: int) -> bool:
        """Count one attempt in the span from its first to its second moment; False, and nothing counted, at `most`.

        Safe with any number of processes: the number is raised in the database. One query, three for the first
        attempt in a span, and for a refused one.
        """
        fields = {"action": action, "per": per, "key": key, "begins_at": span[0], "ends_at": span[1]}
        below = AttemptCount.objects.filter(**fields, number__lt=most)
        if below.update(number=F("number") + 1):
            return True
        AttemptCount.objects.bulk_create([AttemptCount(**fields)], ignore_conflicts=True)
        return bool(below.update(number=F("number") + 1))
