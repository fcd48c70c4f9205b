"""The mail to somebody who is let into a project."""

from django.utils import translation
from django.utils.translation import gettext as _

from kl_ai.mail.outbox import Letter, link

from ..models import MunicipalityMember, Project, ProjectEvent
from ..rights import ProjectRole
from .posting import Posted, post_within_limits
from .steps import KIND


def send_added(project: Project, member: MunicipalityMember) -> Posted:
    """Queue the mail to who was let in just now, in the verb's transaction; none to who has let in themselves.

    Where the municipality asks for the second step it names no project: mail is read without it. Four queries at most.
    """
    added = project.events.filter(what=ProjectEvent.What.MEMBER_ADDED, person=member.user).first()
    if added is None or added.actor_id == member.user_id or not member.user.is_active:
        return Posted()
    return post_within_limits(KIND, [_letter(project, member, added)])


def _letter(project: Project, member: MunicipalityMember, added: ProjectEvent) -> Letter:
    user = member.user
    with translation.override(user.language):
        words = {
            "project": project.title,
            "municipality": project.municipality.name,
            "role": ProjectRole(added.new).label,
        }
        if project.municipality.requires_second_factor:
            subject, sentence = _("You are in a project of %(municipality)s"), _("Your role is %(role)s. It is here:")
        else:
            subject = _("You are in the project “%(project)s”")
            sentence = _("You are in the project “%(project)s” of %(municipality)s now, as %(role)s. It is here:")
        context = {
            "subject": subject % words,
            "sentence": sentence % words,
            "why": _("You get this mail because somebody who leads the project has let you in."),
            "url": link("projects:overview", *project.address, language=user.language),
        }
    return Letter(f"project-member:{added.pk}", user.email, KIND, context, user.language)
