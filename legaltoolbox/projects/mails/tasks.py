"""The weekly mail to each person about the tasks and measures that are due soon or overdue; none where nothing is."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, link, post_many
from kl_ai.people.tokens import KeySigner
from legaltoolbox.catalogue import Catalogue

from ..models import Measure, Task
from ..work.measures import due_lines

KIND = "tasks_due"
DAYS_AHEAD = 14
MOST_TASKS = 30
"""So many tasks and measures stand in a mail; then a line says how many more there are."""
SIGNER = KeySigner("projects.task-mails")
"""Signs the user's key for the link that stops the mails, without a login."""


def post_weekly(day: date, catalogue: Catalogue) -> list[OutgoingMail]:
    """Queue the mails of the week that `day` is in, in the caller's transaction; those of a second call are none.

    Three queries, and those of `post_many`.
    """
    year, week, _weekday = day.isocalendar()
    return post_many(
        _letter(user, tasks, day, catalogue, f"{KIND}:{user.pk}:{year}-{week:02}") for user, tasks in due(day)
    )


def due(day: date) -> list[tuple[Any, list[Task | Measure]]]:
    """Each person who wants the mail, with what is due within `DAYS_AHEAD` or overdue. Two queries."""
    by_user: dict[Any, list[Task | Measure]] = defaultdict(list)
    for waiting in (Task.objects.waiting(), Measure.objects.waiting()):
        rows = waiting.filter(
            due__lte=day + timedelta(days=DAYS_AHEAD), owner__user__is_active=True, owner__user__task_mail_stop=None
        )
        for row in rows.select_related("owner__user", "project__municipality"):
            if row.owner is not None:
                by_user[row.owner.user].append(row)
    return list(by_user.items())


def _letter(user: Any, due_rows: list[Task | Measure], day: date, catalogue: Catalogue, key: str) -> Letter:
    """The mail to this person. Of a municipality that asks for the second step it has numbers alone: mail is read without it."""
    tasks = [row for row in due_rows if not row.project.municipality.requires_second_factor]
    numbers = Counter(row.project.municipality for row in due_rows if row.project.municipality.requires_second_factor)
    late = sum(row.due is not None and row.due < day for row in due_rows)
    stop_url = link("projects:task_mails_stop", SIGNER.sign(user.pk), language=user.language)
    with translation.override(user.language):
        lines = [
            {
                "title": f"{line.code} {line.title}".strip(),
                "project": line.project.title,
                "due": line.due,
                "is_overdue": line.is_overdue,
                "url": settings.SITE_URL + line.url,
            }
            for line in due_lines(tasks, catalogue, day)[:MOST_TASKS]
        ]
    context = {
        "overdue": [line for line in lines if line["is_overdue"]],
        "soon": [line for line in lines if not line["is_overdue"]],
        "more": max(0, len(tasks) - MOST_TASKS),
        "unnamed": [{"municipality": municipality.name, "number": n} for municipality, n in numbers.items()],
        "late": late,
        "coming": len(due_rows) - late,
        "days": DAYS_AHEAD,
        "mine_url": link("projects:mine", language=user.language),
        "stop_url": stop_url,
    }
    return Letter(key, user.email, KIND, context, user.language, unsubscribe_url=stop_url)
