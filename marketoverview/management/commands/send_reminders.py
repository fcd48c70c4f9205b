"""`manage.py send_reminders`: reminds vendors to confirm their profiles and to submit their drafts. For cron, daily."""

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from kl_ai.mail.outbox import send_waiting
from marketoverview.mails import reminders
from marketoverview.mails.membership import send_late_membership_news


class Command(BaseCommand):
    help = (
        "Writes to vendors whose answers have not been confirmed for long, and to those with a draft before the "
        "deadline. Each mail is sent once, however often this is run; a run that broke off can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say who would be written to, and write to nobody")

    def handle(self, *args, dry_run: bool, **options) -> None:
        number = 0
        for reminder in reminders.due_reminders():
            if dry_run:
                self.stdout.write(f"would write to {reminder.user.email}: {reminder.kind}, {reminder.response.vendor}")
            elif reminder.send() is None:
                continue
            number += 1
        for response in reminders.unreachable_stale_responses():
            self.stdout.write(f"nobody acts for {response.vendor}: not confirmed since {response.confirmed_at}")
        if dry_run:
            self.stdout.write(f"{number} reminders would be sent.")
            return
        with transaction.atomic():
            send_late_membership_news()
        counts = send_waiting()
        self.stdout.write(f"{number} reminders written; {counts.sent} mails sent now, {counts.left} left.")
