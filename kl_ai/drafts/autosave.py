"""The responses to `static/js/drafts.js`, which saves the part on its page while somebody writes.

The script posts the form as the button would, with the header `X-Requested-With: fetch`. It reads JSON:

    200  {"seen": fingerprint of what is stored now, "text": sentence for the reader}
    409  {"conflict": true, "text": …} somebody was first: the script stops, and the button shows both versions
    409  {"text": sentence}            the draft can no longer be edited: the script stops
    401                                nobody is logged in any more (`kl_ai.login.middleware.LoginRequired`)
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


def conflict_response(saved: Any, user: Any) -> JsonResponse:
    """The part was saved after the page was opened: `saved` says by whom (None: not known). Nothing was written."""
    return JsonResponse({"conflict": True, "text": conflict_text(saved, user)}, status=409)


def conflict_text(saved: Any, user: Any) -> str:
    """Who has saved the part meanwhile: `user` in another window, or somebody else; and how to see both versions."""
    by = saved.saved_by if saved else None
    if by is None:
        return _("Somebody else saved this page meanwhile. Press “Save” to see both versions.")
    words = {"by": by, "time": date_format(timezone.localtime(saved.saved_at), "TIME_FORMAT")}
    if by.pk == user.pk:
        text = _("You saved this page yourself in another window at %(time)s. Press “Save” to see both versions.")
    else:
        text = _("%(by)s saved this page at %(time)s. Press “Save” to see both versions.")
    return text % words


def refused_response(text: str) -> JsonResponse:
    """The draft can no longer be edited; `text` says why."""
    return JsonResponse({"text": text}, status=409)
