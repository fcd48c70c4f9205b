"""Drafts that several people write, part by part. Whoever saves second sees what the first has saved, and decides.

A part is a mapping of items to values: fields, answers, rows of a list. Its page carries the fingerprint of what it
showed, and sends it along with what was typed. A part that holds something else by then is not overwritten, unless it
was the same open page that saved it: a page whose answer was lost is no conflict with itself (`PageSave`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def fingerprint(content: Mapping[str, Any]) -> str:
    """A short text that is equal for equal content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:20]


class PageSave(NamedTuple):
    """Which open page saves, and its how manieth save this is; without a page nothing is known of either."""

    page: str = ""
    number: int = 0

    @classmethod
    def from_post(cls, data: Mapping[str, str]) -> "PageSave":
        """What the fields `page` and `save` of a form say. Tampered values count as no page."""
        page, number = data.get("page", ""), data.get("save", "0") or "0"
        if not (len(page) == PAGE_LENGTH and page.isascii() and page.isalnum()):
            return NO_PAGE
        if not (number.isascii() and number.isdecimal() and len(number) <= 6):
            return NO_PAGE
        return cls(page, int(number))

    def follows(self, saved: Any, by: Any) -> bool:
        """Whether `saved`, the last save of the part, was made by this page earlier, or is this very save."""
        is_same_page = bool(self.page and saved) and (saved.page, saved.saved_by_id) == (self.page, by.pk)
        return is_same_page and saved.page_save <= self.number


NO_PAGE = PageSave()
PAGE_LENGTH = 32


def new_page() -> str:
    """The name of a page that is about to be shown, for its hidden field `page`."""
    return uuid4().hex


class AbstractSavedPart(models.Model):
    """When and by whom a part of a draft was saved last. An app derives its model from it and adds the draft."""

    part = models.CharField(gettext_lazy("part"), max_length=30)
    saved_at = models.DateTimeField(gettext_lazy("saved"), default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    page = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    page_save = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """The page that saved it, and its how manieth save it was (`PageSave`)."""

    objects: ClassVar = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.part} {self.saved_at:%Y-%m-%d %H:%M}"

    @classmethod
    def record(cls, by: Any, *, changed: bool, page: PageSave = NO_PAGE, part: str, **draft: Any) -> None:
        """Record a save of this part of the draft. One without a change is recorded only as the first of the part."""
        values = {"saved_by": by, "page": page.page, "page_save": page.number}
        saved, is_new = cls.objects.get_or_create(part=part, **draft, defaults=values)
        if changed and not is_new:
            cls.objects.filter(pk=saved.pk).update(saved_at=timezone.now(), **values)


class ChangedMeanwhile(Exception):
    """Somebody else saved other content after the page was opened; nothing was written.

    `stored` is the content that is stored now, `saved` its `AbstractSavedPart`, where there is one.
    """

    def __init__(self, stored: dict[str, Any], saved: Any) -> None:
        super().__init__("changed meanwhile")
        self.stored, self.saved = stored, saved


def changed_items(
    stored: dict[str, Any],
    typed: Mapping[str, Any],
    seen: str,
    last_saved: Callable[[], Any],
    page: PageSave = NO_PAGE,
    by: Any = None,
) -> dict[str, Any]:
    """Those of the items in `typed` whose values differ from `stored`.

    `seen` is the fingerprint of what the page had shown. Raises `ChangedMeanwhile` where something differs and the
    page had shown other content than what is stored; typing what is stored already is no conflict, nor is what this
    very `page` of the user `by` has stored last. `last_saved` gives the exception's `saved`, and is called in these
    cases only.
    """
    changed = {item: value for item, value in typed.items() if stored[item] != value}
    if changed and seen != fingerprint(stored):
        saved = last_saved()
        if not page.follows(saved, by):
            raise ChangedMeanwhile(stored, saved)
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
