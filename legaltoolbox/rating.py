"""The level of a risk by its likelihood and its consequence, each from 1 to 4."""

from django.db import models
from django.utils.translation import gettext_lazy as _

STEPS = range(1, 5)


class RiskLevel(models.TextChoices):
    """The levels of a risk."""

    LOW = "low", _("low")
    MIDDLE = "middle", _("middle")
    HIGH = "high", _("high")


def level(likelihood: int, consequence: int) -> RiskLevel:
    """The level of a risk. The consequence weighs more; the template of the DPIA has the same limits."""
    if min(likelihood, consequence) >= 3 or (consequence == 4 and likelihood >= 2):
        return RiskLevel.HIGH
    if consequence >= 3 or (consequence == 2 and likelihood >= 3):
        return RiskLevel.MIDDLE
    return RiskLevel.LOW
