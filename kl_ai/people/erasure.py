"""What the portal itself stores about a person, erased when the login is deleted. The apps erase what they store first.

Rows that only point to the user need nothing here: they are deleted with it, or point to nobody from then on.
"""

import json
import re
from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q
from django.utils.translation import gettext, override

from ..mail.models import BadAddress, OutgoingMail
from ..models import User
from ..security.models import Reading
from ..text import MASK

KEYS_AT_ONCE = 50


def erase_person(user: User, mail_keys: Iterable[str] = ()) -> None:
    """Erase sessions, mails and log entries of this user, who is to be deleted in the same transaction.

    `mail_keys` are the beginnings of the keys of mails that are about the person. Mails to the address are deleted; of
    mails to others that are about the person, or hold the address, the text is erased (`erase_mail`).
    """
    user.login_sessions.all().end()
    OutgoingMail.objects.filter(to__iexact=user.email).delete()
    BadAddress.objects.filter(email__iexact=user.email).delete()
    keys = list(mail_keys)
    conditions = [
        Q(body__icontains=user.email) | Q(subject__icontains=user.email) | Q(last_error__icontains=user.email)
    ]
    for start in range(0, len(keys), KEYS_AT_ONCE):
        condition = Q()
        for key in keys[start : start + KEYS_AT_ONCE]:
            condition |= Q(key__startswith=key)
        conditions.append(condition)
    for condition in conditions:
        for mail in OutgoingMail.objects.filter(condition):
            erase_mail(mail, user)
    mask_name_in_mails(user)
    erase_log_entries(user)
    erase_readings(user)


def erase_mail(mail: OutgoingMail, user: User) -> None:
    """Erase the person from a mail to somebody else.

    The text of a mail that is sent goes as a whole, since it may name the person in other ways; in a mail that waits,
    address and name are masked, and it is still sent.
    """
    if mail.is_sent:
        with override(mail.language):
            mail.body = gettext("The text is deleted: it was about a person whose login is deleted.")
    else:
        mail.body = masked(mail.body, user)
    mail.subject, mail.last_error = masked(mail.subject, user), masked(mail.last_error, user)
    mail.save(update_fields=["body", "subject", "last_error"])


def mask_name_in_mails(user: User) -> None:
    """Mask the full name in mails that no key shows to be about the person, such as notices to administrators."""
    condition = Q(pk=None)
    for term in terms(user):
        condition |= Q(body__icontains=term) | Q(subject__icontains=term)
    for mail in OutgoingMail.objects.filter(condition):
        mask_person(mail, ("body", "subject"), user)


def erase_log_entries(user: User) -> None:
    """Mask address and name in the administration's log of changes, that of the user's own row included."""
    condition = Q(object_id=str(user.pk), content_type__app_label="kl_ai", content_type__model="user")
    for term in terms(user):
        condition |= Q(object_repr__icontains=term) | Q(change_message__icontains=term)
    own_row = (str(user.pk), ContentType.objects.get_for_model(User).pk)
    for entry in LogEntry.objects.filter(condition):
        is_own = (entry.object_id, entry.content_type_id) == own_row
        entry.object_repr = MASK if is_own else masked(entry.object_repr, user)
        entry.change_message = masked(entry.change_message, user)
        entry.save(update_fields=["object_repr", "change_message"])


def erase_readings(user: User) -> None:
    """Mask address and name in the log of what KL's staff have read; who of them has read stays."""
    condition = Q()
    for term in terms(user):
        condition |= Q(label__icontains=term)
    for reading in Reading.objects.filter(condition):
        reading.label = masked(reading.label, user)
        reading.save(update_fields=["label"])


def masked(text: str, user: User) -> str:
    """The text with “…” in the place of the user's address and full name, however they are written."""
    for term in terms(user):
        text = re.sub(re.escape(term), MASK, text, flags=re.IGNORECASE)
    return text


def mask_person(row: Model, names: Iterable[str], user: User) -> None:
    """Mask address and full name in these text fields of a stored row. One query where any has them, none otherwise."""
    texts = {name: masked(getattr(row, name), user) for name in names}
    changed = {name: text for name, text in texts.items() if text != getattr(row, name)}
    if changed:
        type(row)._base_manager.filter(pk=row.pk).update(**changed)


def terms(user: User) -> list[str]:
    """The address, and the name where it has several words, as they are and as JSON has them; the longest first.

    A single word, such as a first name, stands in texts about others, too.
    """
    names = [user.full_name] if len(user.full_name.split()) > 1 else []
    written = {term for text in (user.email, *names) for term in (text, json.dumps(text)[1:-1])}
    return sorted(written, key=len, reverse=True)
