"""What a project says once about its solution, and each of its documents asks for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from kl_ai.validators import validate_text

from ..rights import ProjectRole
from .events import ProjectEvent
from .projects import Project

TITLE, LEAD = "title", "lead"
"""The facts that the project holds elsewhere: its title, and the names of who leads it."""
MOST_FACT_LETTERS = 500
"""As many as a line of a document can have, which a fact may stand in."""


class ProjectFact(models.Model):
    """One of the facts of a project. The project’s title is a fact too, and is a field of the project."""

    class Key(models.TextChoices):
        SOLUTION = "solution", _("solution and version")
        VENDOR = "vendor", _("vendor or developer")
        OWNER = "owner", _("process owner")
        PURPOSE = "purpose", _("what the solution does with personal data")
        PERSONS = "persons", _("the people affected, and how many")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="facts", verbose_name=_("project"))
    key = models.CharField(_("fact"), max_length=20, choices=Key)
    value = models.TextField(_("value"), max_length=MOST_FACT_LETTERS, blank=True, validators=[validate_text])

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("fact of a project")
        verbose_name_plural = _("facts of projects")
        constraints = (models.UniqueConstraint(fields=("project", "key"), name="fact_once_per_project"),)

    def __str__(self) -> str:
        return f"{self.get_key_display()}: {self.value}"

    @classmethod
    def stored(cls, project: Project) -> dict[str, str]:
        """The keys of all facts to their values, "" for none. One query."""
        return {**dict.fromkeys(cls.Key.values, ""), **dict(project.facts.values_list("key", "value"))}

    @classmethod
    def with_title(cls, project: Project) -> dict[str, str]:
        """The facts and the title of the project, by their keys: without who leads it. One query."""
        return {TITLE: project.title, **cls.stored(project)}

    @classmethod
    def shared(cls, project: Project) -> dict[str, str]:
        """What every document of the project may show: the facts, its title and who leads it, by their keys. Two queries."""
        leads = project.members.filter(role=ProjectRole.LEAD).select_related("member__user").order_by("pk")
        names = ", ".join(str(row.member.user) for row in leads)
        return {LEAD: names, **cls.with_title(project)}

    @classmethod
    def save_all(cls, project: Project, values: Mapping[str, str], seen: str, by: Any) -> None:
        """Store the facts that differ, with an event each. `seen` is the fingerprint of what the page had shown.

        Raises `ChangedMeanwhile` where somebody else has stored others since, and `ValidationError` for a closed project
        or a value that is too long.
        """
        with transaction.atomic():
            project.lock()
            stored = cls.stored(project)
            changed = {key: value for key, value in values.items() if stored[key] != value}
            if changed and seen != fingerprint(stored):
                raise ChangedMeanwhile(stored, None)
            for key, value in changed.items():
                if len(value) > MOST_FACT_LETTERS:
                    raise ValidationError(gettext("The text is too long. Make it shorter."))
                project.facts.update_or_create(key=key, defaults={"value": value})
                ProjectEvent.record(project, ProjectEvent.What.FACT, by, key, old=stored[key], new=value)
            if changed:
                project.touch()
