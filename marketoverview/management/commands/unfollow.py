"""`manage.py unfollow`: ends whatever an address follows by mail, for whoever asks KL in place of using the link."""

from django.core.management.base import BaseCommand, CommandParser

from kl_ai.security import log as security_log
from marketoverview.models import Follower


class Command(BaseCommand):
    help = (
        "Ends whatever this address follows by mail, and deletes what is stored about it with the mails that were sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args, email: str, **options) -> None:
        number = Follower.forget(email)
        if number:
            security_log.record("follow_ended", recipient=security_log.address_hash(email))
        self.stdout.write(f"{number} ended.")
