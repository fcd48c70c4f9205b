"""The mail to the leads of projects in which changes of the catalogue wait: at most one a week, and only for something new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, link, post_many
from legaltoolbox.catalogue import Catalogue

from ..models import Project, ProjectMember, UpdateMail
from ..rights import ProjectRole, can_work
from ..work.own_texts import OwnTexts, own_texts_of, updates_url
from ..work.texts import texts
from .tasks import SIGNER

KIND = "project_updates"
MOST_PROJECTS = 30
"""So many projects stand in a mail; then a line says how many more there are."""


def post_digests(day: date, catalogue: Catalogue) -> list[OutgoingMail]:
    """Queue the mails that are due on this day, in the caller's transaction; those of a second call are none.

    Six queries, those of `post_many`, and one for each mail.
    """
    waiting = due(day, catalogue)
    letters = {_key(user, day): (user, projects) for user, projects in waiting}
    mails = post_many(_letter(user, projects, key) for key, (user, projects) in letters.items())
    for mail in mails:
        user, projects = letters[mail.key]
        told = sorted(name for _project, names in projects for name in names)
        UpdateMail.record(user, told)
    return mails


def _key(user: Any, day: date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{KIND}:{user.pk}:{year}-{week:02}"


def due(day: date, catalogue: Catalogue) -> list[tuple[Any, list[tuple[Project, set[str]]]]]:
    """Each lead in whose projects something waits that no mail has named, with these projects and what waits there.

    Nobody who got a mail this week, or has stopped the weekly mails. Six queries at most.
    """
    leads = ProjectMember.objects.filter(
        can_work("member__user"), role=ProjectRole.LEAD, member__user__task_mail_stop=None
    ).filter(project__in=Project.objects.active())
    rows = list(leads.select_related("member__user", "project__municipality").order_by("project", "pk"))
    projects = {row.project_id: row.project for row in rows}
    names = _names(own_texts_of(list(projects.values()), catalogue), catalogue) if projects else {}
    by_user: dict[Any, list[tuple[Project, set[str]]]] = defaultdict(list)
    for row in rows:
        if names.get(row.project_id):
            by_user[row.member.user].append((row.project, names[row.project_id]))
    sent = {row.user_id: row for row in UpdateMail.objects.filter(user__in=[user.pk for user in by_user])}
    return [(user, own) for user, own in by_user.items() if _is_due(sent.get(user.pk), own, day)]


def _names(own: Mapping[int, OwnTexts], catalogue: Catalogue) -> dict[int, set[str]]:
    """Primary key of each project to a name for each change that waits for a decision."""
    live = texts(catalogue).hashes
    return {
        project: {f"{project}:{pin.kind}:{pin.code}:{live.get(pin.key, '')[:16]}" for pin in each.to_decide}
        for project, each in own.items()
    }


def _is_due(last: UpdateMail | None, own: Iterable[tuple[Project, set[str]]], day: date) -> bool:
    if last is None:
        return True
    same_week = timezone.localdate(last.sent_at).isocalendar()[:2] == day.isocalendar()[:2]
    return not same_week and any(names - set(last.told) for _project, names in own)


def _letter(user: Any, projects: list[tuple[Project, set[str]]], key: str) -> Letter:
    """The mail to this person. Of a municipality that asks for the second step it has numbers alone."""
    named = [each for each in projects if not each[0].municipality.requires_second_factor]
    unnamed: Counter[str] = Counter()
    for project, names in projects:
        if project.municipality.requires_second_factor:
            unnamed[project.municipality.name] += len(names)
    stop_url = link("projects:task_mails_stop", SIGNER.sign(user.pk), language=user.language)
    with translation.override(user.language):
        lines = [
            {"title": project.title, "number": len(names), "url": settings.SITE_URL + updates_url(project)}
            for project, names in named[:MOST_PROJECTS]
        ]
    context = {
        "lines": lines,
        "more": max(0, len(named) - MOST_PROJECTS),
        "unnamed": [{"municipality": name, "number": number} for name, number in unnamed.items()],
        "total": sum(len(names) for _project, names in projects),
        "home_url": link("projects:home", language=user.language),
        "stop_url": stop_url,
    }
    return Letter(key, user.email, KIND, context, user.language, unsubscribe_url=stop_url)
