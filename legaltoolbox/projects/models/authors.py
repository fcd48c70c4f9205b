"""Who has written a document of a project: nobody decides alone on their own words, and no officer judges them."""

from typing import Any

from django.db.models import Q

from .events import ProjectEvent
from .fact_fields import events_of_facts
from .live import events_of_rows, savers_of_rows

What = ProjectEvent.What


def authors(document: Any) -> set[Any]:
    """The keys of those who have written this version of a document; None for somebody whose login is deleted.

    These are who has changed its fields, and since it was begun the rows of the project that it shows. Where nobody has, its
    content was taken over: they are who has changed the earlier versions that it was copied from, else who has written the
    facts that fill it, else who has begun it. Who has imported it with its project is one of them. Nine queries at most.
    """
    versions = document.project.documents.filter(template=document.template)
    found = set(_editors(versions.filter(pk=document.pk)))
    found |= savers_of_rows(document.project, document.template, document.created_at)
    if not found:
        earlier = versions.filter(version__lt=document.version)
        found = set(_editors(earlier)) or set(_actors(document.project, Q(what=What.FACT)))
    if document.created_by_id is None:
        found |= set(_actors(document.project, Q(what=What.IMPORTED)))
    return found or {document.created_by_id}


def has_words_of(document: Any, user: Any) -> bool:
    """Whether the user has ever written in the document, in a version before it, or in what it shows.

    That are the rows of its tables and the facts of its fields. Eleven queries at most.
    """
    versions = document.project.documents.filter(template=document.template, version__lte=document.version)
    shown = Q(what__in=events_of_rows(document.template)) | events_of_facts(document.template)
    return user.pk in {*_editors(versions), *_actors(document.project, shown), *authors(document)}


def _editors(documents: Any) -> Any:
    """Who has changed a field of one of these documents. One query."""
    return documents.filter(edits__isnull=False).order_by().values_list("edits__by", flat=True).distinct()


def _actors(project: Any, events: Q) -> Any:
    """Who has done something of this kind in the project. One query."""
    return project.events.filter(events).order_by().values_list("actor", flat=True).distinct()
