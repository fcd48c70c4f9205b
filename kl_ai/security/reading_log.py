"""The log of what KL's staff read of vendors' personal data (`Reading`), shown to administrators."""

import logging

from django.db import DatabaseError, transaction
from django.http import HttpRequest

from .models import Reading

logger = logging.getLogger(__name__)


def record_reading(request: HttpRequest, page: str, key: str | int = "", label: str = "") -> None:
    """Store that the request's user reads this page of this object, or a list, where the user is KL's staff.

    `page` is the name of the model and what is shown of it, “vendor: form”; `key` the object's, `label` its name.

    Three queries, two of them a savepoint's, for any number of rows. A failure is logged and shows nowhere else: the
    page is more important than the line about it.
    """
    user = request.user
    if not (user.is_authenticated and user.is_staff):
        return
    try:
        with transaction.atomic():
            Reading.record(user, page, str(key), label)
    except DatabaseError:
        logger.exception("The log of readings could not be written.")
