"""`manage.py check_content`: what is wrong or overdue in the legal content."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.content import check
from legaltoolbox.models import Certainty


class Command(BaseCommand):
    help = "Finds dead links, items without a source, citations that no source has, unused roles and what is overdue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--counts", action="store_true", help="also print the items by kind and certainty")

    def handle(self, *args, counts: bool, **options) -> None:
        catalogue = draft_catalogues.build()
        with override("en"):
            findings = check.findings(catalogue)
        if counts:
            self._print_counts(check.counts(catalogue))
        for finding in findings:
            self.stdout.write(f"{'Problem' if finding.is_problem else 'Note'}  {finding}")
        problems = sum(finding.is_problem for finding in findings)
        if problems:
            raise CommandError(f"{problems} problems in the content.")
        self.stdout.write(f"The content has no problems: {sum(map(len, catalogue.items.values()))} items.")

    def _print_counts(self, by_kind) -> None:
        names = Certainty.values
        self.stdout.write(f"{'':12}" + "".join(f"{name:>12}" for name in (*names, "all")))
        for kind, numbers in by_kind.items():
            cells = [numbers[name] for name in names]
            self.stdout.write(f"{kind:12}" + "".join(f"{number:>12}" for number in (*cells, sum(cells))))
