"""The annex to a tender: what is chosen, how a vendor answers it, and what each use of a requirement means."""

import re

import openpyxl
import pytest
from django.utils import timezone
from django.utils.translation import override

from legaltoolbox import tender
from legaltoolbox.files.annex import BASES, INTRODUCTION, OWN_DEMAND, basis_text
from legaltoolbox.models import Requirement, Role, toolbox_version
from legaltoolbox.tender import Use
from tests.checks import not_empty
from tests.legaltoolbox.annexes import answer_rows, by_requirement, chosen_use
from tests.pdf import metadata, needs_poppler, pdf_text
from tests.reading import notice_texts, read, read_bytes, read_docx, read_workbook, sheet_records
from tests.texts import prose_letters
from tests.word import element_text, values

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
SELECTIONS = {
    "picked": "?pick=K08&pick=K01&pick=K31",
    "picked and filtered": "?level=must&q=findesikke&pick=K08&pick=K01",
    "filtered": "?level=must&phase=anskaffelse-og-design",
    "everything": "",
}
selections = pytest.mark.parametrize("query", SELECTIONS.values(), ids=SELECTIONS)
ENDINGS = ["docx", "xlsx", "pdf"]


def selected_requirements(content, query: str) -> list[Requirement]:
    """The requirements of a selection, reckoned from the catalogue."""
    by_query = {
        "picked": lambda item: item.code in ("K01", "K08", "K31"),
        "picked and filtered": lambda item: item.code in ("K01", "K08"),
        "filtered": lambda item: (
            item.level == "must"
            and any(phase.slug == "anskaffelse-og-design" for phase in content.linked(item, "phase"))
        ),
        "everything": lambda item: True,
    }
    (name,) = [name for name, other in SELECTIONS.items() if other == query]
    return not_empty([item for item in content.requirements if by_query[name](item)])


def text_of(client, query: str, ending: str) -> str:
    """All text of the annex, as letters alone."""
    path = f"{TOOLBOX}krav.{ending}{query}"
    if ending == "xlsx":
        cells = (
            str(cell)
            for sheet in read_workbook(client, path).worksheets
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell
        )
        return prose_letters("\n".join(cells))
    if ending == "pdf":
        return prose_letters(pdf_text(read_bytes(client, path)))
    document = read_docx(client, path)
    page = document.sections[0]
    around = (*page.header.paragraphs, *page.footer.paragraphs)
    return prose_letters("\n".join([element_text(document.element.body), *(part.text for part in around)]))


# What is in it --------------------------------------------------------------------------------------


@selections
def test_the_annex_in_word_holds_exactly_what_was_chosen(query, content, client):
    rows = by_requirement(answer_rows(read_docx(client, f"{TOOLBOX}krav.docx{query}")))
    expected = {item.code: item for item in selected_requirements(content, query)}
    assert sorted(rows) == sorted(expected)
    for code, item in expected.items():
        (text, _evidence), *points = rows[code]
        for piece in (item.title, item.evidence, item.level_note):
            assert prose_letters(piece) in prose_letters(text), (item.code, piece)
        asked = [point for point in tender.points(item, Use(item.tender_use)) if point.is_answered]
        answered = [(text, answer) for text, answer in points if "Klik og vælg" in answer]
        assert [prose_letters(text) for text, _answer in answered] == [
            prose_letters(point.number + point.text) for point in asked
        ]


@needs_poppler
@selections
def test_the_annex_as_pdf_holds_exactly_what_was_chosen(query, content, client):
    text = without_breaks(pdf_text(read_bytes(client, f"{TOOLBOX}krav.pdf{query}")))
    expected = selected_requirements(content, query)
    for item in content.requirements:
        points = tender.points(item, Use(item.tender_use))
        pieces = (f"{item.code} {item.title}", *(point.text for point in points))
        for piece in pieces if item in expected else pieces[:1]:
            assert (without_breaks(piece) in text) is (item in expected), (item.code, piece)


def without_breaks(text: str) -> str:
    """Letters and digits alone: a page's end puts its number and the headings of the table into a text."""
    repeated = r"Kravbilag|\bNr\.|\bKrav\b|Tilbudsgiverens svar|Side \d+ af \d+|\bJa( Delvist)? Nej\b"
    return re.sub(r"[^\wæøåÆØÅ]|•", "", re.sub(repeated, "", " ".join(text.split()))).lower()


@selections
def test_the_annex_in_excel_holds_exactly_what_was_chosen(query, content, client):
    rows = sheet_records(read_workbook(client, f"{TOOLBOX}krav.xlsx{query}").worksheets[0])
    expected = selected_requirements(content, query)
    points = [(item, point) for item in expected for point in tender.points(item, Use(item.tender_use))]
    assert [(row["Nr."], row["Krav"], row["Ordlyd"]) for row in rows] == [
        (point.number, item.title, point.text) for item, point in points
    ]
    assert [row["Bevis"] for row in rows if row["Bevis"]] == [item.evidence for item in expected]
    to_fill_in = ("Opfyldt", "Tilbudsgiverens svar", "Henvisning til dokumentation")
    for row, (_item, point) in zip(rows, points, strict=True):
        assert [bool(row[heading]) for heading in to_fill_in] == [not point.is_answered] * 3, row


def test_all_that_a_vendor_must_know_is_every_requirement(content, client):
    """Whomever the law behind it addresses: the wording says what the vendor must make possible."""
    codes = [item.code for item in content.requirements]
    assert {item.addressee for item in content.requirements} == set(Requirement.Addressee.values)
    assert all(item.wording.strip() for item in content.requirements)
    assert not Requirement._meta.get_field("wording").blank  # an editor cannot make one without
    page = read(client, f"{TOOLBOX}roller/{Role.VENDOR}/")
    listed = [link.text[:3] for link in page.find_all("a", "ref") if re.match(r"K\d\d ", link.text)]
    assert listed == codes
    for source in (page, read(client, f"{TOOLBOX}krav/")):
        links = {link.attrs["href"] for link in source.find_all("a") if re.search(r"/krav\.\w+$", link.attrs["href"])}
        assert links == {f"{TOOLBOX}krav.{ending}" for ending in ENDINGS}
    rows = sheet_records(read_workbook(client, f"{TOOLBOX}krav.xlsx").worksheets[0])
    assert list(dict.fromkeys(row["Nr."][:3] for row in rows)) == codes


# How it is answered ---------------------------------------------------------------------------------


def test_the_answer_is_chosen_from_a_list_in_every_row(content, client):
    sheet = read_workbook(client, f"{TOOLBOX}krav.xlsx").worksheets[0]
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"Ja,Delvist,Nej"'
    column = openpyxl.utils.get_column_letter([cell.value for cell in sheet[1]].index("Opfyldt") + 1)
    rows = sum(len(tender.points(item, Use(item.tender_use))) for item in content.requirements)
    assert str(rule.sqref) == f"{column}2:{column}{rows + 1}"


def test_a_minimum_requirement_is_answered_yes_or_no_and_the_others_in_part_too(content_rows, client):
    Requirement.objects.filter(code__in=["K01", "K02"]).update(wording="Leverandøren skal oplyse det.")
    toolbox_version.bump()
    query = "?pick=K01&pick=K02&mindstekrav=K01&konkurrencekrav=K02"
    body = read_docx(client, f"{TOOLBOX}krav.docx{query}").element.body
    choices = [option for option in values(body, "w:listItem", "w:displayText") if option]
    assert choices == ["Ja", "Nej", "Ja", "Delvist", "Nej"]


def test_long_rows_break_across_pages_below_a_heading_that_is_repeated_and_short_ones_stay_whole(content, client):
    document = read_docx(client, f"{TOOLBOX}krav.docx?kopi=egen")
    tables = [table for table in document.tables if table.rows[0].cells[0].text == "Nr."]
    for table in not_empty(tables):
        for row in table.rows:
            letters = len(row.cells[1].text)
            if not 750 < letters < 1_150:
                assert ("cantSplit" in row._tr.xml) is (letters < 1_000), row.cells[1].text
        assert [row._tr.xml.count("w:tblHeader") for row in table.rows] == [1] + [0] * (len(table.rows) - 1)


@needs_poppler
def test_the_first_page_holds_the_first_requirements(content, client):
    first_page = pdf_text(read_bytes(client, f"{TOOLBOX}krav.pdf")).split("\f")[0]
    assert len(re.findall(r"^K\d\d\.\d$", first_page, re.MULTILINE)) >= 3


def test_the_annex_has_room_for_tender_and_vendor(content, client):
    document = read_docx(client, f"{TOOLBOX}krav.docx")
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["Ordregiver", "Udbud", "Tilbudsgiver", "Dato"]
    assert f"{len(content.requirements)} krav: " in element_text(document.element.body)


# The copy to send, and the own copy -----------------------------------------------------------------

NOT_TO_SEND = ["juridisk rådgivning", "uafklaret", "ikke bekræftet", "vores forslag", "vores tal", "jeres", "egen kopi"]


@needs_poppler
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_annex_that_is_sent_has_nothing_of_ours(ending, content_rows, client):
    Requirement.objects.filter(code="K08").update(proposals=["24 timer"], unsettled="Det er uvist.")
    toolbox_version.bump()
    sent, own = text_of(client, "?pick=K08", ending), text_of(client, "?pick=K08&kopi=egen", ending)
    item = Requirement.objects.get(code="K08")
    sources = not_empty([source.name for source in item.sources.all()])
    for words in ("juridisk rådgivning", "Det er uvist.", item.own_evidence, "Efter loven", *sources):
        assert prose_letters(words) not in sent
        assert prose_letters(words) in own
    assert not [words for words in NOT_TO_SEND if prose_letters(words) in sent]
    assert "forslag" in own


@needs_poppler
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_annex_names_the_sources_where_they_are_asked_for(ending, content, client):
    item = content.find("requirement", "K08")
    text = text_of(client, "?pick=K08&kilder=ja", ending)
    for source in not_empty(content.linked(item, "source")):
        assert prose_letters(source.name) in text
    assert not [words for words in NOT_TO_SEND if prose_letters(words) in text]


def test_the_own_copy_names_the_requirements_whose_use_is_softer_than_the_law(content, client):
    musts = [item.code for item in content.requirements if item.level == "must" and item.addressee == "vendor"][:2]
    query = f"?pick={musts[0]}&pick={musts[1]}&mindstekrav={musts[0]}&konkurrencekrav={musts[1]}"
    text = element_text(read_docx(client, f"{TOOLBOX}krav.docx{query}&kopi=egen").element.body)
    assert f"Bag {musts[1]} ligger en pligt, som loven lægger på leverandøren" in text
    assert "ligger en pligt" not in element_text(read_docx(client, f"{TOOLBOX}krav.docx{query}").element.body)


def test_the_own_copy_has_columns_for_the_municipality(content, client):
    sent, own = (
        [cell.value for cell in read_workbook(client, f"{TOOLBOX}krav.xlsx{query}").worksheets[0][1]]
        for query in ("", "?kopi=egen")
    )
    assert own[: len(sent)] == sent
    assert own[len(sent) :] == [
        "Kommunens vurdering",
        "Kommunens eget bevis",
        "Valgt af",
        "Vores tal",
        "Efter loven",
        "Loven retter sig mod",
        "Kilder",
    ]
    (row, *_others) = sheet_records(read_workbook(client, f"{TOOLBOX}krav.xlsx?kopi=egen&pick=K01").worksheets[0])
    with override("da"):
        assert row["Loven retter sig mod"] == content.find("requirement", "K01").get_addressee_display()


def test_the_own_workbook_says_where_it_comes_from_and_leads_back_there(content, client):
    query = "?level=must&pick=K01&konkurrencekrav=K01"
    notes = dict(read_workbook(client, f"{TOOLBOX}krav.xlsx{query}&kopi=egen")["Om"].iter_rows(values_only=True))
    assert notes["Antal"] == "1"
    assert "Vejledning, ikke juridisk rådgivning" in notes["Status"]
    page = read(client, notes["Kilde"].removeprefix("http://testserver"))
    assert page.find("input", id="pick-K01").attrs.get("checked") is not None
    assert page.find("input", id="level-must").attrs.get("checked") is not None
    assert chosen_use(page, "K01").startswith("award criterion")


def test_what_is_sent_is_the_municipalitys_by_its_properties_and_not_kls(content, client):
    for path in ("krav.pdf?pick=K08", "skabeloner/S18.pdf"):
        own = f"{path}{'&' if '?' in path else '?'}kopi=egen"
        named = client.post(f"{TOOLBOX}{path}", {"kommune": "Testby", "projekt": ""}).getvalue()
        files = (read_bytes(client, f"{TOOLBOX}{path}"), read_bytes(client, f"{TOOLBOX}{own}"), named)
        assert [metadata(data).get("dc:creator", "") for data in files] == ["", "KL", "Testby"], path


def test_a_confirmed_annex_does_not_say_that_it_is_not_confirmed(content_rows, client):
    Requirement.objects.filter(code__in=["K01", "K08"]).update(confirmed_on=timezone.localdate())
    toolbox_version.bump()
    sentence = prose_letters("Indholdet er ikke bekræftet af en jurist endnu.")
    assert sentence not in text_of(client, "?pick=K01&pick=K08&kopi=egen", "docx")
    assert sentence in text_of(client, "?pick=K01&pick=K02&kopi=egen", "docx")


def test_the_page_says_which_copy_to_send(content, client):
    page = read(client, f"{TOOLBOX}krav/?pick=K08")
    texts = [copy.text for copy in page.find_all("div", "paper-copy")]
    assert "Keep it; do not send it." in texts[-1]
    hrefs = [[link.attrs["href"] for link in copy.find_all("a")] for copy in page.find_all("div", "paper-copy")]
    paths = [f"{TOOLBOX}krav.{ending}?pick=K08" for ending in ENDINGS]
    assert hrefs == [paths, [f"{path}&kilder=ja" for path in paths], [f"{path}&kopi=egen" for path in paths]]


# What a requirement rests on, and its points -----------------------------------------------------------


@pytest.mark.parametrize(
    ("addressee", "level", "basis"),
    [
        ("vendor", "must", "Lovkrav til leverandøren."),
        ("both", "must", "Lovkrav til både leverandøren og kommunen."),
        ("municipality", "must", "Følger af kommunens lovpligt."),
        ("vendor", "should", "Kommunens krav."),
        ("municipality", "may", "Kommunens krav."),
    ],
)
def test_the_annex_says_whose_duty_it_is_and_that_our_numbers_are_no_law(addressee, level, basis):
    item = Requirement(code="K01", addressee=addressee, level=level)
    assert basis_text(item) == basis
    item.proposals = ["14 dage", "24 timer"]
    assert basis_text(item) == f"{basis} Kommunens vilkår: 14 dage og 24 timer."


@pytest.mark.parametrize("basis", [*BASES.values(), OWN_DEMAND])
def test_the_annex_explains_each_basis_before_the_first_requirement(basis):
    assert f"- {basis}: " in INTRODUCTION


def test_the_annex_does_not_call_a_term_of_the_processing_contract_a_duty_without_it():
    """GDPR art. 28(3) says what the contract has to lay down; only some of it binds the processor by itself."""
    (line,) = [line for line in INTRODUCTION.splitlines() if line.startswith("- Lovkrav til leverandøren:")]
    assert "databehandleraftalen" in line


def test_the_numbers_of_a_sent_annex_are_never_under_the_name_of_the_law(content, client):
    rows = by_requirement(answer_rows(read_docx(client, f"{TOOLBOX}krav.docx")))
    for item in not_empty([item for item in content.requirements if item.proposals]):
        (text, _evidence), *_points = rows[item.code]
        assert "Efter loven" not in text
        for number in item.proposals:
            assert number in text.partition("Kommunens vilkår: ")[2], (item.code, number)


def test_each_sentence_or_item_of_a_list_is_a_point_and_what_introduces_a_list_is_none():
    wording = "Leverandøren skal oplyse det.\n\nDerudover gælder:\n\n- Det skal slettes.\n- Det må ses."
    points = tender.points(Requirement(code="K01", wording=wording), Use.MINIMUM)
    assert [(point.number, point.text, point.is_answered) for point in points] == [
        ("K01.1", "Leverandøren skal oplyse det.", True),
        ("K01", "Derudover gælder:", False),
        ("K01.2", "Det skal slettes.", True),
        ("K01.3", "Det må ses.", True),
    ]


def test_a_questionnaire_that_the_annex_asks_for_has_its_title_and_the_own_copy_says_to_enclose_it(content, client):
    title = content.find("template", "S16").title
    sent, own = (
        element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K13&pick=K18{copy}").element.body)
        for copy in ("", "&kopi=egen")
    )
    assert sent.count(title) == 2
    assert "S16" not in sent
    assert re.search(rf"K13 .*og K18 .*henviser til S16 {title}\. Vedlæg det", own)


# The address ----------------------------------------------------------------------------------------


def test_a_pick_may_be_written_in_small_letters(content, client):
    assert read_bytes(client, f"{TOOLBOX}krav.docx?pick=k08") == read_bytes(client, f"{TOOLBOX}krav.docx?pick=K08")


def test_a_pick_that_is_not_known_any_more_is_never_taken_for_all(content, client):
    """The page and the own copy say that something is missing; tenderers are told nothing of an address."""
    text = element_text(read_docx(client, f"{TOOLBOX}krav.docx?pick=K08&pick=K99").element.body)
    assert [code for code in ("K08", "K31", "K99") if code in text] == ["K08"]
    own = read_workbook(client, f"{TOOLBOX}krav.xlsx?pick=K08&pick=K99&kopi=egen")["Om"]
    cells = [str(cell) for row in own.iter_rows(values_only=True) for cell in row]
    assert any("noget, som vi ikke kender" in cell for cell in cells)
    assert any("K99" in text for text in notice_texts(read(client, f"{TOOLBOX}krav/?pick=K08&pick=K99")))
    nothing = client.get(f"{TOOLBOX}krav.docx?pick=K99")
    assert nothing.status_code == 302
    assert any("K99" in text for text in notice_texts(read(client, nothing["Location"])))


def test_the_annex_that_is_sent_is_printed_on_one_page_beside_another(content, client):
    """Nobody puts two sheets of paper together to read a requirement and its answer."""
    sheet = read_workbook(client, f"{TOOLBOX}krav.xlsx").worksheets[0]
    assert (sheet.page_setup.fitToWidth or 1) == 1
