"""The parts of a Word document that python-docx has no words for: content controls, fields, tables, styles.

Lengths are in twips (1/1440 inch; 567 to the centimetre) and font sizes in half-points, as the format has them
(ECMA-376, part 1, chapter 17). The order of children is the schema's: Word refuses a file that has another.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import count, pairwise
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx.oxml.ns import nsdecls, nsmap
from docx.oxml.parser import oxml_parser, parse_xml

from .cells import without_controls

Element = Any  # lxml has no types

CM = 567
PETROL = "0b5a60"
PALE = "eef5f5"
INK = "1c2426"
MUTED = "4d5b5e"  # 7:1 on white
LINE = "a9c3c4"

_NAMESPACES = nsmap | {"w14": "http://schemas.microsoft.com/office/word/2010/wordml"}
_NAME_LENGTH = 64  # Word cuts title and tag of a content control here
_BOX, _BOX_FONT = "☐", "MS Gothic"


def element(tag: str, *children: Element, **attributes: str | int) -> Element:
    """The element `tag` with attributes of its own namespace; WordprocessingML where it has no prefix."""
    prefix, _colon, name = tag.rpartition(":")
    uri = _NAMESPACES[prefix or "w"]
    # These prefixes the root of each part declares too; lxml then drops them here.
    made = oxml_parser.makeelement(f"{{{uri}}}{name}", nsmap={prefix or "w": uri})
    for key, value in attributes.items():
        made.set(f"{{{uri}}}{key}", str(value))
    made.extend(children)
    return made


# Text -------------------------------------------------------------------------------------------


def clean(text: object) -> str:
    """`text` as XML can hold it, its line breaks "\\n"."""
    return without_controls(str(text)).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: object, longest: int | None = None) -> str:
    """`text` for a name or property: without line breaks, cut with an ellipsis to `longest` characters."""
    line = " ".join(clean(text).split())
    return line if longest is None or len(line) <= longest else line[: longest - 1].rstrip() + "…"


def run(text: str, *properties: Element) -> Element:
    """Text of one look; its line breaks and tabs stay."""
    made = element("r", element("rPr", *properties)) if properties else element("r")
    for piece in re.split(r"([\n\t])", clean(text)):
        if piece == "\n":
            made.append(element("br"))
        elif piece == "\t":
            made.append(element("tab"))
        elif piece:
            words = element("t")
            words.text = piece
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            made.append(words)
    return made


def paragraph(style: str, *children: Element, properties: Sequence[Element] = ()) -> Element:
    """A paragraph of the style with that id."""
    return element("p", element("pPr", element("pStyle", val=style), *properties), *children)


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

    A control's title, which Word shows and reads aloud, and its tag are the label it is given. `language` is
    that of dates, such as "da-DK".
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._ids = count(1)

    def text(self, label: str, prompt: str = "", *, lines: bool = True) -> Element:
        """A control for text, of several `lines` or one, that shows `prompt` until somebody writes."""
        kind = element("text", multiLine=1) if lines else element("text")
        return self._prompting(label, prompt or _("Click and write"), kind)

    def date(self, label: str) -> Element:
        """A control that opens a calendar."""
        kind = element(
            "date",
            element("dateFormat", val="dd-MM-yyyy"),
            element("lid", val=self._language),
            element("storeMappedDataAs", val="dateTime"),
            element("calendar", val="gregorian"),
        )
        return self._prompting(label, _("Click and choose a date"), kind)

    def choice(self, label: str, options: Iterable[str]) -> Element:
        """A control that opens a list. Options that read the same are one."""
        kind = element("dropDownList")
        # Word opens no file with an empty option, or with the same one twice.
        for number, option in enumerate(dict.fromkeys(filter(None, (one_line(o, 255) for o in options))), start=1):
            kind.append(element("listItem", displayText=option, value=number))
        return self._prompting(label, _("Click and choose"), kind)

    def tick(self, label: str, means: str = "") -> Element:
        """A checkbox, not checked. `means` follows the label in the title where several answer one question."""
        kind = element(
            "w14:checkbox",
            element("w14:checked", val=0),
            element("w14:checkedState", val="2612", font=_BOX_FONT),
            element("w14:uncheckedState", val="2610", font=_BOX_FONT),
        )
        # Word looks for the box among East Asian letters.
        font = element("rFonts", hint="eastAsia", ascii=_BOX_FONT, eastAsia=_BOX_FONT, hAnsi=_BOX_FONT)
        title = one_line(label, _NAME_LENGTH - len(means) - 3) + " – " + means if means else label
        return self._control(title, label, [kind], run(_BOX, font))

    def _prompting(self, label: str, prompt: str, kind: Element) -> Element:
        shown = run(prompt, element("rStyle", val="PlaceholderText"))
        return self._control(label or prompt, label or prompt, [element("showingPlcHdr"), kind], shown)

    def _control(self, title: str, tag: str, kind: Sequence[Element], content: Element) -> Element:
        properties = element(
            "sdtPr",
            element("alias", val=one_line(title, _NAME_LENGTH)),
            element("tag", val=one_line(tag, _NAME_LENGTH)),
            element("id", val=next(self._ids)),
            *kind,
        )
        return element("sdt", properties, element("sdtContent", content))


# Tables -----------------------------------------------------------------------------------------

Paragraphs = Sequence[Element]


def shared(total: int, shares: Sequence[float]) -> list[int]:
    """`total` divided by `shares`, in whole numbers that add up to it."""
    edges = [round(total * sum(shares[:number]) / sum(shares)) for number in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]


def table(
    style: str,
    widths: Sequence[int],
    rows: Iterable[Sequence[Paragraphs]],
    *,
    heading: bool = False,
    breaks: bool = False,
    height: int = 0,
    caption: str = "",
    description: str = "",
) -> Element:
    """A table of the style with that id. A cell is its paragraphs, one at least.

    With `heading` the first row is repeated on each page. `breaks` lets a page break pass through a row; `height`
    is the least height of a row. `caption` and `description` are the alternative text.
    """
    properties = element(
        "tblPr",
        element("tblStyle", val=style),
        element("tblW", w=sum(widths), type="dxa"),
        element("tblLayout", type="fixed"),
        element("tblLook", val="0620" if heading else "0600", firstRow=int(heading), noVBand=1, noHBand=1),
    )
    if caption:
        properties.append(element("tblCaption", val=one_line(caption, 255)))
    if description:
        properties.append(element("tblDescription", val=one_line(description, 1000)))
    made = element("tbl", properties, element("tblGrid", *(element("gridCol", w=width) for width in widths)))
    for number, cells in enumerate(rows):
        is_heading = heading and number == 0
        made.append(_row(cells, widths, is_heading=is_heading, breaks=breaks, height=height))
    return made


def _row(cells: Sequence[Paragraphs], widths: Sequence[int], *, is_heading: bool, breaks: bool, height: int) -> Element:
    properties = element("trPr")
    if not breaks:
        properties.append(element("cantSplit"))
    if height:
        properties.append(element("trHeight", val=height, hRule="atLeast"))
    if is_heading:
        properties.append(element("tblHeader"))
    made = element("tr", properties) if len(properties) else element("tr")
    for width, paragraphs in zip(widths, cells, strict=True):
        cell = element("tcPr", element("tcW", w=width, type="dxa"))
        if is_heading:  # in the style too; not every program reads it there
            cell.append(element("shd", val="clear", color="auto", fill=PALE))
        made.append(element("tc", cell, *paragraphs))
    return made


# The look ---------------------------------------------------------------------------------------

_BEFORE_TEXT = frozenset(("Title", "Subtitle", "Heading1", "Heading2", "Heading3"))  # Enter goes on with text
_OF_WORD = _BEFORE_TEXT | {"BodyText", "ListBullet", "Caption", "Header", "Footer"}
_OURS = 'w:customStyle="1"'
_KEEP = "<w:keepNext/>"
_BULLET = '<w:numPr><w:numId w:val="2"/></w:numPr>'
_BAR = f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color="{LINE}"/></w:pBdr>'
_RULE = f'w:val="single" w:sz="4" w:color="{LINE}"'
_TAB = '<w:tabs><w:tab w:val="left" w:pos="1418"/></w:tabs>'
_HYPHENS = '<w:suppressAutoHyphens w:val="0"/>'  # narrow columns need them


def _gap(before: int, after: int, line: int = 276) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


def _indent(left: int, hanging: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:hanging="{hanging}"/>'


def _ink(size: int, colour: str = INK, *, bold: bool = False) -> str:
    return f'{"<w:b/>" * bold}<w:color w:val="{colour}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _heading(level: int, gap: str, size: int) -> tuple[str, ...]:
    number = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>'
    look = f'{_KEEP}<w:keepLines/>{number}{gap}<w:outlineLvl w:val="{level - 1}"/>'
    return f"Heading{level}", f"heading {level}", "Normal", look, _ink(size, PETROL, bold=True)


def _paragraph_styles() -> list[tuple[str, ...]]:
    """Id, name, style it is based on, look of the paragraph, look of its text.

    Word's own names are English in every file and shown in the language of Word; ours are translated here.
    """
    under = f'<w:pBdr><w:bottom {_RULE} w:space="3"/></w:pBdr>'
    foot = f'<w:pBdr><w:top {_RULE} w:space="6"/></w:pBdr>'
    return [
        ("Title", "Title", "Normal", _KEEP + _gap(120, 140, 252), _ink(52, PETROL, bold=True)),
        ("Subtitle", "Subtitle", "Normal", _gap(0, 240), _ink(26, MUTED)),
        ("FactLabel", pgettext("paragraph style", "Fact label"), "Normal", _gap(40, 40), _ink(19, MUTED)),
        ("FactText", pgettext("paragraph style", "Fact"), "Normal", _gap(40, 40), _ink(19)),
        ("BodyText", "Body Text", "Normal", "", ""),
        _heading(1, _gap(400, 140, 252), 32),
        _heading(2, _gap(300, 100, 252), 25),
        _heading(3, _gap(240, 80, 252), 22),
        ("ListBullet", "List Bullet", "Normal", _BULLET + _gap(0, 90) + _indent(397, 284), ""),
        ("Guidance", pgettext("paragraph style", "Guidance"), "Normal",
         _BAR + _gap(140, 140) + _indent(284), _ink(20, MUTED)),
        ("GuidanceList", pgettext("paragraph style", "Guidance list"), "Guidance", _BULLET + _gap(0, 90) + _indent(568, 284), ""),
        ("BoxText", pgettext("paragraph style", "Text in a box"), "Normal", _gap(0, 80), ""),
        ("BoxList", pgettext("paragraph style", "List in a box"), "BoxText", _BULLET + _indent(284, 284), ""),
        ("TableText", pgettext("paragraph style", "Table text"), "Normal", _HYPHENS + _gap(50, 50, 254), _ink(18)),
        ("TableList", pgettext("paragraph style", "Table list"), "TableText", _BULLET + _indent(198, 198), ""),
        ("TableHeading", pgettext("paragraph style", "Table heading"), "TableText", _KEEP, _ink(18, PETROL, bold=True)),
        ("Caption", "caption", "Normal", _KEEP + _gap(240, 100), _ink(19, PETROL, bold=True)),
        ("FieldLabel", pgettext("paragraph style", "Field label"), "Normal", _KEEP + _gap(200, 40), _ink(21, bold=True)),
        ("FieldHelp", pgettext("paragraph style", "Field help"), "Normal", _KEEP + _gap(0, 60), _ink(19, MUTED)),
        ("Answer", pgettext("paragraph style", "Answer"), "Normal", under + _gap(40, 160), ""),
        ("Choices", pgettext("paragraph style", "Choices"), "Normal", _TAB + _gap(40, 160), ""),
        ("Header", "header", "Normal", _gap(0, 0), _ink(17, MUTED)),
        ("Footer", "footer", "Normal", foot + _gap(0, 0), _ink(17, MUTED)),
        ("Spacer", pgettext("paragraph style", "Space"), "Normal", _gap(0, 0, 240), _ink(12)),
    ]  # fmt: skip


def _table_style(style: str, name: str, sides: str, margin: int) -> str:
    borders = "".join(f'<w:{side} {_RULE} w:space="0"/>' for side in sides.split())
    room = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
    look = f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>{room}</w:tblCellMar></w:tblPr>"
    return _style("table", style, name, f'<w:basedOn w:val="TableNormal"/>{look}', _OURS)


def _style(kind: str, style: str, name: str, content: str, origin: str) -> str:
    """A style's XML. `origin` says whether it is ours, one of Word's (empty) or a default."""
    return f'<w:style w:type="{kind}" {origin} w:styleId="{style}"><w:name w:val="{escape(name)}"/>{content}</w:style>'


def styles(language: str) -> list[Element]:
    """The children of the styles part: defaults in `language`, then every style that the documents use."""
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/>'
    text = f'{fonts}{_ink(21)}<w:lang w:val="{language}" w:eastAsia="{language}"/>'
    default, hidden = 'w:default="1"', '<w:uiPriority w:val="99"/><w:semiHidden/>'
    normal = f"<w:qFormat/><w:pPr><w:suppressAutoHyphens/>{_gap(0, 140)}</w:pPr>"
    to_write = f'<w:rPr><w:color w:val="{MUTED}"/><w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/></w:rPr>'
    parts = [
        f"<w:docDefaults><w:rPrDefault><w:rPr>{text}</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>",
        _style("paragraph", "Normal", "Normal", normal, default),
        _style("character", "DefaultParagraphFont", "Default Paragraph Font", hidden, default),
        _style("numbering", "NoList", "No List", hidden, default),
        _style("table", "TableNormal", "Normal Table", hidden, default),
        _style("character", "PlaceholderText", "Placeholder Text", to_write, ""),
        _table_style("Overview", pgettext("table style", "Overview"), "top bottom insideH insideV", 85),
        _table_style("Facts", pgettext("table style", "Facts"), "top bottom insideH", 60),
        _table_style("Box", pgettext("table style", "Box"), "top left bottom right", 140),
    ]
    for style, name, based_on, look, ink in _paragraph_styles():
        following = '<w:next w:val="BodyText"/>' if style in _BEFORE_TEXT else ""
        content = f'<w:basedOn w:val="{based_on}"/>{following}<w:qFormat/><w:pPr>{look}</w:pPr><w:rPr>{ink}</w:rPr>'
        parts.append(_style("paragraph", style, name, content, "" if style in _OF_WORD else _OURS))
    return _parsed("".join(parts))


def numbering() -> list[Element]:
    """The children of the numbering part: 1, 1.1, 1.1.1 for the headings (list 1) and bullets (list 2)."""
    headings = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{level + 1}"/>'
        f'<w:lvlText w:val="{".".join(f"%{n}" for n in range(1, level + 2))}"/><w:lvlJc w:val="left"/>'
        f"<w:pPr>{_indent(indent, indent)}</w:pPr></w:lvl>"
        for level, indent in enumerate((567, 709, 851))
    )
    bullets = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/>'
        f'<w:lvlText w:val="•"/><w:lvlJc w:val="left"/><w:pPr>{_indent(397, 284)}</w:pPr>'
        f'<w:rPr><w:color w:val="{PETROL}"/></w:rPr></w:lvl>'
    )
    return _parsed(
        f'<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{headings}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="2"><w:multiLevelType w:val="singleLevel"/>{bullets}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    )


def settings(language: str) -> list[Element]:
    """The children of the settings part. Without the mode of Word 2013 and later it would not offer checkboxes."""
    return _parsed(
        '<w:zoom w:percent="100"/><w:defaultTabStop w:val="567"/><w:autoHyphenation/>'
        '<w:consecutiveHyphenLimit w:val="2"/><w:characterSpacingControl w:val="doNotCompress"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        f' w:val="15"/></w:compat><w:themeFontLang w:val="{language}"/>'
        '<w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/>'
    )


def _parsed(xml: str) -> list[Element]:
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))
