"""`manage.py delete_closed_projects`: announces the deletion of closed projects, and deletes them. For cron, daily."""

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from legaltoolbox.projects.mails import deletion
from legaltoolbox.projects.models import Project


class Command(BaseCommand):
    help = (
        "Writes to those who lead closed projects and to the municipalities' keepers 60 and 14 days before a project is "
        "deleted, and deletes the projects whose time is over with all that they hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args, dry_run: bool, **options) -> None:
        today, mails, deleted = timezone.localdate(), 0, 0
        for project in Project.objects.closed():
            name = f"{project.municipality.code}/{project.number}"
            if project.is_to_be_deleted(today):
                if dry_run:
                    self.stdout.write(f"would delete {name}")
                else:
                    deleted += self._delete(project)
            elif days := project.announcement_due(today):
                if dry_run:
                    self.stdout.write(f"would announce the deletion of {name}, {days} days before")
                else:
                    mails += self._announce(project)
        if not dry_run:
            self.stdout.write(f"queued {mails} mails about deletions, deleted {deleted} closed projects")

    @staticmethod
    def _delete(project: Project) -> bool:
        try:
            return project.delete_for_good(timezone.localdate())
        except Project.DoesNotExist:  # another run was first
            return False

    @staticmethod
    def _announce(project: Project) -> int:
        try:
            return deletion.announce(project, timezone.localdate())
        except Project.DoesNotExist:
            return 0
