"""The market note of a selection or a shortlist: a page, and the same as Word and PDF for the case file."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.docx import DOCX_TYPE, docx_bytes
from kl_ai.export.downloads import file_response
from kl_ai.export.pdf import PDF_TYPE, pdf_bytes
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.frame import render_page
from kl_ai.pages.kept_files import kept_file

from ..market.note import market_note
from ..market.note_document import note_document
from .selection_page import links, made_at, read

FILE_NAME = "markedsnotat-ki"


@versioned_page
def note(request: HttpRequest) -> HttpResponse:
    """`/markedsoverblik/markedsnotat/`: from A to Å, whatever order the address names.

    It is a page and waits for no file: at most `MOST_IN_NOTE` vendors stand in it with their answers.
    """
    snapshot, selection = read(request)
    content = market_note(snapshot, selection, request.build_absolute_uri)
    query = selection.file_query
    context = {
        "note": content,
        "files": _files(query),
        "notices": selection.notices,
        **links(selection),
        "contact_url": reverse("market:contact") + query,
    }
    crumbs = [(_("Find companies"), reverse("market:directory") + selection.link_query), (_("Market note"), "")]
    return render_page(request, "marketoverview/note.html", context, nav_current="market", crumbs=crumbs)


def _files(query: str) -> list[dict[str, str]]:
    """The note's files, as links."""
    files = (("docx", "Word", "file-word"), ("pdf", _("PDF for the archive"), "document"))
    return [
        {"url": reverse("market:note_file", args=[ending]) + query, "label": label, "icon": icon}
        for ending, label, icon in files
    ]


@versioned_page
@kept_file
def note_file(request: HttpRequest, ending: str) -> HttpResponse:
    """`/markedsoverblik/markedsnotat.docx`, `.pdf`: the same note."""
    snapshot, selection = read(request)
    content = market_note(snapshot, selection, request.build_absolute_uri)
    name, created = f"{FILE_NAME}-{snapshot.day.isoformat()}.{ending}", made_at(snapshot)
    if ending == "pdf":
        return file_response(name, pdf_bytes(note_document(content), author="KL", created=created), PDF_TYPE)
    return file_response(name, docx_bytes(note_document(content), created=created), DOCX_TYPE)
