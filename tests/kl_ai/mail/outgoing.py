"""A mail to send, and what has become of it."""

from datetime import timedelta

from django.utils import timezone

from kl_ai.mail import outbox
from kl_ai.mail.models import OutgoingMail

TEMPLATE = """{% extends "mail/base.txt" %}{% load i18n %}
{% block subject %}{% translate "Home" %}: {{ vendor }}{% endblock %}
{% block body %}{{ vendor }} & {% blocktranslate %}{{ vendor }}{% endblocktranslate %}{% endblock %}"""


def post(key: str = "try:1", to: str = "ki@nordstjernen.example", vendor: str = "Nordstjernen", language: str = "da"):
    return outbox.post(key, to, "try", {"vendor": vendor}, language)


def make_due(**fields) -> None:
    """End the pause before the next attempt of every mail that waits."""
    OutgoingMail.objects.filter(sent_at=None).exclude(next_try_at=None).update(
        next_try_at=timezone.now() - timedelta(seconds=1), **fields
    )
