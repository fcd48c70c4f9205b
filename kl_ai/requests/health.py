"""What a probe asks: whether the process lives, and whether it can serve.

Both are answered before any other middleware (`kl_ai.requests.middleware.HealthProbes`): under every host name, since a
probe asks a machine by its address, and without HTTPS.
"""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import database
from . import faults

PROBE_SECONDS = 3
"""How long `/readyz` waits for each answer of the database server."""


@login_not_required
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """`/healthz`: 200 and `ok` as long as the process answers. No query."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """`/readyz`: 200 and `ok` when the database answers and has all migrations, 503 and what is missing otherwise."""
    try:
        with database.time_limit(PROBE_SECONDS):
            executor = MigrationExecutor(connection)
            missing_migrations = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        faults.log_database_fault(request, error)
        return HttpResponse("database unavailable", status=503, content_type="text/plain")
    if missing_migrations:
        return HttpResponse("migrations missing", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


PROBES = {"/healthz": alive, "/readyz": ready}
