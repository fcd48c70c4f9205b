"""`manage.py login_link`: a link with which somebody logs in once, for when mail does not arrive."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kl_ai.login.announcements import announce
from kl_ai.mail import outbox
from kl_ai.models import User
from kl_ai.security import log as security_log
from kl_ai.security.models import OneTimeSecret


class Command(BaseCommand):
    help = (
        "Prints a link with which this person logs in once, within 15 minutes. KL's staff are still asked for the "
        "code of their app. The person and the administrators get a mail about it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args, email: str, **options) -> None:
        user = active_user(email)
        token = OneTimeSecret.make(OneTimeSecret.Kind.LOGIN_LINK, user)
        security_log.record("login_link_made", user=user)
        announce("login_link", user)
        self.stdout.write(outbox.link("account_login_link", token, language=user.language))


def active_user(email: str) -> User:
    """The user with this address. Raises `CommandError` where there is none, or it is switched off."""
    user = User.objects.with_address(email)
    if user is None or not user.is_active:
        raise CommandError(f"There is no active user with the address {email}.")
    return user
