"""Which parts of the templates are never given out of a municipality: what asks for people, for vendors or for what others have said.

Labels decide, since editors write new fields: a field too many stays at home rather than one too few.
"""

import re

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, TemplateField, TemplateSection

from ..models import ProjectFact
from ..models.fact_fields import BY_FIELD
from ..models.live import LIVE_FIELDS, WAY_FIELDS
from .sections import Kind, field_kind

WITHHELD_TEMPLATES = frozenset({"S01", "S14", "S16", "S31", "S34"})
"""The municipality's list of all its solutions, the officer's opinion, a vendor's answers, the supervision of a vendor, its last account."""
SHARED_FACTS = frozenset({ProjectFact.Key.PURPOSE, ProjectFact.Key.PERSONS})
"""The facts that are given: all others name somebody, or stand in the copy already."""
_PEOPLE = re.compile(
    r"navn|underskr|ansvarlig|kontakt|leverandør|databehandler|udbyder|udvikler|\bejer|procesejer|projektleder|\bjurist|"
    r"\bhvem\b|\baf hvem|deltager|telefon|\be?-?mail|postkasse|adresse|\bcvr|\bcpr|journal|sagsnummer|sagsnr|henvisning|"
    r"\blink|\burl|virksomhed|\bfirma|kitos|aktør|\bpart(?:er)?\b|modtager|tester|udarbejdet|udført af|læst af|\brolle og|"
    r"dokumentation",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\bdpo|databeskyttelsesrådgiver|ledelsens|beslutning|besluttet|godkend|indstilling til|udtalelse|vilkår|tilsyn",
    re.IGNORECASE,
)
_OF_SECTION = re.compile(
    r"underskrift|godkendelse|\bdpo|databeskyttelsesrådgiver|udtalelse|^beslutning|kontakt", re.IGNORECASE
)
_CLOSED = frozenset({Kind.YES_NO, Kind.CHOICE, Kind.CHECK})
"""Kinds of which only what the template offers can be the answer: they name nobody."""


def is_template_withheld(template: DocumentTemplate) -> bool:
    return template.code in WITHHELD_TEMPLATES


def is_section_withheld(template: DocumentTemplate, section: TemplateSection) -> bool:
    """Whether nothing of the section is given: the own copy alone has it, or it holds what the officer and the management say."""
    is_of_way = any((code, key) == (template.code, section.key) for code, key, _field in WAY_FIELDS)
    return section.own_copy_only or is_of_way or bool(_OF_SECTION.search(section.heading))


def is_field_withheld(template: DocumentTemplate, section: TemplateSection, field: TemplateField) -> bool:
    """Whether nothing of the field is given. No query."""
    place = template.code, section.key, field.key
    if field.own_copy_only or place in LIVE_FIELDS or place in WAY_FIELDS:
        return True
    if place in BY_FIELD:
        return BY_FIELD[place] not in SHARED_FACTS
    return _is_withheld_label(field.label, is_closed=field_kind(field) in _CLOSED)


def _is_withheld_label(label: str, *, is_closed: bool) -> bool:
    return bool(_SAID.search(label)) or (not is_closed and bool(_PEOPLE.search(label)))


def shared_columns(field: TemplateField) -> list[int]:
    """The places of the columns of a table that are given. No query."""
    return [
        place for place, column in enumerate(field.columns) if not _PEOPLE.search(column) and not _SAID.search(column)
    ]


def shared_fields(
    template: DocumentTemplate, catalogue: Catalogue
) -> list[tuple[TemplateSection, list[TemplateField]]]:
    """The sections of a template with those of their fields that can be given; none of a template that is withheld. No query."""
    if is_template_withheld(template):
        return []
    found = []
    for section in catalogue.sections(template):
        if is_section_withheld(template, section):
            continue
        fields = [field for field in catalogue.fields(section) if not is_field_withheld(template, section, field)]
        if fields:
            found.append((section, fields))
    return found
