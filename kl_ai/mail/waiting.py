"""The mails and addresses that somebody at KL should look at (`kl_ai.waiting`)."""

from django.urls import reverse
from django.utils.translation import ngettext

from ..waiting import WaitingKind, WorkSection
from .models import BadAddress, OutgoingMail

KINDS = (
    WaitingKind(
        code="mails",
        words=lambda number: ngettext("mail could not be sent", "mails could not be sent", number),
        rows=lambda: OutgoingMail.objects.failed().order_by("created_at", "pk"),
        since="created_at",
        page=lambda: f"{reverse('admin:kl_ai_outgoingmail_changelist')}?state=failed",
        permission="kl_ai.view_outgoingmail",
        section=WorkSection.WATCH,
    ),
    WaitingKind(
        code="addresses",
        words=lambda number: ngettext("address takes no mail", "addresses take no mail", number),
        rows=lambda: BadAddress.objects.order_by("since", "pk"),
        since="since",
        page=lambda: reverse("admin:kl_ai_badaddress_changelist"),
        permission="kl_ai.view_badaddress",
        section=WorkSection.WATCH,
    ),
)
