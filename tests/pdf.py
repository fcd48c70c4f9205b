"""PDF files, read back: their text by poppler's pdftotext, where it is installed, and what they say of themselves."""

import re
import shutil
import subprocess
from collections import Counter

import pytest

from tests.environment import required

PROGRAM = shutil.which("pdftotext") or ""
PAGE_NUMBER = re.compile(r"\b(?:Side|Page) \d+ (?:af|of) \d+\s*$")
needs_poppler = pytest.mark.skipif(
    not PROGRAM and not required("poppler"), reason="pdftotext of poppler-utils is not installed"
)


def pdf_text(content: bytes, *, raw: bool = False) -> str:
    """The text in the order in which it is read, without soft hyphens; `raw` leaves them and takes what a reader copies."""
    run = subprocess.run(
        [PROGRAM, *(["-raw"] if raw else []), "-", "-"], input=content, check=True, capture_output=True, timeout=60
    )
    text = run.stdout.decode()
    return text if raw else text.replace("\u00ad\n", "").replace("\u00ad", "")


def running_text(content: bytes) -> str:
    """The text as `pdf_text`, without what stands at the head and the foot of the pages: a paragraph may go on over a page."""
    pages = [page.split("\n") for page in pdf_text(content).split("\f")]
    on_pages = Counter(line for page in pages for line in set(page) if line.strip())
    repeated = {line for line, number in on_pages.items() if number > len(pages) / 2}
    lines = [line for page in pages for line in page if line not in repeated and not PAGE_NUMBER.search(line)]
    return "\n".join(lines)


def metadata(content: bytes) -> dict[str, str]:
    """The values of the XMP packet, by the name of their element; a list's first."""
    packet = re.search(rb"<\?xpacket begin.*?<\?xpacket end", content, re.DOTALL)
    assert packet, "no XMP packet"
    text = packet[0].decode()
    simple = re.findall(r"<([\w:]+)>([^<]+)</\1>", text)
    lists = re.findall(r"<([\w:]+)><rdf:(?:Alt|Seq|Bag)><rdf:li[^>]*>([^<]*)</rdf:li>", text)
    return dict(reversed([*simple, *lists]))
