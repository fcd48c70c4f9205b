"""`manage.py send_work_mail`: writes to KL's staff what waits for them; for cron, daily."""

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from kl_ai.people import work_mails


class Command(BaseCommand):
    help = (
        "Writes to those of KL's staff who want a mail a day and for whom something waits. Each gets one mail a day, "
        "however often this is run; a run that broke off can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say who would be written to, and write to nobody")

    def handle(self, *args, dry_run: bool, **options) -> None:
        if dry_run:
            due = work_mails.due_daily()
            for user, waiting in due:
                self.stdout.write(f"would write to {user.email}: {sum(each.number for each in waiting)} rows wait")
            self.stdout.write(f"{len(due)} mails would be written.")
            return
        with transaction.atomic():
            mails = work_mails.post_daily(timezone.localdate())
        self.stdout.write(f"{len(mails)} mails written about the work that waits.")
