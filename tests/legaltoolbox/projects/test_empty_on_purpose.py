"""A document that is answered honestly can be complete: what is empty on purpose counts, and no page calls it unanswered."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox import rules
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import TemplateField
from legaltoolbox.projects.models.live import uncounted_places
from legaltoolbox.projects.work import sections
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, fill
from tests.legaltoolbox.projects.project_rows import say_all
from tests.reading import parse

pytestmark = pytest.mark.any_database

WHY_NOT_ASKED = "Begrundelse for ikke at spørge de registrerede"
OWN_RISKS = "Risici, der er særlige for jeres løsning"
HEARING = "Dato for høring af Datatilsynet og svar"


def path(document, name="document", *more) -> str:
    return reverse(f"projects:{name}", args=[*document.project.address, document.number, *more])


def words(document, by, name="document", *more) -> str:
    page = browser(by).get(path(document, name, *more)).content.decode()
    return " ".join(parse(page).find("main").text.split())


def save(document, section, by, **typed) -> None:
    """Save a section with these values by field key, `f10` for the key 10, and the others as they are."""
    catalogue = catalogues.current()
    template = catalogue.find("template", document.template)
    fields = catalogue.fields(next(each for each in catalogue.sections(template) if each.key == section))
    empty = sections.empty_values(fields)
    values = {key.removeprefix("f"): value for key, value in typed.items()}
    document.save_section(section, empty, values, fingerprint(document.stored(section, empty)), by.user)


def line_of(document, by, heading) -> str:
    """What the page of the document says of one section."""
    page = browser(by).get(path(document)).content.decode()
    return next(
        " ".join(item.text.split())
        for item in parse(page).find_all("li")
        if heading in item.text and "felt" in item.text
    )


@pytest.fixture
def dpia(team):
    template = catalogues.current().find("template", "S11")
    return begin(team, "S11", values=sections.first_values(template, catalogues.current(), sections.Situation()))


def answer_section_10(document, by) -> None:
    save(document, "10", by, f1="Ja", f2="Borgerrådet, i marts", f4="")


def test_a_wording_that_is_deleted_is_answered(team, dpia):
    save(dpia, "10", team.lead, f1="Ja", f2="Borgerrådet, i marts")
    assert "3 af 4 felter" in line_of(dpia, team.lead, "Synspunkter fra de registrerede")
    answer_section_10(dpia, team.lead)
    assert "4 af 4 felter" in line_of(dpia, team.lead, "Synspunkter fra de registrerede")


def test_the_page_of_the_section_the_reading_page_and_the_file_say_that_the_text_is_deleted(team, dpia):
    answer_section_10(dpia, team.lead)
    file = browser(team.lead).get(path(dpia, "document_file", "docx")).content
    for text in (
        words(dpia, team.lead, "section", "10"),
        words(dpia, team.reader, "section", "10"),
        words(dpia, team.reader, "document_reading"),
        " ".join(docx_text(file).split()),
    ):
        assert sections.REMOVED in text.partition(WHY_NOT_ASKED)[2][:1200], text
        assert "endnu" not in text.partition(WHY_NOT_ASKED)[2][:30]


def test_a_wording_that_the_document_never_had_waits(team):
    document = begin(team, "S11")
    save(document, "10", team.lead, f1="Ja", f2="Borgerrådet")
    assert "3 af 4 felter" in line_of(document, team.lead, "Synspunkter fra de registrerede")
    assert sections.REMOVED not in words(document, team.reader, "section", "10")


def test_a_field_that_may_stay_empty_counts_once_the_section_is_begun(team):
    document = begin(team, "S11")
    before = line_of(document, team.lead, "Synspunkter fra de registrerede")
    assert "0 af 4 felter" in before
    save(document, "10", team.lead, f1="Nej, begrundes")
    assert "3 af 4 felter" in line_of(document, team.lead, "Synspunkter fra de registrerede")


def test_what_may_stay_empty_says_so_on_its_page_and_is_never_called_unanswered(team, dpia):
    save(dpia, "12", team.lead, f4="Lav", f5="Nej, restrisikoen er ikke høj")
    page = words(dpia, team.lead, "section", "12")
    assert "Kan stå tomt." in page.partition(HEARING)[2][:120]
    assert sections.LEFT_EMPTY in words(dpia, team.reader, "section", "12").partition(HEARING)[2][:60]
    assert f"{HEARING} {sections.LEFT_EMPTY}" in words(dpia, team.reader, "document_reading")


def test_a_table_of_own_rows_without_a_row_says_that_there_are_none(team, dpia):
    save(dpia, "11", team.lead, f3="Sammen med fagfolk")
    assert f"{OWN_RISKS} {sections.NO_ROWS}" in words(dpia, team.reader, "document_reading")
    assert f"Så står der i dokumentet: {sections.NO_ROWS}" in words(dpia, team.lead, "section", "11")


def test_a_section_that_nobody_has_opened_is_not_begun_though_all_its_fields_may_stay_empty(team):
    document = begin(team, "S34")
    assert "0 af 1 felt" in line_of(document, team.lead, "Det, der ikke er slettet")
    save(document, "7", team.lead)
    assert "1 af 1 felt" in line_of(document, team.lead, "Det, der ikke er slettet")


def test_an_impact_assessment_that_is_answered_honestly_is_complete(team, dpia):
    """All risks of the catalogue rated, none of one's own, people asked, no high risk left."""
    catalogue = catalogues.current()
    template = catalogue.find("template", "S11")
    say_all(team)
    fill(dpia, team.lead, template)
    save(dpia, "10", team.lead, f4="")
    save(dpia, "11", team.lead, f2=[])
    save(dpia, "12", team.lead, f6="", f3="")
    states = {state.section.key: state for state in _states(dpia, template)}
    assert [key for key in ("10", "12") if not states[key].is_complete] == []
    assert "2" in states["11"].nothing
    assert sections.progress(states.values()).under_way <= 1


def _states(document, template):
    catalogue = catalogues.current()
    return sections.section_states(
        catalogue.sections(template),
        catalogue,
        sections.Situation(),
        document.all_stored(),
        {part.part: part for part in document.saved_parts.all()},
        None,
        uncounted_places(template.code, document.version),
    )


def test_the_content_check_refuses_a_wording_that_may_stay_empty():
    field = TemplateField(kind="wording", label="Ordlyd", wording="Vi skriver.", is_optional=True)
    section = SimpleNamespace(guidance="", heading="Et afsnit")
    parts = {"sections": [section], "fields": [field]}
    content = SimpleNamespace(parts=lambda name, owner: parts[name])
    item = SimpleNamespace(is_central=False)
    assert [text for text in rules.template(item, content) if "Ordlyd" in text]
    field.kind, field.options = "text", []
    assert not list(rules.template(item, content))


def test_each_template_marks_what_need_not_exist(content_rows):
    """What a municipality without own risks, a hearing or a transfer has nothing to say about."""
    catalogue = catalogues.current()
    fields = {
        (template.code, field.label): field
        for template in catalogue.templates
        for section in catalogue.sections(template)
        for field in catalogue.fields(section)
    }
    for place in (("S11", OWN_RISKS), ("S11", HEARING), ("S09", "Overførsler"), ("S34", "Dele, der ikke er slettet")):
        assert fields[place].is_optional, place
    assert not fields["S11", "De tre risici, som vejer tungest for borgeren"].is_optional
