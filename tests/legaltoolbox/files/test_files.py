"""The files of the toolbox, opened again: templates, the annex to a tender, the risk assessment."""

import io
import re
import zipfile
from datetime import timedelta
from urllib.parse import unquote

import docx
import openpyxl
import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from docx.oxml.ns import qn

from legaltoolbox.files import docx as toolbox_docx
from legaltoolbox.models import (
    DocumentTemplate,
    LegalSource,
    Requirement,
    TemplateField,
    toolbox_version,
    unsettled_texts,
)
from tests.checks import not_empty
from tests.reading import notice_texts, read, read_bytes, read_docx, read_workbook, sheet_records
from tests.texts import prose_letters
from tests.word import element_text

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
FOR_VENDORS = "?addressee=vendor&addressee=both"
SELECTIONS = {
    "picked": "?pick=K08&pick=K01&pick=K31",
    "picked and filtered": "?level=must&q=findesikke&pick=K08&pick=K01",
    "filtered": "?level=must&phase=anskaffelse-og-design",
    "what a vendor must know": FOR_VENDORS,
    "everything": "",
}
selections = pytest.mark.parametrize("query", SELECTIONS.values(), ids=SELECTIONS)


def selected_requirements(content, query: str) -> list[Requirement]:
    """The requirements of a selection, reckoned from the catalogue."""
    by_query = {
        "picked": lambda item: item.code in ("K01", "K08", "K31"),
        "picked and filtered": lambda item: item.code in ("K01", "K08"),
        "filtered": lambda item: (
            item.level == "must"
            and any(phase.slug == "anskaffelse-og-design" for phase in content.linked(item, "phase"))
        ),
        "what a vendor must know": lambda item: item.addressee in ("vendor", "both"),
        "everything": lambda item: True,
    }
    (name,) = [name for name, other in SELECTIONS.items() if other == query]
    requirements = [item for item in content.requirements if by_query[name](item)]
    assert requirements
    return requirements


def day(on) -> str:
    with override("da"):
        return date_format(on, "j. F Y")


# The annex ------------------------------------------------------------------------------------------


@selections
def test_the_annex_in_word_holds_exactly_what_was_chosen(query, content, client):
    document = read_docx(client, f"{TOOLBOX}krav.docx{query}")
    rows = [row.cells for table in document.tables if table.rows[0].cells[0].text == "Nr." for row in table.rows[1:]]
    expected = {item.code: item for item in selected_requirements(content, query)}
    assert sorted(cells[0].text for cells in rows) == sorted(expected)
    for code, requirement, level, evidence, source, fulfilled, answer in rows:
        item = expected[code.text]
        assert prose_letters(requirement.text) == prose_letters(f"{item.title}{item.wording}")
        with override("da"):
            assert level.text.startswith(str(item.get_level_display()).capitalize())
        assert item.level_note in level.text
        assert prose_letters(evidence.text) == prose_letters(item.evidence)
        assert all(law.name in source.text for law in not_empty(content.linked(item, "source")))
        assert [*fulfilled._tc.iter(qn("w:showingPlcHdr"))]
        assert fulfilled.text == answer.text == ""


@selections
def test_the_annex_in_excel_holds_exactly_what_was_chosen(query, content, client):
    rows = sheet_records(read_workbook(client, f"{TOOLBOX}krav.xlsx{query}").worksheets[0])
    expected = selected_requirements(content, query)
    assert [row["Nr."] for row in rows] == [item.code for item in expected]
    for row, item in zip(rows, expected, strict=True):
        wording = re.sub("^- ", "• ", item.wording, flags=re.MULTILINE)
        assert (row["Krav"], row["Ordlyd"], row["Bevis"]) == (item.title, wording, item.evidence)
        with override("da"):
            assert row["Loven retter sig mod"] == item.get_addressee_display()
        assert all(law.name in row["Kilde"] for law in not_empty(content.linked(item, "source")))
        for empty in ("Opfyldt", "Leverandørens svar", "Henvisning til dokumentation", "Kommunens vurdering"):
            assert row[empty] is None


def test_the_answer_is_chosen_from_a_list_in_every_row(content, client):
    sheet = read_workbook(client, f"{TOOLBOX}krav.xlsx").worksheets[0]
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"Ja,Delvist,Nej"'
    column = openpyxl.utils.get_column_letter([cell.value for cell in sheet[1]].index("Opfyldt") + 1)
    assert str(rule.sqref) == f"{column}2:{column}{len(content.requirements) + 1}"


def test_the_annex_in_word_has_room_for_tender_and_vendor_and_says_what_it_is(content, client):
    document = read_docx(client, f"{TOOLBOX}krav.docx{FOR_VENDORS}")
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["Ordregiver", "Udbud", "Leverandør", "Dato"]
    text = element_text(document.element.body)
    assert f"{len(selected_requirements(content, FOR_VENDORS))} krav, som leverandøren besvarer" in text
    assert "Vejledning, ikke juridisk rådgivning." in text
    assert "Indholdet er ikke bekræftet af en jurist endnu." in text
    unsettled = text.partition("Uafklaret")[2]
    for item in selected_requirements(content, FOR_VENDORS):
        assert prose_letters(item.unsettled) in prose_letters(unsettled), item.code
        assert not item.unsettled or item.code in unsettled


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
        assert toolbox_docx.level_text(Requirement(level="must", level_note=note)) == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"status": "in_force"}, "Loven"), ({"status": "adopted"}, "Loven (vedtaget, ikke i kraft)"),
        ({"status": "proposed"}, "Loven (forslag)"), ({"status": "guidance"}, "Loven"),
        ({"status": "in_force", "unsettled": "Frist"}, "Loven (uafklaret)"),
        ({"status": "in_force", "certainty": "uncertain"}, "Loven (uafklaret)"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_simply_law_in_force_is_named_with_what_it_is(fields, text):
    with override("en"):
        assert toolbox_docx.source_text(LegalSource(name="Loven", **fields)) == text


def test_the_workbook_says_where_it_comes_from_and_leads_back_there(content, client):
    notes = dict(
        read_workbook(client, f"{TOOLBOX}krav.xlsx?level=must&pick=K01").worksheets[1].iter_rows(values_only=True)
    )
    assert notes["Antal"] == "1"
    assert "Vejledning, ikke juridisk rådgivning" in notes["Status"]
    page = read(client, notes["Kilde"].removeprefix("http://testserver"))
    assert page.find("input", id="pick-K01").attrs.get("checked") is not None
    assert page.find("input", id="level-must").attrs.get("checked") is not None


def test_a_confirmed_annex_does_not_say_that_it_is_not_confirmed(content_rows, client):
    Requirement.objects.filter(code__in=["K01", "K08"]).update(confirmed_on=timezone.localdate())
    toolbox_version.bump()
    sentence = "Indholdet er ikke bekræftet af en jurist endnu."
    assert sentence not in element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K01&pick=K08").element.body)
    assert sentence in element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K01&pick=K02").element.body)


@pytest.mark.parametrize(("file", "page"), [("krav.docx", "krav/"), ("krav.xlsx", "krav/"), ("risici.xlsx", "risici/")])
def test_a_file_of_nothing_leads_back_to_the_list_that_says_so(file, page, content, client):
    response = client.get(f"{TOOLBOX}{file}?q=findesikkenogensteder", follow=True)
    assert response.redirect_chain[-1][0] == f"{TOOLBOX}{page}?q=findesikkenogensteder"
    assert "Nothing matches all of the choices at once." in response.content.decode()


# Templates ------------------------------------------------------------------------------------------


def test_every_template_opens_and_holds_what_its_page_shows(content, client):
    """Sections as headings, guidance, labels, columns, options and wordings; and in the header which text it is."""
    for template in not_empty(content.templates):
        document = read_docx(client, f"{TOOLBOX}skabeloner/{template.code}.docx")
        sections = not_empty(content.sections(template))
        headings = [part.text for part in document.paragraphs if part.style.name == "Heading 1"]
        assert headings == [*(section.heading for section in sections), "Om dette dokument"], template.code
        text = prose_letters(element_text(document.element.body))
        for section in sections:
            assert prose_letters(section.guidance) in text, (template.code, section.heading)
        for field in (field for section in sections for field in content.fields(section)):
            assert prose_letters(field.label) in text, (template.code, field.label)
            assert all(prose_letters(column) in text for column in (*field.columns, *field.row_labels)), field.label
            if field.kind == TemplateField.Kind.CHECK:
                assert all(prose_letters(option) in text for option in field.options), (template.code, field.label)
            if field.kind == TemplateField.Kind.WORDING:
                assert prose_letters(field.wording) in text, (template.code, field.label)
        assert dropdown_options(document) == [
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
    assert "Det gælder K08." in element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K08&pick=K09").element.body)


def test_a_document_of_several_items_says_when_the_oldest_text_was_reviewed(content_rows, client):
    earlier = Requirement.objects.get(code="K09").reviewed_on - timedelta(days=40)
    Requirement.objects.filter(code="K08").update(reviewed_on=earlier)
    toolbox_version.bump()
    text = element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K08&pick=K09").element.body)
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
            assert len(names) == len(templates)
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


def test_a_pick_may_be_written_in_small_letters(content, client):
    assert read_bytes(client, f"{TOOLBOX}krav.docx?pick=k08") == read_bytes(client, f"{TOOLBOX}krav.docx?pick=K08")


def test_a_pick_that_is_not_known_any_more_is_named_and_never_taken_for_all(content, client):
    text = element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K08&pick=K99").element.body)
    assert [code for code in ("K08", "K31", "K99") if code in text] == ["K08", "K99"]
    about = read_workbook(client, f"{TOOLBOX}krav.xlsx?pick=K08&pick=K99")["Om"]
    assert any("K99" in str(cell) for row in about.iter_rows(values_only=True) for cell in row)
    nothing = client.get(f"{TOOLBOX}krav.docx?pick=K99")
    assert nothing.status_code == 302
    assert any("K99" in text for text in notice_texts(read(client, nothing["Location"])))
