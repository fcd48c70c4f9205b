"""`manage.py delete_expired`: deletes expired rows and prints how many of each kind. For cron, daily."""

from django.core.management.base import BaseCommand, CommandParser

from marketoverview import retention


class Command(BaseCommand):
    help = "Deletes abandoned drafts, unused invitations, old mails, unused logins and sessions (settings KEEP_…)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")

    def handle(self, *args, dry_run: bool, **options) -> None:
        for name, rows in retention.expired_rows():
            if dry_run:
                self.stdout.write(f"would delete {rows.count()} {name}")
            else:
                self.stdout.write(f"deleted {retention.delete_rows(rows)} {name}")
