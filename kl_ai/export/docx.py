"""A `Document` as a Word file. `docx_template` decides how its blocks look."""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from itertools import zip_longest
from typing import assert_never

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from docx.oxml.ns import qn

from ..text import clean_line
from . import docx_template, prose
from .document import (
    Blank,
    Block,
    ChoiceCell,
    Contents,
    Document,
    Facts,
    Field,
    Heading,
    Labelled,
    Link,
    PageBreak,
    Prose,
    Stack,
    Table,
    TableCell,
    Tick,
    Titled,
    Together,
    Wording,
    short_rows,
)
from .docx_markup import (
    CM,
    Controls,
    Element,
    TableLayout,
    align_right,
    bookmarked,
    contents_entries,
    divide,
    element,
    hyperlink,
    keep_with_next,
    page_break,
    paragraph,
    run,
    table,
)
from .downloads import file_response, zip_bytes

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TO_WRITE = re.compile(r"(\[skriv\b[^\[\]]*\])", re.IGNORECASE)


# Files ------------------------------------------------------------------------------------------


def docx_bytes(document: Document, *, author: str = "", created: datetime | None = None) -> bytes:
    """`document` as a DOCX file. Equal content, author and `created` give equal bytes; without `created` it holds no time.

    Raises `ValueError` for a table without headings, with a row longer than them or widths that do not fit them,
    and for a heading of another level than 1 to 3.
    """
    with translation.override(document.language.partition("-")[0]):
        word = docx_template.open_template(document.language, landscape=document.landscape)
        docx_template.fill_header_and_footer(word, document.header, document.footer)
        docx_template.set_properties(
            word,
            title=document.title,
            subject=document.subject,
            language=document.language,
            author=author,
            created=created,
        )
        page_properties = word.element.body[-1]
        writer = _Writer(
            document,
            docx_template.text_width(word),
            docx_template.heading_shading(word, _TABLE_STYLE),
            partial(docx_template.link_id, word),
        )
        for child in writer.elements():
            page_properties.addprevious(child)
    buffer = BytesIO()
    word.save(buffer)
    with zipfile.ZipFile(buffer) as package:
        return zip_bytes((name, package.read(name)) for name in package.namelist())


def docx_response(filename: str, document: Document) -> HttpResponse:
    """`document` as a download. `filename` may have any letters."""
    return file_response(filename, docx_bytes(document), DOCX_TYPE)


# Blocks to the elements of the body --------------------------------------------------------------

_TABLE_STYLE = "Overview"
_SMALL = 17
"""The size of small print in half points."""
_LONG = 1_200
"""Letters of a wording from which its box may end on another page: about a third of one."""


class _Writer:
    """Turns the blocks of one document into the elements of its body.

    `width` is the text's, in twips. `link_id` gives the id under which the document refers to an address.
    """

    def __init__(
        self, document: Document, width: int, heading_shading: Element | None, link_id: Callable[[str], str]
    ) -> None:
        self._document = document
        self._width = width
        self._heading_shading = heading_shading
        self._link_id = link_id
        self._controls = Controls(document.language)
        self._has_contents = any(isinstance(block, Contents) for block in document.blocks)
        self._headings = 0

    def elements(self) -> Iterator[Element]:
        """The body in its order."""
        document = self._document
        yield paragraph("Title", run(document.title))
        if document.subtitle:
            yield paragraph("Subtitle", run(document.subtitle))
        if document.facts:
            yield from self._facts([(label, [value]) for label, value in document.facts])
        yield from self._blocks(document.blocks)

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[Element]:
        for block, following in zip_longest(blocks, blocks[1:]):
            elements = list(self._block(block))
            if isinstance(block, Prose) and isinstance(following, Table):
                keep_with_next(elements[-1:])
            yield from elements

    def _facts(self, facts: Sequence[tuple[str, Sequence[str | Link]]]) -> Iterator[Element]:
        rows = [
            ([paragraph("FactLabel", run(label))], [paragraph("FactText", self._line(line)) for line in lines])
            for label, lines in facts
            if lines
        ]
        if rows:
            yield table(TableLayout("Facts", divide(self._width, (28, 72)), whole_rows=(True,) * len(rows)), rows)
            yield paragraph("Spacer")

    def _line(self, line: str | Link) -> Element:
        if isinstance(line, Link) and line.target:
            return hyperlink(self._link_id(line.target), line.text)
        return run(line.text if isinstance(line, Link) else line)

    def _block(self, block: Block) -> Iterator[Element]:
        match block:
            case Heading():
                yield self._heading(block)
            case Prose(text, "guidance"):
                yield from _prose(text, "Guidance", "GuidanceList")
            case Prose(text):
                yield from _prose(text, "BodyText", "ListBullet")
            case Table():
                yield from self._table(block)
            case Field():
                yield from self._field(block)
            case Wording(text, is_framed=True):
                words = list(_prose(text, "BoxText", "BoxList", self._pieces)) or [paragraph("BoxText")]
                yield self._box(words, row_breaks=len(text) > _LONG)
                yield paragraph("Spacer")
            case Wording(text):
                yield from _prose(text, "BodyText", "ListBullet", self._pieces)
            case Facts(rows):
                yield from self._facts(rows)
            case PageBreak():
                yield page_break()
            case Contents(title):
                yield paragraph(
                    "FieldLabel",
                    run(title),
                    properties=[element("keepNext"), element("spacing", before=360, after=120)],
                )
                yield from contents_entries("BodyText", _numbered(self._document.blocks))
            case Together(blocks):
                elements = list(self._blocks(blocks))
                keep_with_next(_before_the_end(elements))
                yield from elements
            case _:
                assert_never(block)

    def _table(self, block: Table) -> Iterator[Element]:
        columns = len(block.headings)
        widths = block.widths or (1,) * columns
        if not columns or len(widths) != columns or any(len(row) > columns for row in block.rows):
            raise ValueError(f"The table “{block.caption}” has {columns} headings, and rows or widths that do not fit.")
        if block.caption:
            yield paragraph("Caption", run(block.caption))
        if block.help:
            yield paragraph("FieldHelp", run(block.help), properties=[element("keepNext")])
        rows = [[[paragraph("TableHeading", run(heading))] for heading in block.headings]]
        for row in block.rows:
            full = [*row, *[""] * (columns - len(row))]
            rows.append([self._cell(cell, heading) for cell, heading in zip(full, block.headings, strict=True)])
        for cells in rows:
            for place in block.numbers:
                align_right(cells[place])
        whole = [not block.row_breaks or is_short for is_short in short_rows(block)]
        layout = TableLayout(
            _TABLE_STYLE,
            divide(self._width, widths),
            heading=True,
            heading_shading=self._heading_shading,
            whole_rows=(True, *whole),
        )
        yield table(layout, rows, caption=block.caption or ", ".join(block.headings))
        yield paragraph("Spacer")  # without a paragraph between them two tables become one

    def _cell(self, cell: TableCell, heading: str) -> list[Element]:
        match cell:
            case Blank(prompt):
                return [paragraph("TableText", self._controls.text(prompt or heading, prompt))]
            case Tick():
                return [paragraph("TableText", self._controls.checkbox(heading))]
            case ChoiceCell(label, options):
                return [paragraph("TableText", self._controls.choice(label, options))]
            case Titled(title, text):
                return _titled(title, text)
            case Labelled(label, text):
                return _labelled(label, text)
            case Stack(cells):
                stacked = [words for inner in cells for words in self._cell(inner, heading)]
                return stacked or [paragraph("TableText")]
            case str():
                return list(_prose(cell, "TableText", "TableList")) or [paragraph("TableText")]
            case _:
                assert_never(cell)

    def _field(self, block: Field) -> Iterator[Element]:
        label, controls = block.label, self._controls
        if block.kind == "check":
            yield paragraph("FieldLabel", controls.checkbox(label), run("  " + label))
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
                boxes = [controls.checkbox(label, yes), run(f"  {yes}\t"), controls.checkbox(label, no), run(f"  {no}")]
                yield paragraph("Choices", *boxes)
            case "text":
                yield self._box([paragraph("BoxText", controls.text(label))], height=2 * CM)
                yield paragraph("Spacer")

    def _heading(self, block: Heading) -> Element:
        """The heading; where the document has a list of contents, one of level 1 has a name that it leads to."""
        if block.level not in (1, 2, 3):
            raise ValueError(f"The heading “{block.text}” has the level {block.level}, not 1 to 3.")
        plain = [element("numPr", element("numId", val=0)), element("ind", left=0, firstLine=0)]
        words = [run(block.text)]
        if self._has_contents and block.level == 1:
            self._headings += 1
            words = bookmarked(self._headings, words)
        return paragraph(f"Heading{block.level}", *words, properties=() if block.numbered else plain)

    def _box(self, paragraphs: Sequence[Element], height: int = 0, row_breaks: bool = True) -> Element:
        layout = TableLayout("Box", [self._width], whole_rows=() if row_breaks else (True,), row_height=height)
        return table(layout, [[paragraphs]])

    def _pieces(self, words: str) -> list[Element]:
        """Text with its “[skriv …]” as controls."""
        pieces = []
        for number, piece in enumerate(_TO_WRITE.split(words)):
            if number % 2:  # `split` puts each match between the texts before and after it
                prompt = clean_line(piece)
                pieces.append(self._controls.text(prompt.strip("[]"), prompt, lines=False))
            elif piece:
                pieces.append(run(piece))
        return pieces


def _titled(title: str, text: str) -> list[Element]:
    """Prose under its title. The two are one paragraph, of which no page holds but the first line, unless a list follows."""
    name = run(title, element("b"))
    result = list(_prose(text, "TableText", "TableList"))
    if not result or text.lstrip().startswith("- "):
        return [paragraph("TableText", name), *result]
    name.append(element("br"))
    result[0].insert(1, name)  # after the properties of the paragraph
    return result


def _labelled(label: str, text: str) -> list[Element]:
    """Prose in small print, the label in bold before its first paragraph or, where it begins with a list, above it."""
    small = element("sz", val=_SMALL)
    name = run(f"{label}: ", element("b"), small)
    result = list(_prose(text, "TableText", "TableList", lambda words: [run(words, small)]))
    if (result and text.lstrip().startswith("- ")) or not result:
        return [paragraph("TableText", name), *result]
    result[0].insert(1, name)  # after the properties of the paragraph
    return result


def _before_the_end(elements: Sequence[Element]) -> list[Element]:
    """All but the last paragraph with text, or the last row of the last table: the page may end after it."""
    with_text = [number for number, each in enumerate(elements) if next(each.iter(qn("w:t")), None) is not None]
    if not with_text:
        return []
    last = with_text[-1]
    return [*elements[:last], *elements[last].findall(qn("w:tr"))[:-1]]


def _numbered(blocks: Sequence[Block]) -> list[str]:
    """The headings of level 1, each with the number that Word gives it."""
    texts, number = [], 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            number += block.numbered
            texts.append(f"{number}\t{block.text}" if block.numbered else block.text)
    return texts


def _prose(
    text: str, style: str, list_style: str, pieces: Callable[[str], list[Element]] = lambda words: [run(words)]
) -> Iterator[Element]:
    for part in prose.blocks(text):
        if isinstance(part, prose.Paragraph):
            yield paragraph(style, *pieces(part.text))
        else:
            for item in part.items:
                yield paragraph(list_style, *pieces(item))
