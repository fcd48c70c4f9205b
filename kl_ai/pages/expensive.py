"""Work that keeps a thread busy for long: files, drawings, documents. It leaves threads of the process for the pages.

    @versioned_page        # what is in the cache, or unchanged for the browser, is not made
    @expensive
    def export(request): …

One file is made at a time, since a second one at the same moment would only slow both. Others wait for a while, as far as
places are free for files (`places`); the rest gets 503 and `Retry-After`.
"""

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext, override

from ..requests import faults
from ..requests.http import request_state
from . import places as threads

WAIT_SECONDS = 10
"""How long a request waits for its turn."""
RETRY_SECONDS = 10
IS_EXPENSIVE = "is_expensive"
"""The attribute of a marked view; `functools.wraps` copies it to the view that a decorator makes."""

View = Callable[..., HttpResponseBase]
logger = logging.getLogger(__name__)


def expensive(view: View) -> View:
    """A decorator for a view that makes a file. The place of a response that is made while it is sent is free at its end."""

    @wraps(view)
    def view_at_place(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        places = threads.places
        if not places.take_for_file():
            return _busy_page(request)
        is_streamed = False
        try:
            if not places.turn.acquire(timeout=WAIT_SECONDS):
                return _busy_page(request)
            try:
                with places.own():
                    response = view(request, *args, **kwargs)
            finally:
                places.turn.release()
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                chunks = cast(Iterator[bytes], response.streaming_content)  # no view of the portal is asynchronous
                response.streaming_content = _Content(chunks, places.give_back_of_file)
                is_streamed = True
            return response
        finally:
            if not is_streamed:
                places.give_back_of_file()

    setattr(view_at_place, IS_EXPENSIVE, True)
    return view_at_place


class _Content:
    """The chunks of a response; `release` is called once, when they are all read or the response is closed."""

    def __init__(self, chunks: Iterator[bytes], release: Callable[[], None]) -> None:
        self.chunks = chunks
        self.release = release
        self.is_open = True

    def __iter__(self) -> "_Content":
        return self

    def __next__(self) -> bytes:
        try:
            return next(self.chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.release()


def _busy_page(request: HttpRequest) -> HttpResponseBase:
    """The response 503, with the form that was sent. The log has one line of it as a warning, and no error: nothing has failed."""
    request_state(request).fault_is_logged = True
    logger.warning("503 %s: files are being made", ascii(request.path))
    is_reading = request.method in ("GET", "HEAD")
    with override(faults.path_language(request)):
        return faults.page(
            request,
            503,
            gettext("Many files are being made right now"),
            gettext("Yours was not made. Try again in a moment.")
            if is_reading
            else gettext("Nothing is saved yet. Try again in a moment."),
            retry_after=RETRY_SECONDS,
            form=faults.kept_form(request),
            retry_url=request.get_full_path() if is_reading else "",
        )
