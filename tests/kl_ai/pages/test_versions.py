"""A value per version: one for the process, one for a request, read anew when the number or the day changes."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from kl_ai.pages import places
from kl_ai.pages.expensive import expensive
from kl_ai.pages.versions import (
    KEPT_DAYS,
    MOST_KEYS,
    AreaVersion,
    Held,
    PublicChange,
    PublicVersion,
    ValuePerVersion,
)
from kl_ai.requests.http import Busy

area = AreaVersion("letters")


@pytest.fixture
def letters(db):
    """A value that says how often it was read."""
    reads = []

    def read(version, day):
        reads.append((version, day))
        return f"{len(reads)}: {version}"

    values = ValuePerVersion(area, read)
    values.reads = reads
    return values


def test_it_is_read_once_until_the_version_changes(letters, django_assert_num_queries):
    first = letters.current()
    with django_assert_num_queries(1):
        assert letters.current() is first
    with django_assert_num_queries(0):
        assert letters.current(0) is first
    area.bump()
    assert letters.current() == f"2: {area.current()}"
    assert len(letters.reads) == 2


def test_another_area_changes_nothing(letters):
    first = letters.current()
    AreaVersion("numbers").bump()
    assert letters.current() is first


def test_it_is_read_anew_at_midnight(letters, monkeypatch):
    letters.current()
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    letters.current()
    assert [day for _version, day in letters.reads] == [tomorrow - timedelta(days=1), tomorrow]


def test_the_number_rises_although_the_clock_goes_back(db, monkeypatch):
    area.bump()
    first = area.current()
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    area.bump()
    assert area.current() == first + 1


# What has changed ---------------------------------------------------------------------------------


@pytest.fixture
def numbers(db):
    """The numbers of three changes in turn: of anything, of the rows 1 and 2, and of 2 and 3."""
    result = [0]
    for keys in (None, [2, 1, 2], (3, 2)):
        area.bump(keys)
        result.append(area.current())
    return result


def test_the_keys_of_all_changes_since_a_version_are_known(numbers, django_assert_num_queries):
    nothing, first, second, third = numbers
    with django_assert_num_queries(1):
        assert area.changed_keys(first, third) == {1, 2, 3}
    assert area.changed_keys(first, second) == {1, 2}
    assert area.changed_keys(second, third) == {2, 3}
    with django_assert_num_queries(0):
        assert area.changed_keys(third, third) == set()
    assert area.changed_keys(nothing, third) is None  # anything may have changed with the first


def test_nothing_is_known_of_a_change_that_an_earlier_release_made(numbers):
    """It stores its number and no change: the next change names a number that no change has."""
    PublicVersion.objects.update(number=numbers[-1] + 5)
    area.bump([7])
    assert area.changed_keys(numbers[-1], area.current()) is None


def test_nothing_is_known_when_a_backup_was_restored(numbers):
    """The value in memory is of a version that was undone, and then something else was published."""
    PublicChange.objects.filter(number=numbers[3]).delete()
    PublicVersion.objects.update(number=numbers[2])
    assert area.changed_keys(numbers[3], numbers[2]) is None
    area.bump([7])
    assert area.changed_keys(numbers[3], area.current()) is None
    assert area.changed_keys(numbers[2], area.current()) == {7}


def test_changes_are_recorded_for_some_days_and_not_those_of_very_many_rows(numbers, monkeypatch):
    later = time.time_ns() + (KEPT_DAYS * 24 + 1) * 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    AreaVersion("digits").bump([1])
    assert PublicChange.objects.filter(area="letters").count() == 3
    area.bump(range(MOST_KEYS + 1))
    assert PublicChange.objects.filter(area="letters").count() == 1
    assert area.changed_keys(numbers[3], area.current()) is None


@pytest.fixture
def renewed(db):
    """A value that lists the changes it was made of."""
    return ValuePerVersion(area, lambda version, day: ["read"], lambda held, keys, version, day: [*held, sorted(keys)])


def test_a_value_is_renewed_where_it_is_known_what_has_changed(renewed, monkeypatch):
    assert renewed.current() == ["read"]
    area.bump([4])
    held = renewed.current()
    assert held == ["read", [4]]
    area.bump([5])
    area.bump([6, 4])
    assert renewed.current() == ["read", [4], [4, 5, 6]]
    assert held == ["read", [4]]
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    assert renewed.current() == ["read", [4], [4, 5, 6], []]
    area.bump()
    assert renewed.current() == ["read"]


def test_a_version_that_was_rolled_back_is_not_renewed(renewed):
    """The value was read inside the transaction that did not come to be."""
    area.bump([1])
    renewed.current()
    with transaction.atomic():
        area.bump([2])
        assert renewed.current() == ["read", [2]]
        transaction.set_rollback(True)
    assert renewed.current() == ["read"]


# One value for a request ---------------------------------------------------------------------------


def test_a_request_keeps_its_value_whatever_is_published_meanwhile(letters, django_assert_num_queries):
    request, next_request = RequestFactory().get("/"), RequestFactory().get("/")
    value = letters.for_request(request)
    area.bump()
    letters.current()
    with django_assert_num_queries(0):
        assert letters.for_request(request) is value
    assert letters.for_request(next_request) is not value


def test_a_request_that_began_before_a_change_takes_the_newer_value_that_is_held(letters, django_assert_num_queries):
    """It would read the same newest value again."""
    area.bump()
    older_request = RequestFactory().get("/")
    area.for_request(older_request)
    area.bump()
    newest = letters.current()
    with django_assert_num_queries(1):
        assert letters.for_request(older_request) is newest
    assert len(letters.reads) == 1


def test_a_preview_is_of_its_request_alone(letters):
    preview, other = RequestFactory().get("/"), RequestFactory().get("/")
    letters.set_for_request(preview, "draft")
    assert letters.for_request(preview) == "draft"
    assert letters.for_request(other) == "1: 0"


def test_values_do_not_meet_in_a_request(letters):
    request = RequestFactory().get("/")
    numbers = ValuePerVersion(AreaVersion("numbers"), lambda version, day: "numbers")
    capitals = ValuePerVersion(area, lambda version, day: "capitals")
    values = [letters.for_request(request), numbers.for_request(request), capitals.for_request(request)]
    assert values == ["1: 0", "numbers", "capitals"]


def test_threads_that_ask_at_the_same_time_wait_for_one_reading(letters, monkeypatch):
    """The versions are known here; the thread that reads opens a connection all the same, which ends with it."""
    monkeypatch.setattr(AreaVersion, "current", lambda self: 1)
    begun, go_on = threading.Event(), threading.Event()
    read = letters.read

    def slow(version, day):
        begun.set()
        assert go_on.wait(10)
        return read(version, day)

    letters.read = slow
    values = []

    def ask() -> None:
        try:
            values.append(letters.current(1))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert values == ["1: 1"] * 4


# Many at once -------------------------------------------------------------------------------------


class SlowReading:
    """A value whose reading takes as long as the test wants, for threads that each ask at the version that they name."""

    def __init__(self, monkeypatch, threads: int, **options) -> None:
        self.version = 1
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)
        self.reads: list[int] = []
        monkeypatch.setattr(places, "places", places.Places(threads))
        monkeypatch.setattr(AreaVersion, "current", lambda _area: self.version)
        self.values = ValuePerVersion(area, self.read, **options)
        self.answers: list[str] = []
        self.threads: list[threading.Thread] = []

    def read(self, version: int, day: object) -> str:
        self.reads.append(version)
        self.begun.release()
        assert self.go_on.acquire(timeout=10)
        return f"value {version}"

    def ask(self, number: int = 1) -> None:
        """Ask in so many threads for the present version."""
        version = self.version

        def answer() -> None:
            try:
                self.answers.append(self.values.current(version))
            except Busy:
                self.answers.append("busy")
            finally:
                connection.close()

        started = [threading.Thread(target=answer) for _ in range(number)]
        self.threads += started
        for thread in started:
            thread.start()

    def wait_for_answers(self, number: int) -> list[str]:
        end = time.monotonic() + 10
        while len(self.answers) < number and time.monotonic() < end:
            time.sleep(0.005)
        return self.answers

    def finish(self, builds: int) -> list[str]:
        self.go_on.release(builds)
        for thread in self.threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in self.threads)
        return self.answers


@pytest.fixture
def slow(transactional_db, monkeypatch):
    return SlowReading(monkeypatch, 4)


def test_a_build_leaves_a_thread_free(slow):
    """Of four threads one builds and two wait; whoever else comes is told to try again, soon and then at once."""
    slow.ask()
    assert slow.begun.acquire(timeout=10)
    slow.ask(7)
    assert slow.wait_for_answers(5) == ["busy"] * 5
    assert slow.values._turn._short_wait() == 0
    assert slow.finish(1) == ["busy"] * 5 + ["value 1"] * 3
    assert slow.reads == [1]


def test_a_short_build_keeps_nobody_from_an_answer(slow, monkeypatch):
    monkeypatch.setattr(places, "SHORT_WAIT_SECONDS", 10)
    slow.ask(8)
    assert slow.finish(1) == ["value 1"] * 8
    assert slow.reads == [1]


def test_a_wait_for_a_build_ends(slow, monkeypatch):
    monkeypatch.setattr(places, "WAIT_SECONDS", 0.05)
    slow.ask()
    assert slow.begun.acquire(timeout=10)
    slow.ask()
    assert slow.wait_for_answers(1) == ["busy"]
    assert slow.finish(1) == ["busy", "value 1"]


def test_nobody_waits_for_more_than_the_build_going_on_and_the_next_one(slow):
    """Something is published during each build; whoever asked before the second one began takes its value."""
    slow.ask()
    assert slow.begun.acquire(timeout=10)
    slow.version = 2
    slow.ask(2)
    time.sleep(0.05)  # both have asked
    slow.version = 3
    slow.go_on.release()
    assert slow.begun.acquire(timeout=10)
    slow.version = 4
    assert slow.finish(1) == ["value 1", "value 3", "value 3"]
    assert slow.reads == [1, 3]


def test_a_value_of_a_build_that_began_before_is_not_taken(slow):
    slow.ask()
    assert slow.begun.acquire(timeout=10)
    slow.version = 2
    slow.ask()
    assert slow.finish(2) == ["value 1", "value 2"]


def test_what_was_read_before_its_commit_is_for_nobody_else(slow):
    slow.go_on.release(2)
    with transaction.atomic():
        slow.version = 7
        assert slow.values.current(7) == "value 7"
        slow.version = 6
    assert slow.values._renewed((6, timezone.localdate()), 0).value == "value 6"


def test_who_has_changed_something_does_not_take_what_others_read_meanwhile(slow):
    slow.go_on.release()
    with transaction.atomic():
        slow.version = 7
        slow.values._held = Held((6, timezone.localdate()), "of another thread", build=1)
        assert slow.values._renewed((7, timezone.localdate()), 0).value == "value 7"


def test_a_cheap_value_is_waited_for_by_nobody(transactional_db, monkeypatch):
    slow = SlowReading(monkeypatch, 4, cheap=True)
    slow.ask(6)
    for _ in range(6):
        assert slow.begun.acquire(timeout=10)
    assert slow.finish(6) == ["value 1"] * 6


def test_a_failed_build_gives_its_turn_and_place_back(db, monkeypatch):
    monkeypatch.setattr(places, "places", places.Places(2))

    def fails(version, day):
        raise ZeroDivisionError

    for _ in range(4):
        with pytest.raises(ZeroDivisionError):
            ValuePerVersion(area, fails).current()
    with places.places.taken() as has_place:
        assert has_place


def test_a_file_that_needs_a_build_takes_no_second_place(db, monkeypatch):
    monkeypatch.setattr(places, "places", places.Places(2))
    values = ValuePerVersion(area, lambda version, day: "value")
    view = expensive(lambda request: HttpResponse(values.current()))
    assert view(RequestFactory().get("/")).content == b"value"
    with places.places.taken() as has_place:
        assert has_place
