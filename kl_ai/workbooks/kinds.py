"""What a file is that somebody has sent in the place of a workbook, in words that stand in a sentence."""

import re
import zipfile
from io import BytesIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ARCHIVE = b"PK\x03\x04"
KINDS_BY_START: tuple[tuple[re.Pattern[bytes], Promise], ...] = (
    (re.compile(rb"\xd0\xcf\x11\xe0"), _("an older Office file, or one with a password")),
    (re.compile(rb"%PDF-"), _("a PDF document")),
    (re.compile(rb"\{\\rtf"), _("a text document")),
    (re.compile(rb"\x89PNG\r\n"), _("a picture")),
    (re.compile(rb"\xff\xd8\xff"), _("a picture")),
    (re.compile(rb"GIF8[79]a"), _("a picture")),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), _("a picture")),
    (re.compile(rb"\x1f\x8b"), _("a packed file")),
    (re.compile(rb"7z\xbc\xaf"), _("a packed file")),
    (re.compile(rb"Rar!\x1a\x07"), _("a packed file")),
    (re.compile(rb"BEGIN:VCARD\r?\n"), _("a file of contacts")),
)
"""The marks with which files of other kinds begin. A list may begin with the same letters: “BMC Software”."""
KINDS_BY_MEMBER: tuple[tuple[str, Promise], ...] = (
    ("xl/workbook.bin", _("a binary Excel file")),
    ("word/document.xml", _("a Word document")),
    ("ppt/presentation.xml", _("a presentation")),
    ("content.xml", _("an OpenDocument file")),
    ("Index/Document.iwa", _("a Numbers or Pages file")),
)


def kind_by_start(data: bytes) -> Promise | None:
    """What the file is by its first bytes; None for what may be text."""
    return next((kind for start, kind in KINDS_BY_START if start.match(data)), None)


def kind_of_archive(data: bytes) -> Promise | None:
    """What an archive is, None for a workbook. Raises one of `reading.ARCHIVE_ERRORS` for a damaged one."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return None
    return next((kind for member, kind in KINDS_BY_MEMBER if member in names), _("a packed file"))
