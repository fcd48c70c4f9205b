"""The news about who acts for a vendor: mails to everybody who does and to the person concerned, and the security log."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import link, post
from kl_ai.models import User
from kl_ai.people.work_mails import post_at_once
from kl_ai.security import log as security_log

from ..models import CompanyClaim, JoinRequest, MembershipEvent, Vendor

What = MembershipEvent.What

INVITING = (What.INVITED, What.CANCELLED)
INVITATIONS_PER_DAY = 12
"""The most mails about invitations, and their cancelling, that each member of a vendor gets in a day; the last says so.

A member who invites and cancels all day long would flood the colleagues. The page of the members and KL's inbox show all.
"""
CANCELLATIONS_PER_DAY = 3
"""The most mails in a day that tell one address that its invitation is cancelled: as many as one sender may invite it."""

TO_OTHERS = {
    What.INVITED: _("%(actor)s has invited %(person)s to act for %(vendor)s."),
    What.CANCELLED: _("%(actor)s has cancelled the invitation of %(person)s to act for %(vendor)s."),
    What.JOINED: _("%(person)s now acts for %(vendor)s."),
    What.DECLINED: _("%(actor)s has declined the request of %(person)s to act for %(vendor)s."),
    What.REFERRED: _(
        "%(actor)s does not want to let %(person)s act for %(vendor)s. KL does not know the company yet, and decides."
    ),
    What.REMOVED: _("%(actor)s has removed %(person)s, who no longer acts for %(vendor)s."),
    What.LEFT: _("%(person)s has left, and no longer acts for %(vendor)s."),
    What.WITHDREW: _("%(actor)s has withdrawn the profile of %(vendor)s from the market overview."),
    What.DELETED: _("The login of somebody who acted for %(vendor)s is deleted. This person no longer acts for it."),
}
"""The sentence for those who act for the vendor. A change that is missing here is not mailed to them."""
TO_PERSON = {
    What.CANCELLED: _(
        "The invitation to act for %(vendor)s that was sent to you is cancelled. The link no longer works."
    ),
    What.JOINED: _("You now act for %(vendor)s. You can see and change its answers."),
    What.DECLINED: _("Your request to act for %(vendor)s is declined by somebody who acts for it, or by KL."),
    What.REFERRED: _(
        "Somebody who acts for %(vendor)s does not want to let you in. KL does not know the company yet, and decides. "
        "You get a mail then."
    ),
    What.REMOVED: _("You no longer act for %(vendor)s. You were removed by %(actor)s."),
    What.LEFT: _("You have left %(vendor)s, and no longer act for it."),
}
"""The sentence for the person concerned; who is invited gets the invitation in its place."""
SUBJECTS = {
    What.INVITED: _("A colleague is invited to act for %(vendor)s"),
    What.CANCELLED: _("An invitation to act for %(vendor)s is cancelled"),
    What.JOINED: _("A new colleague acts for %(vendor)s"),
    What.DECLINED: _("A request to act for %(vendor)s is declined"),
    What.REFERRED: _("KL decides who may act for %(vendor)s"),
    What.REMOVED: _("A colleague no longer acts for %(vendor)s"),
    What.LEFT: _("A colleague no longer acts for %(vendor)s"),
    What.WITHDREW: _("The profile of %(vendor)s is withdrawn"),
    What.DELETED: _("A colleague no longer acts for %(vendor)s"),
}
SUBJECTS_TO_PERSON = {
    What.CANCELLED: _("Your invitation to act for %(vendor)s is cancelled"),
    What.JOINED: _("You now act for %(vendor)s"),
    What.DECLINED: _("You were not let in to %(vendor)s"),
    What.REFERRED: _("KL decides whether you may act for %(vendor)s"),
    What.REMOVED: _("You no longer act for %(vendor)s"),
    What.LEFT: _("You no longer act for %(vendor)s"),
}
SECURITY_EVENTS = {
    What.REGISTERED: "company_registered",
    What.ACCEPTED: "company_registered",
    What.INVITED: "member_invited",
    What.CANCELLED: "invitation_cancelled",
    What.JOINED: "member_joined",
    What.DECLINED: "join_request_declined",
    What.REFERRED: "join_request_declined",
    What.REMOVED: "member_removed",
    What.LEFT: "member_left",
    What.WITHDREW: "profile_withdrawn",
}
"""The name of each change in the security log; somebody who lets themselves in has accepted an invitation."""
DECISIONS = {
    CompanyClaim.Decision.TAKE_OVER: _("You now act for %(vendor)s, alone or with others whom KL has invited."),
    CompanyClaim.Decision.JOIN: _("You now act for %(vendor)s, together with those who registered it."),
    CompanyClaim.Decision.OWN: _(
        "%(vendor)s is registered as your company. The other company of the name is another one."
    ),
    CompanyClaim.Decision.DECLINE: _("KL has not let you act for %(vendor)s. Write to us if that is wrong."),
}
"""KL's decision on a claim, for whoever made it."""


def send_membership_news(*vendors: Vendor, request: HttpRequest | None = None) -> list[OutgoingMail]:
    """Queue the mails about all events of these vendors that nobody was told of yet. Call it in the verbs' transaction.

    Each event is a line of the security log, too, once the transaction is committed; with a request the line has its IP
    address. One query, and one for each event with those of its mails.
    """
    events = list(MembershipEvent.objects.unmailed().filter(vendor__in=vendors))
    for event in events:
        transaction.on_commit(partial(record_in_security_log, event, request), robust=True)
    mails = [mail for event in events for mail in _mails(event)]
    MembershipEvent.objects.filter(pk__in=[event.pk for event in events]).record_mailed()
    return mails


def record_in_security_log(event: MembershipEvent, request: HttpRequest | None = None) -> None:
    """Write the event's line, where it has one. The request counts where its user has acted. No query."""
    name = SECURITY_EVENTS.get(MembershipEvent.What(event.what))
    if name is None:
        return
    if event.what == What.JOINED and event.actor_id == event.person_id:
        name = "invitation_accepted"
    recipient = {"recipient": security_log.address_hash(event.email)} if event.email else {}
    is_own = request is not None and request.user.pk == event.actor_id
    fields = {"user": event.actor_id, "vendor": event.vendor_id, "member": event.person_id, "by_kl": event.by_kl}
    security_log.record(name, request if is_own else None, **fields, **recipient)


def send_late_membership_news() -> list[OutgoingMail]:
    """The same for the events of every vendor: what a verb outside of the pages has changed. One query without any."""
    return send_membership_news(*Vendor.objects.filter(membership_events__mailed_at=None).distinct())


def send_join_decision(join_request: JoinRequest, request: HttpRequest) -> OutgoingMail | None:
    """The decision on a request to join: to the user who made it, whose mail is returned, and to the vendor's members."""
    mails = send_membership_news(join_request.vendor, request=request)
    return next((mail for mail in mails if mail.to == join_request.user.email), None)


def send_claim(claim: CompanyClaim) -> None:
    """KL has to decide the claim: to those of KL's staff who want to know at once, once for each claim."""
    post_at_once("company-claims", f"company-claims:{claim.pk}")


def send_claim_decision(claim: CompanyClaim, vendor: Vendor | None) -> OutgoingMail | None:
    """KL's decision on the claim: to the user who made it; None where nobody did. `vendor` is the one decided on."""
    claim.refresh_from_db()
    if claim.user is None:
        return None
    language = claim.user.language
    with translation.override(language):
        name = vendor.name if vendor and vendor.is_vetted else claim.invitation.company_name
        words = DECISIONS[CompanyClaim.Decision(claim.decision)] % {"vendor": name}
    context = {"vendor": name, "words": words, "url": link("vendor:home", language=language)}
    return post(f"claim:{claim.pk}:decided", claim.user.email, "claim_decided", context, language, queue_only=True)


def _mails(event: MembershipEvent) -> Iterator[OutgoingMail]:
    """The new mails about one event."""
    members = User.objects.filter(is_active=True, memberships__vendor=event.vendor_id).order_by("pk")
    number = _number_today(event)
    for user in members if event.what in TO_OTHERS and number <= INVITATIONS_PER_DAY else ():
        if event.what not in TO_PERSON or user.pk != event.person_id:
            is_last = number == INVITATIONS_PER_DAY
            yield from _mail(event, str(user.pk), user.email, user.language, TO_OTHERS, SUBJECTS, is_last=is_last)
    address = event.person.email if event.person else event.email
    if event.what == What.CANCELLED and _cancelled_today(event) > CANCELLATIONS_PER_DAY:
        return
    if event.what in TO_PERSON and address and not (event.person and event.person.is_staff):
        language = event.person.language if event.person else _language_of_invitation(event)
        yield from _mail(event, "person", address, language, TO_PERSON, SUBJECTS_TO_PERSON)


def _number_today(event: MembershipEvent) -> int:
    """How many invitations the vendor has made or cancelled on the event's day, up to it; 0 for other events. One query."""
    if event.what not in INVITING:
        return 0
    earlier = MembershipEvent.objects.filter(vendor=event.vendor_id, what__in=INVITING, pk__lte=event.pk)
    return earlier.filter(at__date=timezone.localdate(event.at)).count()


def _cancelled_today(event: MembershipEvent) -> int:
    """How many invitations of the event's address were cancelled on its day, by whatever vendor, up to this one. One query."""
    earlier = MembershipEvent.objects.filter(email=event.email, what=What.CANCELLED, pk__lte=event.pk)
    return earlier.filter(at__date=timezone.localdate(event.at)).count()


def _mail(
    event: MembershipEvent,
    recipient: str,
    to: str,
    language: str,
    sentences: dict,
    subjects: dict,
    *,
    is_last: bool = False,
) -> Iterator[OutgoingMail]:
    """The mail in this language, where it is new; `recipient` is what its key calls whoever gets it."""
    is_member = sentences is TO_OTHERS
    page = ("vendor:members", event.vendor.slug) if is_member else ("vendor:home",)
    with translation.override(language):
        actor, person = event.actor_label or translation.gettext("somebody"), event.person_label
        if not event.vendor.is_vetted:  # strangers have written the names
            actor = event.actor.email if event.actor and not event.by_kl else actor
            person = event.person.email if event.person else person
        words: dict[str, Any] = {"actor": actor, "person": person, "vendor": event.vendor.mailed_name}
        context = {
            "subject": subjects[event.what] % {"vendor": event.vendor.subject_name},
            "sentence": sentences[event.what] % words,
            "let_in_by": actor if event.what == What.JOINED and event.actor_id != event.person_id else "",
            "is_member": is_member,
            "is_last": is_last,
            "url": link(*page, language=language),
        }
    key, named = f"membership:{event.pk}:{recipient}", (event.person, None if event.by_kl else event.actor)
    mail = post(key, to, "membership", context, language, mentions=named, queue_only=True)
    if mail:
        yield mail


def _language_of_invitation(event: MembershipEvent) -> str:
    """The language of the latest invitation of the vendor to the event's address; Danish where it is deleted. One query."""
    invitations = event.vendor.invitations.filter(email=event.email)
    return invitations.order_by("-pk").values_list("language", flat=True).first() or "da"
