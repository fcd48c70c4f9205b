"""The changes of a document's section: in words, by field, and who else has written in it just now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from legaltoolbox.models import TemplateField

from ..models import FieldEdit, ProjectDocument
from .facts import WHY
from .sections import change_words

MOST_EDITS = 10
"""The changes of a field that the page of its section shows, the latest."""
MOST_EDIT_LETTERS = 300
"""Of what was there before, and of what after, on that page."""
JUST_NOW = timedelta(minutes=10)

Histories = Mapping[str, Sequence[tuple[FieldEdit, str, str]]]
"""Keys of fields to their changes, the latest first, each with what was there before and after, in words and not whole where it is long."""


def latest_edits(document: ProjectDocument, section: str) -> list[FieldEdit]:
    """The latest changes of each field of a section with who made them, the latest first. One query.

    The last one that is shown of a field has as `earlier` how many there are before it; the others have 0.
    """
    edits = document.edits.filter(section=section).annotate(
        place=Window(RowNumber(), partition_by="field", order_by=("-at", "-pk")),
        number=Window(Count("pk"), partition_by="field"),
    )
    latest: list[Any] = list(edits.filter(place__lte=MOST_EDITS).select_related("by").order_by("-at", "-pk"))
    for edit in latest:
        edit.earlier = edit.number - MOST_EDITS if edit.place == MOST_EDITS else 0
    return latest


def edits_by_field(edits: Iterable[FieldEdit], fields: Sequence[TemplateField]) -> Histories:
    """These changes by field; why a field differs from what the documents share stands with the field. No query."""
    by_key = {field.key: field for field in fields}
    histories: dict[str, list[tuple[FieldEdit, str, str]]] = defaultdict(list)
    for edit in edits:
        key = edit.field.removesuffix(WHY)
        if key not in by_key:
            continue
        if key != edit.field:
            words = tuple(why_words(str(value)) for value in (edit.old, edit.new))
        else:
            words = change_words(by_key[key], edit.old, edit.new)
        before, after = (Truncator(text).chars(MOST_EDIT_LETTERS) for text in words)
        histories[key].append((edit, before, after))
    return histories


def why_words(reason: str) -> str:
    """The reason why a field differs from what the documents share, as a sentence; "" for none."""
    return _("Differs from what the documents share: %(reason)s") % {"reason": reason} if reason else ""


def others_just_now(edits: Iterable[FieldEdit], user: Any, now: datetime) -> list[tuple[str, int]]:
    """Who else has saved something of these in the last minutes, with how many minutes ago, the latest first. No query."""
    people: dict[int, tuple[str, int]] = {}
    for edit in edits:
        if edit.by is not None and edit.by.pk != user.pk and edit.at > now - JUST_NOW:
            people.setdefault(edit.by.pk, (str(edit.by), max(1, round((now - edit.at).total_seconds() / 60))))
    return list(people.values())
