"""The files of the toolbox, opened again: templates, the annex to a tender, the risk assessment."""

import io
import zipfile
from datetime import timedelta
from urllib.parse import unquote

import docx
import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from docx.oxml.ns import qn

from legaltoolbox.files import texts
from legaltoolbox.models import (
    DocumentTemplate,
    LegalSource,
    Requirement,
    TemplateField,
    toolbox_version,
    unsettled_texts,
)
from tests.checks import not_empty
from tests.legaltoolbox.titles import without_titles
from tests.reading import read, read_bytes, read_docx
from tests.texts import prose_letters
from tests.word import element_text

TOOLBOX = "/en/juridisk-vaerktoejskasse/"


def day(on) -> str:
    with override("da"):
        return date_format(on, "j. F Y")


# Texts that the files share -----------------------------------------------------------------------


def test_what_is_unsettled_of_several_is_said_once():
    shared = [
        Requirement(code=code, unsettled=text) for code, text in (("K1", "A"), ("K2", ""), ("K3", "A\n"), ("K4", "B"))
    ]
    texts = [(text, [item.code for item in items]) for text, items in unsettled_texts(shared)]
    assert texts == [("A", ["K1", "K3"]), ("B", ["K4"])]


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("", "Skal"), ("Skal for højrisiko.", "Skal for højrisiko."), ("Skaleres efter risiko.", "Skal. Skaleres efter risiko."),
        ("For højrisiko.", "Skal. For højrisiko."),
    ],
)  # fmt: skip
def test_the_degree_of_a_requirement_is_said_once(note, text):
    with override("en"):
        assert texts.level_text(Requirement(level="must", level_note=note)) == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"status": "in_force"}, "Loven"), ({"status": "adopted"}, "Loven (vedtaget, ikke i kraft)"),
        ({"status": "proposed"}, "Loven (forslag)"), ({"status": "guidance"}, "Loven"),
        ({"status": "repealed"}, "Loven (ophævet)"),
        ({"status": "in_force", "unsettled": "Frist"}, "Loven (med forbehold)"),
        ({"status": "in_force", "certainty": "uncertain"}, "Loven (uafklaret retstilstand)"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_simply_law_in_force_is_named_with_what_it_is(fields, text):
    with override("en"):
        assert texts.source_text(LegalSource(name="Loven", **fields)) == text


@pytest.mark.parametrize(("file", "page"), [("krav.docx", "krav/"), ("krav.xlsx", "krav/"), ("risici.xlsx", "risici/")])
def test_a_file_of_nothing_leads_back_to_the_list_that_says_so(file, page, content, client):
    response = client.get(f"{TOOLBOX}{file}?q=findesikkenogensteder", follow=True)
    assert response.redirect_chain[-1][0] == f"{TOOLBOX}{page}?q=findesikkenogensteder"
    assert "Nothing matches all of the choices at once." in response.content.decode()


# Templates ------------------------------------------------------------------------------------------


def test_every_template_opens_and_holds_what_its_page_shows(content, client):
    """Sections as headings, guidance, labels, columns, options and wordings; and in the header which text it is."""
    for template in not_empty(content.templates):
        document = read_docx(client, f"{TOOLBOX}skabeloner/{template.code}.docx?kopi=egen")
        sections = not_empty(content.sections(template))
        headings = [part.text for part in document.paragraphs if part.style.name == "Heading 1"]
        assert headings == [*(section.heading for section in sections), "Om dette dokument"], template.code
        text = without_titles(prose_letters(element_text(document.element.body)), content)
        for section in sections:
            assert prose_letters(section.guidance) in text, (template.code, section.heading)
        for field in (field for section in sections for field in content.fields(section)):
            assert prose_letters(field.label) in text, (template.code, field.label)
            assert all(prose_letters(column) in text for column in (*field.columns, *field.row_labels)), field.label
            if field.kind == TemplateField.Kind.CHECK:
                assert all(prose_letters(option) in text for option in field.options), (template.code, field.label)
            if field.kind == TemplateField.Kind.WORDING:
                assert prose_letters(field.wording) in text, (template.code, field.label)
        steps = ["1", "2", "3", "4"]  # of a risk's likelihood and consequence, in the table that is filled
        assert [options for options in dropdown_options(document) if options != steps] == [
            [" ".join(option.split()) for option in field.options]
            for section in sections
            for field in content.fields(section)
            if field.kind == TemplateField.Kind.CHOICE
        ], template.code
        assert prose_letters(template.unsettled) in text, template.code
        assert_described(document, template, content)


def dropdown_options(document) -> list[list[str]]:
    """The options of each drop-down."""
    return [
        [item.get(qn("w:displayText")) for item in box.iter(qn("w:listItem")) if item.get(qn("w:value"))]
        for box in document.element.body.iter(qn("w:dropDownList"))
    ]


def assert_described(document, template, content) -> None:
    assert document.paragraphs[0].style.name == "Title"
    assert document.paragraphs[0].text == template.title
    (header,) = [part.text for part in document.sections[0].header.paragraphs]
    which = (template.title, template.code, f"version {template.version}", day(template.reviewed_on))
    assert all(part in header for part in which)
    facts = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert facts["Ejer"] == template.owner.name
    assert prose_letters(facts["Formål"]) == prose_letters(template.purpose)
    assert all(source.name in facts["Kilder"] for source in not_empty(content.linked(template, "source")))


def test_a_document_says_when_its_text_is_overdue(content_rows, client):
    sentence = "Teksten skulle have været gennemgået igen senest"
    assert sentence not in element_text(read_docx(client, f"{TOOLBOX}skabeloner/S11.docx").element.body)
    past = timezone.localdate() - timedelta(days=3)
    for model, code in ((DocumentTemplate, "S11"), (Requirement, "K08")):
        model.objects.filter(code=code).update(reviewed_on=past - timedelta(days=9), review_by=past)
    toolbox_version.bump()
    assert f"{sentence} {day(past)}." in element_text(read_docx(client, f"{TOOLBOX}skabeloner/S11.docx").element.body)
    assert "Det gælder K08 Kun efter kommunens instruks." in element_text(
        read_docx(client, f"{TOOLBOX}krav.docx?pick=K08&pick=K09&kopi=egen").element.body
    )


def test_a_document_of_several_items_says_when_the_oldest_text_was_reviewed(content_rows, client):
    earlier = Requirement.objects.get(code="K09").reviewed_on - timedelta(days=40)
    Requirement.objects.filter(code="K08").update(reviewed_on=earlier)
    toolbox_version.bump()
    text = element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K08&pick=K09&kopi=egen").element.body)
    assert f"Teksten er sidst gennemgået {day(earlier)}." in text


def test_a_corrected_template_says_which_version_it_is(content_rows, client):
    DocumentTemplate.objects.filter(code="S11").update(version="2.1")
    toolbox_version.bump()
    assert "version 2.1" in read_docx(client, f"{TOOLBOX}skabeloner/S11.docx").sections[0].header.paragraphs[0].text
    assert "2.1" in [value.text for value in read(client, f"{TOOLBOX}skabeloner/S11/").find_all("dd")]


def test_the_date_in_the_header_is_that_of_the_text_and_not_of_the_download(content_rows, client):
    earlier = timezone.localdate() - timedelta(days=40)
    DocumentTemplate.objects.filter(code="S11").update(reviewed_on=earlier)
    toolbox_version.bump()
    header = read_docx(client, f"{TOOLBOX}skabeloner/S11.docx").sections[0].header
    assert day(earlier) in header.paragraphs[0].text


@pytest.mark.parametrize(
    "path",
    [
        "skabeloner/S11.docx", "krav.docx?pick=K01", "aktiviteter/A25/tjekliste.docx", "roller/dpo/tjekliste.docx",
        "faser/foranalyse/tjekliste.docx",
    ],
)  # fmt: skip
def test_a_document_is_danish_whatever_the_language_of_the_page(path, content, client):
    english, danish = read_bytes(client, TOOLBOX + path), read_bytes(client, (TOOLBOX + path).removeprefix("/en"))
    assert english == danish
    document = docx.Document(io.BytesIO(english))
    assert {language.get(qn("w:val")) for language in document.styles.element.iter(qn("w:lang"))} == {"da-DK"}
    assert document.core_properties.language == "da-DK"
    assert document.core_properties.title
    assert any(part.style.name.startswith("Heading") for part in document.paragraphs)


def test_a_file_is_called_what_it_is(content, client):
    template = content.find("template", "S11")
    for path, name in (
        ("skabeloner/S11.docx", f"S11 {template.title}.docx"),
        ("skabeloner/s11.docx", f"S11 {template.title}.docx"),
        ("krav.docx?pick=K01", "Kravbilag.docx"),
        ("krav.xlsx?pick=K01", "Kravbilag.xlsx"),
        ("risici.xlsx", "Risikovurdering.xlsx"),
        ("skabeloner/S07.docx", "S07 DPIA-screening (skal I lave en konsekvensanalyse).docx"),
    ):
        response = client.get(TOOLBOX + path)
        response.getvalue()
        assert name in unquote(response["Content-Disposition"]), path


def test_the_zip_of_a_phase_holds_exactly_its_templates_each_as_its_own_file(content, client):
    zipped = set()
    for phase in content.phases[::3]:
        activities = [activity for activity in content.activities if activity.phase is phase]
        templates = {template.code for activity in activities for template in content.linked(activity, "template")}
        path = f"{TOOLBOX}faser/{phase.slug}/skabeloner.zip"
        if not templates:
            assert client.get(path).status_code == 404
            continue
        with zipfile.ZipFile(io.BytesIO(read_bytes(client, path))) as archive:
            names = archive.namelist()
            assert {name.partition(" ")[0] for name in names} == templates, phase.slug
            own = [name for name in names if name.endswith("(egen kopi).docx")]
            assert {name.partition(" ")[0] for name in own} == {
                code for code in templates if content.find("template", code).is_sent
            }
            assert len(names) == len(templates) + len(own)
            for name in names[:1]:
                single = read_bytes(client, f"{TOOLBOX}skabeloner/{name.partition(' ')[0]}.docx")
                assert archive.read(name) == single
        zipped |= templates
    assert zipped


def test_no_word_of_a_tables_heading_is_wider_than_its_column(content, client):
    """About six letters of the heading stand in a centimetre, and the cell's borders take the room of two."""
    wide_tables = 0
    for template in content.templates:
        for table in read_docx(client, f"{TOOLBOX}skabeloner/{template.code}.docx").tables[1:]:
            if len(table.columns) < 3:
                continue
            wide_tables += 1
            for cell in table.rows[0].cells:
                longest = max((len(word) for word in cell.text.split()), default=0)
                assert longest + 2 <= 6.2 * cell.width.cm, (template.code, cell.text, cell.width.cm)
    assert wide_tables > 10
