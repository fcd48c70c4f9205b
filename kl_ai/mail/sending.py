"""The sending of one message. A request waits for the mail server no longer than `REQUEST_SECONDS` in all.

    with sending.time_limit():         # around every request (`kl_ai.mail.middleware`)
        sending.send(message, record)

Without a limit, as in a command, `send` waits until the attempt has ended; the SMTP backend bounds it (`kl_ai.mail.smtp`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused
from threading import BoundedSemaphore, Event, Lock, Thread

from django.core.mail import EmailMessage
from django.db import connections

REQUEST_SECONDS = 1.25
"""How long a request waits for the mail server in all, from connecting to the last reply, whatever the number of mails."""
MAX_UNFINISHED = 8
"""How many attempts that requests no longer wait for may go on in a process. With so many, requests begin no other."""

_unfinished = BoundedSemaphore(MAX_UNFINISHED)


class UnfinishedError(TimeoutError):
    """The time is over, and the mail server has not answered. The attempt goes on: the mail may still be sent by it."""


class NoTimeError(TimeoutError):
    """No attempt was made: the request's time is used up, or too many attempts of the process are unfinished."""


@dataclass
class _TimeLimit:
    """The seconds that are left of a request's time for mail."""

    seconds: float


_time_limit: ContextVar[_TimeLimit | None] = ContextVar("mail_time_limit", default=None)


@contextmanager
def time_limit(seconds: float = REQUEST_SECONDS) -> Iterator[None]:
    """Within the block all calls of `send` together wait so long at most. The first that fails uses up the time."""
    token = _time_limit.set(_TimeLimit(seconds))
    try:
        yield
    finally:
        _time_limit.reset(token)


def is_time_used_up() -> bool:
    """Whether `send` would refuse to make an attempt because of the request's time."""
    limit = _time_limit.get()
    return limit is not None and limit.seconds <= 0


def send(message: EmailMessage, finish_late: Callable[[Exception | None], object]) -> None:
    """Send the message. Raises whatever the attempt raises, `UnfinishedError` and `NoTimeError`.

    After an `UnfinishedError`, and only then, `finish_late` is called once the attempt has ended: in another thread, with
    the attempt's exception, or None where the message was sent.
    """
    limit = _time_limit.get()
    if limit is None:
        message.send()
        return
    if limit.seconds <= 0 or not _unfinished.acquire(blocking=False):
        raise NoTimeError("No time is left for the mail server.")
    began = time.monotonic()
    attempt = _Attempt(message, finish_late)
    Thread(target=attempt.run, daemon=True, name="mail").start()
    try:
        attempt.wait(limit.seconds)
    except SMTPRecipientsRefused:  # the server answers: the next message can be sent
        limit.seconds -= time.monotonic() - began
        raise
    except Exception:
        limit.seconds = 0
        raise
    limit.seconds -= time.monotonic() - began


class _Attempt:
    """A message that is sent in a thread of its own. Either the caller of `wait` or `finish_late` learns how it ended."""

    def __init__(self, message: EmailMessage, finish_late: Callable[[Exception | None], object]) -> None:
        self.message = message
        self.finish_late = finish_late
        self.error: Exception | None = None
        self.has_ended = Event()
        self.is_late = False
        self.lock = Lock()

    def run(self) -> None:
        try:
            try:
                self.message.send()
            except Exception as error:  # whatever a backend raises
                self.error = error
            with self.lock:
                self.has_ended.set()
                is_late = self.is_late
            if is_late:
                self.finish_late(self.error)
        finally:
            _unfinished.release()
            connections.close_all()

    def wait(self, seconds: float) -> None:
        """Return when the message is sent. Raises the attempt's exception, or `UnfinishedError` after so many seconds."""
        self.has_ended.wait(seconds)
        with self.lock:
            if not self.has_ended.is_set():
                self.is_late = True
                raise UnfinishedError("The mail server has not answered in time.")
        if self.error:
            raise self.error
