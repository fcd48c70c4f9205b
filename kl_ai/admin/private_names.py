"""The private names that the portal uses of Django and simple-history, which may change without notice.

No other module uses a private name of Django or simple-history. Each function here exists because there is no public
equivalent. A test fails by name where one of the names is dropped.
"""

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model, QuerySet


def model_admins(site: AdminSite) -> list[ModelAdmin]:
    """The model admins of this site in the order of their registration. No query.

    Uses `AdminSite._registry`: the public `get_app_list` sorts by name, and leaves out what the user may not see.
    """
    return list(site._registry.values())


def raw_delete(rows: QuerySet) -> None:
    """Delete these rows in one statement, without a history of each and without the rows that refer to them.

    Uses `QuerySet._raw_delete`: the public `delete` fetches every row and sends a signal about each. IntegrityError
    at the end of the transaction where other rows still refer to them.
    """
    rows._raw_delete(rows.db)


def is_history_version(obj: Model) -> bool:
    """Whether this instance is an earlier version out of the history, and not the row as it is now. No query.

    Uses `_history`, which simple-history sets on the instances that `HistoricalRecord.instance` makes.
    """
    return hasattr(obj, "_history")
