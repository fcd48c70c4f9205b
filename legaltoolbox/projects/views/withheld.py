"""What a page says of mails that are not sent, since their addresses have had many today."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kl_ai.models import User

from ..mails.posting import Posted


def add_withheld_message(request: HttpRequest, posted: Posted) -> None:
    """Say on the next page whom no mail tells of what was done, and that the user does it. No query, one where there is anybody."""
    if not posted.withheld:
        return
    names = {user.email: str(user) for user in User.objects.filter(email__in=posted.withheld)}
    people = ", ".join(names.get(address, address) for address in posted.withheld)
    text = _("Many mails have gone to %(people)s today, so none is sent about this. Tell them yourself.")
    messages.warning(request, text % {"people": people})
