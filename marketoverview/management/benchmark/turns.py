"""Requests to several servers in turn, so that a busy moment of the machine meets all of them, and their medians."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .servers import Reply

SETTLE_SECONDS = 0.02
"""After its last response a worker still tidies up; then its CPU time is read."""


class Answering(Protocol):
    """A server that is asked, and says how long it has computed."""

    def get(self, path: str) -> Reply: ...

    def cpu_seconds(self) -> float: ...


def nothing(reply: Reply) -> None:
    pass


@dataclass
class Runner:
    """A server in turns with others: in each turn it gets the next `requests` addresses, one after the other.

    `seconds` and `cpu` hold a value for each round: the median of its requests, and the CPU time of the worker per request.
    """

    server: Answering
    address: Callable[[int], str]
    """From the number of the request in its round to the address."""
    requests: int
    check: Callable[[Reply], None] = nothing
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    worst: float = 0.0

    def turn(self, number: int) -> list[float]:
        """Make the requests of this turn; the seconds of each."""
        times = []
        for place in range(number * self.requests, (number + 1) * self.requests):
            reply = self.server.get(self.address(place))
            self.check(reply)
            times.append(reply.seconds)
        return times


def in_turns(runners: Sequence[Runner], *, turns: int, rounds: int) -> None:
    """Let each runner have its turn, one after the other, `turns` times in each round. A first round is not counted."""
    for round_number in range(rounds + 1):
        times: list[list[float]] = [[] for _ in runners]
        before = [runner.server.cpu_seconds() for runner in runners]
        for number in range(turns):
            for runner, own in zip(runners, times, strict=True):
                own += runner.turn(number)
        time.sleep(SETTLE_SECONDS)
        if round_number == 0:
            continue
        for runner, own, start in zip(runners, times, before, strict=True):
            runner.seconds.append(statistics.median(own))
            runner.cpu.append((runner.server.cpu_seconds() - start) / len(own))
            runner.worst = max(runner.worst, *own)


@dataclass(frozen=True)
class Pace:
    """The time of one request to a server, in seconds: by the clock (the median, the highest) and of its CPU."""

    seconds: float
    cpu: float
    worst: float


def pace(runner: Runner) -> Pace:
    return Pace(statistics.median(runner.seconds), statistics.median(runner.cpu), runner.worst)


def ratio(runner: Runner, yardstick: Runner) -> tuple[float, float]:
    """How many requests to the yardstick one to the runner is worth: by the clock, by CPU.

    Each round gives a ratio of what was measured side by side; the medians of these count.
    """
    by_clock = [own / other for own, other in zip(runner.seconds, yardstick.seconds, strict=True)]
    by_cpu = [own / other for own, other in zip(runner.cpu, yardstick.cpu, strict=True)]
    return statistics.median(by_clock), statistics.median(by_cpu)
