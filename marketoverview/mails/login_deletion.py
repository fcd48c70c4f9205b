"""The deletion of a login with the mails to the person and to those who act for the same vendors (setting `LOGIN_DELETION`)."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from kl_ai.mail.outbox import post
from kl_ai.models import User
from kl_ai.people.login_deletion import LoginDeletion, login_parts

from ..models import delete_login
from ..models.erasure import addresses_invited_by, move_address, responses_with_contact, vendors_without_successor
from .membership import send_membership_news


def delete_login_with_mails(user: User) -> None:
    """Delete the login, and tell the person, and the others who act for the person's vendors.

    The mail to the person is the last one: its row is deleted once it is sent (`LAST_MAILS`). Raises `ValidationError`,
    and changes nothing, where somebody must take over a vendor first.
    """
    key, email, language = f"login_deleted:{user.pk}", user.email, user.language
    with transaction.atomic():
        send_membership_news(*delete_login(user))
        post(key, email, "login_deleted", {}, language)


def obstacles(users: Sequence[User]) -> list[str]:
    """A sentence for each vendor that somebody must take over first, and those of other apps, for KL's staff. One query, and theirs."""
    text = gettext("Nobody else acts for %(vendor)s. Invite somebody who takes over, or withdraw its profile first.")
    own = [text % {"vendor": vendor} for vendor in vendors_without_successor(users)]
    return own + [sentence for part in login_parts() for sentence in part.obstacles_for_staff(users)]


def obstacles_elsewhere(user: User, *, is_after_step: bool) -> list[str]:
    """The sentences of the other apps, for the person, in a session that has passed the second step or has not."""
    return [sentence for part in login_parts() for sentence in part.obstacles(user, is_after_step)]


def consequences_elsewhere(user: User) -> list[str]:
    """What the deletion changes in the other apps, a sentence each."""
    return [sentence for part in login_parts() for sentence in part.consequences(user)]


def consequences(user: User) -> list[str]:
    """What the deletion changes for others, a sentence each.

    They are about each vendor that the person acts for, each invitation that is cancelled, and each response with the
    person as contact, and those of other apps. Three queries, one for each vendor, and theirs.
    """
    acts_for = gettext("No longer acts for %(vendor)s. The others who do get a mail, without a name.")
    stays = gettext("Stays as the contact in %(response)s. Change it there if it is not to stay.")
    cancelled = gettext("The invitation of %(email)s, whom the person has invited, is cancelled.")
    invitations = [cancelled % {"email": email} for email in addresses_invited_by(user)]
    vendors = [acts_for % {"vendor": vendor} for vendor in user.vendors.alphabetical()]
    contacts = [stays % {"response": response} for response in responses_with_contact(user)]
    return vendors + invitations + contacts + consequences_elsewhere(user)


LOGIN_DELETION = LoginDeletion(
    delete_login=delete_login_with_mails,
    obstacles=obstacles,
    consequences=consequences,
    move_address=move_address,
)
