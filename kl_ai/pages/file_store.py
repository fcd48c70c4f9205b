"""The last large files that this process has made of the public data, to be sent again while the data are the same.

They lie on disk and not in memory, which they would double, and in files without a name: nobody else can open them, and
they are gone when the process ends, however it ends. Each process keeps its own. When the public data change, the next
public page that is asked for drops them all, so that nobody who has withdrawn stays in one.
"""

import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from shutil import copyfileobj
from threading import Lock
from typing import IO, Any, cast

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse

MOST_FILES = 8
MOST_BYTES = 256_000_000
"""Of all files together; a larger one is sent and not kept."""
BLOCK = 64 * 1024
"""Bytes that are read at a time."""


@dataclass(frozen=True)
class StoredFile:
    """A whole file, and the headers that it was sent with."""

    file: IO[bytes]
    size: int
    headers: Mapping[str, str]

    def response(self) -> FileResponse:
        """The file as it was sent the first time, and with its length."""
        response = FileResponse(StoredReader(os.dup(self.file.fileno())))
        response.block_size = BLOCK
        for name, value in self.headers.items():
            response[name] = value
        response["Content-Length"] = str(self.size)
        return response


class StoredReader:
    """Reads a stored file from its beginning, beside other readers, also when the file has been dropped meanwhile."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._offset = 0

    def read(self, size: int) -> bytes:
        block = os.pread(self._descriptor, size, self._offset)
        self._offset += len(block)
        return block

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class FileStore:
    """The files that are kept, by the key of their page (`cache.page_key`); those that were asked for last stay longest."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._version: Any = None

    def __len__(self) -> int:
        return len(self._files)

    def drop_outdated(self, version: Any) -> None:
        """Drop all files where `version` is another one than that of which they were made."""
        if version != self._version:
            with self._lock:
                self._version = version
                while self._files:
                    self._drop_oldest()

    def response(self, key: str) -> HttpResponseBase | None:
        """The file with this key; None where it is not kept."""
        with self._lock:
            if stored := self._files.get(key):
                self._files.move_to_end(key)
                return stored.response()
        return None

    def keep(self, key: str, version: Any, response: HttpResponseBase) -> None:
        """Keep the file that this response holds, or from the moment on at which the client has all of it."""
        if response.status_code != 200 or response.cookies:
            return
        copy = Copy(self, key, version, dict(response.items()))
        if isinstance(response, FileResponse):
            copy.write_file(cast(IO[bytes], response.file_to_stream))
        elif isinstance(response, StreamingHttpResponse):
            chunks = cast(Iterator[bytes], response.streaming_content)  # no view of the portal is asynchronous
            response.streaming_content = CopiedContent(chunks, copy)
        elif isinstance(response, HttpResponse):
            copy.write(response.content)
            copy.finish()

    def add(self, key: str, version: Any, stored: StoredFile) -> None:
        """Keep a whole file, unless the public data have changed since it was begun."""
        with self._lock:
            if version != self._version or key in self._files:
                stored.file.close()
                return
            self._files[key] = stored
            while len(self._files) > MOST_FILES or sum(each.size for each in self._files.values()) > MOST_BYTES:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        _key, stored = self._files.popitem(last=False)
        stored.file.close()


class Copy:
    """A file that is written beside its sending. Where it gets too large, or the disk is full, it is given up."""

    def __init__(self, store: FileStore, key: str, version: Any, headers: dict[str, str]) -> None:
        self._store, self._key, self._version = store, key, version
        self._headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        self._size = 0
        self._file: IO[bytes] | None = None
        self._is_given_up = False

    def _open(self) -> IO[bytes] | None:
        """The file, made when the first byte comes: nobody may ever read the response. None where it is given up."""
        if self._file is None and not self._is_given_up:
            try:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `give_up` or the store closes it
            except OSError:
                self.give_up()
        return self._file

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            self.give_up()
        elif file := self._open():
            try:
                file.write(chunk)
            except OSError:
                self.give_up()

    def write_file(self, source: IO[bytes]) -> None:
        """Copy a file that is whole already, and leave it at its beginning."""
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        if size <= MOST_BYTES and (file := self._open()):
            try:
                copyfileobj(source, file, BLOCK)
                self._size = size
                self.finish()
            except OSError:
                self.give_up()
            source.seek(0)
        else:
            self.give_up()

    def finish(self) -> None:
        """Hand the file over to the store: it is whole."""
        if self._file:
            try:
                self._file.flush()
            except OSError:
                self.give_up()
                return
            self._store.add(self._key, self._version, StoredFile(self._file, self._size, self._headers))
            self._file = None

    def give_up(self) -> None:
        self._is_given_up = True
        if self._file:
            with suppress(OSError):
                self._file.close()
            self._file = None


class CopiedContent:
    """The chunks of a response, copied as the client reads them. What is broken off or fails is not kept."""

    def __init__(self, chunks: Iterator[bytes], copy: Copy) -> None:
        self._chunks = chunks
        self._copy = copy

    def __iter__(self) -> "CopiedContent":
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            self._copy.finish()
            raise
        except BaseException:
            self._copy.give_up()
            raise
        self._copy.write(chunk)
        return chunk

    def close(self) -> None:
        self._copy.give_up()


files = FileStore()
"""The files of this process."""
