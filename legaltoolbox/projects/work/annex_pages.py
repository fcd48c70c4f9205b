"""What the municipality's pages of a requirement annex show: where it stands, its recipients, and the answers side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Requirement
from legaltoolbox.tender import Use

from ..models import Annex, AnnexLine, AnnexQuestion, Project, Recipient, Submission
from ..models.vendor_answers import AnswerValue


def annexes_of(project: Project) -> list[Annex]:
    """The annexes, newest first, with the numbers `recipient_count`, `handed_in_count` and `open_questions`. One query."""
    recipients = Recipient.objects.filter(annex=OuterRef("pk"))
    handed_in = recipients.filter(Exists(Submission.objects.filter(recipient=OuterRef("pk"))))
    questions = AnnexQuestion.objects.waiting().filter(annex=OuterRef("pk"))
    numbers = {"recipient_count": recipients, "handed_in_count": handed_in, "open_questions": questions}
    rows = project.annexes.select_related("chosen").annotate(**{name: _number(own) for name, own in numbers.items()})
    annexes = list(rows.order_by("-number"))
    for annex in annexes:
        annex.project = project
    return annexes


def annex_rows(project: Project) -> list[tuple[Annex, str, str]]:
    """As `annexes_of`, each with what its status is called and where it stands. One query."""
    rows: list[Any] = annexes_of(project)
    return [(annex, label(annex), standing(annex, annex.recipient_count, annex.handed_in_count)) for annex in rows]


def standing_of(annex: Annex, recipients: Sequence[Any]) -> str:
    """As `standing`, of the recipients that `recipients_of` gives. No query."""
    return standing(annex, len(recipients), sum(bool(each.submission_count) for each in recipients))


def _number(rows: Any) -> Any:
    """How many of these rows an annex has."""
    return Coalesce(Subquery(rows.order_by().values("annex").annotate(n=Count("pk")).values("n")), 0)


def standing(annex: Annex, recipients: int, handed_in: int) -> str:
    """Where the annex stands, in one sentence. No query."""
    day = formats.date_format(annex.deadline, "DATE_FORMAT")
    if annex.is_draft:
        return _("A draft: nobody outside the project has seen it.")
    words = {"n": recipients, "handed_in": handed_in, "day": day}
    if annex.is_open:
        text = ngettext(
            "Sent to %(n)s recipient. %(handed_in)s has handed in so far, and answers are taken until the end of %(day)s.",
            "Sent to %(n)s recipients. %(handed_in)s have handed in so far, and answers are taken until the end of %(day)s.",
            recipients,
        )
        return text % words
    text = ngettext(
        "Closed for answers: %(handed_in)s of %(n)s recipient has handed in.",
        "Closed for answers: %(handed_in)s of %(n)s recipients have handed in.",
        recipients,
    )
    return text % words


def label(annex: Annex) -> str:
    """What its status is called; one whose deadline has passed counts as closed. No query."""
    if annex.is_draft:
        return _("Draft")
    return _("Open for answers") if annex.is_open else _("Closed for answers")


def recipients_of(annex: Annex) -> list[Recipient]:
    """The recipients A to Å, with the numbers `submission_count` and the time `handed_in_at`. One query."""
    rows = annex.recipients.annotate(submission_count=Count("submissions"), handed_in_at=Max("submissions__at"))
    recipients = list(rows.alphabetical())
    for recipient in recipients:
        recipient.annex = annex
    return recipients


# What vendors see -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownLine:
    """A requirement with its text, as the pages show it."""

    code: str
    title: str
    use: str
    """In words."""
    text: Mapping[str, Any]


def shown_lines(lines: Iterable[Any]) -> list[ShownLine]:
    """These lines, pinned ones or rows, as the pages show them. No query."""
    return [ShownLine(line.code, line.title, str(Use(line.use).label), line.text) for line in lines]


def gone_codes(uses: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    """Those of these requirements that the catalogue has no more. No query."""
    return [code for code in uses if catalogue.find(Requirement.KIND, code) is None]


# The answers side by side ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownAnswer:
    """What a recipient has handed in to a point."""

    company: str
    value: str
    """In words; "" where it has stated none."""
    how: str
    reference: str

    @property
    def is_stated(self) -> bool:
        return bool(self.value or self.how or self.reference)


@dataclass(frozen=True)
class PointRow:
    """A point with the answers of all recipients, in their order."""

    number: str
    text: str
    is_answered: bool
    answers: Sequence[ShownAnswer]


@dataclass(frozen=True)
class LineRows:
    """A requirement with its points."""

    line: ShownLine
    points: Sequence[PointRow]


def newest_submissions(annex: Annex) -> dict[int, Submission]:
    """The key of each recipient that has handed in, to its newest submission; none before they can be read. At most one query."""
    if not annex.are_answers_readable:
        return {}
    rows = Submission.objects.filter(recipient__annex=annex).order_by("number")
    return {row.recipient_id: row for row in rows}


def side_by_side(
    lines: Iterable[AnnexLine], recipients: Sequence[Recipient], submissions: Mapping[int, Submission]
) -> list[LineRows]:
    """The answers requirement by requirement, those of all recipients beside each other. No query."""
    return [
        LineRows(
            ShownLine(line.code, line.title, str(Use(line.use).label), line.text),
            [_point_row(point, recipients, submissions) for point in line.points],
        )
        for line in lines
    ]


def _point_row(
    point: Mapping[str, Any], recipients: Sequence[Recipient], submissions: Mapping[int, Submission]
) -> PointRow:
    answers = []
    for recipient in recipients if point["is_answered"] else ():
        submission = submissions.get(recipient.pk)
        answer = submission.answers.get(point["number"], {}) if submission else {}
        value = answer.get("value", "")
        words = str(AnswerValue(value).label) if value in AnswerValue.values else ""
        answers.append(ShownAnswer(recipient.company, words, answer.get("how", ""), answer.get("reference", "")))
    return PointRow(point["number"], point["text"], point["is_answered"], answers)
