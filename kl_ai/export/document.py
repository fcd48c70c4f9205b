"""A document as a value: headings, prose, tables, fields to fill in. `docx` and `pdf` write it as a file.

Text may come from anywhere: what writes it cleans it (`kl_ai.text`); line breaks stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.encoding import iri_to_uri


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


@dataclass(frozen=True)
class Labelled:
    """A cell of prose in small print, with a label before its first line."""

    label: str
    text: str


@dataclass(frozen=True)
class ChoiceCell:
    """A cell in which one of `options` is chosen; `label` names it for those who hear the document."""

    label: str
    options: Sequence[str]


@dataclass(frozen=True)
class Stack:
    """A cell of several, each beneath the one before."""

    cells: Sequence["TableCell"]


TableCell = str | Blank | Tick | Titled | Labelled | ChoiceCell | Stack


@dataclass(frozen=True)
class Table:
    """Rows under headings. A row shorter than the headings is filled up with empty cells; a longer one is refused.

    `widths` are shares of the page's width, one for each heading; without them all are equal. `caption` stands
    above the table and is its alternative text; `help` explains it beneath, as that of a field. Prose that comes directly before it stays on its page. `numbers` are
    the indices of columns of numbers, which stand to the right. With `row_breaks` a page may end within a long row of a
    Word file, as it may in every PDF: for rows of long text, which would leave half a page empty. No page divides a row of
    few lines (`short_rows`).
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[TableCell]]
    widths: Sequence[float] = ()
    caption: str = ""
    numbers: Sequence[int] = ()
    row_breaks: bool = False
    help: str = ""


LETTERS_OF_WIDTH = 95
"""Letters of a cell's text that stand beside each other on the width of a page."""
LINES_OF_SHORT_ROW = 20


def short_rows(table: Table) -> list[bool]:
    """Of each row whether it surely has few lines, so that it can stay whole without leaving much of a page empty."""
    widths = list(table.widths) or [1.0] * len(table.headings)
    per_line = [max(1.0, LETTERS_OF_WIDTH * width / sum(widths)) for width in widths]
    return [
        all(cell_letters(cell) <= LINES_OF_SHORT_ROW * letters for cell, letters in zip(row, per_line, strict=False))
        for row in table.rows
    ]


def cell_letters(cell: TableCell) -> int:
    """The letters of the text in a cell."""
    match cell:
        case str():
            return len(cell)
        case Titled(title, text):
            return len(title) + len(text)
        case Labelled(label, text):
            return len(label) + len(text)
        case Stack(cells):
            return sum(map(cell_letters, cells))
    return 0


FieldKind = Literal["line", "text", "date", "choice", "yes_no", "check"]


@dataclass(frozen=True)
class Field:
    """Something to fill in, under its label: a line, a text of several lines, a date, one of `options`,
    yes or no, or a single box to tick. `help` explains it."""

    label: str
    kind: FieldKind
    help: str = ""
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Wording:
    """Text to keep and adapt, in a box unless `is_framed` is off. Each “[skriv …]” in it becomes a field to write in."""

    text: str
    is_framed: bool = True


@dataclass(frozen=True)
class Link:
    """Text that leads to `url`: a web address, or `mailto:` and an e-mail address. Where no link can be, its text stands."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text

    @property
    def target(self) -> str:
        """The address in ASCII; "" for one of another kind, which stays text."""
        return iri_to_uri(self.url) if self.url.startswith(("https://", "http://", "mailto:")) else ""

    @property
    def is_web(self) -> bool:
        """Whether it leads to a page, and not to a mail."""
        return self.target.startswith("http")


@dataclass(frozen=True)
class Facts:
    """Labels, and beside each the lines that are said of it. A label without lines is left out."""

    rows: Sequence[tuple[str, Sequence[str | Link]]]


@dataclass(frozen=True)
class PageBreak:
    """A break after which the text begins on a new page."""


@dataclass(frozen=True)
class Contents:
    """The headings of level 1 as a list that leads to them, under `title`; a PDF has their pages too. Once in a document."""

    title: str


@dataclass(frozen=True)
class Together:
    """Blocks that no page break divides, where a page has room for all of them."""

    blocks: Sequence["Block"]


Block = Heading | Prose | Table | Field | Wording | Facts | PageBreak | Contents | Together


@dataclass(frozen=True)
class Document:
    """A document: `facts` are label and value under the title, `header` and `footer` are printed on each page.

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
    verbatim: Sequence[str] = ()
    """Texts of cells and facts that stay as they are, since somebody has typed them (`with_running_text`)."""


# The running text ---------------------------------------------------------------------------------


def headings(blocks: Sequence[Block]) -> list[str]:
    """The texts of all headings, in their order."""
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            texts.append(block.text)
        elif isinstance(block, Together):
            texts += headings(block.blocks)
    return texts


def with_running_text(document: Document, changed: Callable[[str], str]) -> Document:
    """The document with each running text as `changed` gives it back: prose, help, wordings, cells, and what is said of facts.

    Titles, headings, labels, options and links stay, and so do the texts in `verbatim`.
    """

    def change(text: str) -> str:
        return text if text in document.verbatim else changed(text)

    return replace(
        document,
        facts=[(label, change(value)) for label, value in document.facts],
        blocks=[_changed_block(block, change) for block in document.blocks],
    )


def _changed_block(block: Block, change: Callable[[str], str]) -> Block:
    match block:
        case Prose() | Wording():
            return replace(block, text=change(block.text))
        case Field():
            return replace(block, help=change(block.help))
        case Table():
            changed = [[_changed_cell(cell, change) for cell in row] for row in block.rows]
            return replace(block, rows=changed, help=change(block.help))
        case Facts():
            rows = [
                (label, [line if isinstance(line, Link) else change(line) for line in lines])
                for label, lines in block.rows
            ]
            return replace(block, rows=rows)
        case Together():
            return replace(block, blocks=[_changed_block(inner, change) for inner in block.blocks])
    return block


def _changed_cell(cell: TableCell, change: Callable[[str], str]) -> TableCell:
    match cell:
        case str():
            return change(cell)
        case Titled() | Labelled():
            return replace(cell, text=change(cell.text))
        case Stack():
            return replace(cell, cells=[_changed_cell(inner, change) for inner in cell.cells])
    return cell
