"""KL's editing of the toolbox. Every change bumps the toolbox's version in its own transaction."""

from django.contrib import admin

from ..kinds import KINDS
from . import items, rows
from .base import ItemAdmin

__all__ = ["items", "register_kinds", "rows"]


def register_kinds() -> None:
    """Register the form that a record gives for each kind that `items` adds nothing to."""
    for kind in KINDS.values():
        if not admin.site.is_registered(kind.model):
            admin.site.register(kind.model, ItemAdmin)


register_kinds()
