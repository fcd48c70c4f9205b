"""Plain text with paragraphs and lists, as curators write it, read in the same way for pages and documents."""

from dataclasses import dataclass

from ..text import clean_text

_MARK = "- "


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. Lines that the writer broke are separated by "\\n"."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list without numbers, at least one item."""

    items: tuple[str, ...]


def blocks(text: str) -> list[Paragraph | Bullets]:
    """`text` as paragraphs and lists, in its order; empty for text without letters.

    Blank lines separate paragraphs. A line that begins with "- ", also indented, is an item of a list, which may
    follow the lines of a paragraph directly. An indented line after an item continues it; a line that is not indented
    begins a paragraph. Line breaks may be LF, CRLF or CR.
    """
    result: list[Paragraph | Bullets] = []
    lines: list[str] = []
    items: list[str] = []

    def close() -> None:
        if lines:
            result.append(Paragraph("\n".join(lines)))
        if items:
            result.append(Bullets(tuple(items)))
        lines.clear()
        items.clear()

    for line in clean_text(text).split("\n"):
        bare = line.strip()
        if not bare:
            close()
        elif bare.startswith(_MARK):
            if lines:
                close()
            items.append(bare.removeprefix(_MARK).strip())
        elif items and line[0].isspace():
            items[-1] += " " + bare
        else:
            if items:
                close()
            lines.append(bare)
    close()
    return result
