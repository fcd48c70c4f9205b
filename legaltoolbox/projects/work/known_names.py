"""The names that the portal knows of a project: of people, of companies and of cases. They are read to take them out of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.db.models import Q

from kl_ai.models import User
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate

from ..models import FieldAnswer, MunicipalityMember, Project, ProjectEvent, ProjectFact, Recipient
from ..models.fact_fields import BY_FIELD, SOLUTION_AND_VENDOR
from ..models.facts import LEAD
from ..models.imported_names import FIELDS
from .redaction import Redactor, folded
from .sections import Kind, field_kind, fitting

_PEOPLE_FACTS = frozenset({LEAD, ProjectFact.Key.OWNER})
_COMPANY_FACTS = frozenset({ProjectFact.Key.VENDOR, SOLUTION_AND_VENDOR})
_NAME_LABEL = re.compile(r"^navn\b|\(navn|\bnavn\)|, navn\b|underskrift|projektleder|^procesejer", re.IGNORECASE)
_COMPANY_LABEL = re.compile(
    r"^leverandør(?: eller udvikler| og løsning)?$|leverandørens navn|underdatabehandler$", re.IGNORECASE
)
_CAPITAL = re.compile(r"[^\W\d_]*[A-ZÆØÅÉÜÖÄ][^\W\d_]*(?:['’-][^\W\d_]+)*")
_ROLES = re.compile(
    r"(?:chef|chefen|leder|lederen|direktør|direktøren|center|centeret|afdeling|afdelingen|forvaltning|forvaltningen|"
    r"konsulent|konsulenten|jurist|juristen|ejer|ejeren|sekretariat|team|teamet|kommune|kommunen|medarbejder|"
    r"medarbejdere|dpo|rådgiver|rådgiveren|specialist|ansvarlig|borgerservice|jobcenteret|udvalg|byråd)$",
    re.IGNORECASE,
)
FEW_WORDS = 3


def redactor_of(project: Project, catalogue: Catalogue) -> Redactor:
    """What takes the names that are known here out of texts. Seven queries."""
    people, companies, fields = (
        [*_people(project), *_imported(project)],
        list(_companies(project)),
        _typed(project, catalogue),
    )
    for is_company, text in fields:
        if is_company:
            companies.append(text)
        else:
            people += names_in(text)
    owner = project.facts.filter(key=ProjectFact.Key.OWNER).values_list("value", flat=True).first()
    people += names_in(owner or "")
    return Redactor(people, companies, _numbers(project))


def _people(project: Project) -> Iterator[str]:
    """The names of whoever works for the municipality, and of whoever has done something in the project or is named there. Two queries."""
    works = MunicipalityMember.objects.filter(municipality=project.municipality_id).values("user")
    events = ProjectEvent.objects.filter(project=project.pk).order_by()
    seen: set[int] = set()
    for keys in events.values_list("actor", "person", "person_before").distinct():
        seen.update(key for key in keys if key is not None)
    users = User.objects.filter(Q(pk__in=works) | Q(pk__in=seen))
    yield from users.exclude(full_name="").values_list("full_name", flat=True)


def _imported(project: Project) -> Iterator[str]:
    """The names of people in what came with a file. One query."""
    for record in project.imported_records.order_by().values_list("record", flat=True).iterator(500):
        yield from _named(record)


def _named(record: Any) -> Iterator[str]:
    """The texts below keys that hold the name of a person, at any depth."""
    if isinstance(record, dict):
        for key, value in record.items():
            if key in FIELDS and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(record, list):
        for each in record:
            yield from _named(each)


def _companies(project: Project) -> Iterator[str]:
    """The vendor, and who is asked to answer an annex. Two queries."""
    yield from project.facts.filter(key=ProjectFact.Key.VENDOR).values_list("value", flat=True)
    yield from Recipient.objects.filter(annex__project=project.pk).order_by("pk").values_list("company", flat=True)


def _numbers(project: Project) -> Iterator[str]:
    """The numbers of the case and in KITOS, and those of evidence. One query."""
    yield from (project.case_number, project.kitos_id)
    yield from project.evidence.exclude(case_number="").values_list("case_number", flat=True)


def _typed(project: Project, catalogue: Catalogue) -> list[tuple[bool, str]]:
    """What documents say in the fields and columns that ask for a name: whether it is that of a company, and the text. One query."""
    kinds = _Asked(catalogue)
    rows = FieldAnswer.objects.filter(document__project=project.pk).order_by("pk")
    found: list[tuple[bool, str]] = []
    for template, section, name, value in rows.values_list("document__template", "section", "field", "value"):
        found += kinds.texts(template, section, name, value)
    return found


class _Asked:
    """Which fields and columns of the templates ask for the name of a person, or of a company."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.fields: dict[tuple[str, str, str], Any] = {}
        for template in catalogue.templates:
            self._add(template, catalogue)

    def _add(self, template: DocumentTemplate, catalogue: Catalogue) -> None:
        for section in catalogue.sections(template):
            for field in catalogue.fields(section):
                self.fields[template.code, section.key, field.key] = field

    def texts(self, template: str, section: str, name: str, value: Any) -> Iterator[tuple[bool, str]]:
        place = template, section, name
        field = self.fields.get(place)
        fact = BY_FIELD.get(place)
        if field is None:
            return
        if field_kind(field) == Kind.TABLE:
            for column, cell in _cells(field.columns, fitting(field, value)):
                if _NAME_LABEL.search(column):
                    yield False, cell
                elif _COMPANY_LABEL.search(column):
                    yield True, cell
        elif isinstance(value, str) and value:
            if fact in _COMPANY_FACTS or (fact is None and _COMPANY_LABEL.search(field.label)):
                yield True, value
            elif fact in _PEOPLE_FACTS or (fact is None and _NAME_LABEL.search(field.label)):
                yield False, value


def _cells(columns: list[str], rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield from ((column, cell) for column, cell in zip(columns, row["cells"], strict=False) if cell)


def names_in(text: str) -> list[str]:
    """What may be the names of people in a typed text: words with a capital letter that follow each other, or of a few words all of them.

    Roles are none: “Afdelingschef, Jobcenter” names nobody.
    """
    found = []
    for piece in re.split(r"[,;:/\n()\[\]]|\s(?:og|eller)\s", text):
        words = [word.strip(".") for word in piece.split()]
        capitals = [word for word in words if _CAPITAL.fullmatch(word) and not _ROLES.search(word)]
        is_pair = any(first in capitals and second in capitals for first, second in pairwise(words))
        if capitals and (is_pair or len(words) <= FEW_WORDS):
            found += capitals
        elif len(words) == 1 and words[0] and not _ROLES.search(words[0]):
            found.append(words[0])
    return [name for name in found if len(folded(name)) > 1]
