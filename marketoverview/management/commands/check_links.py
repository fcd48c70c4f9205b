"""`manage.py check_links`: requests the vendors' websites and stores which do not answer. For cron, daily."""

from django.core.management.base import BaseCommand

from marketoverview.review import link_check


class Command(BaseCommand):
    help = "Asks the websites of public and submitted answers; what does not answer is shown at the review."

    def handle(self, *args, **options) -> None:
        answered, silent = link_check.check_all()
        self.stdout.write(f"{answered} websites answered, {silent} did not.")
