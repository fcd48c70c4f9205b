"""Pages and papers of a situation leave out what does not apply in it, say how much and why, and show it on demand."""

import io
import re
import zipfile

import pytest

from legaltoolbox import left_out
from legaltoolbox.models import DocumentTemplate, ScreeningQuestion, TemplateSection, toolbox_version
from legaltoolbox.screening import SHORT_FORM, Situation
from tests.checks import not_empty
from tests.legaltoolbox.six_uses import USES
from tests.reading import Element, read, read_bytes, read_docx, read_workbook
from tests.word import document_text

HOME = "/en/juridisk-vaerktoejskasse/"
USE = USES["skrivehjælp"]
"""What is expected is what was judged by hand, and not what the program says of itself."""
NO = "&".join(f"{code}={answer}" for code, answer in USE["answers"].items())
SITUATION = Situation(answers=USE["answers"])
DOES_NOT_APPLY = {*USE["does_not_apply"], *USE["risks"]["must_not"], *USE["requirements"]["must_not"]}
CAN_BE_LEFT_OUT = set(USE["left_out"])


def codes(part: Element) -> set[str]:
    return {code.text for code in part.find_all("span", "code")}


def apply(items) -> set[str]:
    """The codes of those that apply, as they were judged by hand."""
    return {item.code for item in items} - DOES_NOT_APPLY - CAN_BE_LEFT_OUT


def left_out_number(page: Element) -> int:
    """How many the page says that it does not show: of both kinds, which it counts apart."""
    (line,) = page.find_all("p", "left-out-line")
    counts = re.findall(r"(\d+) \w+ (does not apply|do not apply|can be left out)", line.text)
    assert len(counts) == len({"can" in words for _number, words in counts}) > 0
    return sum(int(number) for number, _words in counts)


def assert_told_apart(page: Element) -> None:
    """What can be left out is never said not to apply, nor the other way round."""
    for row in not_empty(page.find("details", "left-out").find_all("li")):
        code = row.find("a").text.split()[0]
        words = row.find("span", "ref-mark").text
        assert words == ("can be left out" if code in CAN_BE_LEFT_OUT else "does not apply"), code
        assert ("I har svaret “" in row.text) == (code in DOES_NOT_APPLY), code


def link(page: Element, text: str) -> str:
    (url,) = {link.attrs["href"] for link in page.find("main").find_all("a") if link.text == text}
    return url


@pytest.mark.parametrize(("path", "kind"), [("risici/", "risk"), ("krav/", "requirement")])
def test_a_list_is_of_the_situation_and_shows_all_on_demand(path, kind, content, client):
    items = content.all(kind)
    expected = apply(items)
    assert 0 < len(expected) < len(items)
    page = read(client, f"{HOME}{path}?{NO}")
    results = page.find("section", "results")
    assert codes(results) == expected
    assert left_out_number(page) == len(items) - len(expected)
    everything = read(client, link(page, "Show all"))
    assert codes(everything.find("section", "results")) == {item.code for item in items}
    assert left_out_number(everything) == len(items) - len(expected)
    assert "They are shown here, too." in everything.find("p", "left-out-line").text
    again = read(client, link(everything, "Show only what applies"))
    assert codes(again.find("section", "results")) == expected


def test_the_filters_count_in_the_situation_and_keep_showing_all(content, client):
    page = read(client, f"{HOME}risici/?{NO}")
    (label,) = page.find_all("label", **{"for": "kind-data"})
    number = int(re.search(r"\d+$", label.text.split(" risk")[0])[0])
    shown = codes(read(client, f"{HOME}risici/?{NO}&kind=data").find("section", "results"))
    assert number == len(shown) == len(apply([risk for risk in content.risks if risk.kind == "data"]))
    form = read(client, f"{HOME}risici/?{NO}&vis=alle").find("form", id="selection")
    assert form.find("input", name="vis").attrs["value"] == "alle"
    assert not page.has("input", name="vis")


def test_a_role_alone_leaves_nothing_out(content, client):
    page = read(client, f"{HOME}krav/?rolle=projektleder&nu=foranalyse")
    assert codes(page.find("section", "results")) == {item.code for item in content.requirements}
    assert not page.has("p", "left-out-line")


def test_what_is_picked_stays_picked(content, client):
    (out, *_others) = sorted({item.code for item in content.requirements} - apply(content.requirements))
    page = read(client, f"{HOME}krav/?{NO}&pick={out}")
    chips = page.find("section", "pick-bar").find_all("a", "chip")
    assert [out in chip.text for chip in chips] == [True]
    assert [field.attrs["value"] for field in page.find_all("input", name="pick", type="hidden")] == [out]


def test_a_phase_shows_its_activities_and_templates_of_the_situation(content, client):
    hidden = 0
    for phase in not_empty(content.phases):
        activities = content.linked(phase, "activity")
        page = read(client, f"{HOME}faser/{phase.slug}/?{NO}")
        expected = apply(activities)
        assert {entry.find("span", "code").text for entry in page.find_all("li", "plan-entry")} == expected
        within = [link.attrs["href"] for link in page.find("main").find_all("a") if link.attrs["href"].startswith("#")]
        assert [anchor for anchor in within if not page.has(id=anchor[1:])] == []
        templates = {
            template.code
            for activity in activities
            if activity.code in expected
            for template in content.linked(activity, "template")
        }
        (take,) = [part for part in page.find_all("section", "side-card") if part.find("h2").text == "Take with you"]
        assert codes(take) == templates
        if len(expected) < len(activities):
            hidden += 1
            pieces = page.find("details", "left-out").find_all("li")
            assert len(pieces) == left_out_number(page) == len(activities) - len(expected)
            assert_told_apart(page)
            everything = read(client, link(page, "Show all"))
            assert len(everything.find_all("li", "plan-entry")) == len(activities)
            assert not everything.has("details", "left-out")
    assert hidden


def test_a_role_reads_what_applies(content, client):
    role = content.find("role", "jurist")
    activities = content.linked(role, "activity")
    expected = apply(activities)
    assert 0 < len(expected) < len(activities)
    page = read(client, f"{HOME}roller/jurist/?{NO}")
    assert {code for part in page.find_all("ul", "reading") for code in codes(part)} == expected
    assert len(page.find("details", "left-out").find_all("li")) == len(activities) - len(expected)


def test_the_templates_are_those_that_an_activity_needs(content, client):
    needed = {
        template.code
        for activity in content.activities
        if activity.code in apply([activity])
        for template in content.linked(activity, "template")
    }
    assert 0 < len(needed) < len(content.templates)
    page = read(client, f"{HOME}skabeloner/?{NO}")
    assert codes(page.find("ul", "entry-list")) == needed
    assert left_out_number(page) == len(content.templates) - len(needed)
    assert codes(read(client, link(page, "Show all")).find("ul", "entry-list")) == {
        item.code for item in content.templates
    }


def test_the_reason_names_the_answers_that_decide(content):
    """Of what does not apply each answer that decides, as it was given; of what can be left out no answer alone."""
    seen = set()
    for item in [*content.activities, *content.requirements, *content.risks]:
        _applying, pieces = left_out.split([item], content, SITUATION)
        assert bool(pieces) == (item.code in DOES_NOT_APPLY | CAN_BE_LEFT_OUT), item
        for piece in pieces:
            sentences = re.findall(r"I har svaret “([^”]+)” til ((?:“[^”]+”(?:, | og )?)+)\.", piece.reason)
            named = [(label, question) for label, asked in sentences for question in re.findall("“([^”]+)”", asked)]
            assert bool(named) == (item.code in DOES_NOT_APPLY), item
            assert piece.word == ("Gælder ikke" if named else "Kan udelades")
            for label, question in named:
                asked = next(other for other in content.questions if other.question == question)
                assert SITUATION.answers[asked.code] == ("yes" if label == asked.yes_label else "no")
                assert asked in {condition.question for condition in content.conditions(item)}
            seen.add(item.code)
    assert seen == DOES_NOT_APPLY | CAN_BE_LEFT_OUT


def test_without_answers_nothing_is_left_out(content):
    for situation in (Situation(), Situation("dpo", phase="drift")):
        assert left_out.split(content.activities, content, situation) == (content.activities, [])
        assert left_out.split_templates(content.templates, [], content, situation) == (content.templates, [])


# Checklists, templates and files ----------------------------------------------------------------------


def left_out_rows(document) -> dict[str, str]:
    """What the document says that it leaves out, and why; each in the table of its own kind."""
    rows = {}
    for table in document.tables:
        heading = table.rows[0].cells[0].text
        for row in table.rows[1:] if heading in ("Gælder ikke", "Kan udelades") else ():
            code = row.cells[0].text.split()[0]
            is_item = code[-1].isdigit()
            assert not is_item or (heading == "Kan udelades") == (code in CAN_BE_LEFT_OUT), code
            rows[row.cells[0].text] = row.cells[1].text
    return rows


@pytest.mark.parametrize("path", ["faser/anskaffelse-og-design/", "roller/jurist/"])
def test_a_checklist_is_of_the_situation_on_the_page_and_in_the_file(path, content, client):
    everything = read(client, f"{HOME}{path}tjekliste/")
    all_codes = {
        heading.find("span", "code").text for heading in everything.find_all("h2") if heading.has("span", "code")
    }
    out = {item.code for item in content.activities if item.code in all_codes} - apply(content.activities)
    assert out
    page = read(client, f"{HOME}{path}tjekliste/?{NO}")
    assert {code.text for code in page.find_all("span", "code") if code.text in out} == set()
    assert left_out_number(page) == len(out) == len(page.find("details", "left-out").find_all("li"))
    document = read_docx(client, f"{HOME}{path}tjekliste.docx?{NO}")
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")]
    assert not [heading for heading in headings if heading.split()[0] in out]
    rows = left_out_rows(document)
    assert {title.split()[0] for title in rows} == out
    for title, reason in rows.items():
        assert ("I har svaret “" in reason) == (title.split()[0] in DOES_NOT_APPLY), title
        assert len(reason) > 20, title
    whole = read_docx(client, f"{HOME}{path}tjekliste.docx?{NO}&vis=alle")
    assert left_out_rows(whole) == {}
    headings = [
        paragraph.text.split()[0] for paragraph in whole.paragraphs if paragraph.style.name.startswith("Heading")
    ]
    assert out <= set(headings)


def test_the_checklist_of_one_activity_is_always_whole(content, client):
    (item, *_others) = [item for item in content.activities if item.code not in apply(content.activities)]
    page = read(client, f"{HOME}aktiviteter/{item.code}/tjekliste/?{NO}")
    assert len(page.find_all("input", type="checkbox")) == len(content.checklist(item))


def test_a_phase_without_any_question_left_says_so(content, client):
    every_no = "&".join(f"{question.code}=no" for question in content.questions)
    for phase in content.phases:
        page = read(client, f"{HOME}faser/{phase.slug}/tjekliste/?{every_no}")
        if not page.find_all("input", type="checkbox"):
            assert "None of the questions applies in your situation." in page.text
            assert client.get(f"{HOME}faser/{phase.slug}/tjekliste.docx?{every_no}").status_code == 404
            assert not [link for link in page.find_all("a") if "tjekliste.docx" in link.attrs["href"]]


@pytest.fixture
def conditioned(content_rows) -> TemplateSection:
    """A section of S11 that applies where a model is trained."""
    section = TemplateSection.objects.filter(template__code="S11").order_by("position")[1]
    section.conditions.all().delete()
    section.conditions.create(question=asked(), answer="yes", reason="I bruger data til at træne en model")
    toolbox_version.bump()
    return section


def asked() -> ScreeningQuestion:
    return ScreeningQuestion.objects.get(code="traening")


def test_a_template_holds_the_sections_of_the_situation_and_names_the_others(conditioned, client):
    page = read(client, f"{HOME}skabeloner/S11/?{NO}")
    sections = [section.find("h3").text for section in page.find_all("li", "template-section")]
    assert conditioned.heading not in sections
    assert conditioned.heading in page.find("details", "left-out").text
    rows = left_out_rows(read_docx(client, f"{HOME}skabeloner/S11.docx?{NO}"))
    assert rows[conditioned.heading] == f"I har svaret “{asked().no_label}” til “{asked().question}”."
    for query in ("", "?traening=yes", f"?{NO}&vis=alle"):
        document = read_docx(client, f"{HOME}skabeloner/S11.docx{query}")
        assert conditioned.heading not in left_out_rows(document)
        assert conditioned.heading in [paragraph.text for paragraph in document.paragraphs]


def test_a_small_use_gets_the_short_form_of_a_paper_and_its_other_sections_are_named(content, client):
    sections = content.sections(content.find("template", "S08"))
    answered = {question.code: "no" for question in content.questions} | {"personoplysninger": "yes"}
    query = "&".join(f"{code}={answer}" for code, answer in answered.items())
    short = read_docx(client, f"{HOME}skabeloner/S08.docx?{query}")
    headings = [paragraph.text for paragraph in short.paragraphs if paragraph.style.name == "Heading 1"]
    left = [section.heading for section in sections if section.not_for_small_use]
    assert set(left) == {
        "Hvad hver behandling kræver",
        "Hvor indgribende er behandlingen i hver fase?",
        "Test og pilot",
    }
    assert not set(left) & set(headings)
    of_any_use = ("Opgaven og den lov, der pålægger den", "Drift", "Videregivelse, leverandører og andre myndigheder")
    assert set(headings) >= set(of_any_use)
    rows = left_out_rows(short)
    assert {heading: rows[heading] for heading in left} == dict.fromkeys(left, SHORT_FORM)
    (guidance,) = [p.text for p in short.paragraphs if p.text.startswith("Er brugen lille og harmløs, kan I udelade ")]
    may_be_left, _colon, must_stay = guidance.partition(". ")
    for words in ("hvad hver behandling kræver", "hvor indgribende brugen er", "test og pilot"):
        assert words in may_be_left
    for words in ("Opgaven og den lov", "drift", "modellens udvikling", "modtagere", "konklusion", "underskrift"):
        assert words in must_stay.partition(" skal altid med")[0]
    whole = read_docx(client, f"{HOME}skabeloner/S08.docx?{query.replace('indgribende=no', 'indgribende=yes')}")
    assert set(left) <= {paragraph.text for paragraph in whole.paragraphs}


def test_what_is_sent_to_others_says_nothing_of_what_is_left_out(conditioned, client):
    DocumentTemplate.objects.filter(code="S11").update(audience="outward")
    toolbox_version.bump()
    text = document_text(read_docx(client, f"{HOME}skabeloner/S11.docx?{NO}"))
    assert conditioned.heading not in text
    assert "Gælder ikke" not in text
    assert conditioned.heading in left_out_rows(read_docx(client, f"{HOME}skabeloner/S11.docx?{NO}&kopi=egen"))


def test_a_page_that_shows_all_offers_files_with_all(conditioned, client):
    page = read(client, f"{HOME}skabeloner/S11/?{NO}&vis=alle")
    files = [link.attrs["href"] for link in page.find_all("a") if "S11.docx" in link.attrs["href"]]
    assert files
    assert all("vis=alle" in url and "traening=no" in url for url in files)


def test_the_files_of_a_list_hold_what_the_list_shows(content, client):
    risks = apply(content.risks)
    book = read_workbook(client, f"{HOME}risici.xlsx?{NO}")
    assert {row[0] for row in book["Risikovurdering"].iter_rows(min_row=2, values_only=True)} == risks
    about = dict(book["Om"].iter_rows(values_only=True, max_col=2))
    out = {risk.code for risk in content.risks} - risks
    assert {label.removeprefix("Gælder ikke, ") for label in about if str(label).startswith("Gælder ikke, ")} == out
    assert about["Kilde"].endswith(f"/risici/?{NO}")
    document = read_docx(client, f"{HOME}risici.docx?{NO}")
    assert {title.split()[0] for title in left_out_rows(document)} == out
    whole = read_workbook(client, f"{HOME}risici.xlsx?{NO}&vis=alle")
    assert whole["Risikovurdering"].max_row == len(content.risks) + 1


def test_the_annex_holds_what_applies_and_what_is_picked(content, client):
    expected = apply(content.requirements)
    book = read_workbook(client, f"{HOME}krav.xlsx?{NO}")
    assert {row[0][:3] for row in book["Kravbilag"].iter_rows(min_row=2, values_only=True)} == expected
    out = sorted({item.code for item in content.requirements} - expected)
    assert out
    own = read_docx(client, f"{HOME}krav.docx?{NO}&kopi=egen")
    assert sorted(title.split()[0] for title in left_out_rows(own)) == out
    assert left_out_rows(read_docx(client, f"{HOME}krav.docx?{NO}")) == {}
    picked = read_workbook(client, f"{HOME}krav.xlsx?{NO}&pick={out[0]}")
    assert {row[0][:3] for row in picked["Kravbilag"].iter_rows(min_row=2, values_only=True)} == {out[0]}


def test_the_zip_of_a_phase_holds_the_templates_of_the_page(content, client):
    for phase in not_empty(content.phases):
        page = read(client, f"{HOME}faser/{phase.slug}/?{NO}")
        links = [link.attrs["href"] for link in page.find_all("a") if "skabeloner.zip" in link.attrs["href"]]
        (take,) = [part for part in page.find_all("section", "side-card") if part.find("h2").text == "Take with you"]
        if not links:
            assert not codes(take)
            continue
        with zipfile.ZipFile(io.BytesIO(read_bytes(client, links[0]))) as archive:
            assert {name.split()[0] for name in archive.namelist()} == codes(take)
