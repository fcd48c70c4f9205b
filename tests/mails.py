"""Mails that were sent, and the login by the code in one."""

import re
import time

from django.core import mail

LOGIN, CODE = "/log-ind/", "/log-ind/kode/"


def recipients() -> list[str]:
    """The addresses that mails were sent to, in their order, one for each mail."""
    return [to for message in mail.outbox for to in message.to]


def login_code(message) -> str:
    return re.search(r"\b\d{6}\b", message.body)[0]


def newest_code() -> str:
    return login_code(mail.outbox[-1])


def request_code(client, email: str, path: str = LOGIN, **fields):
    """The response to the form that asks for a code."""
    return client.post(path, {"email": email} | fields)


def enter_code(client, code: str):
    """The response to the form that takes the code."""
    return client.post(CODE, {"code": code})


def confirm_recently(client, user, minutes_ago: int = 0) -> None:
    """Note in the session of a client that is logged in that the user has proven the address with a code."""
    session = client.session
    records = [{"method": "code", "at": time.time() - 60 * minutes_ago, "email": user.email}]
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def log_in_recently(client, user) -> None:
    """Log in without a code; the session says that one was entered."""
    client.force_login(user)
    confirm_recently(client, user)


def log_in(client, email: str, **fields):
    """The response to the right code."""
    request_code(client, email, **fields)
    return enter_code(client, newest_code())
