"""The weekly mail to each person about the tasks that are due soon or overdue; none where nothing is."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, link, post_many
from kl_ai.people.tokens import KeySigner
from legaltoolbox.catalogue import Catalogue

from ..models import Task
from ..work.plan import task_title, task_url

KIND = "tasks_due"
DAYS_AHEAD = 14
MOST_TASKS = 30
"""So many tasks stand in a mail; then a line says how many more there are."""
SIGNER = KeySigner("projects.task-mails")
"""Signs the user's key for the link that stops the mails, without a login."""


def post_weekly(day: date, catalogue: Catalogue) -> list[OutgoingMail]:
    """Queue the mails of the week that `day` is in, in the caller's transaction; those of a second call are none.

    Two queries, and those of `post_many`.
    """
    year, week, _weekday = day.isocalendar()
    return post_many(
        _letter(user, tasks, day, catalogue, f"{KIND}:{user.pk}:{year}-{week:02}") for user, tasks in due(day)
    )


def due(day: date) -> list[tuple[Any, list[Task]]]:
    """Each person who wants the mail, with what is due within `DAYS_AHEAD` or overdue, the first day first. One query."""
    tasks = Task.objects.waiting().filter(
        due__lte=day + timedelta(days=DAYS_AHEAD), owner__user__is_active=True, owner__user__task_mail_stop=None
    )
    by_user: dict[Any, list[Task]] = defaultdict(list)
    for task in tasks.select_related("owner__user", "project__municipality"):
        if task.owner is not None:
            by_user[task.owner.user].append(task)
    return list(by_user.items())


def _letter(user: Any, tasks: list[Task], day: date, catalogue: Catalogue, key: str) -> Letter:
    stop_url = link("projects:task_mails_stop", SIGNER.sign(user.pk), language=user.language)
    with translation.override(user.language):
        lines = [
            {
                "title": task_title(task, catalogue),
                "project": task.project.title,
                "due": task.due,
                "is_overdue": task.due is not None and task.due < day,
                "url": settings.SITE_URL + task_url(task),
            }
            for task in tasks[:MOST_TASKS]
        ]
    context = {
        "overdue": [line for line in lines if line["is_overdue"]],
        "soon": [line for line in lines if not line["is_overdue"]],
        "more": max(0, len(tasks) - MOST_TASKS),
        "number": len(tasks),
        "days": DAYS_AHEAD,
        "mine_url": link("projects:mine", language=user.language),
        "stop_url": stop_url,
    }
    return Letter(key, user.email, KIND, context, user.language, unsubscribe_url=stop_url)
