"""The requirements of an annex, with the text that vendors see."""

from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from legaltoolbox.tender import Use

MOST_LINES = 100
"""Requirements of an annex; the catalogue has some fifty."""


class PinnedLine(NamedTuple):
    """A requirement as the vendors see it, made from the catalogue (`work/annexes.py`)."""

    code: str
    use: str
    title: str
    text: dict[str, Any]


class AnnexLine(models.Model):
    """A requirement of an annex. While the annex is a draft it has no text; once it is sent the line never changes."""

    VALUES: ClassVar[dict[str, tuple[str, ...]]] = {
        Use.MINIMUM: ("yes", "no"),
        Use.COMPETITION: ("yes", "partly", "no"),
        Use.INFORMATION: ("yes", "partly", "no"),
    }

    annex = models.ForeignKey("projects.Annex", on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=4)
    use = models.CharField(_("use in a tender"), max_length=15, choices=Use.choices)
    title = models.CharField(_("title"), max_length=150, blank=True)
    text = models.JSONField(default=dict)
    """What vendors see beside the title: `introduction`, `points` (`number`, `text`, `is_answered`), `evidence`, `basis`, `topic`."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("requirement of an annex")
        verbose_name_plural = _("requirements of annexes")
        ordering = ("annex", "position")
        constraints = (models.UniqueConstraint(fields=("annex", "code"), name="requirement_once_per_annex"),)

    def __str__(self) -> str:
        return self.code

    @property
    def points(self) -> list[dict[str, Any]]:
        """All parts of the requirement, in their order."""
        parts: list[dict[str, Any]] = self.text.get("points", [])
        return parts

    @property
    def answered_points(self) -> list[dict[str, Any]]:
        """The parts that are answered by themselves."""
        return [point for point in self.points if point["is_answered"]]

    @property
    def allowed_values(self) -> tuple[str, ...]:
        """What a point can be answered with; a minimum requirement is met or not."""
        return self.VALUES[self.use]
