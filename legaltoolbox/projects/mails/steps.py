"""The mails of a document's steps and of the decisions at a project's decision points: to whoever has the next step, or waits.

They name nobody and say nothing of what a project contains but its title, and that of the document or point. Where the
municipality asks for the second step they have the project's number alone: mail is read without it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import formats, translation
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.outbox import Letter, link
from kl_ai.models import User

from ..models import Project, ProjectDocument, ProjectEvent
from ..rights import DPO, ProjectRole
from .posting import Posted, post_within_limits

What = ProjectEvent.What
KIND = "project_step"


class StepText(NamedTuple):
    """Who gets the mail about a step, its subject and its sentence, with places for `thing`, `project`, `municipality` and `day`.

    Subject and sentence for before the second step have a place for the project's `number`, and none for titles.
    """

    roles: tuple[str, ...]
    subject: Any
    sentence: Any
    subject_before_step: Any
    sentence_before_step: Any


TEXTS = {
    What.ASKED: StepText(
        (DPO,),
        _("Your opinion on “%(thing)s” is wanted"),
        _(
            "The project “%(project)s” of %(municipality)s asks for your opinion on “%(thing)s” by %(day)s. Nobody changes the document while you read. It is here:"
        ),
        _("Your opinion is wanted"),
        _(
            "Project no. %(number)s of %(municipality)s asks for your opinion by %(day)s. You see on what with your authenticator app:"
        ),
    ),
    What.OPINION: StepText(
        (ProjectRole.LEAD, ProjectRole.EDITOR),
        _("There is an opinion on “%(thing)s”"),
        _(
            "The data protection officer has given an opinion on “%(thing)s” in the project “%(project)s”. Read it, and answer the advice, here:"
        ),
        _("There is an opinion"),
        _(
            "The data protection officer has given an opinion in project no. %(number)s of %(municipality)s. You read it with your authenticator app:"
        ),
    ),
    What.TO_MANAGEMENT: StepText(
        (ProjectRole.MANAGEMENT,),
        _("“%(thing)s” waits for your decision"),
        _(
            "The project “%(project)s” of %(municipality)s asks the management to decide on “%(thing)s”. You see what the decision rests on, and decide here:"
        ),
        _("Something waits for your decision"),
        _(
            "Project no. %(number)s of %(municipality)s asks the management to decide. You see on what with your authenticator app:"
        ),
    ),
    What.DECIDED: StepText(
        (ProjectRole.LEAD, ProjectRole.EDITOR, DPO),
        _("The management has decided on “%(thing)s”"),
        _(
            "The management has decided on “%(thing)s” in the project “%(project)s” of %(municipality)s. You read the decision here:"
        ),
        _("The management has decided"),
        _(
            "The management has decided something in project no. %(number)s of %(municipality)s. You read the decision with your authenticator app:"
        ),
    ),
}
"""The steps that somebody is told of; a document that is taken back is not one of them."""
WHY = {
    DPO: _("You get this mail because you are the municipality’s data protection officer, or a substitute."),
    ProjectRole.LEAD: _("You get this mail because you lead the project."),
    ProjectRole.EDITOR: _("You get this mail because you work on the project."),
    ProjectRole.MANAGEMENT: _("You get this mail because you decide for the management in the project."),
}


def send_step(document: ProjectDocument, what: str, title: str) -> Posted:
    """Queue the mails about the document's newest step of this kind, in the verb's transaction; a second call queues none.

    `title` is that of its template. None for a step that nobody is told of. Three queries and those of `post_within_limits`.
    """
    until = document.opinion_until if what == What.ASKED else None
    address = ("projects:document_steps", *document.project.address, document.number)
    return _send(document.project, what, document.template, f"{document.template} {title}", address, until)


def send_point(project: Project, point: str, title: str, what: str = What.DECIDED) -> Posted:
    """Queue the mails about the newest decision at this point, or the newest request for one with `TO_MANAGEMENT`.

    In the verb's transaction; a second call queues none. As `send_step`.
    """
    address = ("projects:decision_point", *project.address, point.lower())
    return _send(project, what, point, f"{point} {title}", address)


def _send(project: Project, what: str, place: str, thing: str, address: tuple[Any, ...], until: Any = None) -> Posted:
    event = project.events.filter(what=what, place=place).first()
    if what not in TEXTS or event is None:
        return Posted()
    return post_within_limits(KIND, _letters(event, thing, address, until))


def _letters(event: ProjectEvent, thing: str, address: tuple[Any, ...], until: Any) -> Iterator[Letter]:
    """A letter for each person whom the event concerns, but for who has done it."""
    project, text = event.project, TEXTS[What(event.what)]
    for role in text.roles:
        for user in recipients(project, role):
            if user.pk == event.actor_id:
                continue
            name, *args = address
            with translation.override(user.language):
                subject, sentence = _words(project, text, thing, until)
                context = {
                    "subject": subject,
                    "sentence": sentence,
                    "why": str(WHY[role]),
                    "url": link(name, *args, language=user.language),
                }
            yield Letter(f"project-step:{event.pk}:{user.pk}", user.email, KIND, context, user.language)


def _words(project: Project, text: StepText, thing: str, until: Any) -> tuple[str, str]:
    """Subject and sentence in the language that is active; no title where the municipality asks for the second step. No query."""
    words = {
        "municipality": project.municipality.name,
        "day": formats.date_format(until, "DATE_FORMAT") if until else "",
    }
    if project.municipality.requires_second_factor:
        return str(text.subject_before_step), text.sentence_before_step % {**words, "number": project.number}
    words |= {"thing": thing, "project": project.title}
    return text.subject % words, text.sentence % words


def recipients(project: Project, role: str) -> list[User]:
    """Those who have this role in the project and can log in; its officers are those of the municipality. One query."""
    members = (
        Q(municipality_memberships__municipality=project.municipality) & ~Q(municipality_memberships__dpo="")
        if role == DPO
        else Q(
            municipality_memberships__project_roles__project=project, municipality_memberships__project_roles__role=role
        )
    )
    return list(User.objects.filter(members, is_active=True).distinct().order_by("pk"))
