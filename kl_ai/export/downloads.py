"""Responses that the browser saves as a file, and files packed as a ZIP."""

import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from ..text import clean_line

# The earliest time that an entry of a ZIP can have. The real time would make equal content unequal.
_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def set_filename(response: HttpResponseBase, filename: str) -> None:
    """Have the browser save `response` under `filename`, which may have any letters (RFC 6266)."""
    response.headers["Content-Disposition"] = content_disposition_header(True, clean_line(filename)) or "attachment"


ResponseType = TypeVar("ResponseType", bound=HttpResponseBase)


def open_to_websites(response: ResponseType) -> ResponseType:
    """Let the pages of every website read the response (CORS), without credentials: for public data only."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def file_response(filename: str, content: bytes, content_type: str) -> HttpResponse:
    """`content` as a download."""
    response = HttpResponse(content, content_type=content_type)
    set_filename(response, filename)
    return response


def zip_response(filename: str, files: Iterable[tuple[str, bytes]]) -> HttpResponse:
    """Files (name and content) as one ZIP to download; errors as in `zip_bytes`."""
    return file_response(filename, zip_bytes(files), "application/zip")


def zip_bytes(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files (name and content) as one ZIP. Equal content gives equal bytes, on every system.

    Raises `ValueError` where two have the same name, capitals aside: unpacking would lose one of them.
    """
    buffer = BytesIO()
    names: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            if name.casefold() in names:
                raise ValueError(f"Two files are called “{name}”.")
            names.add(name.casefold())
            entry = zipfile.ZipInfo(name, _ENTRY_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
