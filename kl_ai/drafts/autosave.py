"""The responses to `static/js/drafts.js`, which saves the part on its page while somebody writes.

The script posts the form as the button would, with the header `X-Requested-With: fetch`. It reads JSON:

    200  {"seen": fingerprint of what is stored now, "text": sentence for the reader}
    409  {"conflict": true}            somebody else was first: the script stops, and the button shows both versions
    409  {"text": sentence}            the draft can no longer be edited: the script stops
    401                                nobody is logged in any more (`kl_ai.middleware.LoginRequired`)
"""

from collections.abc import Mapping
from typing import Any

from django.http import JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .parts import fingerprint


def saved_response(stored: Mapping[str, Any], *, has_errors: bool) -> JsonResponse:
    """The part is saved, but for the items with errors. `stored` is its content now."""
    text = _("Saved at %(time)s. Something below cannot be saved yet.") if has_errors else _("Saved at %(time)s.")
    time = date_format(timezone.localtime(), "TIME_FORMAT")
    return JsonResponse({"seen": fingerprint(stored), "text": text % {"time": time}})


def conflict_response() -> JsonResponse:
    """Somebody else saved the part after the page was opened; nothing was written."""
    return JsonResponse({"conflict": True}, status=409)


def refused_response(text: str) -> JsonResponse:
    """The draft can no longer be edited; `text` says why."""
    return JsonResponse({"text": text}, status=409)
