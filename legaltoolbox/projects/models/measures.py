"""What a project does about its risks and requirements: with the tasks together its action plan."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .edited import DeletableRow
from .events import ProjectEvent
from .municipalities import MunicipalityMember
from .project_lookups import ProjectStatus
from .projects import Project, ProjectMember

MOST_MEASURES = 500
MOST_PLACES = 50
"""Risks and requirements that one measure serves."""
EVENT_LETTERS = 60
"""Letters of a measure that stand in an event."""


def validate_places(value: Any) -> None:
    """A list of codes of risks and requirements."""
    is_list = isinstance(value, list) and len(value) <= MOST_PLACES
    if not is_list or not all(isinstance(code, str) and 0 < len(code) <= 4 for code in value):
        raise ValidationError(_("Choose risks and requirements from the list."))


class MeasureQuerySet(models.QuerySet["Measure"]):
    def with_people(self) -> "MeasureQuerySet":
        """With the owner and who saved the measure last. No query of its own."""
        return self.select_related("owner__user", "saved_by")

    def waiting(self) -> "MeasureQuerySet":
        """What is not done in projects that are active, by somebody who is in the project, the first day first."""
        is_in = ProjectMember.objects.filter(project=OuterRef("project"), member=OuterRef("owner"))
        measures = self.filter(Exists(is_in), is_done=False, project__status=ProjectStatus.ACTIVE)
        return measures.order_by(F("due").asc(nulls_last=True), "project_id", "pk")

    def of_person(self, user: Any) -> "MeasureQuerySet":
        """What is still to be done by the user, of all municipalities and projects that the user is in. One query."""
        return self.waiting().filter(owner__user=user.pk).select_related("project__municipality")


class Measure(DeletableRow):
    """Something that is done, by whom and until when, for the risks and requirements that it names by their codes."""

    FIELDS = ("text", "places", "owner", "due", "is_done")
    WHAT, WHAT_DELETED = ProjectEvent.What.MEASURE, ProjectEvent.What.MEASURE_DELETED

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

    objects: ClassVar = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ("project", "pk")

    def __str__(self) -> str:
        return self.text

    @property
    def place(self) -> str:
        """The beginning of the measure, on one line."""
        return " ".join(self.text.split())[:EVENT_LETTERS]

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def add_measure(cls, project: Project, text: str, places: list[str], by: Any, **values: Any) -> "Measure":
        """A new measure; `values` are the other of its `FIELDS`. One that exists with all of it stays the only one.

        Raises `ValidationError` for too many, and for an owner who cannot write in the project.
        """
        with transaction.atomic():
            project.lock()
            row = cls(project=project, saved_by=by)
            content = {**row.content, **values, "text": text, "places": places}
            same = [each for each in project.measures.filter(text=text) if each.content == content]
            if same:
                return same[0]
            if project.measures.count() >= MOST_MEASURES:
                raise ValidationError(gettext("A project can have %(most)s measures.") % {"most": MOST_MEASURES})
            if content["owner"] is not None:
                row._people({"owner": None}, content)
            for name, value in content.items():
                setattr(row, row._attribute(name), value)
            row.full_clean()
            row.save()
            ProjectEvent.record(project, ProjectEvent.What.MEASURE_ADDED, by, new=text)
            project.touch()
            return row
