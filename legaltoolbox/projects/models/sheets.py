"""The words by which the public register sorts its sheets, and the number that its pages compare."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kl_ai.pages.versions import AreaVersion

register_version = AreaVersion("register")
"""Bumped in the transaction of whatever changes which sheets are public, or what they say."""


class SheetStage(models.TextChoices):
    """How far a solution is, as its sheet says."""

    DEVELOPMENT = "development", _("under development")
    TRIAL = "trial", _("in test or pilot")
    OPERATION = "operation", _("in use")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("taken out of use")


STAGE_OPTIONS: dict[str, SheetStage] = {
    "Under udvikling": SheetStage.DEVELOPMENT,
    "I test eller pilot": SheetStage.TRIAL,
    "I drift": SheetStage.OPERATION,
    "Sat på pause": SheetStage.PAUSED,
    "Lukket": SheetStage.CLOSED,
}
"""The answers of the fact sheet (S27) to how far the solution is."""


class SheetArea(models.TextChoices):
    """The part of a municipality's work in which a solution is used."""

    ADMINISTRATION = "administration", _("administration")
    CITIZEN_SERVICE = "citizen-service", _("citizen service")
    CHILDREN = "children-youth", _("children and young people")
    SCHOOLS = "schools-day-care", _("schools and day care")
    EMPLOYMENT = "employment", _("employment")
    SOCIAL = "social", _("social services")
    HEALTH = "health", _("health")
    ELDERLY = "elderly", _("care of the elderly")
    ENVIRONMENT = "technical-environment", _("technical services and environment")
    CULTURE = "culture-leisure", _("culture and leisure")
    FINANCE = "finance-procurement", _("finance and procurement")
    OTHER = "other", _("other area")
