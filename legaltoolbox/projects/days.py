"""The days and times that a project can hold, in its forms and in a file that it is made from."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""The days that can be typed: when something is due, or what evidence is dated."""
FIRST_TIME = datetime(2020, 1, 1, tzinfo=UTC)
"""Before it no portal had projects."""
OTHER_CLOCK = timedelta(minutes=5)
"""So much the clock of the portal that has written a file may be fast."""


def is_possible_day(day: date) -> bool:
    return EARLIEST <= day <= LATEST


def is_possible_time(at: datetime) -> bool:
    """Whether something can have happened then."""
    return at.tzinfo is not None and FIRST_TIME <= at <= timezone.now() + OTHER_CLOCK
