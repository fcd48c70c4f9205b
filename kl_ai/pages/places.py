"""The threads of this process, and how many of them may be kept busy for long, or wait, at the same moment.

Whoever makes a file, builds a value of the public data or waits for either takes a place, and there is one place less than
threads: pages that need none of that are always served. Files take one place less again, so that a build finds one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock, local

from ..requests.http import Busy

WAIT_SECONDS = 10.0
"""How long a request waits for a build that others need, too."""
QUEUE_SECONDS = 3.0
"""How long a request waits for a place for its file, with the place that is otherwise left for a build."""
SHORT_WAIT_SECONDS = 0.5
"""For how long, from the beginning of a build, the last thread waits with the others: most builds end before that."""


class Places:
    """The places of a process with so many threads. A process of one or two threads has one."""

    def __init__(self, threads: int) -> None:
        self._free = BoundedSemaphore(max(1, threads - 1))
        self._free_for_files = BoundedSemaphore(max(1, threads - 2))
        self.turn = Lock()
        """Held while a file is made."""
        self._own = local()

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Within the block this thread has a place, where one is free. Whether it has one, be it from before."""
        if getattr(self._own, "is_taken", False):
            yield True
        elif self._free.acquire(blocking=False):
            try:
                with self.own():
                    yield True
            finally:
                self._free.release()
        else:
            yield False

    @contextmanager
    def own(self) -> Iterator[None]:
        """Within the block this thread needs no further place: it has one."""
        self._own.is_taken = True
        try:
            yield
        finally:
            self._own.is_taken = False

    def take_for_file(self) -> bool:
        """Take a place for a file, until `give_back_of_file`; False where none is free. Threads may differ.

        Where those that wait for a build have all of them, it waits for a moment: most builds are short. Where files have
        theirs, one more waits as long as no build needs the place that is left: most files are made in a second.
        """
        if not self._free_for_files.acquire(blocking=False):
            if not self._free.acquire(blocking=False):
                return False
            if self._free_for_files.acquire(timeout=QUEUE_SECONDS):
                return True
            self._free.release()
            return False
        if self._free.acquire(timeout=SHORT_WAIT_SECONDS):
            return True
        self._free_for_files.release()
        return False

    def give_back_of_file(self) -> None:
        self._free.release()
        self._free_for_files.release()


places = Places(4)
"""As many threads as `kl_ai.gunicorn` has, where no other server tells another number."""


def set_threads(threads: int) -> None:
    """Tell how many threads the server of this process has (`kl_ai.gunicorn`)."""
    global places
    places = Places(threads)


class Turn:
    """One build at a time: others that need its result wait as far as places are free, and not for ever."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since = 0.0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Within the block nobody else builds. Raises `Busy` for a thread that would have to wait too long.

        Who finds the turn free takes it, with a place or without: somebody has to build.
        """
        with places.taken() as has_place:
            if not self._lock.acquire(timeout=WAIT_SECONDS if has_place else self._short_wait()):
                raise Busy
            self._since = time.monotonic()
            try:
                yield
            finally:
                self._lock.release()

    def _short_wait(self) -> float:
        """The seconds that the last thread waits for the build that is going on."""
        return max(0.0, self._since + SHORT_WAIT_SECONDS - time.monotonic())
