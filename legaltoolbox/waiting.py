"""The items whose day of review has passed, a kind of waiting work (`kl_ai.waiting`) for each kind of item."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from kl_ai.waiting import WaitingKind

from .kind_types import ItemKind
from .kinds import KINDS as ITEM_KINDS


def review_of(kind: ItemKind) -> WaitingKind:
    """The public items of this kind that are to be reviewed again."""
    opts = kind.model._meta

    def words(number: int) -> str:
        items = opts.verbose_name if number == 1 else opts.verbose_name_plural
        return gettext("%(items)s to be reviewed again") % {"items": items}

    return WaitingKind(
        code=f"review-{opts.model_name}",
        words=words,
        rows=lambda: kind.model.objects.filter(review_by__lt=timezone.localdate(), is_public=True).order_by(
            "review_by", "pk"
        ),
        since="review_by",
        page=lambda: (
            f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_changelist')}?overdue=yes&is_public__exact=1"
        ),
        permission=f"{opts.app_label}.change_{opts.model_name}",
    )


def kinds() -> list[WaitingKind]:
    """One for each kind of item that the toolbox has now. No query."""
    return [review_of(kind) for kind in ITEM_KINDS.values()]
