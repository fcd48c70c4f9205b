"""How far a project meets each requirement, and where the evidence for it is."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_line, validate_text

from .edited import EditedRow
from .events import ProjectEvent
from .municipalities import MunicipalityMember
from .projects import Project

MOST_EVIDENCE = 500
"""Pieces of evidence of a project."""


class RequirementState(EditedRow):
    """How far the project meets a requirement of the catalogue, named by its code."""

    class State(models.TextChoices):
        OPEN = "open", _("not assessed yet")
        MET = "met", _("met")
        PARTLY = "partly", _("partly met")
        NOT_MET = "not-met", _("not met")
        NOT_RELEVANT = "not-relevant", _("not relevant")

    FIELDS = ("state", "how", "owner")
    WHAT = ProjectEvent.What.REQUIREMENT

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="requirement_states", verbose_name=_("project")
    )
    code = models.CharField(_("code"), max_length=4)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    how = models.TextField(_("how, or why not"), max_length=4000, blank=True, validators=[validate_text])
    owner = models.ForeignKey(
        MunicipalityMember,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requirements",
        verbose_name=_("owner"),
    )

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("state of a requirement")
        verbose_name_plural = _("states of requirements")
        ordering = ("project", "code")
        constraints = (models.UniqueConstraint(fields=("project", "code"), name="requirement_once_per_project"),)

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse a requirement that is said not to be relevant, or not to be met, without a reason."""
        if self.state in (self.State.NOT_RELEVANT, self.State.NOT_MET) and not self.how:
            raise ValidationError({"how": gettext("Write why.")})

    @classmethod
    def assess(cls, project: Project, code: str, typed: Mapping[str, Any], seen: str, by: Any) -> "RequirementState":
        """Store what differs in the state of a requirement. Raises as `store` and `Project.lock`."""
        with transaction.atomic():
            project.lock()
            row: RequirementState = project.requirement_states.filter(code=code).first() or cls(
                project=project, code=code
            )
            row.store(typed, seen, by)
            return row


class Evidence(models.Model):
    """Where something that shows it is: a title with a link or a case number. The file itself stays in the case system."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("project"))
    place = models.CharField(_("what it shows"), max_length=10)
    """The code of the requirement."""
    title = models.CharField(_("title"), max_length=150, validators=[validate_line])
    link = models.URLField(_("link"), max_length=500, blank=True, validators=[URLValidator(schemes=["https", "http"])])
    case_number = models.CharField(_("case number"), max_length=60, blank=True, validators=[validate_line])
    dated = models.DateField(_("date"), null=True, blank=True)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("project", "place", "pk")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse evidence that nobody can find, and a link with the name of a user, which hides what page it leads to."""
        if "@" in urlsplit(self.link).netloc:
            text = gettext(
                "Write the link without a user name or a password: without “@” before the name of the website."
            )
            raise ValidationError({"link": text})
        if not self.link and not self.case_number:
            raise ValidationError(gettext("Write a link or a case number, so that the evidence can be found."))

    @classmethod
    def add_piece(cls, project: Project, by: Any, **values: Any) -> "Evidence":
        """A new piece; the same piece again is the one that exists. Raises `ValidationError` for what cannot be found, or too many."""
        with transaction.atomic():
            project.lock()
            existing: Evidence | None = project.evidence.filter(**values).first()
            if existing is not None:
                return existing
            if project.evidence.count() >= MOST_EVIDENCE:
                raise ValidationError(
                    gettext("A project can have %(most)s pieces of evidence.") % {"most": MOST_EVIDENCE}
                )
            row = cls(project=project, **values)
            row.full_clean()
            row.save()
            ProjectEvent.record(project, ProjectEvent.What.EVIDENCE_ADDED, by, row.place, new=row.title)
            project.touch()
            return row

    def withdraw(self, by: Any) -> None:
        """Delete the piece. A second click changes nothing. Four queries."""
        with transaction.atomic():
            self.project.lock()
            if Evidence.objects.filter(pk=self.pk).delete()[0]:
                ProjectEvent.record(self.project, ProjectEvent.What.EVIDENCE_DELETED, by, self.place, old=self.title)
                self.project.touch()
