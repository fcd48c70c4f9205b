"""Pinning the texts of the catalogue in a project: when a page writes, when it is made, and by the daily command."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from legaltoolbox.catalogue import Catalogue, catalogues

from ..models import Project, ProjectItem
from ..models.written import ItemKey
from .applying import applies
from .texts import Record, texts


def on_writing(request: HttpRequest, project: Project) -> None:
    """Let the project pin what it lacks as soon as a verb holds it, before the verb writes. No query now."""
    project.pin_texts = partial(_pin_for_request, request)


def _pin_for_request(request: HttpRequest, project: Project) -> None:
    pin(project, catalogues.for_request(request))


def pin(project: Project, catalogue: Catalogue) -> list[str]:
    """Pin the texts of the catalogue that the project has not met, and take over what nobody has to decide on.

    Nothing, and no query, where that was done with this catalogue. In a transaction, with the project locked.
    """
    if project.texts_version == catalogue.version and catalogue.version:
        return []
    return ProjectItem.take_over(project, texts(catalogue), partial(_begins, project, catalogue))


def _begins(project: Project, catalogue: Catalogue, key: ItemKey, old: Record) -> bool:
    """Whether an item applies by the project's answers now, and did not with its `old` text. Two queries, none for equal conditions."""
    new, kind = texts(catalogue).record(key), key[0]
    if old.get("conditions") == new.get("conditions"):
        return False
    return applies(kind, new, project, catalogue) and not applies(kind, old, project, catalogue)


def projects_to_pin(catalogue: Catalogue) -> QuerySet[Project]:
    """The projects that have not met the catalogue as it is now; closed ones stay as they are. One query."""
    return Project.objects.active().exclude(texts_version=catalogue.version).order_by("pk")


def pin_everywhere(catalogue: Catalogue) -> tuple[int, int]:
    """As `pin` in each project, one transaction each; how many projects, and how many texts they have taken over.

    A project that has been deleted meanwhile is passed over.
    """
    projects = taken_over = 0
    for project in list(projects_to_pin(catalogue)):
        try:
            with transaction.atomic():
                project.hold()
                taken_over += len(pin(project, catalogue))
        except Project.DoesNotExist:
            continue
        projects += 1
    return projects, taken_over
