"""The processor agreement between a municipality and KL, for everybody to read before anybody signs it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kl_ai.export import prose
from kl_ai.export.docx import DOCX_TYPE, docx_bytes
from kl_ai.export.downloads import file_response
from kl_ai.export.pdf import PDF_TYPE, pdf_bytes
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page
from legaltoolbox.views.papers import ENDINGS

from ..files import agreement as text

TYPES = {"docx": DOCX_TYPE, "pdf": PDF_TYPE}
FILENAME = "databehandleraftale-kl-forslag"


@login_not_required
@require_safe
def agreement(request: HttpRequest) -> HttpResponse:
    """`…/projekter/databehandleraftale/`: the text and its files. No query."""
    title = _("Processor agreement with KL")
    context = {
        "title": title,
        "parts": [(part.heading, prose.blocks(part.text)) for part in text.parts()],
        "notice": text.NOTICE,
        "files": [(ENDINGS[ending], reverse("projects:agreement_file", args=[ending])) for ending in TYPES],
    }
    crumbs = [(_("For municipalities"), reverse("projects:home")), (title, "")]
    return render_page(request, "projects/agreement.html", context, nav_current="projects", crumbs=crumbs)


@login_not_required
@require_safe
@expensive
def agreement_file(request: HttpRequest, ending: str) -> HttpResponse:
    """`…/projekter/databehandleraftale.docx` and `.pdf`. No query."""
    if ending not in TYPES:
        raise Http404
    write = pdf_bytes if ending == "pdf" else docx_bytes
    content = write(text.agreement_document(), author="KL", created=text.CREATED)
    return file_response(f"{FILENAME}.{ending}", content, TYPES[ending])
