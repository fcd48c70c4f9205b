"""The deletion of a login."""

from django.db import transaction

from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User

from .joining import Invitation
from .membership import MembershipEvent
from .vendor_questions import VendorQuestion
from .vendors import Vendor


def delete_login(user: User) -> list[Vendor]:
    """Delete the user, the memberships, and the mails and invitations to the address; the vendors that are left stay.

    Raises `ValidationError`, and changes nothing, where somebody must take over a vendor first.
    """
    with transaction.atomic():
        vendors = []
        for membership in user.memberships.select_related("vendor", "user").order_by("vendor"):
            membership.leave(MembershipEvent.What.DELETED)
            vendors.append(membership.vendor)
        OutgoingMail.objects.filter(to__iexact=user.email).delete()
        Invitation.objects.filter(email__iexact=user.email).delete()
        VendorQuestion.forget_asker(user)
        user.delete()
    return vendors
