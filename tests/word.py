"""Reads Word files as the tests need it: the parts of the package, and the text that must be found in it."""

import io
import zipfile

import docx
from docx.oxml.ns import qn
from lxml import etree

from kl_ai.export import docx_markup
from kl_ai.export.docx import Document, docx_bytes


def opened(document: Document):
    return docx.Document(io.BytesIO(docx_bytes(document)))


def parts_of(content: bytes) -> dict[str, etree._Element]:
    """Every XML part of the file, parsed."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: etree.fromstring(package.read(name)) for name in package.namelist()}


def text_of(element) -> str:
    """The text below `element`, content controls included; a line for each paragraph."""
    words = {qn("w:t"): lambda found: found.text or "", qn("w:tab"): lambda _: "\t", qn("w:br"): lambda _: "\n"}
    lines = []
    for paragraph in element.iter(qn("w:p")):
        runs = paragraph.iter(qn("w:r"))
        lines.append("".join(words[child.tag](child) for run in runs for child in run if child.tag in words))
    return "\n".join(lines)


def letters(text: str) -> str:
    """`text` without blanks and what no file can hold: what must not get lost."""
    return "".join(docx_markup.clean(text).split())


def values(element, tag: str, attribute: str = "w:val") -> list[str]:
    return [found.get(qn(attribute)) for found in element.iter(qn(tag))]
