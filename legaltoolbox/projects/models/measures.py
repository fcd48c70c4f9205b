"""What a project does about its risks and requirements: with the tasks together its action plan."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .edited import EditedRow
from .events import ProjectEvent
from .municipalities import MunicipalityMember
from .projects import Project

MOST_MEASURES = 500
MOST_PLACES = 50
"""Risks and requirements that one measure serves."""


def validate_places(value: Any) -> None:
    """A list of codes of risks and requirements."""
    is_list = isinstance(value, list) and len(value) <= MOST_PLACES
    if not is_list or not all(isinstance(code, str) and 0 < len(code) <= 4 for code in value):
        raise ValidationError(_("Choose risks and requirements from the list."))


class Measure(EditedRow):
    """Something that is done, by whom and until when, for the risks and requirements that it names by their codes."""

    FIELDS = ("text", "places", "owner", "due", "is_done")
    WHAT = ProjectEvent.What.MEASURE

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="measures", verbose_name=_("project"))
    text = models.TextField(_("measure"), max_length=1000, validators=[validate_text])
    places = models.JSONField(_("risks and requirements"), default=list, blank=True, validators=[validate_places])
    owner = models.ForeignKey(
        MunicipalityMember,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("owner"),
    )
    due = models.DateField(_("due"), null=True, blank=True)
    is_done = models.BooleanField(_("done"), default=False)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ("project", "pk")

    def __str__(self) -> str:
        return self.text

    @property
    def place(self) -> str:
        return ", ".join(self.places) or str(self.pk)

    @classmethod
    def add_measure(cls, project: Project, text: str, places: list[str], by: Any) -> "Measure":
        """A new measure; the same text at the same places again is the one that exists. Raises `ValidationError` for too many."""
        with transaction.atomic():
            project.lock()
            same = [row for row in project.measures.filter(text=text) if row.places == places]
            if same:
                return same[0]
            if project.measures.count() >= MOST_MEASURES:
                raise ValidationError(gettext("A project can have %(most)s measures.") % {"most": MOST_MEASURES})
            row = cls(project=project, text=text, places=places, saved_by=by)
            row.full_clean()
            row.save()
            ProjectEvent.record(project, ProjectEvent.What.MEASURE_ADDED, by, row.place, new=text)
            project.touch()
            return row

    def change(self, typed: Mapping[str, Any], seen: str, by: Any) -> None:
        """Store what differs. Raises as `store` and `Project.lock`, and `ValidationError` where it is deleted meanwhile."""
        with transaction.atomic():
            self.project.lock()
            if not Measure.objects.filter(pk=self.pk).exists():
                raise ValidationError(gettext("Somebody has deleted this measure meanwhile."))
            self.refresh_from_db()
            self.store(typed, seen, by)

    def withdraw(self, by: Any) -> None:
        """Delete the measure. A second click changes nothing."""
        with transaction.atomic():
            self.project.lock()
            if Measure.objects.filter(pk=self.pk).delete()[0]:
                ProjectEvent.record(self.project, ProjectEvent.What.MEASURE_DELETED, by, self.place, old=self.text)
                self.project.touch()
