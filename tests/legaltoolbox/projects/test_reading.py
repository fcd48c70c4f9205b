"""A document as one text in the browser: what its file says, for whoever judges it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.files.document_bytes import approved_document
from legaltoolbox.projects.models import Comment, DocumentStatus, FieldAnswer, ProjectFact
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.work import sections
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, fill, shown_to_decide
from tests.legaltoolbox.projects.project_rows import rate
from tests.reading import parse


def path(document, language="da") -> str:
    with override("da"):
        address = reverse("projects:document_reading", args=[*document.project.address, document.number])
    return address if language == "da" else f"/en{address}"


def html(document, by, language="da") -> str:
    return browser(by).get(path(document, language)).content.decode()


def words(document, by, language="da") -> str:
    """The text of the page, its white space made one."""
    return " ".join(parse(html(document, by, language)).find("main").text.split())


def file_words(document, by) -> list[str]:
    """The paragraphs of the document's Word file."""
    address = reverse("projects:document_file", args=[*document.project.address, document.number, "docx"])
    return [" ".join(line.split()) for line in docx_text(browser(by).get(address).content).split("\n") if line.strip()]


@pytest.fixture
def dpia(team):
    """An impact assessment with what its template gives it."""
    catalogue = catalogues.current()
    template = catalogue.find("template", "S11")
    return begin(team, "S11", values=sections.first_values(template, catalogue, sections.Situation()))


def test_the_page_says_all_that_the_word_file_says(team, dpia):
    fill(dpia, team.lead, catalogues.current().find("template", "S11"))
    rate(team, "R09", likelihood=3, consequence=4)
    page, header = words(dpia, team.reader), f"{team.municipality.name} · {team.project.title}"
    paragraphs = [line for line in file_words(dpia, team.reader) if header not in line]
    assert len(paragraphs) > 300
    assert [line for line in paragraphs if line not in page] == []


def test_an_empty_field_says_that_it_is_not_answered(team, dpia):
    page = parse(html(dpia, team.dpo))
    section = page.find("section", **{"aria-labelledby": "section-2"})
    assert "Løsningen forklaret for en borger Ikke besvaret." in section.text
    template = catalogues.current().find("template", "S11")
    fields = catalogues.current().fields(catalogues.current().sections(template)[1])
    assert section.text.count("Ikke besvaret.") == len(fields)


def test_the_contents_lead_to_each_section_and_each_section_has_one_heading(team, dpia):
    page = parse(html(dpia, team.management))
    links = [link.attrs["href"] for link in page.find("nav", "reading-contents").find_all("a")]
    headings = ["#" + heading.attrs["id"] for heading in page.find("main").find_all("h2")[1:]]
    assert links == headings
    assert len(links) == len(catalogues.current().sections(catalogues.current().find("template", "S11")))


def test_a_fact_of_the_project_stands_in_its_field(team, dpia):
    ProjectFact.objects.create(project=team.project, key="solution", value="Brevhjælp 2.1")
    assert "Brevhjælp 2.1" in words(dpia, team.reader)


def test_who_may_write_gets_to_the_form_of_each_section_and_others_do_not(team, dpia):
    address = reverse("projects:section", args=[*team.project.address, dpia.number, "2"])
    assert f'href="{address}"' in html(dpia, team.editor)
    assert f'href="{address}"' not in html(dpia, team.management)
    assert f'href="{address}#comments"' in html(dpia, team.dpo)
    assert address not in html(dpia, team.reader)


def test_nobody_gets_to_the_form_while_the_officer_reads(team, dpia):
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=7))
    address = reverse("projects:section", args=[*team.project.address, dpia.number, "2"])
    assert f'href="{address}"' not in html(dpia, team.lead)


def test_the_opinion_and_the_decision_stand_at_the_end(team, dpia):
    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=7))
    dpia.give_opinion(team.dpo.user, "advice", "Samlet set forsvarligt.", ["Slet efter 30 dage."], dpia.state_hash())
    dpia.answer_advice(team.lead.user, {1: ("partly", "Først efter pilotforsøget.")})
    dpia.ask_management(team.lead.user)
    page = words(dpia, team.management)
    places = [page.index(text) for text in ("Samlet set forsvarligt.", "Slet efter 30 dage.")]
    assert places == sorted(places)
    end = parse(html(dpia, team.management)).find_all("section")[-1].text
    assert "Samlet set forsvarligt." in end
    assert "Først efter pilotforsøget." in end
    assert str(team.dpo.user) in end
    response = browser(team.management).post(
        reverse("projects:document_decide", args=[*team.project.address, dpia.number]),
        {"answer": "conditions", "conditions": "Kun i jobcentret.", "reason": "", **shown_to_decide(dpia)},
    )
    assert response.status_code == 302
    end = parse(html(dpia, team.reader)).find_all("section")[-1].text
    assert "Kun i jobcentret." in end
    assert str(team.management.user) in end


def test_an_approved_version_reads_as_it_was_approved_and_the_versions_lead_to_each_other(team, dpia):
    ProjectFact.objects.create(project=team.project, key="solution", value="Brevhjælp 2.1")
    kept = approved_document(dpia, catalogues.current().find("template", "S11"), catalogues.current(), None)
    dpia.approved_content, dpia.status = kept.content, DocumentStatus.APPROVED
    dpia.save(update_fields=["approved_content", "status"])
    ProjectFact.objects.update(value="Brevhjælp 3.0")
    later = begin(team, "S11")
    assert "Brevhjælp 2.1" in words(dpia, team.reader)
    assert "Brevhjælp 3.0" not in words(dpia, team.reader)
    assert "Brevhjælp 3.0" in words(later, team.reader)
    assert f'href="{path(later)}"' in html(dpia, team.reader)
    assert f'href="{path(dpia)}"' in html(later, team.reader)


def test_the_steps_and_the_document_lead_to_it(team, dpia):
    for name in ("projects:document_steps", "projects:document"):
        address = reverse(name, args=[*team.project.address, dpia.number])
        page = parse(browser(team.management).get(address).content.decode())
        assert path(dpia) in [link.attrs["href"] for link in page.find_all("a") if link.text == "Læs dokumentet"]


def test_the_pages_of_decisions_lead_to_it(team, dpia):
    def links(name, *more) -> list[str]:
        page = parse(browser(team.management).get(reverse(name, args=[*team.project.address, *more])).content.decode())
        return [link.attrs["href"] for link in page.find_all("a") if link.text.startswith("Læs dokumentet")]

    dpia.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=7))
    assert path(dpia) in links("projects:decisions")
    assert path(dpia) in links("projects:decision_point", "p1") + links("projects:decision_point", "p2")
    dpia.give_opinion(team.dpo.user, "supports", "", [], dpia.state_hash())
    dpia.ask_management(team.lead.user)
    assert path(dpia) in links("projects:decisions")


def test_a_table_names_the_column_of_each_cell_for_narrow_screens_unless_the_cell_stands_alone(team, dpia):
    rows = [new_row(["Leverandøren", "Databehandler"], 6), new_row(["Kommunen"], 6)]
    FieldAnswer.objects.create(document=dpia, section="4", field="1", value=rows)
    cells = {cell.text: cell for cell in parse(html(dpia, team.reader)).find_all("td")}
    assert "Part Leverandøren" in cells
    assert "Rolle Databehandler" in cells
    assert "Kommunen" in cells


def test_it_is_in_english_around_the_danish_text_and_never_cached(team, dpia):
    response = browser(team.reader).get(path(dpia, "en"))
    assert "no-store" in response["Cache-Control"]
    page = words(dpia, team.reader, "en")
    assert "Contents" in page
    assert "Ikke besvaret." in page
    assert "Kladde, version 1" in page


def test_a_document_without_a_template_shows_what_was_written(team):
    document = begin(team, values={("2", "1"): "Vi vil skrive breve."})
    team.project.documents.update(template="S99")
    assert "Vi vil skrive breve." in words(document, team.reader)


def test_markup_that_somebody_typed_stays_text(team, dpia):
    FieldAnswer.objects.create(document=dpia, section="2", field="1", value="<script>x</script>\n\n- et & to")
    assert "&lt;script&gt;x&lt;/script&gt;" in html(dpia, team.reader)
    assert "<li>et &amp; to</li>" in html(dpia, team.reader)


def queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_it_asks_the_database_as_often_for_a_full_document_as_for_an_empty_one(team, dpia):
    client, empty = browser(team.lead), {"2": ""}
    dpia.save_section("4", empty, {"2": "Begyndt"}, fingerprint(empty), team.lead.user)
    before = queries(client, path(dpia))
    fill(dpia, team.lead, catalogues.current().find("template", "S11"))
    for code in ("R09", "R10", "R11"):
        rate(team, code, likelihood=3, consequence=4)
    Comment.write(team.project, team.lead.user, f"{dpia.number}.2", "Hvorfor?", page="c" * 32)
    assert queries(client, path(dpia)) == before <= 30
