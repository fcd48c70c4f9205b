"""How far each document of a project is, for the list of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate
from legaltoolbox.screening import Situation

from ..models import DocumentPart, FieldAnswer, Project, ProjectDocument
from ..models.live import uncounted_places
from .facts import with_facts
from .live import shown_in_all
from .sections import Progress, progress, section_states


def progress_of_all(
    project: Project,
    documents: Sequence[tuple[ProjectDocument, DocumentTemplate]],
    catalogue: Catalogue,
    situation: Situation,
) -> dict[Any, Progress]:
    """Key of each document to how far it is, as its own page says it. Ten queries at most, however many there are."""
    keys = [document.pk for document, _template in documents]
    stored: dict[Any, dict[tuple[str, str], Any]] = defaultdict(dict)
    answers = FieldAnswer.objects.filter(document__in=keys).order_by()
    for key, section, field, value in answers.values_list("document", "section", "field", "value"):
        stored[key][section, field] = value
    saved: dict[Any, dict[str, DocumentPart]] = defaultdict(dict)
    for part in DocumentPart.objects.filter(document__in=keys).order_by():
        saved[part.document_id][part.part] = part
    shown = shown_in_all(project, documents, catalogue)
    return {
        document.pk: progress(
            section_states(
                catalogue.sections(template),
                catalogue,
                situation,
                with_facts(stored[document.pk], template, shown[document.pk][0]),
                saved[document.pk],
                shown[document.pk][1],
                uncounted_places(template.code, document.version),
            )
        )
        for document, template in documents
    }
