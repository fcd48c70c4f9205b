"""The request: its type in annotations, what the portal keeps with it, and what is read of its headers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

if TYPE_CHECKING:
    from ..models import User

STATE_ATTRIBUTE = "portal_state"
"""The attribute of Django's request that holds the `RequestState`."""


class Busy(Exception):
    """Raised where a request would have to wait for too long for what others need, too."""


SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""What a page or file that everybody may read answers."""
get_and_post = require_http_methods(["GET", "HEAD", "POST"])
"""A decorator for the view of a page with a form of its own."""


def options_response() -> HttpResponse:
    """The answer 204 to `OPTIONS` for what everybody may read: with which methods and headers other websites may ask for it.

    Whether their scripts may read it is said by the response itself (`kl_ai.export.downloads.open_to_websites`).
    """
    methods = ", ".join(SAFE_METHODS)
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Max-Age": "86400",
        "Content-Length": "0",
    }
    return HttpResponse(status=204, headers=headers)


class AuthenticatedRequest(HttpRequest):
    """The request of a view that requires a login. For annotations only: Django makes its requests itself."""

    user: "User"


@dataclass(frozen=True, slots=True)
class PageVersion:
    """What a public page follows from beside its address (`kl_ai.pages.cache.public_page`)."""

    read: Callable[[HttpRequest], Any]
    """Gives the version of the data that a request is answered from."""
    value: Any
    """The version that the page was made from."""


@dataclass(slots=True)
class RequestState:
    """The portal's own attributes of one request, beside Django's."""

    query_was_cut: bool = False
    """Whether the query string was too long and lost its last part (`kl_ai.requests.middleware.QueryStringLimit`)."""
    fault_is_logged: bool = False
    """Whether the log has a line about the fault that the request met (`kl_ai.requests.faults`)."""
    is_preview: bool = False
    """Whether an editor looks at content that is not public: such a page is neither cached nor shared."""
    public_versions: Mapping[str, int] | None = None
    """The number of every area's public data that the request is answered from; None before they are read."""
    public_values: dict[object, Any] = field(default_factory=dict)
    """The values that the request is answered from, by what holds them (`kl_ai.pages.versions.ValuePerVersion`)."""
    page_version: PageVersion | None = None
    """What the response follows from, where it is a public page that may be kept (`kl_ai.pages.middleware`)."""
    missing_second_factor_step: str | None = None
    """The name of the page that comes before the administration, "" for none; None before it is worked out."""
    saved_by_another: bool = False
    """Whether the form that is sent shows an earlier state than the stored one (`kl_ai.admin.locking`)."""
    has_restored_input: bool = False
    """Whether the page shows what was typed before a login expired, and is stored nowhere (`kl_ai.login.restore`)."""
    history_id: str = ""
    """The key of the earlier version that is shown (`kl_ai.admin.history`)."""
    app_values: dict[str, Any] = field(default_factory=dict)
    """Values that an app keeps until the request is over, each under a key that begins with the app's name."""


def request_state(request: HttpRequest) -> RequestState:
    """The state of this request: the same object each time it is asked for. No query."""
    state: RequestState | None = getattr(request, STATE_ATTRIBUTE, None)
    if state is None:
        state = RequestState()
        setattr(request, STATE_ATTRIBUTE, state)
    return state


def is_fetch(request: HttpRequest) -> bool:
    """Whether the portal's own script sends the request: its page still holds what was typed."""
    return request.headers.get("X-Requested-With") == "fetch"


def client_address(request: HttpRequest) -> str | None:
    """The IP address of the client: the one that the proxy in front reports, where `BEHIND_PROXY` says there is one."""
    direct = request.META.get("REMOTE_ADDR")
    if not settings.BEHIND_PROXY:
        return direct
    reported = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    address = reported.partition("]")[0].lstrip("[") if reported.startswith("[") else reported
    if address.count(":") == 1:  # an IPv4 address with a port
        address = address.partition(":")[0]
    try:
        return str(ip_address(address))
    except ValueError:
        return direct
