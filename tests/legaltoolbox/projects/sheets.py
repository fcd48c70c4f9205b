"""Approved documents, and sheets made of them, for tests of the public register."""

from typing import Any

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import DocumentTemplate
from legaltoolbox.projects.models import Decision, Project, ProjectDocument, SharedCopy
from legaltoolbox.projects.work import sections
from legaltoolbox.projects.work.sheet import SheetChoices, sheet_source
from tests.legaltoolbox.projects.documents import begin, fill, keep

CHOICES = SheetChoices(area="social")
FACTS = {
    ("1", "1"): "Brevhjælperen",
    ("1", "4"): "I drift",
    ("2", "1"): "Kommunen bruger Brevhjælperen til at skrive breve.",
    ("2", "3"): "Ring til borgerservice.",
}


def say(document: ProjectDocument, values: dict[tuple[str, str], Any], by: Any) -> None:
    """Write these answers, by section and field, as somebody of the project."""
    catalogue = catalogues.current()
    template = catalogue.find(DocumentTemplate.KIND, document.template)
    for section in catalogue.sections(template):
        own = {field: value for (key, field), value in values.items() if key == section.key}
        if own:
            empty = sections.empty_values(catalogue.fields(section))
            stored = document.stored(section.key, empty)
            document.save_section(section.key, empty, {**stored, **own}, fingerprint(stored), by.user)


def approve(team, document: ProjectDocument, answer: str = Decision.Answer.YES, **texts: str) -> ProjectDocument:
    """The document, which the management has approved."""
    document.ask_management(team.lead.user)
    document.decide(team.management.user, answer, seen=document.state_hash(), approve=keep, **texts)
    return document


def filled(team, template: str = "S27", values: dict[tuple[str, str], Any] | None = None) -> ProjectDocument:
    """A document with an answer in each field, and these values in their place; not approved."""
    document = begin(team, template)
    fill(document, team.editor, catalogues.current().find(DocumentTemplate.KIND, template))
    say(document, {**(FACTS if template == "S27" else {}), **(values or {})}, team.editor)
    return document


def approved(team, template: str = "S27", values: dict[tuple[str, str], Any] | None = None) -> ProjectDocument:
    return approve(team, filled(team, template, values))


def sheet_of(team, choices: SheetChoices = CHOICES):
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    return sheet_source(project, catalogues.current()).sheet(choices)


def published(team, choices: SheetChoices = CHOICES) -> SharedCopy:
    """The sheet as it would be now, public."""
    record = sheet_of(team, choices).record
    seen = SharedCopy.hash_of(record)
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    return SharedCopy.publish(project, team.lead.user, SharedCopy.Audience.PUBLIC, record, seen)
