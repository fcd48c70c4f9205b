"""Work of several processes at the same moment, and work that breaks off."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any, TypeVar

from django.db import connection

from kl_ai.models import User
from marketoverview.models import Response, TransitionRefused

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_at_once(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """What `work` returns for each item. Each runs in a thread and with a database connection of its own."""

    def run(item: Item) -> Result:
        try:
            return work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def meeting_before(
    work: Callable[..., Any], parties: int = 2, seconds: float = 1, barrier: Barrier | None = None
) -> Callable[..., Any]:
    """`work`, before which each caller waits for the others, as long as this: nobody comes whom a lock holds back.

    Put where a verb has looked and is to write, it lets all look before one writes, unless a lock lets them in one by one.
    Callers of several functions wait for each other at one `barrier`.
    """
    barrier = barrier or Barrier(parties)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with suppress(BrokenBarrierError):
            barrier.wait(seconds)
        return work(*args, **kwargs)

    return wrapped


class ProcessKilled(Exception):
    """Stands for the end of a process, wherever in its work it comes."""


def killed_after(
    work: Callable[..., Any], condition: Callable[..., bool] = lambda *_, **__: True
) -> Callable[..., Any]:
    """`work`, after which the process is killed where the condition holds of its arguments."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = work(*args, **kwargs)
        if condition(*args, **kwargs):
            raise ProcessKilled
        return result

    return wrapped


def refusals_at_once(
    transition: Callable[[Response, User], None], response: Response, curators: Sequence[User]
) -> list[str]:
    """For each curator the explanation of the refusal, "" for whoever was first. Each has loaded the response before."""

    def explanation(attempt: tuple[Response, User]) -> str:
        try:
            transition(*attempt)
        except TransitionRefused as error:
            return error.explain(to_kl=True)
        return ""

    return run_at_once(explanation, [(Response.objects.get(pk=response.pk), curator) for curator in curators])
