"""`manage.py export_content`: the legal content of the database as files, as `load_content` reads them."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from legaltoolbox.content import files


class Command(BaseCommand):
    help = "Writes the toolbox's content to files. What was loaded and not changed gives the same bytes again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=files.FOLDER, help="the folder (default: fixtures/legal)")
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a file would change")

    def handle(self, *args, to: Path, check: bool, **options) -> None:
        try:
            if check:
                self._check(to)
            else:
                self.stdout.write(f"{len(files.write(to))} files written to {to}.")
        except files.ContentError as error:
            raise CommandError(str(error)) from error

    def _check(self, to: Path) -> None:
        changed = [
            name
            for name, text in files.export().items()
            if not (to / name).is_file() or (to / name).read_bytes() != text.encode()
        ]
        if changed:
            raise CommandError("These files differ from the database: " + ", ".join(changed))
        self.stdout.write("The files and the database agree.")
