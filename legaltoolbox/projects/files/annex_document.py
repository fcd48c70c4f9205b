"""A requirement annex as a document for Word and PDF: to fill in, with a vendor's answers, or with those of all beside each other.

The texts are those that were pinned when the annex was sent. They are Danish, whatever the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from django.utils import timezone

from kl_ai.export.document import Blank, Block, Document, Heading, Labelled, Prose, Stack, Table, TableCell, Titled
from legaltoolbox.files.annex import (
    ENCLOSED,
    HEADINGS,
    INTRODUCTION,
    USE_HEADINGS,
    USE_NAMES,
    USE_TEXTS,
    WIDTHS,
    answer_cell,
)
from legaltoolbox.files.documents import header_fields
from legaltoolbox.files.texts import danish_date
from legaltoolbox.tender import Use

from ..models import Annex, AnnexLine, Recipient, Submission
from ..work.answer_progress import Answers
from ..work.chosen_answers import ANSWER_WORDS

NOT_STATED = "Ikke oplyst"
REFERENCE = "Bilag og side"


def annex_document(
    annex: Annex, lines: Sequence[AnnexLine], company: str = "", answers: Answers | None = None, *, is_form: bool = True
) -> Document:
    """The annex with `answers`, the number of a point to the answer; the others are fields that Word fills in, unless `is_form` is off.

    No query.
    """
    municipality = annex.project.municipality.name
    known = {"Ordregiver": municipality, "Udbud": annex.title, "Tilbudsgiver": company}
    return Document(
        title=annex.title,
        subtitle=f"Kravbilag. Svarfrist {danish_date(annex.deadline)}",
        header=f"Kravbilag  |  {municipality}",
        verbatim=tuple(filter(None, known.values())),
        blocks=[
            header_fields("Ordregiver", "Udbud", "Tilbudsgiver", "Dato", filled=known),
            *([Prose(annex.introduction)] if annex.introduction else []),
            Prose(f"Kontakt: {annex.contact}"),
            Prose(INTRODUCTION),
            *_uses(lines, answers or {}, is_form=is_form),
        ],
    )


def _uses(lines: Sequence[AnnexLine], answers: Answers, *, is_form: bool) -> Iterator[Block]:
    """A section for each use, and in it a table for each topic, in the order of the annex."""
    for use, heading in USE_HEADINGS.items():
        of_use = [line for line in lines if line.use == use]
        if not of_use:
            continue
        yield Heading(heading)
        yield Prose(USE_TEXTS[use])
        for topic, of_topic in groupby(of_use, key=lambda line: line.text.get("topic", "")):
            rows = [row for line in of_topic for row in _rows(line, use, answers, is_form=is_form)]
            if topic:
                yield Heading(topic, level=2)
            yield Table(HEADINGS, rows, WIDTHS, row_breaks=True)


def _rows(line: AnnexLine, use: Use, answers: Answers, *, is_form: bool) -> Iterator[Sequence[TableCell]]:
    yield line.code, _requirement(line), Blank(ENCLOSED) if is_form else ""
    for point in line.points:
        number = point["number"] if point["is_answered"] else ""
        is_open = number and is_form and number not in answers
        yield number, point["text"], answer_cell(number, use) if is_open else _given(answers.get(number, {}), number)


def _requirement(line: AnnexLine) -> TableCell:
    text = line.text
    parts: list[TableCell] = [Titled(line.title, text.get("introduction", ""))]
    for label, name in (("Bevis", "evidence"), ("Grundlag", "basis")):
        if text.get(name):
            parts.append(Labelled(label, text[name]))
    return Stack(parts)


def _given(answer: Mapping[str, str], number: str) -> TableCell:
    """What a vendor has answered to a point; "" for a sentence that only introduces points, which has no number."""
    if not any(answer.values()):
        return NOT_STATED if number else ""
    parts: list[TableCell] = [Titled(ANSWER_WORDS.get(answer.get("value", ""), NOT_STATED), answer.get("how", ""))]
    if answer.get("reference"):
        parts.append(Labelled(REFERENCE, answer["reference"]))
    return Stack(parts)


# All vendors beside each other ------------------------------------------------------------------


def answers_document(
    annex: Annex, lines: Sequence[AnnexLine], recipients: Sequence[Recipient], submissions: Mapping[int, Submission]
) -> Document:
    """The newest answers of all recipients, in their order, point by point. No query."""
    return Document(
        title=f"Svar på {annex.title}",
        subtitle=f"Svarfrist {danish_date(annex.deadline)}. Virksomhederne står fra A til Å.",
        header=f"Svar på kravbilag  |  {annex.project.municipality.name}",
        landscape=True,
        blocks=[
            Table(
                ("Virksomhed", "Indsendt"),
                [(recipient.company, handed_in(submissions.get(recipient.pk))) for recipient in recipients],
            ),
            *(block for line in lines for block in _side_by_side(line, recipients, submissions)),
        ],
    )


def _side_by_side(
    line: AnnexLine, recipients: Sequence[Recipient], submissions: Mapping[int, Submission]
) -> Iterator[Block]:
    yield Heading(f"{line.code} {line.title}", numbered=False)
    introduction = line.text.get("introduction", "")
    yield Prose("\n\n".join(filter(None, (USE_NAMES[Use(line.use)][0].capitalize() + ".", introduction))))
    rows: list[Sequence[TableCell]] = []
    for point in line.points:
        if not point["is_answered"]:
            rows.append(("", point["text"], ""))
            continue
        rows.append((point["number"], point["text"], ""))
        for recipient in recipients:
            submission = submissions.get(recipient.pk)
            answer = submission.answers.get(point["number"], {}) if submission else {}
            rows.append(("", recipient.company, _given(answer, point["number"])))
    yield Table(("Nr.", "Punkt og virksomhed", "Svar"), rows, (0.8, 4.2, 5), row_breaks=True)


def handed_in(submission: Submission | None) -> str:
    """When a recipient has handed in, by whom, and whether the municipality has entered it. No query."""
    if submission is None:
        return "Intet indsendt"
    at = timezone.localtime(submission.at)
    entered = ", indtastet af kommunen" if submission.is_entered else ""
    return f"{danish_date(at.date())} kl. {at:%H.%M}, {submission.name}{entered}"
