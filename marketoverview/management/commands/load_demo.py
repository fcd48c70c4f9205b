"""`manage.py load_demo`: the survey, 35 invented vendors, the legal content, a municipality's project and logins to try the portal with."""

from datetime import date, timedelta
from io import StringIO

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kl_ai.models import User
from marketoverview.management.demo_editions import make_demo_editions
from marketoverview.models import Edition, SurveyRound, Vendor, VendorMember, market_version

STAFF = {
    "kurator@demo.example": ("Kurator (demo)", "Kuratorer"),
    "redaktoer@demo.example": ("Redaktør (demo)", "Redaktører"),
    "administrator@demo.example": ("Administrator (demo)", "Administratorer"),
}
"""Address to name and group."""
SLUG_ENDING = "-demofirma"
WITHDRAWN = "fuglefloejt-demofirma"
"""The vendor that has withdrawn: nothing leads to its page."""
CURRENT_ROUND = "2026"
"""The last round of `fixtures/survey.yaml`, which the demonstration shows as open."""
OPEN_DAYS = 60
MEMBERS = {
    "leverandoer@demo.example": ("Leverandør (demo)", "mosebund-demofirma"),
    "leverandoer2@demo.example": ("Leverandør 2 (demo)", "vandstaer-demofirma"),
}
"""Address to name and vendor: one vendor with a draft, and one whose answers KL has sent back."""


class Command(BaseCommand):
    help = "Loads the survey, 35 demonstration vendors, the legal content, a municipality with a project and ten logins. Run again, it keeps what was tried out with them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset",
            action="store_true",
            help="put the demonstration vendors, and the municipality, back as they were",
        )
        parser.add_argument("--force", action="store_true", help="also without DEBUG, and beside real vendors")
        parser.add_argument("--site", default="http://127.0.0.1:8000", help="the address to print")

    @transaction.atomic
    def handle(self, *args, reset: bool, force: bool, site: str, verbosity: int, **options) -> None:
        demo = Vendor.objects.filter(is_demo=True, slug__endswith=SLUG_ENDING)
        is_new = not demo.exists()
        if not force:
            self._refuse_in_production(is_new)
        if is_new or reset:
            Edition.discard_demonstration()
            demo.delete()
            call_command("loaddata", "survey", "standard_reasons", "demo", verbosity=0)
            make_demo_editions()
        self._open_round(until=timezone.localdate() + timedelta(days=OPEN_DAYS), is_loaded=is_new or reset)
        call_command("load_roles", yes=True, verbosity=0)
        call_command("load_content", if_empty=True, verbosity=0)
        municipality = StringIO()
        call_command("load_demo_projects", reset=reset, force=force, verbosity=verbosity, stdout=municipality)
        call_command("load_demo_shared", reset=reset, force=force, verbosity=verbosity, stdout=municipality)
        logins = [*self._make_staff(), *self._make_members()]
        market_version.bump()
        if verbosity:
            self._write_summary(site, logins, municipality.getvalue())

    def _refuse_in_production(self, is_new: bool) -> None:
        """Raise `CommandError` without DEBUG, and where a first load would stand beside real vendors."""
        if not settings.DEBUG:
            raise CommandError("Demonstration data has no place in production (DEBUG is off). --force loads it anyway.")
        if is_new and Vendor.objects.exists():
            raise CommandError("This database holds real vendors. --force loads the demonstration data beside them.")

    def _open_round(self, until: date, *, is_loaded: bool) -> None:
        """Let the demonstration's round close on this day, where it would close earlier or, loaded before, has closed.

        Not where somebody has changed it in the administration since, or has released another one that is open then.
        """
        today = timezone.localdate()
        survey_round = SurveyRound.current()
        if survey_round is None or survey_round.code != CURRENT_ROUND or survey_round.closes_on is None:
            return
        is_due = survey_round.closes_on < (until if is_loaded else today)
        is_changed = not is_loaded and survey_round.history.exclude(history_user=None).exists()
        others = SurveyRound.objects.released().exclude(pk=survey_round.pk)
        if is_due and not is_changed and not others.overlapping(today, until).exists():
            SurveyRound.objects.filter(pk=survey_round.pk).update(closes_on=until)

    def _make_staff(self) -> list[tuple[User, str]]:
        logins = []
        for email, (name, group) in STAFF.items():
            user = self._make_user(email, name, is_staff=True)
            user.groups.set([Group.objects.get(name=group)])
            logins.append((user, f"administration, {group}"))
        return logins

    def _make_members(self) -> list[tuple[User, str]]:
        logins = []
        for email, (name, slug) in MEMBERS.items():
            user, vendor = self._make_user(email, name, is_staff=False), Vendor.objects.get(slug=slug)
            VendorMember.objects.get_or_create(vendor=vendor, user=user)
            logins.append((user, str(vendor)))
        return logins

    def _make_user(self, email: str, name: str, *, is_staff: bool) -> User:
        user, _ = User.objects.update_or_create(
            email=email, defaults={"full_name": name, "is_staff": is_staff, "is_active": True}
        )
        return user

    def _write_summary(self, site: str, logins: list[tuple[User, str]], of_municipality: str) -> None:
        code_arrives = (
            "it appears in this terminal" if settings.EMAIL_BACKEND.endswith("console.EmailBackend") else "by mail"
        )
        lines = [
            "",
            "The demonstration data is loaded: the survey, 35 invented vendors, the legal content and a municipality.",
            "What you change stays; `manage.py load_demo --reset` puts it back.",
            "",
            f"  Portal          {site}{reverse('home')}",
            f"  Market overview {site}{reverse('market:directory')}",
            f"  Legal toolbox   {site}{reverse('toolbox:overview')}",
            f"  Vendor's area   {site}{reverse('vendor:home')}",
            f"  Municipality's  {site}{reverse('projects:home')}",
            f"  Administration  {site}{reverse('admin:index')}",
            f"  Withdrawn       {site}{reverse('market:profile', args=[WITHDRAWN])}   (linked from nowhere)",
            "",
            f"Logins (ask for a code at {reverse(settings.LOGIN_URL)}; {code_arrives}):",
            *(f"  {user.email:<35} {role}" for user, role in logins),
            of_municipality,
            "Other mails wait in a queue: `make demo-mail`, in a second terminal, prints them.",
        ]
        self.stdout.write("\n".join(lines))
