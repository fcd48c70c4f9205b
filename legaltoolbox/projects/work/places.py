"""The places of a project that people can comment on: what each is called, and where its page is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity, DocumentTemplate, Requirement, Risk

from ..models import Project, ProjectDocument, ProjectLegalBasis

BASIS = "basis-"
_DOCUMENT = re.compile(r"([1-9]\d{0,5})(?:\.([a-z0-9-]+))?")
_BASIS = re.compile(BASIS + r"(\d{1,18})")


@dataclass(frozen=True)
class Place:
    """A place that has a page."""

    code: str
    """As `Comment.place` holds it."""
    title: str
    url: str
    event_place: str
    """How the history names it."""


def basis_place(basis: ProjectLegalBasis) -> str:
    """The code of a processing as a place."""
    return f"{BASIS}{basis.pk}"


class ProjectPlaces:
    """The places of one project. Four queries when it is made, none later."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self.project, self.catalogue = project, catalogue
        self.documents: dict[int, ProjectDocument] = {row.number: row for row in project.documents.all()}
        self.bases: dict[int, ProjectLegalBasis] = {row.pk: row for row in project.legal_bases.all()}
        self.risk_titles = dict(project.risk_assessments.values_list("code", "title"))
        self.requirement_codes = set(project.requirement_states.values_list("code", flat=True))

    def find(self, code: str) -> Place | None:
        """The place with this code; None where the project has no page of it."""
        if match := _DOCUMENT.fullmatch(code):
            return self._of_document(code, int(match[1]), match[2] or "")
        if match := _BASIS.fullmatch(code):
            basis = self.bases.get(int(match[1]))
            return self._place(code, basis.processing, "legal_basis", basis.pk, basis.place) if basis else None
        return self._of_item(code)

    def _of_document(self, code: str, number: int, key: str) -> Place | None:
        document = self.documents.get(number)
        template = self.catalogue.find(DocumentTemplate.KIND, document.template) if document else None
        if document is None or template is None:
            return None
        if not key:
            return self._place(code, str(template), "document_steps", number, template.code)
        section = next((each for each in self.catalogue.sections(template) if each.key == key), None)
        if section is None:
            return None
        url = reverse("projects:section", args=[*self.project.address, number, key])
        return Place(code, f"{template.code} {section.heading}", url, f"{template.code}.{key}")

    def _of_item(self, code: str) -> Place | None:
        activity = self.catalogue.find(Activity.KIND, code)
        if activity:
            return self._place(code, f"{code} {activity.title}", "activity", code.lower())
        risk = self.catalogue.find(Risk.KIND, code)
        if risk or code in self.risk_titles:
            title = risk.title if risk else self.risk_titles[code]
            return self._place(code, f"{code} {title}".strip(), "risk", code.lower())
        requirement = self.catalogue.find(Requirement.KIND, code)
        if requirement or code in self.requirement_codes:
            title = f"{code} {requirement.title}" if requirement else code
            return self._place(code, title, "requirement", code.lower())
        return None

    def _place(self, code: str, title: str, name: str, key: int | str, event_place: str = "") -> Place:
        url = reverse(f"projects:{name}", args=[*self.project.address, key])
        return Place(code, title, url, event_place or code)
