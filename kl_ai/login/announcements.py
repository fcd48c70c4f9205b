"""Mails about what happens to a login of KL's staff, to the person and to the administrators: so that misuse is seen."""

import secrets

from django.contrib.auth.backends import ModelBackend
from django.db import transaction

from ..mail import outbox
from ..models import User

KINDS = ("login_without_mail", "login_link", "app_set_up", "app_reset", "address_changed")
"""What `mail/login_notice.txt` has a text for."""


def administrators() -> list[User]:
    """KL's staff who may change users, superusers among them. One query."""
    people = ModelBackend().with_perm("kl_ai.change_user", include_superusers=True).filter(is_staff=True)
    return list(people.order_by("pk"))


def announce(kind: str, user: User, by: User | None = None) -> None:
    """Mail the person and the administrators that this has happened; `by` is who did it, None for the person itself.

    That somebody who is no staff has set up an app is mailed to the person alone.

    The mails are queued and leave with the next run of `manage.py send_mail`: nobody waits for the mail server, which
    may be why somebody logs in this way. One query, and those of the queue.
    """
    is_own_affair = kind == "app_set_up" and not user.is_staff
    recipients = {person.pk: person for person in (*(() if is_own_affair else administrators()), user)}
    event = secrets.token_hex(8)
    with transaction.atomic():
        for person in recipients.values():
            context = {
                "kind": kind,
                "user": user,
                "by": by,
                "is_own": person.pk == user.pk,
                "is_staff": person.is_staff,
                "url": outbox.link("account_sessions", language=person.language),
            }
            key = f"login_notice:{event}:{person.pk}"
            names = (user, by)
            outbox.post(key, person.email, "login_notice", context, person.language, mentions=names, queue_only=True)


def announce_new_address(user: User, old_address: str, by: User) -> None:
    """Mail the old address, the new one and the administrators that `by` has changed the address. Queries as `announce`.

    The row of the mail to the old address goes with it as soon as it is sent (`LAST_MAILS`); what the portal has stored by
    that address before is moved to the new one (`User.record_new_address`).
    """
    with transaction.atomic():
        announce("address_changed", user, by)
        key = f"old_address:{secrets.token_hex(8)}"
        outbox.post(key, old_address, "old_address", {"by": by}, user.language, mentions=(by,), queue_only=True)
