"""A document of a project as Word and PDF: what is answered, for whom, and that it is a draft."""

import pytest
from django.urls import reverse

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.work import sections
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, fill
from tests.pdf import pdf_text

pytestmark = pytest.mark.any_database

Kind = sections.Kind


def content(team, member, ending, language="da"):
    path = reverse("projects:document_file", args=[*team.project.address, 1, ending])
    return browser(member).get(path if language == "da" else f"/en{path}")


@pytest.mark.parametrize(("ending", "text"), [("docx", docx_text), ("pdf", pdf_text)])
def test_the_file_holds_the_answers_the_names_and_that_it_is_a_draft(team, ending, text):
    template = catalogues.current().find("template", "S11")
    begin(team, "S11", values=sections.first_values(template, catalogues.current(), sections.Situation()))
    document = team.project.documents.get()
    fill(document, team.lead, template)
    response = content(team, team.reader, ending)
    words = " ".join(text(response.content).split())
    for expected in (
        template.title,
        team.project.title,
        team.municipality.name,
        "Kladde",
        "1. marts 2026",
        "K21 & <b>",
    ):
        assert expected in words, expected
    for section in catalogues.current().sections(template):
        for field in catalogues.current().fields(section):
            if sections.field_kind(field) == Kind.TABLE:
                assert f"Celle {section.key}.{field.key}" in words
    assert response.content == content(team, team.lead, ending).content
    assert response["Cache-Control"].count("no-store")


def test_what_is_not_filled_in_says_so_in_danish_on_the_english_pages_too(team):
    begin(team)
    words = docx_text(content(team, team.lead, "docx", "en").content)
    assert "Ikke besvaret." in words
    assert "Udkast til breve" in words
    assert "draft" not in words


def test_templates_can_be_fetched_filled_in(team):
    catalogue = catalogues.current()
    for template in catalogue.templates[::5]:
        document = begin(team, template.code, values=sections.first_values(template, catalogue, sections.Situation()))
        fill(document, team.lead, template)
        path = reverse("projects:document_file", args=[*team.project.address, document.number, "docx"])
        assert browser(team.lead).get(path).status_code == 200, template


def test_no_other_ending_is_a_file(team):
    begin(team)
    assert content(team, team.lead, "xlsx").status_code == 404
