"""The mails of a document's steps and of the decisions at a project's decision points: to whoever has the next step, or waits.

They name nobody and say nothing of what a project contains but its title, that of the document or point, and whether the
management has said yes, yes on conditions, or no; its conditions and reasons stand in the portal alone. Where the
municipality asks for the second step they have the project's number alone: mail is read without it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import formats, translation
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, link, post_many
from kl_ai.models import User

from ..models import Annex, Decision, Project, ProjectDocument, ProjectEvent
from ..rights import DPO, ProjectRole
from .posting import Posted, post_within_limits

What = ProjectEvent.What
KIND = "project_step"
REQUESTS = frozenset({What.ASKED, What.TO_MANAGEMENT})
"""The steps whose mails are never left out: too many of them are refused (`models/requests.py`)."""


class StepText(NamedTuple):
    """Who gets the mail about a step, its subject and its sentence, with places for `thing`, `project`, `municipality`, `day` and `answer`.

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
        gettext_lazy("Your opinion on “%(thing)s” is wanted"),
        gettext_lazy(
            "The project “%(project)s” of %(municipality)s asks for your opinion on “%(thing)s” by %(day)s. Nobody changes the document while you read. It is here:"
        ),
        gettext_lazy("Your opinion is wanted"),
        gettext_lazy(
            "Project no. %(number)s of %(municipality)s asks for your opinion by %(day)s. You see on what with your authenticator app:"
        ),
    ),
    What.OPINION: StepText(
        (ProjectRole.LEAD, ProjectRole.EDITOR),
        gettext_lazy("There is an opinion on “%(thing)s”"),
        gettext_lazy(
            "The data protection officer has given an opinion on “%(thing)s” in the project “%(project)s”. Read it, and answer the advice, here:"
        ),
        gettext_lazy("There is an opinion"),
        gettext_lazy(
            "The data protection officer has given an opinion in project no. %(number)s of %(municipality)s. You read it with your authenticator app:"
        ),
    ),
    What.TO_MANAGEMENT: StepText(
        (ProjectRole.MANAGEMENT,),
        gettext_lazy("“%(thing)s” waits for your decision"),
        gettext_lazy(
            "The project “%(project)s” of %(municipality)s asks the management to decide on “%(thing)s”. You see what the decision rests on, and decide here:"
        ),
        gettext_lazy("Something waits for your decision"),
        gettext_lazy(
            "Project no. %(number)s of %(municipality)s asks the management to decide. You see on what with your authenticator app:"
        ),
    ),
    What.DECIDED: StepText(
        (ProjectRole.LEAD, ProjectRole.EDITOR, DPO),
        gettext_lazy("The management has decided on “%(thing)s”"),
        gettext_lazy(
            "The management has decided on “%(thing)s” in the project “%(project)s” of %(municipality)s: %(answer)s. You read the whole decision here:"
        ),
        gettext_lazy("The management has decided"),
        gettext_lazy(
            "The management has decided something in project no. %(number)s of %(municipality)s. You read the decision with your authenticator app:"
        ),
    ),
    What.VENDOR_ASKED: StepText(
        (ProjectRole.LEAD, ProjectRole.EDITOR),
        gettext_lazy("A vendor has asked about “%(thing)s”"),
        gettext_lazy(
            "A vendor has asked a question about the requirement annex “%(thing)s” in the project “%(project)s”. All recipients see your answer. Read the question, and answer it, here:"
        ),
        gettext_lazy("A vendor has asked a question"),
        gettext_lazy(
            "A vendor has asked a question about a requirement annex of project no. %(number)s of %(municipality)s. You read it with your authenticator app:"
        ),
    ),
}
"""The steps that somebody is told of; a document that is taken back is not one of them."""
WHY = {
    DPO: gettext_lazy("You get this mail because you are the municipality’s data protection officer, or a substitute."),
    ProjectRole.LEAD: gettext_lazy("You get this mail because you lead the project."),
    ProjectRole.EDITOR: gettext_lazy("You get this mail because you work on the project."),
    ProjectRole.MANAGEMENT: gettext_lazy("You get this mail because you decide for the management in the project."),
}

GROUPS = {
    DPO: gettext_lazy("the data protection officers"),
    ProjectRole.LEAD: gettext_lazy("the project leads"),
    ProjectRole.EDITOR: gettext_lazy("the editors"),
    ProjectRole.MANAGEMENT: gettext_lazy("the management"),
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


def send_vendor_question(annex: Annex) -> Posted:
    """Queue the mails about the newest question of a vendor, without its text, in the verb's transaction. As `send_step`."""
    return _send(annex.project, What.VENDOR_ASKED, annex.place, annex.title, ("projects:annex", *annex.address))


def _send(project: Project, what: str, place: str, thing: str, address: tuple[Any, ...], until: Any = None) -> Posted:
    event = project.events.filter(what=what, place=place).first()
    if what not in TEXTS or event is None:
        return Posted()
    letters = _letters(event, thing, address, until)
    return Posted(post_many(letters)) if what in REQUESTS else post_within_limits(KIND, letters)


def _letters(event: ProjectEvent, thing: str, address: tuple[Any, ...], until: Any) -> Iterator[Letter]:
    """A letter for each person whom the event concerns, but for who has done it."""
    project, text = event.project, TEXTS[What(event.what)]
    for role in text.roles:
        for user in recipients(project, role):
            if user.pk == event.actor_id:
                continue
            name, *args = address
            with translation.override(user.language):
                subject, sentence = _words(event, text, thing, until)
                context = {
                    "subject": subject,
                    "sentence": sentence,
                    "why": str(WHY[role]),
                    "url": link(name, *args, language=user.language),
                }
            yield Letter(f"project-step:{event.pk}:{user.pk}", user.email, KIND, context, user.language)


def _words(event: ProjectEvent, text: StepText, thing: str, until: Any) -> tuple[str, str]:
    """Subject and sentence in the language that is active; no title and no answer where the municipality asks for the second
    step. No query.
    """
    project = event.project
    words = {
        "municipality": project.municipality.name,
        "day": formats.date_format(until, "DATE_FORMAT") if until else "",
    }
    if project.municipality.requires_second_factor:
        return str(text.subject_before_step), text.sentence_before_step % {**words, "number": project.number}
    answer = dict(Decision.Answer.choices).get(event.new.partition("\n")[0], "")
    words |= {"thing": thing, "project": project.title, "answer": str(answer)}
    return text.subject % words, text.sentence % words


def told(project: Project, what: str, mails: Iterable[OutgoingMail]) -> str:
    """Who gets these mails about a step of this kind, as a sentence; "" where nobody does. A query for each role."""
    addresses = {mail.to for mail in mails}
    roles = TEXTS[What(what)].roles if addresses else ()
    names = [str(GROUPS[role]) for role in roles if any(user.email in addresses for user in recipients(project, role))]
    return capfirst(_("%(people)s get a mail.") % {"people": get_text_list(names, _("and"))}) if names else ""


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
