"""A value per version: one for the process, one for a request, read anew when the number or the day changes."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from kl_ai.pages.versions import (
    KEPT_DAYS,
    MOST_KEYS,
    AreaVersion,
    Memo,
    PublicChange,
    PublicVersion,
    ValuePerVersion,
)

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


def test_a_memo_builds_each_result_once():
    memo, built = Memo(), []
    for name in ("orders", "index", "orders", "index"):
        assert memo.remember(("a", name), lambda name=name: built.append(name)) is None
    assert built == ["orders", "index"]
    assert Memo().remember(("a", "index"), lambda: "of another value") == "of another value"
