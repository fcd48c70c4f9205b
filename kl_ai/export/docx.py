"""Word documents of headings, prose, tables and fields to fill in: the portal's one way to write DOCX.

A document is told as blocks; how each looks is said in `docx_markup`. Text may come from anywhere: characters
that XML cannot hold are left out, line breaks stay.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal, assert_never, cast

import docx
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import XmlPart
from docx.shared import Twips

from . import docx_markup as markup
from . import prose
from .docx_markup import CM, Controls, Element, element, paragraph, run
from .downloads import file_response, zip_bytes

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PAGE = (11906, 16838)  # A4, in twips
_MARGIN = 2 * CM
_TO_WRITE = re.compile(r"(\[skriv\b[^\[\]]*\])", re.IGNORECASE)


# What a document is made of ---------------------------------------------------------------------


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3, numbered 1, 1.1, 1.1.1 by Word unless `numbered` is off."""

    text: str
    level: int = 1
    numbered: bool = True


@dataclass(frozen=True)
class Prose:
    """Paragraphs and lists, read by `prose.blocks`. "guidance" is a hint to whoever fills in the document."""

    text: str
    kind: Literal["body", "guidance"] = "body"


@dataclass(frozen=True)
class Blank:
    """An empty cell to write in; it shows `prompt`, or that one can write."""

    prompt: str = ""


@dataclass(frozen=True)
class Tick:
    """A cell with a box to tick."""


@dataclass(frozen=True)
class Titled:
    """A cell of prose under a title of its own."""

    title: str
    text: str


Cell = str | Blank | Tick | Titled


@dataclass(frozen=True)
class Table:
    """Rows under headings. A row shorter than the headings is filled up with empty cells; a longer one is refused.

    `widths` are shares of the page's width, one for each heading; without them all are equal. `caption` stands
    above the table and is its alternative text.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()
    caption: str = ""


@dataclass(frozen=True)
class Field:
    """Something to fill in, under its label: a line, a text of several lines, a date, one of `options`,
    yes or no, or a single box to tick. `help` says how."""

    label: str
    kind: Literal["line", "text", "date", "choice", "yes_no", "check"]
    help: str = ""
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Wording:
    """Text to keep and adapt, in a box. Each “[skriv …]” in it becomes a field to write in."""

    text: str


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Prose | Table | Field | Wording | PageBreak


@dataclass(frozen=True)
class Document:
    """A document: `facts` are label and value under the title, `header` and `footer` stand on each page.

    `language` ("da-DK") is that of spelling and dates, and of the words that are added here, such as page numbers.
    """

    title: str
    subtitle: str = ""
    header: str = ""
    footer: str = ""
    facts: Sequence[tuple[str, str]] = ()
    blocks: Sequence[Block] = ()
    landscape: bool = False
    subject: str = ""
    language: str = "da-DK"


# Files ------------------------------------------------------------------------------------------


def docx_bytes(document: Document, *, created: datetime | None = None) -> bytes:
    """`document` as a DOCX file. Equal content and `created` give equal bytes; without it the file says no time.

    Raises `ValueError` for a table without headings, with a row longer than them or widths that do not fit them,
    and for a heading of another level than 1 to 3.
    """
    with translation.override(document.language.partition("-")[0]):
        word = docx.Document()
        _leave_out_the_templates(word)
        word.styles.element[:] = markup.styles(document.language)
        word.part.numbering_part.element[:] = markup.numbering()
        word.settings.element[:] = markup.settings(document.language)
        _set_up_page(word, document)
        _describe(word, document, created)
        end = word.element.body[-1]  # the properties of the page stand last
        for part in _Writer(document).elements():
            end.addprevious(part)
    saved = BytesIO()
    word.save(saved)
    with zipfile.ZipFile(saved) as package:
        return zip_bytes((name, package.read(name)) for name in package.namelist())


def docx_response(filename: str, document: Document) -> HttpResponse:
    """`document` as a download. `filename` may have any letters."""
    return file_response(filename, docx_bytes(document), DOCX_TYPE)


def _leave_out_the_templates(word: WordDocument) -> None:
    """Drop what python-docx's template brings along: its thumbnail, fonts, statistics and custom XML."""
    kept = {RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.NUMBERING, RELATIONSHIP_TYPE.SETTINGS, RELATIONSHIP_TYPE.THEME}
    for rels, keep in (
        (word.part.rels, kept),
        (word.part.package.rels, {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}),
    ):
        for rel_id, rel in list(rels.items()):
            if rel.reltype not in keep:
                del rels[rel_id]


def _set_up_page(word: WordDocument, document: Document) -> None:
    section = word.sections[0]
    width, height = reversed(_PAGE) if document.landscape else _PAGE
    section.page_width, section.page_height = Twips(width), Twips(height)
    section.orientation = WD_ORIENT.LANDSCAPE if document.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(_MARGIN)
    section.header_distance = section.footer_distance = Twips(CM)
    section.header.part.element[:] = [paragraph("Header", run(document.header))]
    right = element("tabs", element("tab", val="right", pos=_text_width(document)))
    numbers = [run(document.footer + "\t"), *markup.page_numbers()]
    section.footer.part.element[:] = [paragraph("Footer", *numbers, properties=[right])]


def _text_width(document: Document) -> int:
    return _PAGE[document.landscape] - 2 * _MARGIN


def _describe(word: WordDocument, document: Document, created: datetime | None) -> None:
    part = cast(XmlPart, word.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES))
    part.element[:] = []  # the template's author and dates
    properties = word.core_properties
    # The format's longest, which python-docx holds to.
    properties.title = markup.one_line(document.title, 255)
    properties.subject = markup.one_line(document.subject, 255)
    properties.language = document.language
    if created:
        moment = created.astimezone(UTC) if timezone.is_aware(created) else created
        properties.created = properties.modified = moment


# Blocks -----------------------------------------------------------------------------------------


class _Writer:
    """Turns the blocks of one document into the elements of its body."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._width = _text_width(document)
        self._controls = Controls(document.language)

    def elements(self) -> Iterator[Element]:
        """The body in its order."""
        document = self._document
        yield paragraph("Title", run(document.title))
        if document.subtitle:
            yield paragraph("Subtitle", run(document.subtitle))
        if document.facts:
            yield self._facts(document.facts)
            yield paragraph("Spacer")
        for block in document.blocks:
            yield from self._block(block)

    def _facts(self, facts: Sequence[tuple[str, str]]) -> Element:
        rows = [([paragraph("FactLabel", run(label))], [paragraph("FactText", run(value))]) for label, value in facts]
        return markup.table("Facts", markup.shared(self._width, (28, 72)), rows)

    def _block(self, block: Block) -> Iterator[Element]:
        match block:
            case Heading():
                yield _heading(block)
            case Prose(text, "guidance"):
                yield from _prose(text, "Guidance", "GuidanceList")
            case Prose(text):
                yield from _prose(text, "BodyText", "ListBullet")
            case Table():
                yield from self._table(block)
            case Field():
                yield from self._field(block)
            case Wording(text):
                yield self._box(self._wording(text))
                yield paragraph("Spacer")
            case PageBreak():
                yield markup.page_break()
            case _:
                assert_never(block)

    def _table(self, block: Table) -> Iterator[Element]:
        columns = len(block.headings)
        widths = block.widths or (1,) * columns
        if not columns or len(widths) != columns or any(len(row) > columns for row in block.rows):
            raise ValueError(f"The table “{block.caption}” has {columns} headings, and rows or widths that do not fit.")
        if block.caption:
            yield paragraph("Caption", run(block.caption))
        rows = [[[paragraph("TableHeading", run(heading))] for heading in block.headings]]
        for row in block.rows:
            full = [*row, *[""] * (columns - len(row))]
            rows.append([self._cell(cell, heading) for cell, heading in zip(full, block.headings, strict=True)])
        name = block.caption or ", ".join(block.headings)
        yield markup.table("Overview", markup.shared(self._width, widths), rows, heading=True, caption=name)
        yield paragraph("Spacer")  # without a paragraph between them two tables become one

    def _cell(self, cell: Cell, heading: str) -> list[Element]:
        if isinstance(cell, Blank):
            return [paragraph("TableText", self._controls.text(cell.prompt or heading, cell.prompt))]
        if isinstance(cell, Tick):
            return [paragraph("TableText", self._controls.tick(heading))]
        if isinstance(cell, Titled):
            return [paragraph("TableHeading", run(cell.title)), *_prose(cell.text, "TableText", "TableList")]
        return list(_prose(cell, "TableText", "TableList")) or [paragraph("TableText")]

    def _field(self, block: Field) -> Iterator[Element]:
        label, controls = block.label, self._controls
        if block.kind == "check":
            yield paragraph("FieldLabel", controls.tick(label), run("  " + label))
        else:
            yield paragraph("FieldLabel", run(label))
        if block.help:
            yield paragraph("FieldHelp", run(block.help))
        match block.kind:
            case "line":
                yield paragraph("Answer", controls.text(label, lines=False))
            case "date":
                yield paragraph("Answer", controls.date(label))
            case "choice":
                yield paragraph("Answer", controls.choice(label, block.options))
            case "yes_no":
                yes, no = _("Yes"), _("No")
                boxes = [controls.tick(label, yes), run(f"  {yes}\t"), controls.tick(label, no), run(f"  {no}")]
                yield paragraph("Choices", *boxes)
            case "text":
                yield self._box([paragraph("BoxText", controls.text(label))], height=2 * CM)
                yield paragraph("Spacer")

    def _box(self, paragraphs: Sequence[Element], height: int = 0) -> Element:
        return markup.table("Box", [self._width], [[paragraphs]], breaks=True, height=height)

    def _wording(self, text: str) -> list[Element]:
        return list(_prose(text, "BoxText", "BoxList", self._pieces)) or [paragraph("BoxText")]

    def _pieces(self, words: str) -> list[Element]:
        """Text with its “[skriv …]” as controls."""
        pieces = []
        for number, piece in enumerate(_TO_WRITE.split(words)):
            if number % 2:  # what the pattern found stands between what it did not
                prompt = markup.one_line(piece)
                pieces.append(self._controls.text(prompt.strip("[]"), prompt, lines=False))
            elif piece:
                pieces.append(run(piece))
        return pieces


def _heading(block: Heading) -> Element:
    if block.level not in (1, 2, 3):
        raise ValueError(f"The heading “{block.text}” has the level {block.level}, not 1 to 3.")
    plain = [element("numPr", element("numId", val=0)), element("ind", left=0, firstLine=0)]
    return paragraph(f"Heading{block.level}", run(block.text), properties=() if block.numbered else plain)


def _prose(
    text: str, style: str, list_style: str, pieces: Callable[[str], list[Element]] = lambda words: [run(words)]
) -> Iterator[Element]:
    for part in prose.blocks(markup.clean(text)):
        if isinstance(part, prose.Paragraph):
            yield paragraph(style, *pieces(part.text))
        else:
            for item in part.items:
                yield paragraph(list_style, *pieces(item))
