"""The legal basis that each processing needs, phase by phase: a matrix, and the text on each processing."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page

from .. import linking
from ..catalogue import Catalogue, catalogues
from ..marks import LinkMarks
from ..models import DocumentTemplate, LegalBasis, LegalBasisPhase, LegalSource, Phase
from ..selection import read_situation
from .pages import render_toolbox_page, review_status


@dataclass(frozen=True, slots=True)
class ProcessingRow:
    """A processing, its phases, and what it is linked with."""

    basis: LegalBasis
    phases: list[LegalBasisPhase]
    cells: list[LegalBasisPhase | None]
    """One for each column of the matrix; None where the processing does not occur in that phase."""
    sources: list[LegalSource]
    related: list[linking.RefGroup]


@versioned_page
def legal_bases(request: HttpRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/hjemmel/`: the matrix, then every processing with an anchor of its own. No query.

    The warning is about intrusive uses: it comes first, but beside its processing where the use is small and harmless.
    """
    catalogue = catalogues.for_request(request)
    bases: list[LegalBasis] = catalogue.all(LegalBasis.KIND)
    situation, notices = read_situation(request, catalogue)
    marks = LinkMarks(catalogue, situation)
    columns = [phase for phase in catalogue.phases if catalogue.linked(phase, LegalBasis.KIND)]
    return render_toolbox_page(
        request,
        "legal_bases",
        catalogue,
        crumbs=[(_("Legal basis, phase by phase"), "")],
        section="guidance",
        situation=situation,
        situation_notices=notices,
        phases=columns,
        warns_first=not situation.is_small(catalogue.questions),
        rows=[_row(basis, columns, catalogue, marks) for basis in bases],
        templates=sorted(
            {template for basis in bases for template in catalogue.linked(basis, DocumentTemplate.KIND)}, key=str
        ),
        status=review_status(bases, with_unsettled=True),
    )


def _row(basis: LegalBasis, columns: list[Phase], catalogue: Catalogue, marks: LinkMarks) -> ProcessingRow:
    phases: list[LegalBasisPhase] = catalogue.parts("phases", basis)
    by_phase = {row.phase.pk: row for row in phases}
    return ProcessingRow(
        basis,
        phases,
        [by_phase.get(phase.pk) for phase in columns],
        catalogue.linked(basis, LegalSource.KIND),
        marks.related(basis),
    )
