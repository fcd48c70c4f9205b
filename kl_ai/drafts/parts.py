"""Drafts that several people write, part by part. Whoever saves second sees what the first has saved, and decides.

A part is a mapping of items to values: fields, answers, rows of a list. Its page carries the fingerprint of what it
showed, and sends it along with what was typed. A part that holds something else by then is not overwritten.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def fingerprint(content: Mapping[str, Any]) -> str:
    """A short text that is equal for equal content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:20]


class AbstractSavedPart(models.Model):
    """When and by whom a part of a draft was saved last. An app derives its model from it and adds the draft."""

    part = models.CharField(gettext_lazy("part"), max_length=30)
    saved_at = models.DateTimeField(gettext_lazy("saved"), default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.part} {self.saved_at:%Y-%m-%d %H:%M}"

    @classmethod
    def record(cls, by: Any, *, changed: bool, part: str, **draft: Any) -> None:
        """Record a save of this part of the draft. One without a change is recorded only as the first of the part."""
        saved, is_new = cls.objects.get_or_create(part=part, **draft, defaults={"saved_by": by})
        if changed and not is_new:
            cls.objects.filter(pk=saved.pk).update(saved_at=timezone.now(), saved_by=by)


class ChangedMeanwhile(Exception):
    """Somebody else saved other content after the page was opened; nothing was written.

    `stored` is the content that is stored now, `saved` its `AbstractSavedPart`, where there is one.
    """

    def __init__(self, stored: dict[str, Any], saved: Any) -> None:
        super().__init__("changed meanwhile")
        self.stored, self.saved = stored, saved


def changed_items(
    stored: dict[str, Any], typed: Mapping[str, Any], seen: str, last_saved: Callable[[], Any]
) -> dict[str, Any]:
    """Those of the items in `typed` whose values differ from `stored`.

    `seen` is the fingerprint of what the page had shown. Raises `ChangedMeanwhile` where something differs and the
    page had shown other content than what is stored; typing what is stored already is no conflict. `last_saved` gives
    the exception's `saved`, and is called in that case only.
    """
    changed = {item: value for item, value in typed.items() if stored[item] != value}
    if changed and seen != fingerprint(stored):
        raise ChangedMeanwhile(stored, last_saved())
    return changed


class Difference(NamedTuple):
    """One item of which two people have saved and typed different values, as the second person is shown it."""

    heading: str
    stored: str
    typed: str


def differences(
    stored: Mapping[str, Any],
    typed: Mapping[str, Any],
    heading: Callable[[str], str],
    text: Callable[[str, Any], str],
) -> list[Difference]:
    """The items whose stored and typed values differ; `heading(item)` and `text(item, value)` put them into words."""
    return [
        Difference(heading(item), text(item, stored[item]), text(item, value))
        for item, value in typed.items()
        if stored[item] != value
    ]


def value_text(value: Any) -> str:
    """The value of a field in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
