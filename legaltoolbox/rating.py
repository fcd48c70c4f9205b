"""How likelihood and consequence, each from 1 to 4, make a risk's level."""

from django.db import models
from django.utils.translation import gettext_lazy as _

STEPS = range(1, 5)


class Level(models.TextChoices):
    """How serious a risk is."""

    LOW = "low", _("low")
    MIDDLE = "middle", _("middle")
    HIGH = "high", _("high")


def level(likelihood: int, consequence: int) -> Level:
    """The level of a risk; each from 1 to 4. The consequence weighs more; the same limits stand in the template of the DPIA."""
    if min(likelihood, consequence) >= 3 or (consequence == 4 and likelihood >= 2):
        return Level.HIGH
    if consequence >= 3 or (consequence == 2 and likelihood >= 3):
        return Level.MIDDLE
    return Level.LOW
