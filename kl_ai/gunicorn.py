"""The configuration of gunicorn: `gunicorn -c python:kl_ai.gunicorn kl_ai.wsgi`. Its command line overrides each value."""

import os
from typing import Any

from kl_ai.requests.bodies import MAX_BODY

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # gunicorn's own variable
worker_class = "gthread"
threads = 4

# What is longer is refused by gunicorn itself, in plain text, before the portal sees it.
limit_request_line = 8190  # bytes of method, address and version; the most that gunicorn can be told
limit_request_fields = 100
limit_request_field_size = 8190


def pre_request(worker: Any, request: Any) -> None:
    """End the connection after the response where the portal refuses the body, rather than read the rest of it."""
    headers = {name.upper(): value for name, value in request.headers}
    length = headers.get("CONTENT-LENGTH", "0")
    if "TRANSFER-ENCODING" in headers or not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
        request.force_close()


def post_worker_init(worker: Any) -> None:
    """Tell the portal how many threads the process has, and have it read the public data before somebody asks for them."""
    from kl_ai.pages import places, starting

    places.set_threads(worker.cfg.threads)
    starting.read_values()
