"""Acts that break off at one of their writes, for tests of what is stored then."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.db import connection

from kl_ai.mail.models import OutgoingMail
from tests.concurrency import ProcessKilled

WRITES = ("INSERT", "UPDATE", "DELETE")


class KilledAtWrite:
    """A wrapper of queries that ends the process before its write with this number, where the rows of a project are written."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(WRITES) and ('"projects_' in sql or "outgoingmail" in sql):
            self.left -= 1
            if self.left == 0:
                raise ProcessKilled
        return execute(sql, params, many, context)


def stored() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the projects and of the mails that wait."""
    models = [*apps.get_app_config("projects").get_models(), OutgoingMail]
    return {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in models}


def whole_or_not_at_all(act: Callable[[], Any]) -> int:
    """Do it again and again, broken off at its first, second, … write; how many writes it has.

    What is stored is the same after each that breaks off, and another after the one that does not.
    """
    before, number = stored(), 0
    while True:
        number += 1
        killed = KilledAtWrite(number)
        with connection.execute_wrapper(killed), suppress(ProcessKilled):
            act()
        if killed.left > 0:
            assert stored() != before
            return number - 1
        assert stored() == before, f"broken off at write {number}"
