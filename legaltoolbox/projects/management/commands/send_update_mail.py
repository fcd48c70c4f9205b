"""`manage.py send_update_mail`: writes to the leads of projects in which changes of the catalogue wait; for cron, daily."""

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.mails import updates


class Command(BaseCommand):
    help = (
        "Writes to each lead in whose projects a change of the legal toolbox waits that no mail has named. Each gets one "
        "mail a week at most, however often this is run; a run that broke off can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the mails, and write to nobody")

    def handle(self, *args, dry_run: bool, **options) -> None:
        day, catalogue = timezone.localdate(), catalogues.current()
        if dry_run:
            self.stdout.write(f"{len(updates.due(day, catalogue))} leads have changes that wait.")
            return
        with transaction.atomic():
            mails = updates.post_digests(day, catalogue)
        self.stdout.write(f"{len(mails)} mails written about changes of the catalogue.")
