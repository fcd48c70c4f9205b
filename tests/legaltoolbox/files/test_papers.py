"""Papers that are sent, and the municipality's own; and every paper as a PDF, read back."""

import io
import re
import zipfile

import pytest

from legaltoolbox import plans
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Risk, TemplateField, toolbox_version
from legaltoolbox.screening import Situation, applying
from tests.checks import not_empty
from tests.legaltoolbox.six_uses import USES
from tests.legaltoolbox.titles import without_titles
from tests.pdf import needs_poppler, pdf_text
from tests.reading import read, read_bytes, read_docx
from tests.texts import alphabet_letters, prose_letters
from tests.word import element_text

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
SENT = ["S02", "S15", "S16", "S18", "S24", "S27", "S34", "S35"]
NOT_TO_SEND = [
    "juridisk rådgivning", "uafklaret", "ikke bekræftet", "Skabelon S", "Om dette dokument", "egen kopi", "vores forslag",
    "værktøjskasse", "gennemgået den", "Retskilder",
]  # fmt: skip
CODE = re.compile(r"\b[ASRPMH]\d{1,2}\b")
"""A code of the toolbox. Requirements are left out: their codes are those of the annex, which is sent too."""
MUNICIPALITY_ADDRESSED = re.compile(r"(?<=[\w,] )(I|jer|jeres)\b")


def paper_text(client, path: str) -> str:
    """The text of a paper, of its header and footer too, as letters alone."""
    if ".pdf" in path:
        return without_titles(prose_letters(pdf_text(read_bytes(client, TOOLBOX + path))), catalogues.current())
    document = read_docx(client, TOOLBOX + path)
    page = document.sections[0]
    around = "\n".join(part.text for part in (*page.header.paragraphs, *page.footer.paragraphs))
    return without_titles(prose_letters(f"{around}\n{element_text(document.element.body)}"), catalogues.current())


# Sent, or kept --------------------------------------------------------------------------------------


def test_the_papers_that_are_sent_are_these(content):
    assert [template.code for template in content.templates if template.is_sent] == SENT


@needs_poppler
@pytest.mark.parametrize("ending", ["docx", "pdf"])
@pytest.mark.parametrize("code", SENT)
def test_a_paper_that_is_sent_has_no_guidance_and_nothing_of_ours(code, ending, content, client):
    template = content.find("template", code)
    sent = paper_text(client, f"skabeloner/{code}.{ending}")
    assert not [words for words in NOT_TO_SEND if prose_letters(words) in sent]
    for source in not_empty(content.linked(template, "source")):
        assert prose_letters(f"{source.name};") not in sent
    for section in content.sections(template):
        assert (prose_letters(section.heading) in sent) is (not section.own_copy_only), section.heading
        if section.guidance:
            assert prose_letters(section.guidance.split("\n")[0]) not in sent, section.heading
        for field in content.fields(section):
            if field.kind == TemplateField.Kind.WORDING:
                # a page of a PDF may end within a paragraph
                sentences = field.wording.split("\n")[0].split(". ")
                is_there = any(prose_letters(sentence) in sent for sentence in sentences)
                assert is_there is not (section.own_copy_only or field.own_copy_only), field.label


def raw_text(client, path: str) -> str:
    """The text of a paper with its headers and footers, with the words apart."""
    if ".pdf" in path:
        return pdf_text(read_bytes(client, TOOLBOX + path))
    document = read_docx(client, TOOLBOX + path)
    page = document.sections[0]
    around = [part.text for part in (*page.header.paragraphs, *page.footer.paragraphs)]
    return "\n".join([*around, element_text(document.element.body)])


@needs_poppler
@pytest.mark.parametrize("ending", ["docx", "pdf"])
@pytest.mark.parametrize("path", ["krav", *(f"skabeloner/{code}" for code in SENT)])
def test_a_paper_that_is_sent_names_no_code_of_the_toolbox(path, ending, content, client):
    """Who receives it does not know what S11 is, and has no use for knowing."""
    assert CODE.findall(raw_text(client, f"{path}.{ending}")) == []


@pytest.mark.parametrize("code", [code for code in SENT if code not in ("S16", "S34")])
def test_a_paper_that_is_sent_does_not_speak_to_the_municipality(code, content, client):
    """“I” would be whoever reads it: Datatilsynet, a citizen, another municipality."""
    for line in raw_text(client, f"skabeloner/{code}.docx").splitlines():
        assert not MUNICIPALITY_ADDRESSED.search(line), line


def test_every_template_is_either_sent_or_says_on_each_page_that_it_is_guidance(content, client):
    for template in not_empty(content.templates):
        for ending in ("docx", "pdf"):
            text = prose_letters(raw_text(client, f"skabeloner/{template.code}.{ending}"))
            is_clean = prose_letters("Vejledning, ikke juridisk rådgivning") not in text
            assert is_clean is (template.code in SENT), (template.code, ending)


@pytest.mark.parametrize("code", SENT)
def test_the_own_copy_has_all_of_it(code, content, client):
    template = content.find("template", code)
    own = paper_text(client, f"skabeloner/{code}.docx?kopi=egen")
    for section in content.sections(template):
        assert prose_letters(section.heading) in own
        assert prose_letters(section.guidance) in own
        for field in content.fields(section):
            assert prose_letters(field.label) in own
            assert prose_letters(field.help) in own
    assert prose_letters(template.unsettled) in own
    assert prose_letters("Vejledning, ikke juridisk rådgivning") in own


def test_a_questionnaire_keeps_the_help_for_those_who_fill_it_in(content, client):
    """Help in an agreement is for the municipality that adapts it; help at a question is for whoever answers."""
    for code, stays in (("S16", True), ("S18", False)):
        template = content.find("template", code)
        sent = paper_text(client, f"skabeloner/{code}.docx")
        fields = [
            field
            for section in content.sections(template)
            if not section.own_copy_only
            for field in content.fields(section)
            if field.help and not field.own_copy_only
        ]
        for field in not_empty(fields):
            assert (prose_letters(field.help) in sent) is stays, (code, field.label)


def test_sources_are_in_a_paper_that_is_sent_where_they_are_asked_for(content, client):
    sources = not_empty(content.linked(content.find("template", "S18"), "source"))
    text = paper_text(client, "skabeloner/S18.docx?kilder=ja")
    assert all(prose_letters(source.name) in text for source in sources)
    assert not [words for words in NOT_TO_SEND if words != "Retskilder" and prose_letters(words) in text]


@pytest.mark.parametrize("query", ["", "?kopi=egen", "?kopi=ren", "?kilder=ja"])
def test_the_municipalitys_own_paper_is_one_whatever_copy_is_asked_for(query, content, client):
    assert read_bytes(client, f"{TOOLBOX}skabeloner/S11.docx{query}") == read_bytes(
        client, f"{TOOLBOX}skabeloner/S11.docx"
    )


def test_a_proposal_is_marked_in_the_own_copy_alone(content_rows, client):
    field = TemplateField.objects.filter(section__template__code="S18", kind="wording").first()
    TemplateField.objects.filter(pk=field.pk).update(proposals=["17 timer"])
    toolbox_version.bump()
    sentence = prose_letters("Vores forslag, som loven ikke nævner: 17 timer.")
    assert sentence in paper_text(client, "skabeloner/S18.docx?kopi=egen")
    assert sentence not in paper_text(client, "skabeloner/S18.docx")


def test_the_page_of_a_template_says_which_copy_to_send(content, client):
    for code in ("S18", "S11"):
        page = read(client, f"{TOOLBOX}skabeloner/{code}/")
        hrefs = [[link.attrs["href"] for link in copy.find_all("a")] for copy in page.find_all("div", "paper-copy")]
        files = [f"{TOOLBOX}skabeloner/{code}.{ending}" for ending in ("docx", "pdf")]
        if code == "S11":
            assert hrefs == [files]
        else:
            assert hrefs == [files, [f"{file}?kilder=ja" for file in files], [f"{file}?kopi=egen" for file in files]]
            assert "do not send it" in page.find_all("div", "paper-copy")[-1].text


def test_a_phase_has_both_copies_of_what_is_sent(content, client):
    phase = next(phase for phase in content.phases if "S18" in [item.code for item in content.templates_for(phase)])
    with zipfile.ZipFile(io.BytesIO(read_bytes(client, f"{TOOLBOX}faser/{phase.slug}/skabeloner.zip"))) as archive:
        names = [name for name in archive.namelist() if name.startswith("S18")]
    title = content.find("template", "S18").title
    assert names == [f"S18 {title}.docx", f"S18 {title} (egen kopi).docx"]


# The risk table of the impact assessment ------------------------------------------------------------


def risk_rows(document) -> list[list[str]]:
    (table,) = [
        table for table in document.tables if "Sandsynlighed (1-4)" in [c.text for c in table.rows[0].cells][:3]
    ]
    return [[element_text(cell._tc) for cell in row.cells] for row in table.rows]


def test_the_risk_table_is_filled_from_the_catalogue(content, client):
    headings, *rows = risk_rows(read_docx(client, f"{TOOLBOX}skabeloner/S11.docx"))
    assert headings[2:4] == ["Sandsynlighed (1-4)", "Konsekvens (1-4)"]
    risks = [risk for risk in content.risks if risk.affects == Risk.Affects.DATA_SUBJECTS]
    assert [row[0][:3] for row in rows] == [risk.code for risk in risks]
    for row, risk in zip(rows, risks, strict=True):
        assert prose_letters(risk.title) in prose_letters(row[0])
        assert prose_letters(risk.consequence) in prose_letters(row[0])
        assert row[2] == row[3] == "Klik og vælg"


def test_the_risk_table_holds_the_risks_of_the_situation(content, client):
    answers = {question.code: "no" for question in content.questions}
    expected = [
        risk.code
        for risk, _verdict in applying(content.risks, content, Situation("", answers))
        if risk.affects == Risk.Affects.DATA_SUBJECTS
    ]
    assert 0 < len(expected) < len(content.risks)
    query = "&".join(f"{code}=no" for code in answers)
    _headings, *rows = risk_rows(read_docx(client, f"{TOOLBOX}skabeloner/S11.docx?{query}"))
    assert [row[0][:3] for row in rows] == expected


def table_under(document, heading: str) -> list[list[str]]:
    """The rows of the table with this heading of a column, without the headings."""
    (table,) = [table for table in document.tables if heading in [cell.text for cell in table.rows[0].cells]]
    return [[element_text(cell._tc) for cell in row.cells] for row in table.rows[1:]]


@pytest.mark.parametrize("answer", ["", "no", "yes"])
def test_measures_and_residual_risks_are_those_of_the_risks_in_the_table(answer, content, client):
    query = "&".join(f"{question.code}={answer}" for question in content.questions) if answer else ""
    document = read_docx(client, f"{TOOLBOX}skabeloner/S11.docx?{query}")
    _headings, *rows = risk_rows(document)
    codes = [row[0][:3] for row in rows]
    risks = [content.find("risk", code) for code in codes]
    measures = table_under(document, "Skal virke senest")
    assert [(row[0][:3], row[1]) for row in measures] == [
        (risk.code, measure) for risk in risks for measure in risk.measures
    ]
    residual = table_under(document, "Sandsynlighed efter (1-4)")
    assert [row[0] for row in residual] == [str(risk) for risk in risks]
    assert {row[1] for row in residual} == {"Klik og vælg"}


def test_what_harms_no_data_subject_is_a_risk_and_yet_not_in_the_impact_assessment(content, client):
    others = [risk for risk in content.risks if risk.affects == Risk.Affects.OTHERS]
    assert {"R27", "R29"} == {risk.code for risk in others}
    text = element_text(read_docx(client, f"{TOOLBOX}skabeloner/S11.docx").element.body)
    book = read_docx(client, f"{TOOLBOX}risici.docx")
    for risk in others:
        assert risk.title not in text
        assert risk.title in element_text(book.element.body)


def test_the_own_copy_prints_the_answers_that_it_rests_on(content, client):
    query = "personoplysninger=yes&udvikler=no"
    document = read_docx(client, f"{TOOLBOX}skabeloner/S11.docx?{query}")
    labels = {question.question: (question.yes_label, question.no_label) for question in content.questions}
    rows = table_under(document, "Spørgsmål")
    assert [(question, answer in labels[question]) for question, answer in rows] == [
        (content.find("question", "personoplysninger").question, True),
        (content.find("question", "udvikler").question, True),
    ]
    for path in ("S11.docx", f"S18.docx?{query}"):
        assert "Jeres svar om løsningen" not in element_text(
            read_docx(client, f"{TOOLBOX}skabeloner/{path}").element.body
        )


# The one-pager as a list ----------------------------------------------------------------------------


@needs_poppler
@pytest.mark.parametrize("query", ["", "?personoplysninger=no", "?rolle=projektleder&afgoerelser=yes"])
def test_the_list_of_the_one_pager_has_every_activity_with_its_reason(query, content, client):
    situation = Situation("projektleder" if "rolle" in query else "", dict(answers(query)))
    plan = plans.plan(content, situation)
    text = alphabet_letters(pdf_text(read_bytes(client, f"{TOOLBOX}overblik.pdf{query}")))
    assert text.startswith(alphabet_letters("Juridisk vej for en AI-løsning"))
    for entry in not_empty(plan.entries):
        assert alphabet_letters(str(entry.activity)) in text
        assert alphabet_letters(entry.reason) in text
    for activity in plan.not_applicable:
        assert alphabet_letters(str(activity)) in text
    document = paper_text(client, f"overblik.docx{query}")
    assert all(prose_letters(str(entry.activity)) in document for entry in plan.entries)


def test_the_list_of_a_small_use_says_why_of_what_is_in_it_and_of_what_is_not(content, client):
    """Three things that are never mixed: what is done at the same time, what can be left out, and what does not apply."""
    use = USES["skrivehjælp"]
    document = read_docx(
        client, f"{TOOLBOX}overblik.docx?{'&'.join(f'{code}={its}' for code, its in use['answers'].items())}"
    )
    tables = {table.rows[0].cells[0].text: table for table in document.tables}
    reasons = {
        word: {row.cells[0].text.split()[0]: row.cells[1].text for row in tables[word].rows[1:]}
        for word in ("Kan udelades", "Gælder ikke")
    }
    assert set(reasons["Kan udelades"]) == set(use["left_out"])
    assert set(reasons["Gælder ikke"]) == set(use["does_not_apply"])
    for code, reason in reasons["Kan udelades"].items():
        assert reason[:20] == content.find("activity", code).small_use[:20], code
    assert all(reason.startswith("I har svaret “") for reason in reasons["Gælder ikke"].values())
    cells = {
        row.cells[0].text.split()[0]: row.cells[0].text
        for table in document.tables
        if table.rows[0].cells[0].text == "Aktivitet"
        for row in table.rows[1:]
    }
    assert set(cells) == {*use["always"], *use["because"], *use["by_assessment"]}
    for code, text in cells.items():
        assert ("Fordi I" in text) == (code in use["because"]), code
        assert ("Gælder enhver AI-løsning." in text) == (code in use["always"]), code
        assert ("En kortere vej er nok" in text) == (code in use["short"]), code
    for code, other in use["together"].items():
        assert str(content.find("activity", code)) in cells[other], code


def answers(query: str) -> list[tuple[str, str]]:
    """The answers in a query string."""
    pairs = (pair.partition("=") for pair in query.removeprefix("?").split("&"))
    return [(name, value) for name, _sign, value in pairs if value in ("yes", "no")]


def test_the_one_pager_leads_to_its_list(content, client):
    links = [link.attrs["href"] for link in read(client, f"{TOOLBOX}?personoplysninger=no").find_all("a")]
    assert f"{TOOLBOX}overblik.pdf?personoplysninger=no" in links
    assert f"{TOOLBOX}overblik.docx?personoplysninger=no" in links
