"""`manage.py send_mail`: sends the mails that wait; for cron, every few minutes."""

from django.core.management.base import BaseCommand, CommandParser

from kl_ai.mail import outbox
from kl_ai.mail.models import MailState, OutgoingMail

LABELS = {
    "sent": "sent",
    "failed": "failed, to be tried again",
    "refused": "refused by the mail server: the address is marked as bad",
    "given_up": "given up after the last attempt",
    "left": "left for the next run",
}


class Command(BaseCommand):
    help = "Sends the mails that wait. Safe to run twice at once, and to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing; say how much would be sent")

    def handle(self, *args, dry_run: bool, **options) -> None:
        counts = outbox.send_waiting(dry_run=dry_run)
        labels = LABELS | ({"left": "would be sent"} if dry_run else {})
        lines = [f"{number} {labels[name]}" for name, number in counts._asdict().items() if number]
        blocked = OutgoingMail.objects.in_state(MailState.REFUSED).count() - counts.refused
        if blocked > 0:
            lines.append(f"{blocked} not tried: to an address marked as bad")
        if later := OutgoingMail.objects.in_state(MailState.WAITING).count() - counts.left:
            lines.append(f"{later} not due yet")
        self.stdout.write("\n".join(lines or ["Nothing to send."]))
