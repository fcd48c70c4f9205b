"""Which documents a project's situation asks for, and which are begun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from legaltoolbox import left_out
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.left_out import LeftOut
from legaltoolbox.models import DocumentTemplate, Phase
from legaltoolbox.screening import Situation

from ..models import ProjectDocument

BY_THE_PORTAL = frozenset({"S14"})
"""Templates that no project fills in: the page of a document's way holds the opinion, the answers to it and the decision."""

ATTACHMENTS = frozenset({("S05", "11", "1"), ("S11", "1", "11"), ("S15", "6", "2")})
"""Template, section and field of each list of what lies with a document."""


@dataclass(frozen=True)
class NeededTemplates:
    """The templates that no document is begun of: those that the situation asks for by phase, and the others with why."""

    by_phase: list[tuple[Phase | None, list[DocumentTemplate]]]
    others: list[LeftOut]
    by_portal: list[DocumentTemplate]
    """Those that the situation asks for and nobody fills in."""


def needed_templates(
    documents: Iterable[ProjectDocument], catalogue: Catalogue, situation: Situation
) -> NeededTemplates:
    """The templates that are not begun, each in the first phase that needs it, or in none. No query."""
    begun = {document.template for document in documents}
    applying, others = left_out.split_templates(catalogue.templates, catalogue.activities, catalogue, situation)
    not_begun = [template for template in applying if template.code not in begun]
    by_portal = [template for template in not_begun if template.code in BY_THE_PORTAL]
    waiting = [template for template in not_begun if template not in by_portal]
    groups: list[tuple[Phase | None, list[DocumentTemplate]]] = []
    for phase in catalogue.phases:
        own = [template for template in catalogue.templates_for(phase) if template in waiting]
        waiting = [template for template in waiting if template not in own]
        groups.append((phase, own))
    groups.append((None, waiting))
    return NeededTemplates(
        [group for group in groups if group[1]],
        [piece for piece in others if piece.key not in begun | BY_THE_PORTAL],
        by_portal,
    )
