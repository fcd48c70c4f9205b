"""The mails to who gives away the place in a municipality's projects, and to who takes over. They name no project."""

from typing import Any

from django.utils import translation
from django.utils.translation import ngettext

from kl_ai.mail.outbox import Letter, link

from ..models import Municipality, MunicipalityMember, ProjectEvent
from ..models.members import HandedOver
from .posting import Posted, post_within_limits

KIND = "municipality_membership"


def send_handed_over(
    municipality: Municipality, by: Any, leaving: MunicipalityMember, taking: MunicipalityMember, done: HandedOver
) -> Posted:
    """Queue the mails about what was handed over just now, in the verb's transaction; none where it was nothing.

    To both, but to nobody about what they have done themselves, and to nobody who cannot log in. Seven queries at most.
    """
    events = ProjectEvent.objects.filter(
        what=ProjectEvent.What.HANDED_OVER,
        person=taking.user,
        person_before=leaving.user,
        project__municipality=municipality,
    )
    newest = events.first() if done.projects else None
    if newest is None:
        return Posted()
    letters = [
        _letter(newest, user, other, municipality, by, done, is_taking=is_taking)
        for user, other, is_taking in ((leaving.user, taking.user, False), (taking.user, leaving.user, True))
        if user.is_active and user.pk != by.pk
    ]
    return post_within_limits(KIND, letters)


def _letter(
    event: ProjectEvent,
    user: Any,
    other: Any,
    municipality: Municipality,
    by: Any,
    done: HandedOver,
    *,
    is_taking: bool,
) -> Letter:
    language = user.language
    with translation.override(language):
        words = {
            "actor": by.mask.label,
            "other": other.mask.label,
            "municipality": municipality.name,
            "n": done.projects,
        }
        subject, sentence = _taking(done.projects) if is_taking else _leaving(done.projects)
        context = {
            "subject": subject % words,
            "sentence": sentence % words,
            "tasks": "",
            "is_keeper": False,
            "url": link("projects:municipality", municipality.code, language=language),
        }
    key = f"municipality-handover:{event.pk}:{user.pk}"
    return Letter(key, user.email, KIND, context, language, mentions=(by, other))


def _taking(projects: int) -> tuple[str, str]:
    """Subject and sentence for who takes over so many projects."""
    subject = translation.gettext("You have taken over projects in %(municipality)s")
    sentence = ngettext(
        "%(actor)s has given you the place of %(other)s in %(n)s project, with what is to be done there.",
        "%(actor)s has given you the place of %(other)s in %(n)s projects, with what is to be done there.",
        projects,
    )
    return subject, sentence


def _leaving(projects: int) -> tuple[str, str]:
    """Subject and sentence for who gives away the place in so many projects."""
    subject = translation.gettext("Your projects in %(municipality)s are handed over")
    sentence = ngettext(
        "%(actor)s has given your place in %(n)s project to %(other)s. You are not in it any more.",
        "%(actor)s has given your place in %(n)s projects to %(other)s. You are not in them any more.",
        projects,
    )
    return subject, sentence
