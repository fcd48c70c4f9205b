"""The choice of permissions in the forms of groups and users: in the reader's language, without what nothing asks for."""

from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

DEFAULT_PERMISSIONS = {"add": _("may add"), "change": _("may change"), "delete": _("may delete"), "view": _("may see")}
"""What Django's permissions of each model allow, by the beginning of their code."""
HISTORY = "historical"
"""The beginning of the names of the models that hold earlier versions: seeing these is part of seeing the row."""


class PermissionsField(forms.ModelMultipleChoiceField):
    """Permissions, each with its app, its model and what it allows. One query."""

    def __init__(self, queryset: Any, **options: Any) -> None:
        offered = Permission.objects.exclude(content_type__model__startswith=HISTORY).select_related("content_type")
        super().__init__(offered, **options)

    def label_from_instance(self, permission: Any) -> str:
        return permission_name(permission)


def permission_name(permission: Any) -> str:
    """The app, the model and what the permission allows. No query where its content type is at hand."""
    action = DEFAULT_PERMISSIONS.get(permission.codename.partition("_")[0]) or gettext(permission.name)
    return f"{permission.content_type.app_labeled_name} | {action}"
