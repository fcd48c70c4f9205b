"""The archive of an Excel workbook, each of whose parts is looked through before openpyxl reads it.

openpyxl makes objects of all elements of a part, and does not guard against a small file that unpacks into millions of
them. A part is XML (ECMA-376, part 1, chapter 18); to count its elements with expat takes a tenth of the time.
"""

import zipfile
from io import BytesIO
from typing import IO
from xml.parsers import expat

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those of the Open Packaging Conventions (ECMA-376, part 2). Python unpacks the others without a bound."""
MAX_MEMBERS = 500
MAX_UNPACKED = 10_000_000
"""Bytes of all members of the archive together; a sheet of 2,000 lines has less than one million."""
MAX_WORK = 1_000_000
"""Of the parts with the cells, their texts and formats, in about microseconds of openpyxl.

2,000 lines of 30 cells, each with a text of its own, have 970,000.
"""
MAX_NAMES_WORK = 60_000
"""Of the parts that name the parts: 5,000 elements; a workbook of a hundred sheets has some hundreds."""
WORK = {
    ("worksheet", "sheetData", "row"): 3,
    ("sheetData", "row", "c"): 6,
    ("row", "c", "v"): 2,
    ("row", "c", "f"): 1,
    ("row", "c", "is"): 4,
    ("c", "is", "t"): 2,
    ("sst", "si"): 6,
    ("sst", "si", "t"): 2,
}
"""The work of an element of a sheet or of the shared texts, by its own name and those of the elements around it.

Rows, cells and their texts. openpyxl passes over elements of these names anywhere else, or makes objects of them.
"""
FORMAT_WORK = 75
"""Of a format of cells (`xf`), whose code is searched for dates."""
OTHER_WORK = 12
MAX_FORMAT = 255
"""Characters of a number format, as in Excel. openpyxl takes a second for one of 50,000 brackets."""
STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
"""The namespaces of a “Strict Open XML Spreadsheet”, and those that openpyxl knows."""


class TooMuchWork(Exception):
    """The workbook holds more than is read; nothing more of it was."""


class BoundedArchive(zipfile.ZipFile):
    """Opens the parts that can be read within `work_left`; a part that is opened twice is counted twice.

    Both methods raise `TooMuchWork` for more.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        members = self.infolist()
        if any(member.compress_type not in COMPRESSIONS for member in members):
            raise zipfile.BadZipFile("a compression that no workbook has")
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise TooMuchWork
        self.work_left = MAX_NAMES_WORK
        self.open_elements: list[str] = []

    def open(
        self, name: str | zipfile.ZipInfo, mode: str = "r", pwd: bytes | None = None, *, force_zip64: bool = False
    ) -> IO[bytes]:
        with super().open(name, "r", pwd) as member:
            part = member.read(MAX_UNPACKED)  # without a number more than the archive claims would be unpacked at first
        for strict, transitional in STRICT:
            part = part.replace(strict, transitional)
        self.open_elements = []
        self._look_through(part)
        return BytesIO(part)

    def _look_through(self, part: bytes) -> None:
        """Raises `ValueError` or `expat.ExpatError` for what no workbook has: no XML, or a DOCTYPE."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.count_element
        parser.EndElementHandler = self._close_element
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.Parse(part, True)

    def count_element(self, name: str, attributes: dict[str, str]) -> None:
        """Take the work of an element that begins, inside of `open_elements`, from what is left."""
        own_name = name.rpartition(":")[2]
        self.open_elements.append(own_name)
        other_work = FORMAT_WORK if own_name == "xf" else OTHER_WORK
        self.work_left -= WORK.get(tuple(self.open_elements[-3:]), other_work)
        if self.work_left < 0 or len(attributes.get("formatCode", "")) > MAX_FORMAT:
            raise TooMuchWork

    def _close_element(self, _name: str) -> None:
        self.open_elements.pop()


def _refuse_doctype(*_declaration: object) -> None:
    raise ValueError("a DOCTYPE")
