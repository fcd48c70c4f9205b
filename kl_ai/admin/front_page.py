"""The administration's first page: the work that waits for the user, then the lists, those of one task together."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest

from ..waiting import Waiting, WorkSection, count, kinds_for

TaskLists = list[tuple[Any, list[dict[str, Any]]]]
"""The heading of a task, and its lists as `AdminSite.get_app_list` describes them."""


def front_page(site: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """The variables of the first page. One query for all the work that waits."""
    models = [model for app in site.get_app_list(request) for model in app["models"]]
    work = [model for model in models if _is_work(site, model)]
    return {
        "work": list(waiting_by_section(request.user)),
        "model_lists": by_task(work),
        "read_only_lists": by_task([model for model in models if model not in work]),
    }


def waiting_by_section(user: Any) -> Iterator[tuple[str, list[Waiting]]]:
    """What waits in each section; `work` also where nothing waits, for those who have such work at all."""
    kinds = kinds_for(user)
    waiting = {section: list(waiting) for section, waiting in groupby(count(kinds), key=lambda each: each.kind.section)}
    for section in WorkSection:
        if section in waiting or (section is WorkSection.WORK and any(kind.section is section for kind in kinds)):
            yield section.value, waiting.get(section, [])


def _is_work(site: AdminSite, model: dict[str, Any]) -> bool:
    """Whether the user does something in this list: adds, changes or deletes, or takes steps of its own (`has_work`)."""
    perms = model["perms"]
    may_write = perms["add"] or perms["change"] or perms["delete"]
    return may_write or getattr(site.get_model_admin(model["model"]), "has_work", False)


def by_task(models: Iterable[dict[str, Any]]) -> TaskLists:
    """These lists under the headings of `ADMIN_TASKS`, in its order; those that it does not name under their app's name."""
    lists: dict[Any, list[tuple[int, dict[str, Any]]]] = {heading: [] for heading, _names in settings.ADMIN_TASKS}
    for model in models:
        heading, place = _task(model["model"]._meta)
        lists.setdefault(heading, []).append((place, model))
    return [
        (heading, [model for _place, model in sorted(placed, key=lambda each: each[0])])
        for heading, placed in lists.items()
        if placed
    ]


def _task(opts: Any) -> tuple[Any, int]:
    """The heading that a model's list stands under, and its place there: models before apps."""
    for heading, names in settings.ADMIN_TASKS:
        if opts.label_lower in names:
            return heading, names.index(opts.label_lower)
        if opts.app_label in names:
            return heading, len(names)
    return opts.app_config.verbose_name, 0
