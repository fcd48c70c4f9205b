"""Word files, read back: the parts of the package, and their text."""

import io
import zipfile

import docx
from docx.oxml.ns import qn
from lxml import etree

from kl_ai.export.document import (
    Blank,
    Document,
    Field,
    Heading,
    PageBreak,
    Prose,
    Table,
    Tick,
    Titled,
    Wording,
)
from kl_ai.export.docx import docx_bytes

FIELD_KINDS = ["line", "text", "date", "choice", "yes_no", "check"]


def every_block(text: str = "", **changes) -> Document:
    """A document with each kind of block, `text` wherever text may stand."""
    content = {
        "title": f"Titel {text}",
        "subtitle": f"Undertitel {text}",
        "header": f"Hoved {text}",
        "footer": f"Fod {text}",
        "facts": [("Kommune", "Ærø"), (f"Oplysning {text}", f"værdi {text}")],
        "blocks": [
            Heading("Formål"),
            Heading(f"Afgrænsning {text}", 2),
            Heading(f"Uden nummer {text}", 2, numbered=False),
            Heading("Nærmere", 3),
            Prose(f"Brødtekst {text}\n\nog en liste\n- første\n- anden {text}"),
            Prose(f"Vejledning {text}\n- punkt", "guidance"),
            PageBreak(),
            *(Field(f"Felt {kind} {text}", kind, f"Hjælp {text}", ("Lav", "Høj", "Lav")) for kind in FIELD_KINDS),
            Wording(f"Standardtekst {text} fra [skriv kommunens navn] til [Skriv dato].\n- punkt"),
            Table(
                [f"Kolonne {text}", "Vurdering", "Udført"],
                [
                    ["Celle", Blank("Skriv vurdering"), Tick()],
                    [f"celle {text}", Blank()],
                    [Titled(f"overskrift {text}", "- punkt")],
                ],
                [2, 1, 1],
                f"Tabel {text}",
            ),
        ],
        "subject": f"Emne {text}",
    }
    return Document(**(content | changes))


def open_document(document: Document):
    """`document` written, and read again by python-docx."""
    return docx.Document(io.BytesIO(docx_bytes(document)))


def xml_parts(content: bytes) -> dict[str, etree._Element]:
    """Every XML part of the file, parsed."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: etree.fromstring(package.read(name)) for name in package.namelist()}


def element_text(element) -> str:
    """The text below `element`, content controls included; a line for each paragraph."""
    texts = {qn("w:t"): lambda text: text.text or "", qn("w:tab"): lambda _: "\t", qn("w:br"): lambda _: "\n"}
    lines = []
    for paragraph in element.iter(qn("w:p")):
        runs = paragraph.iter(qn("w:r"))
        lines.append("".join(texts[child.tag](child) for run in runs for child in run if child.tag in texts))
    return "\n".join(lines)


def values(element, tag: str, attribute: str = "w:val") -> list[str]:
    """The attribute of each element `tag` below `element`, in order."""
    return [child.get(qn(attribute)) for child in element.iter(qn(tag))]


def document_text(document) -> str:
    """The text of the paragraphs and of the cells of tables; fields to fill in are left out."""
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def paragraphs(*blocks) -> list[tuple[str, str]]:
    """Style and text of each paragraph after the title."""
    word = open_document(Document("T", blocks=blocks))
    return [(p.style.style_id, element_text(p._p)) for p in word.paragraphs[1:] if p.style.style_id != "Spacer"]
