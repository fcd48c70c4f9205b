"""Documents of projects for tests: begun, filled in, and the browser of somebody who works on them."""

import io

import docx
from django.test import Client

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import ProjectDocument
from legaltoolbox.projects.models.opinions import Approved, hash_of_state
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.views.step_forms import OpinionForm
from legaltoolbox.projects.work import sections
from legaltoolbox.projects.work.decisions import grounds

Kind = sections.Kind


def keep(_decision=None) -> Approved:
    """What a test keeps of a document that it approves, where its bytes do not matter."""
    return Approved(b"PK ord", b"%PDF ord", {})


def looked_at(typed: dict[str, str]) -> dict[str, str]:
    """What the form of an opinion sends when the officer has seen it as it will stand."""
    form = OpinionForm(typed)
    assert form.shown, form.errors
    return {**typed, "shown": form.shown}


def begin(team, template="S05", **values) -> ProjectDocument:
    return ProjectDocument.begin(
        team.project, team.lead.user, template=template, template_version="1.1", values=values.get("values", {})
    )


def shown_to_decide(document) -> dict[str, str]:
    """What the form of a decision sends along: the hashes of the document and of what the decision rests on."""
    state = document.state_hash()
    record = grounds(document.project, document, catalogues.current(), state).record
    return {"state": state, "grounds": hash_of_state(record)}


def browser(member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def find_field(kind, test=lambda field: True):
    """Code of a template, its section and a field of this kind in it."""
    catalogue = catalogues.current()
    return next(
        (template, section, field)
        for template in catalogue.templates
        for section in catalogue.sections(template)
        for field in catalogue.fields(section)
        if field.kind == kind and test(field)
    )


def fill(document, by, template) -> None:
    """An answer in each field of the template, of each kind."""
    for section in catalogues.current().sections(template):
        fields = catalogues.current().fields(section)
        empty = sections.empty_values(fields)
        stored = document.stored(section.key, empty)
        typed = {}
        for field in fields:
            match sections.field_kind(field):
                case Kind.TABLE:
                    typed[field.key] = [
                        *stored[field.key],
                        new_row([f"Celle {section.key}.{field.key}"], len(field.columns)),
                    ]
                case Kind.CHECK:
                    typed[field.key] = field.options[:1]
                case Kind.CHOICE:
                    typed[field.key] = field.options[0]
                case Kind.DATE:
                    typed[field.key] = "2026-03-01"
                case Kind.YES_NO:
                    typed[field.key] = "yes"
                case _:
                    typed[field.key] = f"Svar {section.key}.{field.key} med K21 & <b>\n\n- første\n- anden"[:500]
        document.save_section(section.key, empty, typed, fingerprint(stored), by.user)


def docx_text(file: bytes) -> str:
    """The text of a Word file, those of its header and its tables too."""
    document = docx.Document(io.BytesIO(file))
    parts = [document.element.body, document.sections[0].header._element]
    return "\n".join(text for part in parts for text in part.xpath(".//w:t/text()"))
