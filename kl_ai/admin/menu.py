"""The menu on every page of the administration: the pages that are used daily, with the number of what waits there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from ..waiting import WorkSection, count, kinds_for


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """An entry that the app declares in a sequence, which the setting `ADMIN_MENU` names."""

    label: str | Promise
    page: str
    """The name of its URL in the administration."""
    permission: str
    """`app.codename` of the permission without which somebody does not see the entry."""
    pages: tuple[str, ...]
    """How the names of the URLs begin on whose pages the entry is the current one."""
    kind: str = ""
    """The code of the kind of waiting work that is counted here."""
    counts_other_kinds: bool = False
    """Whether the work is counted here that no other entry counts."""


@dataclass(frozen=True)
class MenuLink:
    """An entry as a page shows it to one user. `number` is None where nothing is counted."""

    label: str
    url: str
    number: int | None
    is_current: bool


def menu_links(request: HttpRequest) -> list[MenuLink]:
    """The entries that this user may open. One query where one of them counts, and those of `has_perm`."""
    declared = [entry for path in settings.ADMIN_MENU for entry in import_string(path)]
    entries = [entry for entry in declared if request.user.has_perm(entry.permission)]
    numbers = _numbers(request, declared) if any(entry.kind or entry.counts_other_kinds for entry in entries) else {}
    current = request.resolver_match.url_name or "" if request.resolver_match else ""
    return [
        MenuLink(
            str(entry.label),
            reverse(f"admin:{entry.page}"),
            numbers.get("" if entry.counts_other_kinds else entry.kind, 0)
            if entry.kind or entry.counts_other_kinds
            else None,
            current.startswith(entry.pages),
        )
        for entry in entries
    ]


def _numbers(request: HttpRequest, entries: Sequence[MenuEntry]) -> dict[str, int]:
    """Code of a kind to how much of it waits for this user; "" to the sum of the kinds that no entry names. One query."""
    named = {entry.kind for entry in entries}
    numbers = {"": 0}
    for waiting in count(kinds_for(request.user, WorkSection.WORK)):
        code = waiting.kind.code if waiting.kind.code in named else ""
        numbers[code] = numbers.get(code, 0) + waiting.number
    return numbers
