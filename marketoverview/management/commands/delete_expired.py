"""`manage.py delete_expired`: deletes what is kept no longer, and tells what. For cron, daily."""

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from marketoverview import retention


class Command(BaseCommand):
    help = "Deletes abandoned drafts, unused invitations, old mails, unused logins and sessions (settings KEEP_…)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")

    def handle(self, *args, dry_run: bool, **options) -> None:
        verb = "would delete" if dry_run else "deleted"
        for name, rows in retention.expired():
            with transaction.atomic():
                number = rows.count()
                if number and not dry_run:
                    rows.delete()
            self.stdout.write(f"{verb} {number} {name}")
