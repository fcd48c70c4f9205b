"""The news about who works for a municipality: mails to its keepers and to the person concerned, and the security log."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter, link, post
from kl_ai.models import User
from kl_ai.security import log as security_log

from ..models import Municipality, MunicipalityEvent, MunicipalityInvitation, MunicipalityJoinRequest
from .posting import Posted, post_within_limits

KIND = "municipality_membership"
What = MunicipalityEvent.What


class MembershipText(NamedTuple):
    """The subject and the sentence of a mail, with places for `actor`, `person`, `tasks` and `municipality`."""

    subject: Any
    sentence: Any


TO_KEEPERS = {
    What.INVITED: MembershipText(
        _("A colleague is invited to %(municipality)s"),
        _("%(actor)s has invited %(person)s to work for %(municipality)s in KL’s legal toolbox."),
    ),
    What.CANCELLED: MembershipText(
        _("An invitation to %(municipality)s is cancelled"),
        _("%(actor)s has cancelled the invitation of %(person)s."),
    ),
    What.JOINED: MembershipText(
        _("A new colleague in %(municipality)s"),
        _(
            "%(person)s now works for %(municipality)s in KL’s legal toolbox, and sees no project before a project lead has let them in."
        ),
    ),
    What.DECLINED: MembershipText(
        _("A request to join %(municipality)s is declined"), _("%(actor)s has declined the request of %(person)s.")
    ),
    What.REMOVED: MembershipText(
        _("A colleague no longer works for %(municipality)s"),
        _("%(actor)s has removed %(person)s, who is in none of the municipality’s projects any more."),
    ),
    What.LEFT: MembershipText(
        _("A colleague no longer works for %(municipality)s"),
        _("%(person)s has left, and is in none of the municipality’s projects any more."),
    ),
    What.ROLES: MembershipText(
        _("A colleague in %(municipality)s has got other tasks"),
        _("%(actor)s has changed the tasks of %(person)s: %(tasks)s."),
    ),
    What.SETTINGS: MembershipText(
        _("The settings of %(municipality)s are changed"), _("%(actor)s has changed them: %(tasks)s.")
    ),
    What.DELETED: MembershipText(
        _("A colleague no longer works for %(municipality)s"),
        _(
            "The login of somebody who worked for %(municipality)s is deleted. The person is in none of its projects any more."
        ),
    ),
}
"""For the keepers, but for whoever has made the change. A change that is missing here is not mailed to them."""
TO_PERSON = {
    What.CANCELLED: MembershipText(
        _("Your invitation to %(municipality)s is cancelled"), _("The link that was sent to you no longer works.")
    ),
    What.JOINED: MembershipText(
        _("You now work for %(municipality)s in KL’s legal toolbox"),
        _("You see a project when its lead has let you in, and you can begin projects of your own."),
    ),
    What.DECLINED: MembershipText(
        _("You were not let in to %(municipality)s"), _("A keeper of %(municipality)s has declined your request.")
    ),
    What.REMOVED: MembershipText(
        _("You no longer work for %(municipality)s"),
        _("You were removed by %(actor)s, and are in none of the municipality’s projects any more."),
    ),
    What.ROLES: MembershipText(
        _("You have got other tasks in %(municipality)s"), _("%(actor)s has changed your tasks: %(tasks)s.")
    ),
}
"""For the person concerned, where somebody else has made the change; who is invited gets the invitation in its place."""
SECURITY_EVENTS = {
    What.INVITED: "member_invited",
    What.CANCELLED: "invitation_cancelled",
    What.JOINED: "member_joined",
    What.DECLINED: "join_request_declined",
    What.REMOVED: "member_removed",
    What.LEFT: "member_left",
    What.ROLES: "member_tasks_changed",
    What.SETTINGS: "municipality_settings_changed",
}
"""The name of each change in the security log; somebody who lets themselves in has accepted an invitation."""


def send_municipality_news(municipality: Municipality, request: HttpRequest | None = None) -> Posted:
    """Queue the mails about all events of the municipality that nobody was told of yet. Call it in the verb's transaction.

    Each event is a line of the security log, too, once the transaction is committed. One query, one for each event, and
    those of `post_within_limits`.
    """
    events = list(MunicipalityEvent.objects.unmailed().filter(municipality=municipality))
    for event in events:
        transaction.on_commit(partial(record_in_security_log, event, request), robust=True)
    posted = post_within_limits(KIND, (letter for event in events for letter in _letters(event)))
    MunicipalityEvent.objects.filter(pk__in=[event.pk for event in events]).record_mailed()
    return posted


def record_in_security_log(event: MunicipalityEvent, request: HttpRequest | None = None) -> None:
    """Write the event's line, where it has one. The request counts where its user has acted. No query."""
    name = SECURITY_EVENTS.get(What(event.what))
    if name is None:
        return
    if event.what == What.JOINED and event.actor_id == event.person_id:
        name = "invitation_accepted"
    recipient = {"recipient": security_log.address_hash(event.email)} if event.email else {}
    is_own = request is not None and request.user.pk == event.actor_id
    fields = {"user": event.actor_id, "municipality": event.municipality_id, "member": event.person_id}
    fields |= {"by_kl": event.by_kl}
    security_log.record(name, request if is_own else None, **fields, **recipient)


def send_invitation(invitation: MunicipalityInvitation) -> OutgoingMail | None:
    """The invitation's link: to the invited address."""
    language = invitation.language
    with translation.override(language):
        tasks = translation.gettext("keeper") if invitation.is_keeper else str(invitation.get_dpo_display())
    context = {
        "invitation": invitation,
        "municipality": invitation.municipality,
        "by": _label(invitation.invited_by),
        "tasks": tasks if invitation.is_keeper or invitation.dpo else "",
        "url": link("projects:invitation", invitation.token, language=language),
    }
    named = () if invitation.by_kl else (invitation.invited_by,)
    key = f"municipality-invitation:{invitation.pk}:1"
    return post(key, invitation.email, "municipality_invitation", context, language, mentions=named)


def send_join_request(join_request: MunicipalityJoinRequest) -> list[OutgoingMail]:
    """Somebody asks to join the municipality: to its keepers."""
    municipality = join_request.municipality
    mails = []
    for keeper in keepers(municipality):
        context = {
            "municipality": municipality,
            "email": join_request.user.email,
            "has_message": bool(join_request.message),
            "url": link("projects:members_of_municipality", municipality.code, language=keeper.language),
        }
        key, named = f"municipality-request:{join_request.pk}:{keeper.pk}", (join_request.user,)
        letter = (keeper.email, "municipality_request", context, keeper.language)
        mails.append(post(key, *letter, mentions=named, queue_only=True))
    return [mail for mail in mails if mail]


def _label(user: Any) -> str:
    """The person by name and address, as mails name somebody whom they mention (`Letter`); "" for None."""
    return user.mask.label if user else ""


def keepers(municipality: Municipality) -> list[User]:
    """The municipality's keepers who can log in. One query."""
    rows = municipality.members.filter(is_keeper=True, user__is_active=True)
    return list(User.objects.filter(pk__in=rows.values("user")).order_by("pk"))


def _letters(event: MunicipalityEvent) -> Iterator[Letter]:
    """The mails about one event."""
    recipients = keepers(event.municipality) if event.what in TO_KEEPERS else []
    for user in recipients:
        if user.pk not in (event.actor_id, event.person_id):
            yield _letter(event, str(user.pk), user.email, user.language, TO_KEEPERS)
    is_by_another = event.person is None or event.actor_id != event.person_id
    address = event.person.email if event.person else event.email
    if event.what in TO_PERSON and address and is_by_another:
        language = event.person.language if event.person else _language_of_invitation(event)
        yield _letter(event, "person", address, language, TO_PERSON)


def _letter(
    event: MunicipalityEvent, recipient: str, to: str, language: str, sentences: dict[Any, MembershipText]
) -> Letter:
    """The mail in this language; `recipient` is what its key calls whoever gets it."""
    is_keeper = sentences is TO_KEEPERS
    page = ("projects:members_of_municipality", event.municipality.code) if is_keeper else ("projects:home",)
    with translation.override(language):
        words = {
            "actor": "KL" if event.by_kl else _label(event.actor) or translation.gettext("somebody"),
            "person": _label(event.person) or event.person_label,
            "tasks": event.detail_label,
            "municipality": event.municipality.name,
        }
        news = sentences[event.what]
        context = {
            "subject": news.subject % words,
            "sentence": news.sentence % words,
            "tasks": event.detail_label if event.what in (What.INVITED, What.JOINED) else "",
            "is_keeper": is_keeper,
            "url": link(*page, language=language),
        }
    key, named = f"municipality:{event.pk}:{recipient}", (event.person, None if event.by_kl else event.actor)
    return Letter(key, to, KIND, context, language, mentions=named)


def _language_of_invitation(event: MunicipalityEvent) -> str:
    """The language of the latest invitation of the municipality to the event's address; Danish without one. One query."""
    invitations = event.municipality.invitations.filter(email=event.email)
    return invitations.order_by("-pk").values_list("language", flat=True).first() or "da"
