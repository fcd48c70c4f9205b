"""The statuses of a response, and the sets of them that more than one rule names."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("sent back")
    REJECTED = "rejected", _("rejected")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DISCARDED = "discarded", _("discarded")


OPEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
"""The statuses of an open response; a vendor has at most one."""

EDITABLE = (Status.DRAFT, Status.RETURNED)
"""The statuses in which the vendor may change the response."""

IN_USE = (Status.PUBLISHED, Status.SUBMITTED)
"""The statuses of a response that is public or waits for KL's review."""
