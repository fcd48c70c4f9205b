"""The deletion of a login with what is stored about the person, and what of it is left in the answers of vendors."""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from kl_ai.addresses import canonical_address
from kl_ai.models import User
from kl_ai.people.login_deletion import login_parts

from ..statuses import IN_USE
from .followers import Follower
from .join_requests import JoinRequest
from .joining import Invitation
from .membership import MembershipEvent
from .responses import Response
from .sent_back import SentBackContent
from .vendor_questions import VendorQuestion
from .vendors import Vendor, VendorMember


def delete_login(user: User) -> list[Vendor]:
    """Delete the user with what is stored about the person; returns the vendors that the user acted for, which stay.

    Of mails to others and of logs, what names the person is erased; events stay and name nobody. Raises
    `ValidationError`, and changes nothing, where somebody must take over a vendor first.
    """
    with transaction.atomic():
        vendors, about, parts = [], _rows_about(user), login_parts()
        for membership in user.memberships.select_related("vendor", "user").order_by("vendor_id"):
            membership.leave(MembershipEvent.What.DELETED)
            SentBackContent.forget_contact(membership.vendor)
            vendors.append(membership.vendor)
        mail_keys = set(_mail_keys(user))
        for part in parts:
            mail_keys |= set(part.mail_keys(user))
            about |= part.rows_about(user)
            part.forget(user)
        if not user.shares_mailbox():
            Follower.forget(user.email)
            Invitation.forget(user.email)
            MembershipEvent.forget(user.email)
        VendorQuestion.forget_asker(user)
        user.erase(mail_keys, about)
    return vendors


def move_address(user: User, old_address: str) -> None:
    """Store what the apps have by an old address of this user under the new one, in the caller's transaction.

    Ten queries, one for each invitation of a vendor that waits at both addresses, and those of the other apps.
    """
    for part in login_parts():
        part.move_address(user, old_address)
    if user.had_alone(old_address):
        Invitation.move(old_address, user.email)
        MembershipEvent.move(old_address, user.email)
        Follower.move(old_address, user.email)


def _by_address(user: User) -> Q:
    """The condition on rows with a column `email` that they hold the user's address; none where another login has it. One query."""
    return Q(pk=None) if user.shares_mailbox() else Q(email=user.email)


def _rows_about(user: User) -> dict[type[Model], set[str]]:
    """The keys of the rows that are about the person, whose names the administration's logs hold. Five queries."""
    rows: list[QuerySet] = [
        VendorMember.objects.filter(user=user),
        Invitation.objects.filter(_by_address(user)),
        JoinRequest.objects.filter(user=user),
        VendorQuestion.objects.filter(asked_by=user),
    ]
    return {found.model: set(map(str, found.order_by().values_list("pk", flat=True))) for found in rows}


def _mail_keys(user: User) -> Iterator[str]:
    """The beginnings of the keys of mails that name the person, where KL is not named in the person's place. Six queries."""
    by_address = _by_address(user)
    of_invitations = by_address | Q(invited_by=user, by_kl=False)
    yield from (f"invitation:{key}:" for key in Invitation.objects.filter(of_invitations).values_list("pk", flat=True))
    yield from (f"join:{key}:" for key in JoinRequest.objects.filter(user=user).values_list("pk", flat=True))
    yield from (f"claim:{key}:" for key in user.company_claims.values_list("pk", flat=True))
    answered_alone = VendorQuestion.objects.filter(asked_by=user, state=VendorQuestion.State.PRIVATE)
    yield from (f"answer:{key}:" for key in answered_alone.values_list("pk", flat=True))
    of_events = Q(actor=user, by_kl=False) | Q(person=user) | by_address
    yield from (f"membership:{key}:" for key in MembershipEvent.objects.filter(of_events).values_list("pk", flat=True))


def vendors_without_successor(users: Iterable[User]) -> list[Vendor]:
    """The vendors with a published or submitted response for which nobody but these users acts. One query."""
    members = VendorMember.objects.filter(vendor=OuterRef("pk"))
    in_use = Response.objects.filter(vendor=OuterRef("pk"), status__in=IN_USE)
    is_alone = Exists(members.filter(user__in=users)) & ~Exists(members.exclude(user__in=users))
    return list(Vendor.objects.filter(is_alone, Exists(in_use)).alphabetical())


def addresses_invited_by(user: User) -> list[str]:
    """The addresses, as pages show them, whose invitation by the user is cancelled when the login is deleted.

    One query for each vendor, and one.
    """
    rows = user.memberships.select_related("vendor")
    return sorted({invitation.readable_email for row in rows for invitation in row.waiting_invitations()})


def responses_with_contact(user: User) -> list[Response]:
    """The responses that name the person as the contact, by address or full name: they keep it. One query."""
    own = Response.objects.for_member(user).alphabetical().select_related("vendor", "round")
    return [response for response in own if _is_contact(user, response)]


def _is_contact(user: User, response: Response) -> bool:
    """Whether the response names the person; the address of a contact is stored as it was typed."""
    has_name = bool(user.full_name) and response.contact_name.casefold() == user.full_name.casefold()
    return has_name or canonical_address(response.contact_email) == user.email
