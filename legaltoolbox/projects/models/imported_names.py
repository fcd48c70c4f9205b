"""The names of people in what came with a file of a project: found for the person's own copy, erased with the login."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from .events import ProjectEvent
from .imports import ImportedRecord, ProjectImport
from .municipalities import Municipality, MunicipalityMember
from .municipality_events import MunicipalityEvent
from .portable import HISTORY, WORK, FilePart

KEPT = "imported"
"""The key below which a row has what an import took off it; nothing in it is null."""
BATCH = 500


def _names_of_fields(part: FilePart) -> Iterator[str]:
    yield from part.people
    for inner in part.parts:
        yield from _names_of_fields(inner)


FIELDS = frozenset(name for part in (*WORK, *HISTORY) for name in _names_of_fields(part))
"""The fields of a file that hold a person's name."""


def naming(user: Any) -> list[ImportedRecord]:
    """The imported records that name the user, in projects of the municipalities that the user works or worked for.

    A name in a file belongs to no login; so a namesake in another municipality is left alone. Two queries.
    """
    records = _holding(ImportedRecord.objects.all(), "record", user).filter(project__municipality__in=_own(user))
    names = _names(user)
    return [row for row in records.order_by("pk") if _without(row.record, names, is_kept=False) != row.record]


def forget(user: Any) -> None:
    """Erase the user's name from them, and from what files say of their own making. Four queries, and one for each 500."""
    names, rows = _names(user), naming(user)
    for row in rows:
        row.record = _without(row.record, names, is_kept=row.row is not None)
    ImportedRecord.objects.bulk_update(rows, ["record"], batch_size=BATCH)
    imports = _holding(ProjectImport.objects.all(), "source", user).filter(project__municipality__in=_own(user))
    changed = list(imports)
    for each in changed:
        each.source = {
            key: None if key == "imported_by" and value in names else value for key, value in each.source.items()
        }
    ProjectImport.objects.bulk_update(changed, ["source"], batch_size=BATCH)


def _names(user: Any) -> set[str]:
    """What the user may be called in a file."""
    return {user.full_name, user.email, user.readable_email} - {""}


def _own(user: Any) -> list[int]:
    """The keys of the municipalities that the user works or worked for. One query."""
    works = MunicipalityMember.objects.filter(municipality=OuterRef("pk"), user=user.pk)
    is_about = Q(actor=user.pk) | Q(person=user.pk)
    changes = MunicipalityEvent.objects.filter(is_about, municipality=OuterRef("pk"))
    acts = ProjectEvent.objects.filter(is_about | Q(person_before=user.pk), project__municipality=OuterRef("pk"))
    own = Municipality.objects.filter(Exists(works) | Exists(changes) | Exists(acts))
    return list(own.order_by().values_list("pk", flat=True))


def _holding(rows: QuerySet, field: str, user: Any) -> QuerySet:
    """The rows whose JSON holds one of the names anywhere, written as either database writes it."""
    holds = Q(pk=None)
    for name in _names(user):
        for text in {json.dumps(name), json.dumps(name, ensure_ascii=False)}:
            holds |= Q(json_text__contains=text)
    return rows.annotate(json_text=Cast(field, TextField())).filter(holds)


def _without(value: Any, names: set[str], *, is_kept: bool) -> Any:
    """The value without the names in the fields for people; beside a row, where nothing is null, without the fields."""
    if isinstance(value, list):
        return [_without(each, names, is_kept=is_kept) for each in value]
    if not isinstance(value, dict):
        return value
    left = {}
    for key, each in value.items():
        is_name = key in FIELDS and isinstance(each, str) and each in names
        if is_name and is_kept:
            continue
        left[key] = None if is_name else _without(each, names, is_kept=is_kept or key == KEPT)
    return left
