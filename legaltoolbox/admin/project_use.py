"""What an editor sees before saving: how many projects a change of the text meets. Numbers alone, never which."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..models import Item
from ..text_uses import text_use


class ProjectUseNote:
    """Shows on the change page, as its first line, which projects a change meets. One query."""

    def text_item(self, obj: Any) -> Item | None:
        """The item whose text the form changes."""
        return obj if isinstance(obj, Item) else None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = cast(Any, super()).get_fieldsets(request, obj)
        return [(None, {"fields": ("project_use",)}), *fieldsets] if self._has_projects(obj) else fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = cast(Any, super()).get_readonly_fields(request, obj)
        return (*fields, "project_use") if self._has_projects(obj) else fields

    def _has_projects(self, obj: Any) -> bool:
        return obj is not None and bool(obj.pk) and self.text_item(obj) is not None

    @admin.display(description=_("projects"))
    def project_use(self, obj: Any) -> str:
        """How many projects have the text, and how many are to decide on a change. One query."""
        item = self.text_item(obj)
        use = text_use(item.KIND, item.key) if item is not None else None
        if use is None:
            return gettext("No project has texts of this kind: a change asks nobody.")
        if not use.projects:
            return gettext("No active project has the text.")
        where = ngettext("%(n)s project", "%(n)s projects", use.projects) % {"n": use.projects}
        whose = ngettext("%(n)s municipality", "%(n)s municipalities", use.municipalities) % {"n": use.municipalities}
        written = ngettext(
            "%(n)s of them has written something on it and is to decide on a change.",
            "%(n)s of them have written something on it and are to decide on a change.",
            use.written,
        )
        parts = [
            gettext("The text is used in %(projects)s in %(municipalities)s.")
            % {"projects": where, "municipalities": whose},
            written % {"n": use.written} if use.written else gettext("None of them has written anything on it."),
            gettext("Where only the order or white space changes, they take it over by themselves."),
        ]
        return " ".join(parts)
