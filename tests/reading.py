"""Reads a public page as a visitor does: the list, the numbers, the notices, and where links lead.

    page = read(client, "/en/markedsoverblik/?services=advisory")
    result_count(page), vendor_names(page), facet_counts(page, "services"), notice_texts(page)

Words are read on the English pages, whose strings are the source; structure is the same in both languages.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import docx
import openpyxl
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from docx.document import Document as DocxDocument

MARKET = "/en/markedsoverblik/"
EMPTY_ELEMENTS = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
INLINE_ELEMENTS = frozenset(["a", "abbr", "b", "code", "em", "i", "small", "span", "strong"])


# HTML -------------------------------------------------------------------------------------------


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, white space folded."""
        pieces: list[str] = []
        self._collect_text(pieces)
        return " ".join("".join(pieces).split())

    @property
    def own_text(self) -> str:
        """The text directly inside, without that of inner elements."""
        return " ".join("".join(child for child in self.children if isinstance(child, str)).split())

    def _collect_text(self, pieces: list[str]) -> None:
        around = "" if self.tag in INLINE_ELEMENTS else " "
        pieces.append(around)
        for child in self.children:
            if isinstance(child, str):
                pieces.append(child)
            else:
                child._collect_text(pieces)
        pieces.append(around)

    def find_all(self, tag: str = "", cls: str = "", **attrs: str) -> list["Element"]:
        """The elements inside of this tag, class and attributes, in the page's order."""
        return [element for element in self._inside() if element._is(tag, cls, attrs)]

    def find(self, tag: str = "", cls: str = "", **attrs: str) -> "Element":
        elements = self.find_all(tag, cls, **attrs)
        assert len(elements) == 1, f"{len(elements)} <{tag or '*'}> with class “{cls}” and {attrs}, not one"
        return elements[0]

    def has(self, tag: str = "", cls: str = "", **attrs: str) -> bool:
        return bool(self.find_all(tag, cls, **attrs))

    def _inside(self) -> Iterator["Element"]:
        remaining = self.children[::-1]
        while remaining:
            child = remaining.pop()
            if isinstance(child, Element):
                yield child
                remaining += child.children[::-1]

    def _is(self, tag: str, cls: str, attrs: dict[str, str]) -> bool:
        return (
            (not tag or self.tag == tag)
            and (not cls or cls in self.attrs.get("class", "").split())
            and all(self.attrs.get(name) == value for name, value in attrs.items())
        )


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in EMPTY_ELEMENTS:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


AMERICAN_DATE = re.compile(
    r"\bMay \d{1,2}, 20\d\d|\b(?:January|February|March|April|June|July|August|September|October|November|December"
    r"|Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.) \d{1,2}\b(?:, 20\d\d)?|\b(?:0?[1-9]|1[0-2])/\d{1,2}/20\d\d|\b[ap]\.m\."
)
"""Dates with the day behind the month, and times of twelve hours: nobody in Europe writes them so. “May 3” is a count, too.

What can only be day and month, 20/01/2026, is how the Danish register of law names an order.
"""


def parse(html: str) -> Element:
    """The page as a tree. Fails where a tag is closed that is not open."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is not closed"
    return builder.open[0]


def read(client, path: str, status: int = 200) -> Element:
    response = client.get(path)
    assert response.status_code == status, f"{path}: {response.status_code}"
    return parse(response.content.decode())


def english_url(name: str, *args) -> str:
    with override("en"):
        return reverse(name, args=args)


# What stands on a page ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadBar:
    label: str
    count: int
    url: str
    share: str


def result_count(page: Element) -> int:
    """The number in the selection's sentence, in English: “35 companies” or “Companies that …: 12”."""
    sentence = results_heading(page)
    match = re.match(r"(\d+) compan(?:y|ies)$", sentence) or re.search(r": (\d+)$", sentence)
    assert match, f"no total in “{sentence}”"
    return int(match[1])


def results_heading(page: Element) -> str:
    return page.find("h2", id="results-heading").text


def vendor_names(page: Element) -> list[str]:
    """The vendors in the list, without the demonstration's “(demofirma)”."""
    headings = page.find_all("h3", "vendor-row-name")
    return [heading.text.removesuffix(" (demofirma)") for heading in headings]


def vendor_slugs(page: Element) -> list[str]:
    return [row.find("input", name="v").attrs["value"] for row in page.find_all("li", "vendor-row")]


def all_pages(client, path: str) -> list[Element]:
    """The pages of a list, from the one at `path` on by the link “Next”."""
    pages = []
    while path:
        pages.append(read(client, path))
        path = next((link.attrs["href"] for link in pages[-1].find_all("a", rel="next")), "")
    return pages


def vendor_slugs_by_page(client, path: str) -> list[list[str]]:
    return [vendor_slugs(page) for page in all_pages(client, path)]


def facet_counts(page: Element, code: str) -> dict[str, int]:
    """Option code to the number beside it."""
    options = page.find("details", id=f"facet-{code}").find_all("div", "facet-option")
    return {option.find("input").attrs["value"]: int(option.find("span", "facet-count").own_text) for option in options}


def notice_texts(page: Element) -> list[str]:
    return [text.text for text in page.find_all("p", "alert-text")]


def chip_links(page: Element) -> dict[str, str]:
    """Label to the address that removes the choice."""
    return {_chip_label(chip): chip.attrs["href"] for chip in page.find_all("a", "chip")}


def chip_links_by_text(part: Element) -> dict[str, str]:
    """The whole text of each chip to the address that removes its choice."""
    return {chip.text: chip.attrs["href"] for chip in part.find_all("a", "chip")}


def _chip_label(chip: Element) -> str:
    """Without what is removed (“Remove:”) and the heading; content has a language of its own."""
    around, *inner = chip.find_all("span")
    return chip.own_text or around.own_text or inner[-1].text


def read_bars(page: Element) -> list[ReadBar]:
    """The bars of the page's only figure, or of the part of a page; none where nobody has answered."""
    bars = []
    if not page.has("table", "bar-table"):
        return bars
    for row in page.find("table", "bar-table").find("tbody").find_all("tr"):
        head = row.find("th")
        links = head.find_all("a")
        label = (links[0] if links else head).own_text
        count, share = int(row.find("span", "bar-count").text), row.find("td", "bar-share").text
        bars.append(ReadBar(label, count, links[0].attrs["href"] if links else "", share))
    return bars


def figure_section(page: Element, code: str) -> Element:
    """The part of a page that one figure takes."""
    sections = [part for part in page.find_all("section") if part.attrs.get("aria-labelledby") == f"figure-{code}"]
    assert len(sections) == 1, f"{len(sections)} figures “{code}”"
    return sections[0]


def matrix_cells(page: Element) -> dict[tuple[str, str], tuple[int, str]]:
    """(row, column), as they are headed, to the count and the address behind it."""
    table = page.find("table", "matrix")
    columns = [head.text for head in table.find("thead").find_all("th")]
    cells = {}
    for row in table.find("tbody").find_all("tr"):
        for column, cell in zip(columns, row.find_all("td"), strict=True):
            links = cell.find_all("a")
            cells[row.find("th").text, column] = int(cell.text), links[0].attrs["href"] if links else ""
    return cells


def definitions(part: Element) -> dict[str, str]:
    """The terms of a part's definition lists and what is said of each."""
    return {
        group.find("dt").text: group.find("dd").text
        for group in part.find_all("div")
        if group.children and _is_fact(group)
    }


def _is_fact(element: Element) -> bool:
    return [child.tag for child in element.children if isinstance(child, Element)] == ["dt", "dd"]


def directory_names(client, query: str) -> list[str]:
    """The vendors on the first page of the directory under this query string."""
    return vendor_names(read(client, f"{MARKET}{query}"))


def page_queries(client, path: str, statuses: tuple[int, ...] = (200,)) -> list[str]:
    """The SQL statements that run until the last byte of a public page is sent, which sets no cookie."""
    with CaptureQueriesContext(connection) as context:
        response = client.get(path)
        response.getvalue()
    assert response.status_code in statuses, f"{path}: {response.status_code}"
    assert not response.cookies, path
    return [query["sql"] for query in context.captured_queries]


# Files ----------------------------------------------------------------------------------------------


def read_bytes(client, path: str) -> bytes:
    """A file to its last byte, streamed or not."""
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response.getvalue()


def read_csv(client, path: str) -> list[list[str]]:
    """All rows, the headings first."""
    text = read_bytes(client, path).decode("utf-8-sig")
    delimiter = "," if path.startswith("/en/") else ";"
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def read_json(client, path: str) -> dict[str, Any]:
    return json.loads(read_bytes(client, path))


def read_workbook(client, path: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(read_bytes(client, path)))


def sheet_records(sheet) -> list[dict]:
    headings, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def read_docx(client, path: str) -> DocxDocument:
    return docx.Document(io.BytesIO(read_bytes(client, path)))
