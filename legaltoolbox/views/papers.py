"""Shared by the views of papers: a document as the file that the address asks for, and the files that a page offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.document import Document, headings, with_running_text
from kl_ai.export.docx import DOCX_TYPE, docx_bytes
from kl_ai.export.downloads import file_response
from kl_ai.export.pdf import PDF_TYPE, pdf_bytes
from kl_ai.pages.querystring import encode

from ..catalogue import Catalogue
from ..code_titles import code_titles
from ..files.paper import AUTHOR, OWN_COPY, WITH_SOURCES
from ..files.texts import filename

ENDINGS = {"docx": "Word", "xlsx": "Excel", "pdf": "PDF"}


def document_bytes(document: Document, ending: str, catalogue: Catalogue, *, author: str = AUTHOR) -> bytes:
    """The document as a Word file ("docx"), or as a PDF that says it was made on the catalogue's day.

    A code that neither a heading nor the text itself names has its title behind it, once in a document.
    """
    titles = code_titles(catalogue)
    named = titles.codes("\n".join([document.title, document.subtitle, *headings(document.blocks)]))
    document = with_running_text(document, lambda text: titles.expand(text, named))
    if ending == "pdf":
        return pdf_bytes(document, author=author, created=datetime.combine(catalogue.day, time()))
    return docx_bytes(document, author=author)


def document_response(
    ending: str, document: Document, catalogue: Catalogue, *words: str, author: str = AUTHOR
) -> HttpResponse:
    """The document as a download that is called by these words; of the same bytes until the catalogue changes."""
    content = document_bytes(document, ending, catalogue, author=author)
    return file_response(filename(*words, ending=ending), content, PDF_TYPE if ending == "pdf" else DOCX_TYPE)


@dataclass(frozen=True, slots=True)
class PaperCopy:
    """A copy of a paper that a page offers: its name, which one to send, and its files as label and address."""

    name: str
    note: str
    files: list[tuple[str, str]]


def file_links(
    route: str, endings: Sequence[str], key: Sequence[str] = (), query: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """The name of each ending's program and the address of the file, for `route`, which takes `key` and an ending."""
    return [(ENDINGS[ending], reverse(route, args=[*key, ending]) + encode(query)) for ending in endings]


def copies(
    route: str, key: Sequence[str], query: Sequence[tuple[str, str]], endings: Sequence[str], *, outward: bool = True
) -> list[PaperCopy]:
    """The copies of a paper. One that is sent to others has an own copy beside it; the municipality's own is one alone.

    `query` are the parameters of the selection; the others as in `file_links`.
    """

    def links(*more: tuple[str, str]) -> list[tuple[str, str]]:
        return file_links(route, endings, key, (*query, *more))

    if not outward:
        return [PaperCopy(_("Fetch the paper"), "", links())]
    return [
        PaperCopy(_("To send"), _("Clean: without our guidance and reservations."), links()),
        PaperCopy(
            _("To send, with legal sources"), _("The same, and the sources that it rests on."), links(WITH_SOURCES)
        ),
        PaperCopy(
            _("Your own copy"),
            _("With guidance, sources, what is not settled, and our proposals marked. Keep it; do not send it."),
            links(OWN_COPY),
        ),
    ]
