"""The copy of what the portal itself stores about a person. The apps add what they store to it."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import CharField, F, Model, QuerySet, Value
from django.utils.module_loading import import_string

from ..mail.models import MailMention, OutgoingMail
from ..models import User
from ..security.models import OneTimeSecret, Reading


def portal_data(user: User) -> dict[str, Any]:
    """Login, browsers, codes, mails, and what the person did in the administration. Twelve queries."""
    mails = OutgoingMail.objects.filter(to=user.email)
    secrets = user.one_time_secrets.values("kind", "made_at", "expires_at", "used_at")
    made = OneTimeSecret.objects.filter(made_by=user)
    return {
        "login": login_data(user),
        "browsers": list(user.login_sessions.values("browser", "system", "network", "began_at", "last_used_on")),
        "apps_and_recovery_codes": list(user.authenticator_set.values("type", "created_at", "last_used_at")),
        "one_time_codes_and_links": list(secrets),
        "one_time_codes_and_links_made_for_others": list(made.values("kind", "made_at", "used_at")),
        "mails": list(mails.values("subject", "kind", "created_at", "sent_at")),
        "mails_to_others_that_name_you": list(
            MailMention.objects.filter(user=user)
            .order_by("pk")
            .values(subject=F("mail__subject"), kind=F("mail__kind"), created_at=F("mail__created_at"))
        ),
        "readings": list(Reading.objects.filter(user=user).values("day", "page", "object_id")),
        "changes_in_the_administration": list(
            LogEntry.objects.filter(user=user)
            .order_by("pk")
            .values("action_time", "action_flag", "object_id", model=F("content_type__model"))
        ),
        "versions_stored": list(versions_stored(user)),
    }


def data_of_apps(user: User, *, is_after_step: bool) -> dict[str, Any]:
    """What the functions that `OWN_DATA` names give, with their queries.

    Where the session has not passed the second step (`is_after_step`), they leave out what is shown after it alone.
    """
    data: dict[str, Any] = {}
    for path in settings.OWN_DATA:
        data |= import_string(path)(user, is_after_step=is_after_step)
    return data


def login_data(user: User) -> dict[str, Any]:
    """The user's own row, without its number, and the rights that it gives. Two queries."""
    return {
        "email": user.email,
        "email_changed_at": user.email_changed_at,
        "email_changed_by": "KL" if user.email_changed_at else None,
        "rights_given_at": user.rights_given_at,
        "name": user.full_name,
        "language": user.language,
        "mails_about_work": user.work_mail,
        "created_at": user.date_joined,
        "last_login": user.last_login,
        "times_logged_out_everywhere": user.login_generation,
        "is_active": user.is_active,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "groups": list(user.groups.values_list("name", flat=True)),
        "permissions": list(user.user_permissions.values_list("codename", flat=True)),
    }


def historical_models() -> list[type[Model]]:
    """The tables of versions, each with who stored a version."""
    return [model for model in apps.get_models() if hasattr(model, "history_user_id")]


def versions_stored(user: User) -> QuerySet:
    """The versions of rows that the person has stored: of which model, when, and whether new, changed or deleted. One query."""
    first, *others = [
        model._default_manager.filter(history_user=user)
        .order_by()
        .values(of=Value(model._meta.model_name, output_field=CharField()), at=F("history_date"), how=F("history_type"))
        for model in historical_models()
    ]
    return first.union(*others, all=True).order_by("at")
