"""Files are made one at a time, and never take the last thread of a process."""

import threading
import time

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve

from kl_ai.pages import expensive, places
from tests.pages import ADDRESSES, Access
from tests.reading import parse

pytestmark = pytest.mark.any_database

LIGHT = {"market:vcard", "mfa_download_recovery_codes", "favicon"}
"""Files of a few lines."""
BEHIND_A_LINK = {"vendor_answers:file", "vendor_answers:excel"}
"""What is made or read for the holder of a link, without which there is nothing."""
FILE_TYPES = (
    "image/",
    "application/vnd",
    "application/zip",
    "application/json",
    "application/yaml",
    "text/csv",
    "text/calendar",
)


@pytest.fixture
def four_threads(monkeypatch):
    monkeypatch.setattr(places, "places", places.Places(4))


class Work:
    """A view that takes as long as the test wants."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.running = 0
        self.most = 0

    def __call__(self, request):
        self.running += 1
        self.most = max(self.most, self.running)
        assert self.go_on.wait(10)
        self.running -= 1
        return HttpResponse("file")


def start(view, number: int) -> tuple[list[threading.Thread], list[HttpResponse]]:
    responses: list[HttpResponse] = []
    threads = [
        threading.Thread(target=lambda: responses.append(view(RequestFactory().get("/en/x.xlsx"))))
        for _ in range(number)
    ]
    for thread in threads:
        thread.start()
    return threads, responses


def test_one_file_is_made_one_request_waits_and_the_rest_is_told_to_come_back(four_threads):
    work = Work()
    threads, responses = start(expensive.expensive(work), 8)
    end = time.monotonic() + 5
    while len(responses) < 6 and time.monotonic() < end:
        time.sleep(0.01)
    assert [response.status_code for response in responses] == [503] * 6
    assert responses[0]["Retry-After"] == str(expensive.RETRY_SECONDS)
    page = parse(responses[0].content.decode())
    assert (page.find("html").attrs["lang"], page.find("h1").text) == ("en", "Many files are being made right now")
    assert page.find("main").find("a", "button").attrs["href"] == "/en/x.xlsx"
    work.go_on.set()
    for thread in threads:
        thread.join(10)
    assert [response.status_code for response in responses[6:]] == [200] * 2
    assert work.most == 1


def test_a_third_request_waits_for_a_place_and_a_fourth_does_not():
    """With four threads the fourth one serves the pages."""
    of_process = places.Places(4)
    assert of_process.take_for_file()
    assert of_process.take_for_file()
    taken: list[bool] = []
    third = threading.Thread(target=lambda: taken.append(of_process.take_for_file()))
    third.start()
    end = time.monotonic() + 2
    while of_process._free._value and time.monotonic() < end:
        time.sleep(0.01)
    assert not of_process.take_for_file()
    of_process.give_back_of_file()
    third.join(5)
    assert taken == [True]


def test_a_busy_moment_is_no_error_in_the_log(four_threads, monkeypatch, caplog):
    monkeypatch.setattr(places.places, "take_for_file", lambda: False)
    response = expensive.expensive(lambda request: HttpResponse())(RequestFactory().get("/x.pdf"))
    assert response.status_code == 503
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_who_waits_for_too_long_is_told_to_come_back(four_threads, monkeypatch):
    monkeypatch.setattr(expensive, "WAIT_SECONDS", 0.05)
    work = Work()
    threads, responses = start(expensive.expensive(work), 2)
    threads[1].join(5)
    threads[0].join(0.5)
    work.go_on.set()
    for thread in threads:
        thread.join(10)
    assert sorted(response.status_code for response in responses) == [200, 503]


def test_a_failure_gives_its_place_back(four_threads):
    def fails(request):
        raise ZeroDivisionError

    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            expensive.expensive(fails)(RequestFactory().get("/"))


@pytest.mark.parametrize("ends", ["read", "closed", "closed unread"])
def test_a_file_that_is_sent_while_it_is_made_keeps_its_place_until_its_end(ends, monkeypatch):
    monkeypatch.setattr(places, "places", places.Places(2))
    view = expensive.expensive(lambda request: StreamingHttpResponse(iter([b"a", b"b"])))
    response = view(RequestFactory().get("/"))
    assert view(RequestFactory().get("/")).status_code == 503
    if ends == "read":
        assert b"".join(response) == b"ab"
    elif ends == "closed":
        next(iter(response))
    response.close()
    response.close()
    again = view(RequestFactory().get("/"))
    assert again.status_code == 200
    again.close()


@pytest.mark.parametrize(("number", "files"), [(1, 1), (2, 1), (3, 1), (4, 2), (9, 7)])
def test_files_leave_a_thread_to_a_build_and_one_to_the_pages(number, files):
    of_process = places.Places(number)
    taken = [of_process.take_for_file() for _ in range(number)]
    assert taken.count(True) == files
    with of_process.taken() as has_place:
        assert has_place is (number > 2)
    for _ in range(files):
        of_process.give_back_of_file()
    assert of_process.take_for_file()


def test_every_view_that_makes_a_file_is_marked(demo, visitors):
    """Every address of the portal is asked for; what is sent as a file must leave a thread for the pages."""
    makes_file, marked = set(), set()
    for address in ADDRESSES:
        visitor = {Access.PUBLIC: "anonymous", Access.MEMBER: "owner", Access.STAFF: "curator"}[address.access]
        path = address.path("da")
        response = visitors[visitor].get(path + address.queries[0])
        is_file = response.has_header("Content-Disposition") or response.headers.get("Content-Type", "").startswith(
            FILE_TYPES
        )
        if is_file and response.status_code == 200:
            makes_file.add(address.name)
        if getattr(resolve(path).func, expensive.IS_EXPENSIVE, False):
            marked.add(address.name)
        if response.streaming:
            response.getvalue()
    assert makes_file - LIGHT <= marked
    assert marked - BEHIND_A_LINK <= makes_file, "a page waits for no file"


def test_what_is_in_the_cache_is_not_expensive(demo, client, settings, monkeypatch):
    settings.DEBUG = False
    path = "/markedsoverblik/figurer/services.svg"
    first = client.get(path)
    full = places.Places(2)
    assert full.take_for_file()
    monkeypatch.setattr(places, "places", full)
    assert client.get(path).status_code == 200
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get("/markedsoverblik/figurer/services.png").status_code == 503
    assert client.get("/markedsoverblik/").status_code == 200
    assert client.get("/markedsoverblik/markedsnotat/").status_code == 200
