"""Where what a section shows of the project is written."""

from django.urls import reverse

from legaltoolbox.models import TemplateField, TemplateSection

from ..models import ProjectDocument
from ..models.fact_fields import BY_FIELD
from ..models.live import LiveSource
from ..work import facts
from ..work.live import LiveTable
from .lookups import PROJECT_PAGES

LIVE_PAGES = dict.fromkeys(LiveSource, "risks") | {
    LiveSource.BASES: "legal_bases",
    LiveSource.MEASURES: "plan",
    LiveSource.REQUIREMENTS: "requirements",
    LiveSource.ANSWERS: "requirements",
    LiveSource.PEOPLE: "members",
    LiveSource.VERSIONS: "documents",
}
"""What tables of documents show to the page where the project says it, one of `PROJECT_PAGES`."""


def fact_url(document: ProjectDocument, section: TemplateSection, field: TemplateField) -> str:
    """The address of the page where the fact of a field is written; "" where nobody in the project can write it."""
    fact = BY_FIELD.get((document.template, section.key, field.key), "")
    page = facts.PAGES.get(fact, "facts")
    return reverse(f"projects:{page}", args=document.project.address) if page else ""


def live_page(document: ProjectDocument, table: LiveTable | None) -> tuple[str, str] | None:
    """The label and address of the page where the rows of such a table are written; None without one, and once they are kept."""
    if table is None or document.approved_content:
        return None
    page = LIVE_PAGES[LiveSource(table.source)]
    label = next(entry.label for _group, entries in PROJECT_PAGES for entry in entries if entry.name == page)
    return str(label), reverse(f"projects:{page}", args=document.project.address)
