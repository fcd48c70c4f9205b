"""`manage.py freeze_edition`: makes this month's edition of the published answers. For cron, on the first of each month."""

from django.core.management.base import BaseCommand

from marketoverview.models.freezing import freeze_month


class Command(BaseCommand):
    help = "Makes this month's edition of the published answers. Run again in the same month, it makes nothing."

    def handle(self, *args, **options) -> None:
        if edition := freeze_month():
            self.stdout.write(f"made the edition {edition.code} of {edition.count} companies")
        else:
            self.stdout.write("made no edition: this month has one, or nothing is public")
