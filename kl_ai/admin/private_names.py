"""The private names that the portal uses of Django, which Django may change without notice.

No other module uses a private name of Django or simple-history. Each function here exists because there is no public
equivalent. A test fails by name where Django drops one of the names.
"""

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import QuerySet


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
