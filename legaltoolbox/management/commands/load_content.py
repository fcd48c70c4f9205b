"""`manage.py load_content`: the legal content of the files, for a new installation and for one that has content."""

import sys
from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from legaltoolbox.content.files import FOLDER
from legaltoolbox.content.load import LoadReport, load
from legaltoolbox.content.plan import LoadPlan, LoadStep, PlannedItem, make_plan
from legaltoolbox.content.reading import ContentError
from legaltoolbox.content.rows import give_missing_keys
from legaltoolbox.models import Activity
from legaltoolbox.text_uses import text_use


class Command(BaseCommand):
    help = (
        "Loads the legal toolbox's content. What is new is added, what nobody has changed since it was loaded is "
        "updated, what the files no longer have is listed and, after a question, withdrawn, and what an editor has "
        "changed is kept and listed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is content already")
        parser.add_argument(
            "--overwrite", action="store_true", help="replace what editors have changed too; lists it and asks first"
        )
        parser.add_argument("--yes", action="store_true", help="list what is replaced or withdrawn, and do not ask")
        parser.add_argument("--from", type=Path, default=FOLDER, dest="folder", help="the folder of the files")

    def handle(
        self, *args, if_empty: bool, overwrite: bool, yes: bool, folder: Path, verbosity: int, **options
    ) -> None:
        give_missing_keys()  # before the plan, which compares rows by their keys
        if if_empty and Activity.objects.exists():
            return
        try:
            plan = make_plan(folder)
            if verbosity:
                self._print_projects(plan)
            if lost := plan.lost(overwrite=overwrite):
                self._confirm(lost, yes)
            report = load(folder, overwrite=overwrite, expected=plan)
        except ContentError as error:
            raise CommandError(" ".join(str(error).split())) from error
        if verbosity:
            self._print(report)

    def _print_projects(self, plan: LoadPlan) -> None:
        """Say of each item that the load may change in how many projects somebody is to decide on it. One query to an item."""
        for item in plan.steps(LoadStep.UPDATE, LoadStep.WITHDRAW, LoadStep.KEEP, LoadStep.KEEP_MISSING):
            use = text_use(getattr(item.kind.model, "KIND", ""), item.key)
            if use is not None and use.written:
                self.stdout.write(
                    f"{item.key} is used in {use.projects} projects of {use.municipalities} municipalities; "
                    f"{use.written} have written on it and decide on a change of its text."
                )

    def _confirm(self, lost: Sequence[PlannedItem], yes: bool) -> None:
        """List what will be replaced or withdrawn. Raises `CommandError` where nobody has said yes to it."""
        replaced = [f"  {item.label}" for item in lost if item.changed]
        withdrawn = [f"  {item.label}" for item in lost if not item.changed]
        if replaced:
            self.stdout.write("These were changed by an editor, and will be as the files have them:")
            self.stdout.write("\n".join(replaced))
        if withdrawn:
            self.stdout.write("The files do not have these, and they will be withdrawn from the pages:")
            self.stdout.write("\n".join(withdrawn))
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError("Nothing was loaded. Add --yes to replace and withdraw what is listed.")
        if input('Type "yes" to go on: ').strip().lower() != "yes":
            raise CommandError("Nothing was loaded.")

    def _print(self, report: LoadReport) -> None:
        lines = {
            "New": [f"{number} {name}" for name, number in report.created.items()],
            "Updated": report.updated,
            "Withdrawn, because the files no longer have them": report.withdrawn,
            "Kept, because an editor has changed them (--overwrite replaces them)": report.edited,
        }
        if not any(lines.values()):
            self.stdout.write("The files and the database agree.")
        for title, labels in lines.items():
            if labels:
                self.stdout.write(f"{title}: {', '.join(labels)}.")
