"""How much a request may send. A larger body is refused before anybody reads it or writes it to a disk."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, override

from . import faults

MAX_BODY = 1_000_000
"""The most bytes of a body at an address that is not marked: many times the longest form of the portal."""
UPLOAD = "upload"
"""The attribute of a view that `accepts_upload` marks; `functools.wraps` copies it to the view that a decorator makes."""

View = TypeVar("View", bound=Callable)


class Upload(NamedTuple):
    """How large a file a view takes, and from whom."""

    most_bytes: int
    attribute: str
    """Of the user: "is_staff", or "is_authenticated" for whoever has logged in."""


def accepts_upload(most_bytes: int, *, of_everybody: bool = False) -> Callable[[View], View]:
    """A decorator for a view to which KL's staff, or with `of_everybody` whoever has logged in, send files of so many bytes.

    From others it takes `MAX_BODY`.
    """

    def decorate(view: View) -> View:
        setattr(view, UPLOAD, Upload(most_bytes, "is_authenticated" if of_everybody else "is_staff"))
        return view

    return decorate


def refusal(request: HttpRequest, view: Callable) -> HttpResponse | None:
    """A response 413 to a body that is too large for the view, 411 to one of unknown length, 415 to one that is not UTF-8.

    None for all others.

    No query, but that of the user where the body is larger than `MAX_BODY` and the view takes uploads.
    """
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        return _page(request, 411, 0)
    if not _is_utf8(request):
        return _page(request, 415, 0)
    length = content_length(request)
    if length <= MAX_BODY:
        return None
    upload: Upload = getattr(view, UPLOAD, Upload(0, "is_staff"))
    if length <= upload.most_bytes and getattr(request.user, upload.attribute, False):
        return None
    return _page(request, 413, upload.most_bytes)


def _is_utf8(request: HttpRequest) -> bool:
    """Whether the body claims no other charset than UTF-8, in which all browsers send.

    Python knows more of them than those of texts, such as rot13 and zlib, which fail while a form is read.
    """
    charset = (request.content_params or {}).get("charset", "utf-8")
    return charset.strip("\"'").lower() in ("utf-8", "utf8")


def content_length(request: HttpRequest) -> int:
    """The length of the body that the request announces; 0 without one. A length that is no number gives no body."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _page(request: HttpRequest, status: int, most: int) -> HttpResponse:
    with override(faults.path_language(request)):
        if status == 411:
            title = gettext("The size of what was sent is missing")
            return faults.page(request, status, title, gettext("The portal takes only what says how large it is."))
        if status == 415:
            title = gettext("The form cannot be read")
            return faults.page(request, status, title, gettext("The portal takes only text in UTF-8."))
        return faults.page(
            request,
            status,
            gettext("What you sent is too large"),
            gettext("Nothing was received or saved. At most %(number)s MB can be sent at once.")
            % {"number": max(most, MAX_BODY) // 1_000_000},
            advice=[gettext("Go back, and choose a smaller file or shorten the text.")],
        )
