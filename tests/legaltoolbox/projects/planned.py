"""Tasks of a project, and what a person's browser gets of them, for the tests of several pages."""

from datetime import date
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.models import Project, Task
from legaltoolbox.projects.models.tasks import EMPTY
from tests.days import on_date
from tests.legaltoolbox.projects.builders import Team

MONDAY = date(2026, 11, 30)


def browser(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def url(name: str, project: Project, *args: Any) -> str:
    return reverse(f"projects:{name}", args=[*project.address, *args])


def take(team: Team, code: str, answers: Any = None, **values: Any) -> None:
    """Write the first task of an activity, and answers to its checklist."""
    seen = (fingerprint(EMPTY), fingerprint(dict.fromkeys(answers or {}, ("", ""))))
    Task.save_activity(team.project, team.lead.user, code, {**EMPTY, **values}, answers or {}, seen=seen)


def add(team: Team, title: str, **values: Any) -> Task:
    return Task.add_own(team.project, team.lead.user, {**EMPTY, "title": title, **values}, "")


def write_mails(day: date = MONDAY) -> list[OutgoingMail]:
    with on_date(day):
        call_command("send_task_mail", stdout=StringIO())
    return list(OutgoingMail.objects.filter(kind="tasks_due").order_by("pk"))
