"""`manage.py send_task_mail`: writes to the people of municipalities what they have to do soon; for cron, weekly."""

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.mails import tasks


class Command(BaseCommand):
    help = (
        "Writes to each person whose tasks are due within 14 days or overdue. Each gets one mail a week, however often "
        "this is run; a run that broke off can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the mails, and write to nobody")

    def handle(self, *args, dry_run: bool, **options) -> None:
        day = timezone.localdate()
        if dry_run:
            self.stdout.write(f"{len(tasks.due(day))} people have tasks that are due.")
            return
        with transaction.atomic():
            mails = tasks.post_weekly(day, catalogues.current())
        self.stdout.write(f"{len(mails)} mails written about tasks.")
