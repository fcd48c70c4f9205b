"""`manage.py load_content`: the legal content as a new installation needs it."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from legaltoolbox.content.files import ContentError
from legaltoolbox.content.load import load
from legaltoolbox.models import Activity


class Command(BaseCommand):
    help = (
        "Loads the legal toolbox's content. "
        "Refuses where there is content already: what KL's editors have written in the administration counts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--overwrite", action="store_true", help="set every item of the files back to these")

        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is content already")

    def handle(self, *args, overwrite: bool, if_empty: bool, verbosity: int, **options) -> None:
        is_there = Activity.objects.exists()
        if is_there and if_empty:
            return
        if is_there and not overwrite:
            raise CommandError("There is content already. --overwrite sets every item of the files back.")
        try:
            counts = load()
        except ContentError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write("Loaded: " + ", ".join(f"{number} {name}" for name, number in counts.items()) + ".")
