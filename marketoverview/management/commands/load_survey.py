"""`manage.py load_survey`: the survey, the standard reasons and KL's roles, as a new installation needs them."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from marketoverview.models import Question, SurveyRound, market_version


class Command(BaseCommand):
    help = (
        "Loads the survey's rounds, questions and options, KL's standard reasons, and the roles of KL's staff. "
        "Refuses where there is a survey already: KL's own wording in the administration counts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--overwrite", action="store_true", help="set questions, options and roles back to these")

    @transaction.atomic
    def handle(self, *args, overwrite: bool, verbosity: int, **options) -> None:
        if Question.objects.exists() and not overwrite:
            raise CommandError("There is a survey already. --overwrite sets its questions and the roles back.")
        call_command("loaddata", "survey", "standard_reasons", "roles", verbosity=0)
        market_version.bump()
        if verbosity:
            self.stdout.write("The survey and the roles are loaded. `manage.py createsuperuser` makes the first login.")
            last = SurveyRound.current()
            if last and not last.is_open:
                self.stdout.write(
                    f"Nobody can answer yet: the round {last.code} closed on {last.closes_on}. "
                    "Make the next one in the administration, or change the day on which this one closes."
                )
