"""Every paper as a PDF, read back."""

import io

import pikepdf
import pytest

from legaltoolbox.filled_tables import filled_table
from legaltoolbox.models import DocumentTemplate, TemplateField
from tests.checks import not_empty
from tests.pdf import metadata, needs_poppler, pdf_text, running_text
from tests.reading import read_bytes, read_docx
from tests.texts import alphabet_letters

TOOLBOX = "/en/juridisk-vaerktoejskasse/"


# PDF ------------------------------------------------------------------------------------------------

PAPERS = [
    "skabeloner/S11.pdf", "skabeloner/S18.pdf", "skabeloner/S18.pdf?kopi=egen", "skabeloner/S24.pdf", "krav.pdf?pick=K08",
    "krav.pdf?kopi=egen&pick=K08&pick=K31", "risici.pdf", "aktiviteter/A25/tjekliste.pdf", "roller/dpo/tjekliste.pdf",
    "faser/foranalyse/tjekliste.pdf", "overblik.pdf", "overblik.pdf?rolle=projektleder&afgoerelser=yes",
]  # fmt: skip


@pytest.mark.parametrize("path", PAPERS)
def test_a_pdf_is_tagged_titled_danish_bookmarked_and_fit_for_archives(path, content, client):
    data = read_bytes(client, TOOLBOX + path)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "da-DK"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.StructTreeRoot.K is not None
        with pdf.open_outline() as outline:
            bookmarks = [item.title for item in outline.root]
        title = str(pdf.docinfo["/Title"])
    assert title
    assert len(bookmarks) >= 1
    facts = metadata(data)
    assert (facts["pdfaid:part"], facts["pdfaid:conformance"], facts["pdfuaid:part"]) == ("2", "A", "1")
    is_sent = "kopi=egen" not in path and ("krav" in path or "S18" in path or "S24" in path)
    assert facts.get("dc:creator", "") == ("" if is_sent else "KL")


@needs_poppler
def test_the_pdf_of_a_template_says_all_that_its_word_document_says(content, client):
    for code in ("S11", "S16", "S29"):
        word = read_docx(client, f"{TOOLBOX}skabeloner/{code}.docx")
        pdf = read_bytes(client, f"{TOOLBOX}skabeloner/{code}.pdf")
        text = alphabet_letters(pdf_text(pdf)) + alphabet_letters(running_text(pdf))
        for paragraph in word.paragraphs:
            if "w:sdt" not in paragraph._p.xml:  # a control to fill in has a prompt of its own in Word
                assert alphabet_letters(paragraph.text) in text, (code, paragraph.text)


@needs_poppler
@pytest.mark.parametrize("path", ["aktiviteter/A25/tjekliste", "roller/dpo/tjekliste", "risici"])
def test_checklists_and_risks_are_in_the_pdf_with_all_their_text(path, content, client):
    text = alphabet_letters(pdf_text(read_bytes(client, f"{TOOLBOX}{path}.pdf")))
    if path == "risici":
        wanted = [risk.title for risk in content.risks] + [level.name for level in content.levels]
    elif path.startswith("aktiviteter"):
        wanted = [check.question for check in content.checklist(content.find("activity", "A25"))]
    else:
        dpo = content.find("role", "dpo")
        wanted = [
            check.question
            for activity in content.activities
            for check, _sources in content.checklist_rows(activity, dpo)
        ]
    for words in not_empty(wanted):
        assert alphabet_letters(words) in text or any(alphabet_letters(part) in text for part in words.split(", ")), (
            words
        )


@pytest.mark.parametrize("path", PAPERS)
def test_a_pdf_is_the_same_in_both_languages_of_the_page(path, content, client):
    assert read_bytes(client, TOOLBOX + path) == read_bytes(client, (TOOLBOX + path).removeprefix("/en"))


def test_every_filled_table_knows_where_its_rows_come_from(content):
    fields = [
        field
        for template in content.templates
        for section in content.sections(template)
        for field in content.fields(section)
    ]
    assert [field for field in fields if field.filled_from and filled_table(field) is None] == []
    assert {choice for choice in TemplateField.FilledFrom.values if choice} == {
        field.filled_from for field in fields if field.filled_from
    }


def test_the_title_of_a_template_is_that_of_its_document(content, client):
    for template in content.templates[::6]:
        assert isinstance(template, DocumentTemplate)
        with pikepdf.open(io.BytesIO(read_bytes(client, f"{TOOLBOX}skabeloner/{template.code}.pdf"))) as pdf:
            assert str(pdf.docinfo["/Title"]) == template.title
