"""What of requirement annexes waits for whoever may write in a project: questions of vendors, and answers that can be read now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Annex, AnnexStatus, Project, Submission
from ..models.annexes import READ_FOR
from ..rights import Right


class AnnexThing(NamedTuple):
    """One thing that waits."""

    annex: Annex
    questions: int = 0
    """How many questions are not answered; with 0 there are answers to read."""


def annex_things(projects: Iterable[Project]) -> dict[int, list[AnnexThing]]:
    """Primary key of each project to what waits for the user whom `visible_to` was asked for, the next deadline first.

    Questions wait while vendors can still answer; answers until a vendor is chosen, at most `READ_FOR` after the deadline.
    One query, and none where the user writes in none of the projects.
    """
    things: dict[int, list[AnnexThing]] = defaultdict(list)
    own = {project.pk: project for project in projects if project.is_active and project.may(Right.WRITE)}
    if not own:
        return things
    rows = Annex.objects.filter(project__in=own, deadline__gte=timezone.localdate() - READ_FOR)
    rows = rows.exclude(status=AnnexStatus.DRAFT).annotate(
        open_questions=Count("questions", filter=Q(questions__answered_at=None)),
        has_answers=Exists(Submission.objects.filter(recipient__annex=OuterRef("pk"))),
    )
    for annex in rows.order_by("deadline", "pk"):
        annex.project = own[annex.project_id]
        if annex.is_open and annex.open_questions:
            things[annex.project_id].append(AnnexThing(annex, annex.open_questions))
        elif annex.are_answers_readable and annex.has_answers and annex.chosen_id is None:
            things[annex.project_id].append(AnnexThing(annex))
    return things


def annex_lines(project: Project) -> list[tuple[str, str, str, bool, str, str]]:
    """What waits in a project, as the fields of a `WaitingLine`. One query."""
    return [_line(thing) for thing in annex_things([project])[project.pk]]


def _line(thing: AnnexThing) -> tuple[str, str, str, bool, str, str]:
    annex = thing.annex
    if not thing.questions:
        return (
            _("Read the answers of the vendors"),
            "",
            annex.title,
            False,
            "",
            reverse("projects:annex_answers", args=annex.address),
        )
    text = ngettext("Answer %(n)s question of vendors", "Answer %(n)s questions of vendors", thing.questions)
    note = _("they have until %(day)s") % {"day": formats.date_format(annex.deadline, "DATE_FORMAT")}
    url = reverse("projects:annex", args=annex.address) + "#questions-heading"
    return text % {"n": thing.questions}, "", annex.title, False, note, url
