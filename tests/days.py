"""Days around today, and tests that run on another day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from unittest import mock

from django.utils import timezone

REAL_LOCALDATE = timezone.localdate


def days(number: int) -> date:
    """The day so many days from today."""
    return REAL_LOCALDATE() + timedelta(days=number)


@contextmanager
def on_day(number: int) -> Iterator[None]:
    """Whoever asks for today's date gets the day so many days from now; the time of day stays as it is."""
    with on_date(days(number)):
        yield


@contextmanager
def on_date(day: date) -> Iterator[None]:
    """Whoever asks for today's date gets this day; the time of day stays as it is."""

    def localdate(value=None, *args, **kwargs) -> date:
        return day if value is None else REAL_LOCALDATE(value, *args, **kwargs)

    with mock.patch.object(timezone, "localdate", localdate):
        yield
