"""How many projects have a text of the catalogue, and how many have written on it, for those who change the catalogue."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q

from legaltoolbox.text_uses import TextUse

from ..models import Project, ProjectItem
from ..models.written import SCALE, written_on
from .texts import WRITTEN_KINDS


def text_use(kind: str, key: str) -> TextUse | None:
    """The use of an item in active projects; None for a kind that projects do not pin. One query.

    A project that has said that the item is withdrawn does not use it.
    """
    if kind not in (*WRITTEN_KINDS, SCALE):
        return None
    gone = ProjectItem.objects.filter(project=OuterRef("pk"), kind=kind, code=key, state=ProjectItem.State.GONE)
    projects = Project.objects.active().exclude(Exists(gone)).annotate(has_written=written_on(kind, key))
    numbers = projects.aggregate(
        projects=Count("pk"),
        municipalities=Count("municipality", distinct=True),
        written=Count("pk", filter=Q(has_written=True)),
    )
    return TextUse(**numbers)
