"""The model admins of the kinds that have none in this folder, derived from the kinds' records."""

from django.contrib import admin

from ..kind_types import ItemKind, ItemPart
from ..kinds import KINDS, STATE
from .base import LINK_FIELDS, STATE_FIELDS, ItemAdmin, StableRowInline


def register_other_kinds() -> None:
    """Register a form with the fields of its record for each kind whose model has no admin yet."""
    for kind in KINDS.values():
        if not admin.site.is_registered(kind.model):
            admin.site.register(kind.model, _admin_class(kind))


def _admin_class(kind: ItemKind) -> type[ItemAdmin]:
    own_fields = tuple(name for name in kind.fields if name not in STATE)
    attributes = {
        "fieldsets": ((None, {"fields": own_fields}), STATE_FIELDS, LINK_FIELDS),
        "inlines": tuple(_inline_class(part) for part in kind.parts),
        "list_display": ("__str__",),
        "search_fields": (kind.model.KEY,),
        "autocomplete_fields": tuple(field.name for field in (*kind.foreign_keys, *kind.many_to_many)),
    }
    return type(f"{kind.model.__name__}Admin", (ItemAdmin,), attributes)


def _inline_class(part: ItemPart) -> type[admin.StackedInline]:
    """The rows of a part, without those beneath them; stable rows get their key and are withdrawn, not deleted."""
    number = (part.number,) if part.number else ()
    withdrawal = ("is_withdrawn",) if part.is_stable else ()
    attributes = {"model": part.model, "fields": (*number, *part.fields, *withdrawal), "extra": 0}
    base = StableRowInline if part.is_stable else admin.StackedInline
    return type(f"{part.model.__name__}Inline", (base,), attributes)
