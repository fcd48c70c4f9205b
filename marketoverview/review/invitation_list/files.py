"""The text of a file: a spreadsheet's CSV in the encodings that occur, or a workbook (.xlsx).

Every other kind of file is refused with a sentence that says what to do.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.workbooks.kinds import ARCHIVE, kind_by_start, kind_of_archive

from .table import MAX_BYTES
from .workbook import ARCHIVE_ERRORS, damaged, read_workbook, unread_sheets

MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte-order marks and their encodings; the longer before the shorter."""
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml|!--)", re.IGNORECASE)


def read_file(data: bytes) -> str:
    """The text of the file; a workbook's first sheet becomes lines with tabs between the cells.

    Raises `ValidationError` for a file that is too large, or is no list in a form that can be read.
    """
    if len(data) > MAX_BYTES:
        raise ValidationError(gettext("The file is too large: at most 500 KB can be read at once."))
    if data.startswith(ARCHIVE):
        _refuse_other_archives(data)
        return read_workbook(data)
    if kind := kind_by_start(data):
        raise refusal(kind)
    text = decode(data)
    if MARKUP.match(text):
        raise refusal(_("a web page or an XML file"))
    return text


def sheets_left_out(data: bytes) -> list[str]:
    """The names of the sheets that `read_file` has not read; none of another file than a workbook."""
    return unread_sheets(data) if data.startswith(ARCHIVE) else []


def _refuse_other_archives(data: bytes) -> None:
    """Raise `ValidationError` for an archive that is no workbook."""
    try:
        kind = kind_of_archive(data)
    except ARCHIVE_ERRORS:
        raise damaged() from None
    if kind:
        raise refusal(kind)


def refusal(kind: Promise) -> ValidationError:
    text = gettext(
        "The file is %(kind)s. Save the list as an Excel file (.xlsx) or CSV, or copy its cells into the field."
    )
    return ValidationError(text % {"kind": kind})


def decode(data: bytes) -> str:
    """The text in the encoding of its byte-order mark, else UTF-16 where every other byte is 0, UTF-8 or Windows-1252.

    What the encoding has no character for becomes U+FFFD, which makes its line a problem. Raises `ValidationError`
    for data that is no text.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if encoding := _utf16_without_mark(data):
        return data.decode(encoding, "replace")
    if CONTROLS.search(data.rstrip(b"\x00\x1a")):
        raise refusal(_("no text"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _utf16_without_mark(data: bytes) -> str:
    """The byte order of UTF-16 text of European letters, of whose bytes every other one is 0; "" for other data."""
    half = len(data) // 2
    low, high = data[0 : 2 * half : 2].count(0), data[1 : 2 * half : 2].count(0)
    if half and high > 0.6 * half and low < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if half and low > 0.6 * half and high < 0.1 * half else ""
