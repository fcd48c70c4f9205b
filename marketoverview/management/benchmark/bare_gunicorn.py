"""The portal's configuration of gunicorn for a Django that is not the portal: all of it, but no reading of the portal's data."""

from kl_ai.gunicorn import (  # noqa: F401 - gunicorn reads them
    limit_request_field_size,
    limit_request_fields,
    limit_request_line,
    pre_request,
    threads,
    worker_class,
)
