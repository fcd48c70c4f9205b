"""What a process of the server reads when it starts, so that no visitor waits for it: addresses, and the public data."""

import logging
from importlib import import_module
from threading import Thread

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from .. import database
from ..requests import faults
from .cache import release

logger = logging.getLogger(__name__)

WAIT_SECONDS = 5.0
"""How long the process waits for them before it serves: what takes longer is read while pages that need none of it are served.

It is shorter than the time in which gunicorn gives up a process that does not start (`timeout`, 30 seconds).
"""


def read_values() -> None:
    """Read `VALUES_AT_START` in a thread of its own, and wait for it for a while. It never fails: pages read them, too."""
    reading = Thread(target=_read_values, name="values at start", daemon=True)
    reading.start()
    reading.join(WAIT_SECONDS)


def _read_values() -> None:
    try:
        import_module(settings.ROOT_URLCONF)
        release()
        for path in settings.VALUES_AT_START:
            with database.time_limit():
                import_string(path).current()
    except Exception as error:
        if faults.database_fault(error):
            logger.error("The public data were not read at the start (%s)", faults.reason(error))
        else:
            logger.exception("The public data were not read at the start.")
    finally:
        connection.close()
