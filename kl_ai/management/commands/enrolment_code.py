"""`manage.py enrolment_code`: the code with which one of KL's staff sets up the authenticator app."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kl_ai.security import log as security_log
from kl_ai.security.models import OneTimeSecret

from .login_link import active_user


class Command(BaseCommand):
    help = (
        "Prints the code that this person is asked for before setting up an authenticator app. It works once, within "
        "24 hours. For the first administrator; the codes of others are made in the administration, under Users."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args, email: str, **options) -> None:
        user = active_user(email)
        if not user.is_staff:
            raise CommandError(f"{email} is not one of KL's staff, who alone set up an app.")
        code = OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, user)
        security_log.record("enrolment_code_made", user=user)
        self.stdout.write(f"{code[:5]}-{code[5:]}")
