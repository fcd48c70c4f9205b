"""How often the projects of a municipality ask its officers or the management in a day: each request is mailed, so they are few."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext

from .events import ProjectEvent

MOST_REQUESTS_A_DAY = 40
"""Requests of one kind in a municipality; a large one asks its officers, or its managers, some ten times a day."""


def refuse_too_many(project: Any, what: str) -> None:
    """Raise `ValidationError` where the municipality's projects have asked so often today; `what` is the event. One query.

    A mail about a request is never left out: nobody may be asked, and the time for an answer run, without being told.
    """
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = ProjectEvent.objects.filter(project__municipality=project.municipality, what=what, at__gte=today).count()
    if asked >= MOST_REQUESTS_A_DAY:
        raise ValidationError(
            gettext("The municipality has asked %(n)s times today, and more mails are not sent. Ask again tomorrow.")
            % {"n": asked}
        )
