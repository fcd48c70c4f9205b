"""What a new project takes over from a shared copy: texts to check and go on with, and nothing that others have judged.

Answers about the solution, texts of documents, how risks happen, how requirements are met, and measures come along.
Ratings, states, answers to checklists, choices and days do not: the assessment of another municipality approves nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from kl_ai.text import clean_line, clean_text
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import DocumentTemplate, TemplateField
from legaltoolbox.screening import Situation

from ..models import RequirementState, ScreeningAnswer
from ..models.answers import answers_of
from ..models.portable import DETAILS, FOREIGN, HISTORY, OLDER_DOCUMENTS, WORK, FilePart
from ..models.values import MOST_CELL_LETTERS, MOST_LINE_LETTERS, MOST_TABLE_ROWS, MOST_TEXT_LETTERS, Row, new_row
from .sections import Kind, field_kind, first_values, given_rows
from .shared_copy import DOCUMENTS, SharedPart

_JUDGED = re.compile(
    r"vurdering|konklusion|samlet|resultat|opfyldt|\(ja\b|ja / nej|\bja eller nej|niveau|sandsynlighed|konsekvens|status|"
    r"\bok\b|afgørelse er|gennemført|\bdato",
    re.IGNORECASE,
)
"""Fields and columns in which somebody judges, or says what is done."""

Record = dict[str, Any]


def start_record(shared: Record, catalogue: Catalogue, *, title: str, purpose: str) -> Record:
    """The record of a new project, as an import makes one, from that of a shared copy. No query."""
    parts = {part.name: part for part in WORK}
    answers = list(_answers(shared))
    situation = Situation(
        answers=answers_of(ScreeningAnswer(question=row["question"], value=row["value"]) for row in answers)
    )
    filled = {
        "answers": answers,
        "risks": list(_risks(shared)),
        "requirements": list(_requirements(shared)),
        "measures": list(_measures(shared)),
        "documents": list(_documents(shared, catalogue, situation)),
    }
    record: Record = {name: [_whole(part, row) for row in filled.get(name, [])] for name, part in parts.items()}
    record["details"] = _whole(DETAILS, {"title": title, "purpose": purpose, "status": "active"})
    record["imported"] = {name: [] for name in (*(part.name for part in HISTORY), OLDER_DOCUMENTS, *FOREIGN)}
    return record


def _whole(part: FilePart, given: Record) -> Record:
    """The row with all fields that the part has: those that are not given as a new row has them, texts cleaned and cut."""
    row: Record = {"imported": {}}
    for name in part.fields:
        field = part.model._meta.get_field(name)
        value = given.get(name, None if field.null else "")
        if name not in given and name not in ("saved_at", "created_at", "changed_at") and not field.null:
            value = field.get_default()
        if name in ("saved_at", "changed_at") or (name == "created_at" and part is not DETAILS):
            value = timezone.now().isoformat()
        elif name == "created_at":
            value = None
        row[name] = _cut(value, field.max_length or 0) if isinstance(value, str) else value
    row |= {inner.name: [_whole(inner, each) for each in given.get(inner.name, [])] for inner in part.parts}
    return row


def _cut(text: str, most: int) -> str:
    """The text without what cannot be seen, as long as its field takes it."""
    cleaned = clean_text(text)
    return cleaned[:most].rstrip() if most else cleaned


def _answers(shared: Record) -> Iterator[Record]:
    for row in shared.get(SharedPart.ANSWERS, []):
        yield {"question": row["code"], "value": row["value"], "why": row["why"]}


def _risks(shared: Record) -> Iterator[Record]:
    """Those of which something is written, and own ones: without ratings, treatment, and whether they apply."""
    for row in shared.get(SharedPart.RISKS, []):
        is_own = row["code"].startswith("E")
        texts = {name: row[name] for name in ("event", "reason", "reason_after")}
        if is_own or any(texts.values()):
            yield {"code": row["code"], "title": clean_line(row["title"]) if is_own else "", "applies": True, **texts}


def _requirements(shared: Record) -> Iterator[Record]:
    for row in shared.get(SharedPart.REQUIREMENTS, []):
        if row["how"]:
            yield {"code": row["code"], "how": row["how"], "state": RequirementState.State.OPEN.value}


def _measures(shared: Record) -> Iterator[Record]:
    for row in shared.get(SharedPart.MEASURES, []):
        yield {"text": row["text"], "places": row["places"], "is_done": False}


# Documents ----------------------------------------------------------------------------------------


def _documents(shared: Record, catalogue: Catalogue, situation: Situation) -> Iterator[Record]:
    """A draft for each document whose template there still is, with what the template gives and the texts of the copy."""
    number = 0
    for document in shared.get(DOCUMENTS, []):
        template: Any = catalogue.find(DocumentTemplate.KIND, document["template"])
        if template is None:
            continue
        number += 1
        values = first_values(template, catalogue, situation)
        for section in document["sections"]:
            values |= _texts(template, section, catalogue, situation, values)
        answers = [{"section": section, "field": field, "value": value} for (section, field), value in values.items()]
        yield {
            "number": number,
            "template": template.code,
            "template_version": template.version,
            "version": 1,
            "status": "draft",
            "approved_content": {},
            "answers": answers,
        }


def _texts(
    template: DocumentTemplate,
    section: Record,
    catalogue: Catalogue,
    situation: Situation,
    values: Mapping[tuple[str, str], Any],
) -> dict[tuple[str, str], Any]:
    """The texts of a section of the copy, in the fields that the template has now."""
    owner = next((each for each in catalogue.sections(template) if each.key == section["key"]), None)
    fields = {field.key: field for field in catalogue.fields(owner)} if owner else {}
    found: dict[tuple[str, str], Any] = {}
    for written in section["fields"]:
        field = fields.get(written["key"])
        if field is None or _JUDGED.search(field.label):
            continue
        kind = field_kind(field)
        if kind == Kind.TABLE and written["kind"] == "table":
            given = values.get((section["key"], field.key)) or given_rows(field, catalogue, situation)
            found[section["key"], field.key] = _rows(field, written, given)
        elif kind in (Kind.TEXT, Kind.LINE, Kind.WORDING) and written["kind"] == "text":
            text = written["value"]
            most = MOST_LINE_LETTERS if kind == Kind.LINE else MOST_TEXT_LETTERS
            found[section["key"], field.key] = _cut(clean_line(text) if kind == Kind.LINE else text, most)
    return found


def _rows(field: TemplateField, written: Record, given: list[Row]) -> list[Row]:
    """The rows of a table: the texts of the copy in the rows that the template gives, where they begin alike, else in new ones."""
    rows = [{**row, "cells": list(row["cells"])} for row in given]
    by_name = {row["cells"][0]: row for row in rows if row["fixed"] and row["cells"]}
    for cells in written["rows"]:
        texts = [""] * len(field.columns)
        for place, cell in zip(written["places"], cells, strict=False):
            if place < len(texts) and field.columns[place : place + 1] == [
                written["columns"][written["places"].index(place)]
            ]:
                texts[place] = "" if _JUDGED.search(field.columns[place]) else _cut(cell, MOST_CELL_LETTERS)
        row = by_name.get(texts[0]) if texts and texts[0] else None
        if row is not None:
            row["cells"] = [*row["cells"][: row["fixed"]], *texts[row["fixed"] :]]
        elif any(texts) and len(rows) < MOST_TABLE_ROWS:
            rows.append(new_row(texts, len(field.columns)))
    return rows
