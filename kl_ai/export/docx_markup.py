"""The XML of a Word document's content where python-docx has no API for it: text, fields, content controls, tables.

Lengths are in twips (1/1440 inch), as in the format (ECMA-376, part 1, chapter 17). The order of children is the
schema's: Word refuses a file that has another. Styles are named by the ids of `docx_template.STYLE_NAMES`.
"""

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain, count, pairwise, repeat
from typing import Any

from django.utils.translation import gettext as _
from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import oxml_parser

from ..text import clean_line, clean_text

Element = Any  # lxml has no types

CM = 567  # twips

_NAMESPACES = nsmap | {"w14": "http://schemas.microsoft.com/office/word/2010/wordml"}
_NAME_LENGTH = 64  # Word cuts title and tag of a content control here
_LINK_COLOUR = "0B5A60"
_BOX, _BOX_FONT = "☐", "MS Gothic"


def element(tag: str, *children: Element, **attributes: str | int) -> Element:
    """The element `tag` with attributes of its own namespace; WordprocessingML where it has no prefix.

    An attribute of another namespace is named “{namespace}name”.
    """
    prefix, _colon, name = tag.rpartition(":")
    uri = _NAMESPACES[prefix or "w"]
    # The root of each part declares the prefix too, so that lxml leaves this declaration out.
    result = oxml_parser.makeelement(f"{{{uri}}}{name}", nsmap={prefix or "w": uri})
    for key, value in attributes.items():
        result.set(key if key.startswith("{") else f"{{{uri}}}{key}", str(value))
    result.extend(children)
    return result


# Text -------------------------------------------------------------------------------------------


def run(text: str, *properties: Element) -> Element:
    """Text with one set of character properties; its line breaks and tabs stay."""
    result = element("r", element("rPr", *properties)) if properties else element("r")
    for piece in re.split(r"([\n\t])", clean_text(text)):
        if piece == "\n":
            result.append(element("br"))
        elif piece == "\t":
            result.append(element("tab"))
        elif piece:
            words = element("t")
            words.text = piece
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            result.append(words)
    return result


def paragraph(style: str, *children: Element, properties: Sequence[Element] = ()) -> Element:
    """A paragraph of the style with that id."""
    return element("p", element("pPr", element("pStyle", val=style), *properties), *children)


def hyperlink(link_id: str, text: str) -> Element:
    """Text that leads to the address of the relationship `link_id`."""
    words = run(text, element("color", val=_LINK_COLOUR), element("u", val="single"))
    return element("hyperlink", words, **{f"{{{_NAMESPACES['r']}}}id": link_id})


def bookmarked(number: int, words: Sequence[Element]) -> list[Element]:
    """The words with a name that `contents_entries` leads to; `number` counts the names from 1."""
    return [
        element("bookmarkStart", id=number, name=f"_Toc{number:04}"),
        *words,
        element("bookmarkEnd", id=number),
    ]


def contents_entries(style: str, texts: Sequence[str]) -> list[Element]:
    """A table of contents (the field TOC, ECMA-376 part 1, 17.16.5.68) that is filled in: Word can bring it up to date.

    It names no pages, which nobody knows before Word has laid them out. Entry 1 leads to the first `bookmarked` words.
    """
    code = element("instrText", **{"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    code.text = ' TOC \\o "1-1" \\n \\h '
    begin = [_field_mark("begin"), element("r", code), _field_mark("separate")]
    layout = [element("tabs", element("tab", val="left", pos=CM)), element("spacing", before=0, after=60)]
    entries = [
        [element("hyperlink", run(text, element("color", val=_LINK_COLOUR)), anchor=f"_Toc{number:04}", history=1)]
        for number, text in enumerate(texts, 1)
    ] or [[]]
    entries[0] = [*begin, *entries[0]]
    entries[-1] = [*entries[-1], _field_mark("end")]
    return [paragraph(style, *words, properties=layout) for words in entries]


def _field_mark(kind: str) -> Element:
    return element("r", element("fldChar", fldCharType=kind))


def align_right(paragraphs: Iterable[Element]) -> None:
    """Set the text of the paragraphs to the right."""
    for words in paragraphs:
        words.find(qn("w:pPr")).append(element("jc", val="right"))


def keep_with_next(elements: Iterable[Element]) -> None:
    """Let no page break come within or after these paragraphs and tables, where a page has room for all of them."""
    for each in elements:
        for words in each.iter(qn("w:p")):
            properties = words.find(qn("w:pPr"))
            for tag in ("keepLines", "keepNext"):
                if properties.find(qn(f"w:{tag}")) is None:
                    properties.insert(1, element(tag))


def page_break() -> Element:
    """A paragraph that ends the page."""
    return paragraph("Spacer", element("r", element("br", type="page")))


def page_numbers() -> list[Element]:
    """“Page 2 of 7”, counted by the program that shows the document."""
    instructions = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
    sentence = _("Page {page} of {pages}")
    return [
        element("fldSimple", run("1"), instr=instructions[piece]) if piece in instructions else run(piece)
        for piece in re.split(r"({\w+})", sentence)
        if piece
    ]


# Content controls -------------------------------------------------------------------------------


class Controls:
    """Makes the content controls of one document, each with an id of its own.

    A control's title, which Word shows and reads aloud, and its tag are its label. `language` is that of dates,
    such as "da-DK".
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._ids = count(1)

    def text(self, label: str, prompt: str = "", *, lines: bool = True) -> Element:
        """A control for text, of several `lines` or one, that shows `prompt` until somebody writes."""
        kind = element("text", multiLine=1) if lines else element("text")
        return self._with_prompt(label, prompt or _("Click and write"), kind)

    def date(self, label: str) -> Element:
        """A control that opens a calendar."""
        kind = element(
            "date",
            element("dateFormat", val="dd-MM-yyyy"),
            element("lid", val=self._language),
            element("storeMappedDataAs", val="dateTime"),
            element("calendar", val="gregorian"),
        )
        return self._with_prompt(label, _("Click and choose a date"), kind)

    def choice(self, label: str, options: Iterable[str]) -> Element:
        """A control that opens a list. Options that read the same are one."""
        kind = element("dropDownList")
        # Word opens no file with an empty option, or with the same one twice.
        for number, option in enumerate(dict.fromkeys(filter(None, (clean_line(o, 255) for o in options))), start=1):
            kind.append(element("listItem", displayText=option, value=number))
        return self._with_prompt(label, _("Click and choose"), kind)

    def checkbox(self, label: str, option: str = "") -> Element:
        """A checkbox, not checked. `option` follows the label in the title where several answer one question."""
        kind = element(
            "w14:checkbox",
            element("w14:checked", val=0),
            element("w14:checkedState", val="2612", font=_BOX_FONT),
            element("w14:uncheckedState", val="2610", font=_BOX_FONT),
        )
        # Word looks for the box among East Asian letters.
        font = element("rFonts", hint="eastAsia", ascii=_BOX_FONT, eastAsia=_BOX_FONT, hAnsi=_BOX_FONT)
        title = clean_line(label, _NAME_LENGTH - len(option) - 3) + " – " + option if option else label
        return self._control(title, label, [kind], run(_BOX, font))

    def _with_prompt(self, label: str, prompt: str, kind: Element) -> Element:
        placeholder = run(prompt, element("rStyle", val="PlaceholderText"))
        return self._control(label or prompt, label or prompt, [element("showingPlcHdr"), kind], placeholder)

    def _control(self, title: str, tag: str, kind: Sequence[Element], content: Element) -> Element:
        properties = element(
            "sdtPr",
            element("alias", val=clean_line(title, _NAME_LENGTH)),
            element("tag", val=clean_line(tag, _NAME_LENGTH)),
            element("id", val=next(self._ids)),
            *kind,
        )
        return element("sdt", properties, element("sdtContent", content))


# Tables -----------------------------------------------------------------------------------------

Paragraphs = Sequence[Element]


def divide(total: int, shares: Sequence[float]) -> list[int]:
    """`total` divided by `shares`, in whole numbers that add up to it."""
    edges = [round(total * sum(shares[:number]) / sum(shares)) for number in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]


@dataclass(frozen=True)
class TableLayout:
    """How a table is laid out: the id of its style, the width of each column, and what holds for all rows.

    With `heading` the first row is repeated on each page, its cells shaded with `heading_shading`. `whole_rows` says of
    each row whether it stays on one page, of those after its last that they need not; `row_height` is the least height of
    a row.
    """

    style: str
    widths: Sequence[int]
    heading: bool = False
    heading_shading: Element | None = None
    whole_rows: Sequence[bool] = ()
    row_height: int = 0


def table(layout: TableLayout, rows: Iterable[Sequence[Paragraphs]], caption: str = "") -> Element:
    """A table. A cell is its paragraphs, one at least. `caption` is the alternative text."""
    heading = layout.heading
    properties = element(
        "tblPr",
        element("tblStyle", val=layout.style),
        element("tblW", w=sum(layout.widths), type="dxa"),
        element("tblLayout", type="fixed"),
        element("tblLook", val="0620" if heading else "0600", firstRow=int(heading), noVBand=1, noHBand=1),
    )
    if caption:
        properties.append(element("tblCaption", val=clean_line(caption, 255)))
    grid = element("tblGrid", *(element("gridCol", w=width) for width in layout.widths))
    whole = chain(layout.whole_rows, repeat(False))
    table_rows = [
        _row(cells, layout, is_heading=heading and number == 0, is_whole=is_whole)
        for number, (cells, is_whole) in enumerate(zip(rows, whole, strict=False))
    ]
    return element("tbl", properties, grid, *table_rows)


def _row(cells: Sequence[Paragraphs], layout: TableLayout, *, is_heading: bool, is_whole: bool) -> Element:
    row = element("tr")
    properties = element("trPr")
    if is_whole:
        properties.append(element("cantSplit"))
    if layout.row_height:
        properties.append(element("trHeight", val=layout.row_height, hRule="atLeast"))
    if is_heading:
        properties.append(element("tblHeader"))
    if len(properties):
        row.append(properties)
    for width, paragraphs in zip(layout.widths, cells, strict=True):
        cell_properties = element("tcPr", element("tcW", w=width, type="dxa"))
        if is_heading and layout.heading_shading is not None:
            cell_properties.append(deepcopy(layout.heading_shading))
        row.append(element("tc", cell_properties, *paragraphs))
    return row
