"""The plain text of a piece of HTML from elsewhere: nothing in it can be executed, and what is no text is handed back apart.

`html.parser` reads it, after what it reads slowly or wrongly is taken out: comments, scripts and declarations, tags that are
never closed, and files inside of addresses. So the time grows with the length of the text and no faster.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from django.utils.translation import gettext as _

MOST_TAG_LETTERS = 2_000
_TAG = re.compile(r"</?[a-zA-Z][^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*>")
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_DATA = re.compile(r"data:([-\w.+/]{0,100})(?:;[-\w.+=]{0,100}){0,5},[A-Za-z0-9+/=%_.~\s-]*", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|mailto|tel|ftp):", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")

_BLOCKS = """address article aside blockquote body caption center dd details div dl dt fieldset footer form header hr html li
main nav ol section summary table tbody tfoot thead tr ul"""
_INLINE = """a abbr acronym applet area audio b base bdi bdo big br button canvas cite code col colgroup data datalist del dfn dir
em embed font frame frameset head i iframe img input ins kbd label legend link map mark marquee math meta meter noscript object
optgroup option output param path picture progress q rp rt ruby s samp select slot small source span strike strong sub sup svg td
template textarea th time track tt u use var video wbr"""
_FORMAT = """align bgcolor border cellpadding cellspacing class color colspan contenteditable dir face height id lang loading rel
role rowspan size spellcheck start style tabindex target type valign width xml:lang"""
# The stylesheet keeps the rules of each class whose name stands as a word in a module: these two are written in parts.
BLOCKS = frozenset(_BLOCKS.split()) | {f"fig{end}" for end in ("ure", "caption")}
PARAGRAPHS = frozenset({"p", "pre", "title"} | {f"h{level}" for level in range(1, 7)})
CODE = ("script", "style")
KNOWN = BLOCKS | PARAGRAPHS | frozenset(_INLINE.split()) | frozenset(CODE)
SHOWN = frozenset({"href", "src", "alt"})
"""Attributes of which the text says something."""
FORMAT = frozenset(_FORMAT.split())
"""Attributes that say how something looks."""


class DataFile(NamedTuple):
    """A file that stood in an address, whose bytes are no text."""

    name: str
    size: int


class PlainText(NamedTuple):
    text: str
    code: list[str]
    """What is no text for people: scripts, comments, and tags with more in them than is shown."""
    files: list[DataFile]


def is_html(text: str) -> bool:
    """Whether there are tags of HTML in the text, or characters written as HTML writes them."""
    if _ENTITY.search(text) or "<!--" in text:
        return True
    return any(_is_known(match[0]) for match in _TAG.finditer(text))


def plain_text(html: str) -> PlainText:
    """The text of the HTML: a paragraph a paragraph, an item of a list a line with "- ", a link "text (address)".

    A tag that HTML does not have stays as it is written. Never raises.
    """
    code: list[str] = []
    files: list[DataFile] = []
    parser = _HtmlText(code, files)
    parser.feed("".join(_prepared(html, code, files)))
    parser.close()
    return PlainText(parser.text, code, files)


def data_file(text: str) -> DataFile | None:
    """The file that an address holds in itself; None where the whole text is no such address."""
    match = _DATA.match(text.strip()) if text.lstrip()[:5].lower() == "data:" else None
    return DataFile(match[1], _bytes(match[0])) if match and len(match[0]) == len(text.strip()) else None


def _bytes(address: str) -> int:
    """About as many bytes as the address holds."""
    return len(address.partition(",")[2]) * 3 // 4


# What the parser gets -----------------------------------------------------------------------------


def _prepared(html: str, code: list[str], files: list[DataFile]) -> Iterator[str]:
    """Pieces of HTML in which every "<" begins a whole tag that HTML has."""
    at = 0
    never: set[str] = set()
    """Ends that do not come any more."""
    while (start := html.find("<", at)) >= 0:
        yield html[at:start]
        end = _end_of_code(html, start, never)
        if end:
            code.append(html[start:end])
            at = end
            continue
        match = _TAG.match(html, start)
        if match and _name(match[0]) in CODE:  # never closed, or never opened
            code.append(match[0])
            at = match.end()
        elif match and _is_known(match[0]):
            if match[0].startswith("</") and match[0][2:-1].strip().lower() != _name(match[0]):
                code.append(match[0])
            yield _shorter(match[0], code, files)
            at = match.end()
        else:
            yield "&lt;"
            at = start + 1
    yield html[at:]


def _end_of_code(html: str, start: int, never: set[str]) -> int:
    """Where the comment, declaration or script ends that begins here; 0 where none does."""
    for begin, end in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<!", ">"), ("<?", ">")):
        if html[start : start + len(begin)].lower() != begin or end in never:
            continue
        if begin[1].isalpha() and html[start + len(begin) : start + len(begin) + 1] not in (">", " ", "\n", "\t", "/"):
            continue
        found = _find(html, end, start + len(begin))
        if found < 0:
            never.add(end)
            continue
        if end.startswith("</"):
            closed = html.find(">", found)
            return closed + 1 if closed >= 0 else len(html)
        return found + len(end)
    return 0


def _find(html: str, end: str, start: int) -> int:
    """Where the end is next, in capitals or not."""
    if not end.startswith("</"):
        return html.find(end, start)
    match = re.compile(re.escape(end), re.IGNORECASE).search(html, start)
    return match.start() if match else -1


def _is_known(tag: str) -> bool:
    name = _name(tag)
    return name in KNOWN or ":" in name


def _name(tag: str) -> str:
    match = _NAME.match(tag)
    return match[1].lower() if match else ""


def _shorter(tag: str, code: list[str], files: list[DataFile]) -> str:
    """The tag without the bytes of a file, and without attributes where it is too long all the same."""
    if len(tag) <= MOST_TAG_LETTERS and "data:" not in tag.lower():
        return tag

    def without_bytes(match: re.Match[str]) -> str:
        files.append(DataFile(match[1], _bytes(match[0])))
        return f"data:{match[1]}"

    tag = _DATA.sub(without_bytes, tag)
    if len(tag) <= MOST_TAG_LETTERS:
        return tag
    code.append(tag)
    match = _NAME.match(tag)
    return f"{match[0]}>" if match else ""


# The text -----------------------------------------------------------------------------------------


class _HtmlText(HTMLParser):
    """Collects the text of HTML, whose tags are whole."""

    def __init__(self, code: list[str], files: list[DataFile]) -> None:
        super().__init__(convert_charrefs=True)
        self.code, self.files = code, files
        self.pieces: list[str] = []
        self.gap = 0
        """Line ends that are due before the next text."""
        self.depth = 0
        self.before = ""
        """What stands before the next text: of an item of a list."""
        self.links: list[tuple[str, int]] = []
        self.is_kept = 0
        """How many `pre` are open."""

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._note_others(tag, attrs)
        if tag in PARAGRAPHS:
            self._break(1 if self.depth else 2)
        elif tag in BLOCKS or tag == "br":
            self._break(1, add=tag == "br")
        if tag in ("ul", "ol", "dir"):
            self.depth += 1
        elif tag == "li":
            self.before = "  " * min(self.depth - 1, 10) + "- "
        elif tag in ("td", "th") and self.pieces and not self.gap:
            self._add(" | ")
        elif tag == "pre":
            self.is_kept += 1
        elif tag == "a":
            self.links.append((values.get("href", ""), len(self.pieces)))
        self._show_source(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self._break(1 if self.depth else 2)
        elif tag in BLOCKS:
            self._break(1)
        if tag in ("ul", "ol", "dir"):
            self.depth = max(self.depth - 1, 0)
        elif tag == "pre":
            self.is_kept = max(self.is_kept - 1, 0)
        elif tag == "a" and self.links:
            address, start = self.links.pop()
            self._show_address(address, "".join(self.pieces[start:]))

    def handle_data(self, data: str) -> None:
        self._add(data if self.is_kept else _SPACES.sub(" ", data))

    def close(self) -> None:
        super().close()
        while self.links:
            address, start = self.links.pop()
            self._show_address(address, "".join(self.pieces[start:]))

    def _add(self, text: str) -> None:
        is_new_line = not self.pieces or self.gap > 0
        if is_new_line and not self.is_kept:
            text = text.lstrip(" ")
        if not text:
            return
        if self.gap and self.pieces:
            self.pieces.append("\n" * min(self.gap, 2))
        self.gap = 0
        self.pieces.append(self.before + text)
        self.before = ""

    def _break(self, lines: int, *, add: bool = False) -> None:
        if self.before and not add:  # a paragraph inside of an item begins on its line
            return
        self.gap = self.gap + 1 if add else max(self.gap, lines)

    def _show_address(self, address: str, text: str) -> None:
        if not address or address == text.strip() or address == f"mailto:{text.strip()}":
            return
        if _ADDRESS.match(address.strip()):
            self._add(f" ({address})")
        elif not address.startswith("#"):
            self.code.append(address)

    def _show_source(self, tag: str, values: dict[str, str]) -> None:
        """An image, or what stands in a frame: what it is called, and where it is."""
        alternative, source = values.get("alt", "").strip(), values.get("src", "").strip()
        is_shown = bool(_ADDRESS.match(source))
        if source and not is_shown and not source.lower().startswith("data:"):
            self.code.append(source)
        if tag == "img":
            words = ": ".join(filter(None, (_("image"), alternative)))
            self._add(f"[{words} ({source})]" if is_shown else f"[{words}]")
        elif is_shown or alternative:
            self._add(f" ({' '.join(filter(None, (alternative, source if is_shown else '')))})")

    def _note_others(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what attributes say that are not shown and not about looks, handlers of events among them."""
        last = dict(attrs)
        for name, value in attrs:
            is_shown = name in SHOWN and (name != "href" or tag == "a") and last[name] == value
            if not is_shown and name not in FORMAT and not name.startswith(("data-mce", "aria-")):
                self.code.append(f"{name}: {value}" if value else name)
