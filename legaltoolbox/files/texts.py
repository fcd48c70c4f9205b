"""Texts that the toolbox's documents and workbooks share. They are Danish, as the content is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import override

from kl_ai.export.document import Block, Heading, Prose
from kl_ai.text import clean_line

from ..catalogue import Catalogue
from ..models import Item, LegalSource, LegalStatus, Requirement, unsettled_texts

DISCLAIMER = "Vejledning, ikke juridisk rådgivning"
MAX_FILENAME = 120
"""Characters of a file's name before its ending."""
NOT_CONFIRMED = "Indholdet er ikke bekræftet af en jurist endnu."
SUBJECT = "Juridisk værktøjskasse for ansvarlig AI"
"""What the documents are about, in their properties."""


def danish_date(day: date) -> str:
    """A day as it is written in Danish, "3. marts 2025"."""
    with override("da"):
        return date_format(day, "j. F Y")


def sources(item: Item, catalogue: Catalogue, *, own: bool = True) -> str:
    """The item's sources with what is not simply in force, as one text."""
    return "; ".join(source_text(source, own=own) for source in catalogue.linked(item, LegalSource.KIND))


def source_text(source: LegalSource, *, own: bool = True) -> str:
    """The citation of a source in a document, with its status where it is no law in force.

    A paper that is sent to others does not say that a source is not settled.
    """
    with override("da"):
        if source.status in (LegalStatus.ADOPTED, LegalStatus.PROPOSED, LegalStatus.REPEALED):
            return f"{source.name} ({str(source.get_status_display()).lower()})"
    if not (source.is_unsettled and own):
        return source.name
    return f"{source.name} ({'uafklaret retstilstand' if source.is_uncertain else 'med forbehold'})"


def level_text(requirement: Requirement) -> str:
    """The level of a requirement in Danish, "Skal", with the note on it; the note alone where it begins with that word."""
    with override("da"):
        word, note = capfirst(str(requirement.get_level_display())), requirement.level_note
    if re.match(rf"{word}\b", note):
        return note
    return f"{word}. {note}" if note else word


def condition_lines(item: Item, catalogue: Catalogue) -> list[str]:
    """What an item applies for, a line for each way: the questions with the answers that all must have."""
    groups: dict[object, list[str]] = {}
    for condition in catalogue.conditions(item):
        asked = condition.question
        label = asked.label(condition.answer)
        groups.setdefault(condition.group or f"alone {condition.pk}", []).append(f"{asked.question} {label}")
    return [clean_line(", og ".join(lines)) for lines in groups.values()]


def closing(items: Sequence[Item]) -> Iterator[Block]:
    """The end of the municipality's own papers: that they are guidance, when they were reviewed, what is not settled."""
    yield Heading("Om dette dokument", numbered=False)
    confirmed = all(item.confirmed_on for item in items)
    reviewed = min(item.reviewed_on for item in items)
    yield Prose(
        f"{DISCLAIMER}. Teksten er sidst gennemgået {danish_date(reviewed)}. {'' if confirmed else NOT_CONFIRMED} "
        "Kontrollér kilderne, før I bygger på dem.".replace("  ", " ")
    )
    overdue = [item for item in items if item.is_overdue]
    if overdue:
        which = f" Det gælder {', '.join(map(str, overdue))}." if len(items) > 1 else ""
        yield Prose(
            f"Teksten skulle have været gennemgået igen senest {danish_date(min(item.review_by for item in overdue))}. "
            f"Den kan være forældet.{which}"
        )
    unsettled = unsettled_texts(items)
    if unsettled:
        yield Heading("Uafklaret", level=2, numbered=False)
        for text, unsettled_items in unsettled:
            which = ", ".join(map(str, unsettled_items))
            yield Prose(f"{which}: {text}" if len(items) > 1 else text)


def filename(*words: str, ending: str) -> str:
    """A file's name that every system takes. Of the signs that Windows refuses, those between words become spaces."""
    name = re.sub(r"[\\/:<>|\x00-\x1f]", " ", re.sub(r'[?*"]', "", " ".join(words)))
    name = " ".join(name.split()).rstrip(". ")
    return f"{name[:MAX_FILENAME].rstrip('. ') or 'Dokument'}.{ending}"
