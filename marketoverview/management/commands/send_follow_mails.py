"""`manage.py send_follow_mails`: writes to those who follow a selection by mail. For cron, daily."""

from django.core.management.base import BaseCommand, CommandParser

from kl_ai.mail.outbox import send_waiting
from marketoverview.mails import following


class Command(BaseCommand):
    help = (
        "Writes to those who follow a selection of the market by mail: what is new in it, at most once a month, and a link "
        "that renews before the year is over. A run that broke off can be run again, and two at once write nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the mails, and write to nobody")

    def handle(self, *args, dry_run: bool, **options) -> None:
        counts = following.send_due(dry_run=dry_run)
        verb = "would be written" if dry_run else "written"
        names = {"news": following.NEWS, "ends of what is gone": following.OVER, "renewals": following.RENEW}
        parts = [f"{counts[kind]} {name}" for name, kind in names.items()]
        self.stdout.write(f"{', '.join(parts)} {verb}; nothing to write to {counts['']} who are due.")
        if not dry_run:
            sent = send_waiting()
            self.stdout.write(f"{sent.sent} mails sent now, {sent.left} left.")
