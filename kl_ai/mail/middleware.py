"""The middleware that bounds what a request may do with the mail server."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import sending


class MailTimeLimit:
    """Bounds how long a request waits for the mail server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with sending.time_limit():
            return self.get_response(request)
