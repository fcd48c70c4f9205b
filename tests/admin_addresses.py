"""The named URLs of the administration."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Min
from django.urls import URLPattern, URLResolver, reverse

from kl_ai.admin.private_names import model_admins

OPEN = ("login", "logout")
WITH_WORDS = ("app_list", "view_on_site")
"""Names whose arguments are more than keys; the lists and forms below them are tried."""


def named(patterns, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All patterns below these, each with its name and namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or ''}", pattern


def admin_paths() -> dict[str, str]:
    """Name to path of everything in the administration, with the first keys that a model and its history have.

    The key is 0, which no row has, where there is no row. Two queries to a model.
    """
    models = [model_admin.model for model_admin in model_admins(admin.site)]
    keys = {f"{model._meta.app_label}_{model._meta.model_name}_": _first_keys(model) for model in models}
    paths = {}
    for name, pattern in named(admin.site.urls[0]):
        if name and name not in (*OPEN, *WITH_WORDS):
            model_keys = next((keys[prefix] for prefix in keys if name.startswith(prefix)), [])
            paths[name] = reverse(f"admin:{name}", args=model_keys[: pattern.pattern.regex.groups])
    return paths


def _first_keys(model: Any) -> list[int]:
    """The lowest primary keys of the model and of its history; 0 where there is none."""
    tables = [model._default_manager, *([model.history] if hasattr(model, "history") else [])]
    return [rows.aggregate(first=Min("pk"))["first"] or 0 for rows in tables]
