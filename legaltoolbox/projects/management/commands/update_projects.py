"""`manage.py update_projects`: pins the texts of the catalogue in projects, and takes over what nobody decides on; for cron."""

from django.core.management.base import BaseCommand, CommandParser

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.work.pinning import pin_everywhere, projects_to_pin


class Command(BaseCommand):
    help = (
        "Pins the texts of the catalogue in each project that has not met them, and takes over the changes that no answer "
        "stands under. Answers, states and decisions stay as they are. A run that broke off can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the projects, and change nothing")

    def handle(self, *args, dry_run: bool, **options) -> None:
        catalogue = catalogues.current()
        if dry_run:
            self.stdout.write(f"{projects_to_pin(catalogue).count()} projects have not met the catalogue as it is now.")
            return
        projects, texts = pin_everywhere(catalogue)
        self.stdout.write(f"{projects} projects brought up to date, {texts} texts taken over.")
