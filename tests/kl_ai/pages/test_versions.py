"""A value per version: one for the process, one for a request, read anew when the number or the day changes."""

import threading
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from kl_ai.pages.versions import AreaVersion, Memo, ValuePerVersion

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


def test_a_change_while_it_is_read_is_read_too(letters):
    read = letters.read

    def interrupted(version, day):
        value = read(version, day)
        if len(letters.reads) == 1:
            area.bump()
        return value

    letters.read = interrupted
    assert letters.current() == f"2: {area.current()}"


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
    """The versions are known here, so that no thread needs a database."""
    monkeypatch.setattr(AreaVersion, "current", lambda self: 1)
    begun, go_on = threading.Event(), threading.Event()
    read = letters.read

    def slow(version, day):
        begun.set()
        assert go_on.wait(10)
        return read(version, day)

    letters.read = slow
    values = []
    threads = [threading.Thread(target=lambda: values.append(letters.current(1))) for _ in range(4)]
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
