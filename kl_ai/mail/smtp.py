"""Django's SMTP backend, with a limit for the whole conversation with the mail server.

`EMAIL_TIMEOUT` bounds the wait for each reply. A server that sends one byte now and then would never exceed it.
"""

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as DjangoEmailBackend

CONVERSATION_SECONDS = 60.0
"""How long sending one message may take in all: far less than a process has a mail for itself (`models.CLAIM`)."""


class _Limited(smtplib.SMTP):
    """A connection that is broken off `CONVERSATION_SECONDS` after it was opened.

    `_get_socket` is a private name of smtplib: nothing public gives the socket while the server's greeting is read.
    """

    _timer: Timer | None = None
    _duplicate: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # private: not in the stubs
        # A second descriptor of the connection: STARTTLS moves the first one into another object.
        self._duplicate = opened.dup()
        self._timer = Timer(CONVERSATION_SECONDS, _break_off, [self._duplicate])
        self._timer.daemon = True
        self._timer.start()
        return opened

    def close(self) -> None:
        super().close()
        if self._timer is not None and self._duplicate is not None:
            self._timer.cancel()
            self._duplicate.close()


def _break_off(connection: socket.socket) -> None:
    """End the connection in both directions: whoever reads from it reads its end."""
    with suppress(OSError):  # it has ended already
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class _LimitedSSL(_Limited, smtplib.SMTP_SSL):
    pass


class EmailBackend(DjangoEmailBackend):
    """`EMAIL_BACKEND` where `EMAIL_URL` names a mail server."""

    @property
    def connection_class(self) -> Any:
        return _LimitedSSL if self.use_ssl else _Limited
