"""The vendors that KL writes to, chosen by how far they are with a round."""

from collections.abc import Collection

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..models import Response, Status, SurveyRound, Vendor
from ..querysets import VendorQuerySet, stale_before


class AudienceStatus(models.TextChoices):
    """A choice of vendors; several choices together mean the vendors of any of them."""

    ALL = "all", _("all vendors")
    NOT_BEGUN = "not-begun", _("not begun in the round")
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted, waits for KL")
    RETURNED = "returned", _("sent back")
    PUBLISHED = "published", _("published")
    STALE = "stale", _("published, but not confirmed for a long time")
    WITHDRAWN = "withdrawn", _("withdrawn")
    NEVER_ANSWERED = "never-answered", _("never handed in an answer")


def vendors_of_round(round: SurveyRound) -> VendorQuerySet:
    """The vendors that an answer to a question concerns: all registered ones, but those that have withdrawn. One query.

    A vendor that has withdrawn and begun in this round again is one of them.
    """
    responses = Response.objects.filter(vendor=OuterRef("pk")).exclude(status=Status.DISCARDED)
    has_left = Q(last_status=Status.WITHDRAWN) & ~Exists(responses.filter(round=round).exclude(status=Status.WITHDRAWN))
    return Vendor.objects.annotate(last_status=last_status(responses)).exclude(has_left)


def last_status(responses: models.QuerySet[Response]) -> Coalesce:
    """The status of the last of these responses, "" without one, for an annotation of vendors."""
    return Coalesce(Subquery(responses.order_by("-sequence").values("status")[:1]), Value(""))


def vendors_with_status(statuses: Collection[str], round: SurveyRound) -> VendorQuerySet:
    """The vendors of any of these choices (`AudienceStatus`); none for no choice. One query."""
    responses = Response.objects.filter(vendor=OuterRef("pk")).exclude(status=Status.DISCARDED)
    conditions = {
        AudienceStatus.ALL: Q(),
        AudienceStatus.NOT_BEGUN: ~Exists(responses.filter(round=round)),
        AudienceStatus.DRAFT: Exists(responses.filter(status=Status.DRAFT)),
        AudienceStatus.SUBMITTED: Exists(responses.filter(status=Status.SUBMITTED)),
        AudienceStatus.RETURNED: Exists(responses.filter(status=Status.RETURNED)),
        AudienceStatus.PUBLISHED: Exists(responses.published()),
        AudienceStatus.STALE: Exists(responses.published().filter(confirmed_at__lt=stale_before())),
        AudienceStatus.WITHDRAWN: Q(last_status=Status.WITHDRAWN),
        AudienceStatus.NEVER_ANSWERED: ~Exists(responses.filter(submitted_at__isnull=False)),
    }
    chosen = [Q(conditions[status]) for status in AudienceStatus if status in statuses]
    vendors = Vendor.objects.annotate(last_status=last_status(responses))
    if AudienceStatus.ALL in statuses:
        return vendors
    any_of = Q(pk__in=[])
    for condition in chosen:
        any_of |= condition
    return vendors.filter(any_of)
