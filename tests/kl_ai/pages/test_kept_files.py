"""Large files are made once while the public data are the same, and are nowhere when they have changed."""

import io
import tempfile
import threading
from pathlib import Path
from typing import IO

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import timezone

from kl_ai.pages import file_store, places
from kl_ai.pages.cache import MAX_CACHED, versioned_page
from kl_ai.pages.expensive import IS_EXPENSIVE
from kl_ai.pages.file_store import files
from kl_ai.pages.kept_files import kept_file
from kl_ai.pages.versions import AreaVersion

area = AreaVersion("letters")


@pytest.fixture(autouse=True)
def _as_in_production(settings, db):
    """The end of a response, which ends no connection of the test, as with Django's test client."""
    settings.DEBUG = False
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)
    files.drop_outdated(None)


class Export:
    """A view of files in each way in which the portal makes them, that notes how often it is called."""

    def __init__(self, content: bytes = b"line 1\nline 2\n" * 10_000) -> None:
        self.content = content
        self.calls: list[str] = []
        self.view = versioned_page(kept_file(self.make))

    def make(self, request):
        self.calls.append(request.get_full_path())
        if "streamed" in request.path:
            middle = len(self.content) // 2
            response = StreamingHttpResponse(iter([self.content[:middle], self.content[middle:]]))
        elif "file" in request.path:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
            file.write(self.content)
            file.seek(0)
            response = FileResponse(file)
        else:
            response = HttpResponse(self.content)
        response["Content-Disposition"] = "attachment; filename=x.csv"
        return response

    def __call__(self, path: str = "/streamed"):
        return self.view(RequestFactory().get(path))

    def read(self, path: str = "/streamed") -> bytes:
        response = self(path)
        content = response.getvalue() if response.streaming else response.content
        response.close()
        return content


@pytest.mark.parametrize(("path", "size"), [("/streamed", 9), ("/file", 9), ("/whole", MAX_CACHED + 1), ("/file", 0)])
def test_a_file_is_made_once_for_all_readers(path, size):
    export = Export(b"x" * size)
    first = export(path)
    content = first.getvalue() if first.streaming else first.content
    first.close()
    again = export(path)
    assert again.getvalue() == content == export.content
    assert len(export.calls) == 1
    assert (again["Content-Length"], again["ETag"]) == (str(size), first["ETag"])
    assert again["Content-Disposition"] == first["Content-Disposition"]
    again.close()


def test_what_the_page_cache_holds_is_not_kept_twice():
    Export(b"x" * MAX_CACHED).read("/whole")
    assert len(files) == 0


def test_each_selection_and_language_has_a_file_of_its_own():
    export = Export()
    paths = ["/streamed?services=a", "/streamed?services=b", "/en/streamed?services=a"]
    for path in paths + paths:
        export.read(path)
    assert export.calls == paths
    export.read(paths[0] + "&services=b")
    assert len(export.calls) == 4


def test_a_kept_file_is_sent_although_no_place_is_free(monkeypatch):
    export = Export()
    export.read()
    full = places.Places(2)
    assert full.take_for_file()
    monkeypatch.setattr(places, "places", full)
    assert export.read() == export.content
    assert export("/streamed?other").status_code == 503


def test_who_waits_for_a_file_to_be_made_is_sent_the_same(monkeypatch):
    monkeypatch.setattr(places, "places", places.Places(4))
    export, go_on, begun = Export(), threading.Event(), threading.Event()
    make = export.make

    def slow(request):
        begun.set()
        assert go_on.wait(10)
        return make(request)

    view, contents = kept_file(slow), []
    monkeypatch.setattr("kl_ai.pages.versions.numbers", dict)  # a thread has no connection

    def read() -> None:
        response = view(RequestFactory().get("/file"))
        contents.append(response.getvalue())
        response.close()

    files.drop_outdated(((), timezone.localdate()))
    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert contents == [export.content] * 2
    assert len(export.calls) == 1


# What is not kept ---------------------------------------------------------------------------------


def test_a_download_that_is_broken_off_leaves_nothing():
    export = Export()
    response = export()
    next(iter(response))
    response.close()
    assert len(files) == 0
    assert export.read() == export.content
    assert len(export.calls) == 2


def test_a_download_of_which_nothing_is_read_opens_no_file(monkeypatch):
    opened = []
    monkeypatch.setattr(file_store.tempfile, "TemporaryFile", lambda: opened.append(1))
    Export()()  # and it is never closed
    assert not opened


def test_a_file_that_fails_on_the_way_leaves_nothing():
    def fails():
        yield b"half"
        raise ZeroDivisionError

    response = kept_file(lambda request: StreamingHttpResponse(fails()))(RequestFactory().get("/x"))
    with pytest.raises(ZeroDivisionError):
        response.getvalue()
    response.close()
    assert len(files) == 0


class FullDisk(io.BytesIO):
    def write(self, chunk) -> int:
        raise OSError(28, "No space left on device")


def no_file() -> IO[bytes]:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("path", ["/streamed", "/whole"])
@pytest.mark.parametrize("temporary_file", [no_file, FullDisk])
def test_a_full_disk_keeps_nobody_from_the_file(path, temporary_file, monkeypatch):
    export = Export(b"x" * (MAX_CACHED + 1))
    monkeypatch.setattr(tempfile, "TemporaryFile", temporary_file)
    assert export.read(path) == export.content
    assert len(files) == 0


def test_a_workbook_is_sent_although_its_copy_finds_the_disk_full(monkeypatch):
    def full(*_args) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_store, "copyfileobj", full)
    export = Export()
    assert export.read("/file") == export.content
    assert len(files) == 0


@pytest.mark.parametrize("path", ["/streamed", "/file"])
def test_what_is_too_large_is_sent_and_not_kept(path, monkeypatch):
    export = Export()
    monkeypatch.setattr(file_store, "MOST_BYTES", len(export.content) - 1)
    assert export.read(path) == export.content
    assert len(files) == 0


def test_an_error_is_not_kept():
    view = kept_file(lambda request: StreamingHttpResponse(iter([b"no"]), status=404))
    view(RequestFactory().get("/x")).getvalue()
    assert len(files) == 0


# How long -----------------------------------------------------------------------------------------


def test_a_change_of_the_public_data_drops_all_files_with_the_next_page():
    """Any page does, so that who has withdrawn does not stay until somebody asks for a file."""
    export = Export()
    export.read("/streamed?a")
    export.read("/file?b")
    assert len(files) == 2
    area.bump()
    versioned_page(lambda request: HttpResponse("another page"))(RequestFactory().get("/"))
    assert len(files) == 0
    export.read("/streamed?a")
    assert len(export.calls) == 3


def test_a_file_of_data_that_have_changed_meanwhile_is_not_kept():
    export = Export()
    response = export()
    area.bump()
    versioned_page(lambda request: HttpResponse("another page"))(RequestFactory().get("/"))
    assert response.getvalue() == export.content
    response.close()
    assert len(files) == 0


def test_a_file_that_is_dropped_while_it_is_sent_is_sent_whole():
    export = Export()
    export.read()
    response = export()
    blocks = iter(response)
    first = next(blocks)
    files.drop_outdated("another version")
    assert first + b"".join(blocks) == export.content
    response.close()


def test_the_last_few_files_are_kept_within_their_number_and_bytes(monkeypatch):
    monkeypatch.setattr(file_store, "MOST_FILES", 2)
    export = Export(b"x" * 100)
    for path in ("/file?1", "/file?2", "/file?1", "/file?3", "/file?1"):
        export.read(path)
    assert export.calls == ["/file?1", "/file?2", "/file?3"]
    export.read("/file?2")
    assert len(export.calls) == 4
    monkeypatch.setattr(file_store, "MOST_FILES", 9)
    monkeypatch.setattr(file_store, "MOST_BYTES", 250)
    export.read("/file?4")
    assert len(files) == 2


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_nobody_else_can_open_a_kept_file_and_none_stays_open(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    export = Export()
    before = open_files()
    for _ in range(20):
        export.read()
    assert len(files) == 1
    assert list(tmp_path.iterdir()) == []
    assert open_files() == before + 1
    files.drop_outdated("another version")
    assert open_files() == before


def test_with_debug_every_file_is_made_anew(settings):
    settings.DEBUG = True
    export = Export()
    export.read()
    export.read()
    assert (len(export.calls), len(files)) == (2, 0)


def test_a_kept_file_is_marked_as_expensive():
    assert getattr(kept_file(lambda request: HttpResponse("x")), IS_EXPENSIVE)


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("name", ["eksport", "loesninger"])
@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_the_files_of_the_market_are_kept(demo, client, language, name, ending):
    path = f"{language}/markedsoverblik/{name}.{ending}?services=advisory"
    first, second = client.get(path), client.get(path)
    content = first.getvalue()
    assert len(files) == 1
    assert second.getvalue() == content
    kept = client.get(path)
    assert kept.getvalue() == content
    assert kept["Content-Length"] == str(len(content))
    assert kept["Content-Type"] == first["Content-Type"]
    assert kept.get("Access-Control-Allow-Origin") == first.get("Access-Control-Allow-Origin")
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
