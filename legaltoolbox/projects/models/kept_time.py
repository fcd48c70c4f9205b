"""How long closed projects are kept."""

from calendar import monthrange
from datetime import date

from django.utils.translation import gettext_lazy as _

KEPT_MONTHS = (12, 24, 60, 120)
KEPT_WORDS = dict(zip(KEPT_MONTHS, (_("1 year"), _("2 years"), _("5 years"), _("10 years")), strict=True))
"""How long a municipality can have its closed projects kept."""


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last one of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
