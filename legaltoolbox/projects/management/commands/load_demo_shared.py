"""`manage.py load_demo_shared`: a second invented municipality, whose project shares a copy that others can begin from."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.models import User
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import DocumentTemplate

from ...models import Municipality, MunicipalityEvent, Project, ProjectFact, SharedCopy
from ...work.shared_copy import Chosen, shareable_documents, shared_record
from .load_demo_projects import DemoProject

FILE = Path(settings.BASE_DIR) / "fixtures/demo_shared_project.yaml"
CODE = "9899"
"""No municipality has this code."""
NAME = "Nabokommunen (opfundet)"
EMAIL = "tovholder@nabokommunen.example"


class Command(BaseCommand):
    help = "Loads a second invented municipality with one login, whose project shares a copy. Run again, it keeps what was tried out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="put the municipality and its project back as they were"
        )
        parser.add_argument("--force", action="store_true", help="also without DEBUG")

    @transaction.atomic
    def handle(self, *args, reset: bool, force: bool, verbosity: int, **options) -> None:
        if not (settings.DEBUG or force):
            raise CommandError("Demonstration data has no place in production (DEBUG is off). --force loads it anyway.")
        if reset:
            Project.objects.filter(municipality__code=CODE, municipality__is_demo=True).delete()
            Municipality.objects.filter(code=CODE, is_demo=True).delete()
        if not Municipality.objects.filter(code=CODE).exists():
            make_neighbour()
        if verbosity:
            self.stdout.write(f"  {EMAIL:<35} {NAME}, keeper and project lead; shares a copy of the project")


def make_neighbour() -> None:
    """The municipality with its project and the copy that it shares."""
    municipality = Municipality.objects.create(
        code=CODE,
        name=NAME,
        mail_domains=[EMAIL.partition("@")[2]],
        agreement_signed_on=timezone.localdate(),
        is_demo=True,
    )
    user, _is_new = User.objects.update_or_create(
        email=EMAIL, defaults={"full_name": "Tovholder (demo)", "is_active": True}
    )
    lead = municipality.admit(user, user, by_kl=True, is_keeper=True)
    MunicipalityEvent.objects.filter(municipality=municipality).record_mailed()
    catalogue = catalogues.current()
    if catalogue.find(DocumentTemplate.KIND, "S05") is not None:
        SharedDemoProject(municipality, {"lead": lead}, catalogue).make()


class SharedDemoProject(DemoProject):
    """The project of the second file, with the copy that it shares of all its parts."""

    @staticmethod
    def read() -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        return data

    def make(self) -> None:
        lead, data = self._user("lead"), self.data
        known = {question.code for question in self.catalogue.questions}
        self.project = Project.create(self.municipality, lead, **data["project"])
        answers = {code: (value, why) for code, (value, why) in data["answers"].items() if code in known}
        self.project.answer(lead, answers)
        ProjectFact.save_all(self.project, data["facts"], fingerprint(ProjectFact.stored(self.project)), lead)
        self._plan()
        self._assessments()
        for entry in data["documents"]:
            self._document(entry)
        numbers = frozenset(
            document.number for document, _template in shareable_documents(self.project, self.catalogue)
        )
        record = shared_record(self.project, self.catalogue, Chosen(documents=numbers))
        audience = SharedCopy.Audience.MUNICIPALITIES
        SharedCopy.publish(self.project, lead, audience, record, SharedCopy.hash_of(record))
