"""Checklists of an activity, a phase and a role, on the page and in Word."""

import io

import docx
import pytest
from docx.oxml.ns import qn

from legaltoolbox.models import ChecklistItem, Role, toolbox_version
from tests.checks import not_empty
from tests.legaltoolbox.titles import without_titles
from tests.reading import Element, read, read_bytes, read_docx
from tests.texts import prose_letters

TOOLBOX = "/en/juridisk-vaerktoejskasse/"


def question_codes(page: Element) -> list[str]:
    """The codes of the questions on a page."""
    return [check.find("label").find("span", "code").text for check in page.find_all("li", "check")]


def codes_of_activity(activity, content) -> list[str]:
    return [f"{activity.code}.{check.number}" for check in content.checklist(activity)]


def codes_of_role(role, content) -> list[str]:
    """The questions that a role answers: those that name it, and those that name nobody where it is responsible."""
    return [
        f"{activity.code}.{check.number}"
        for activity in content.activities
        for check in content.checklist(activity)
        if (check.role or activity.responsible) == role
    ]


# Pages ----------------------------------------------------------------------------------------------


def test_an_activity_asks_its_questions_in_order_and_says_when_each_is_done(content, client):
    assert content.activities
    for activity in content.activities:
        for path in (f"aktiviteter/{activity.code}/tjekliste/", f"aktiviteter/{activity.code}/"):
            page = read(client, TOOLBOX + path)
            assert question_codes(page) == codes_of_activity(activity, content), path
        for check, item in zip(content.checklist(activity), page.find_all("li", "check"), strict=True):
            assert prose_letters(check.question) in prose_letters(item.find("label").text)
            text = without_titles(prose_letters(item.text), content)
            assert prose_letters(check.guidance) in text
            assert prose_letters(f"Gjort, når: {check.done_when}") in text


def test_a_phase_asks_all_questions_of_its_activities(content, client):
    assert content.phases
    for phase in content.phases:
        page = read(client, f"{TOOLBOX}faser/{phase.slug}/tjekliste/")
        expected = [
            number
            for activity in content.activities
            if activity.phase is phase
            for number in codes_of_activity(activity, content)
        ]
        assert question_codes(page) == expected
        assert page.find("p", "lead").text.startswith(f"{len(expected)} questions.")


def test_a_role_is_asked_exactly_what_it_answers(content, client):
    everything = []
    for role in content.roles:
        expected = codes_of_role(role, content)
        page = read(client, f"{TOOLBOX}roller/{role.slug}/tjekliste/")
        assert question_codes(page) == expected, role.slug
        own = read(client, f"{TOOLBOX}roller/{role.slug}/").find("ul", "take-list").text
        assert (f"({len(expected)} question" in own) == bool(expected), role.slug
        everything += expected
    assert everything
    assert sorted(everything) == sorted(
        number for activity in content.activities for number in codes_of_activity(activity, content)
    )


def test_a_role_without_questions_is_told_so_and_offered_no_file(content_rows, client):
    role = Role.objects.first()
    role.pk, role.slug, role.name = None, "gaest", "Gæst"
    role.save()
    toolbox_version.bump()
    page = read(client, f"{TOOLBOX}roller/gaest/tjekliste/")
    assert "There are no questions for this role alone." in page.text
    links = not_empty(link.attrs["href"] for link in page.find("main").find_all("a"))
    assert not [link for link in links if link.endswith(".docx")]
    assert client.get(f"{TOOLBOX}roller/gaest/tjekliste.docx").status_code == 404


def test_a_question_that_another_role_answers_says_who(content, client):
    named = [
        (activity, check) for activity in content.activities for check in content.checklist(activity) if check.role
    ]
    assert named
    for activity, check in named[:10]:
        page = read(client, f"{TOOLBOX}aktiviteter/{activity.code}/tjekliste/")
        item = page.find_all("li", "check")[[row.pk for row in content.checklist(activity)].index(check.pk)]
        assert f"Besvares af: {check.role.name}" in item.text


def test_ticks_belong_to_nothing_that_could_be_sent(content, client):
    page = read(client, f"{TOOLBOX}faser/foranalyse/tjekliste/")
    boxes = page.find_all("input", type="checkbox")
    assert len(boxes) == len(question_codes(page)) > 10
    assert not [box for box in boxes if "name" in box.attrs]
    assert not [form for form in page.find_all("form") if form.find_all("input", type="checkbox")]


def test_on_paper_each_question_has_lines_for_who_when_and_remarks(content, client):
    checks = read(client, f"{TOOLBOX}aktiviteter/A25/tjekliste/").find_all("li", "check")
    assert checks
    for check in checks:
        assert [term.text for term in check.find("dl", "check-columns").find_all("dt")] == [
            "Responsible",
            "Date",
            "Remark",
        ]


def test_a_question_that_is_taken_away_is_gone_from_all_lists(content_rows, client):
    check = ChecklistItem.objects.select_related("activity__phase", "activity__responsible").filter(role=None).first()
    activity = check.activity
    paths = (
        f"aktiviteter/{activity.code}/",
        f"faser/{activity.phase.slug}/",
        f"roller/{activity.responsible.slug}/",
    )
    number = f"{activity.code}.{check.number}"
    assert all(number in question_codes(read(client, f"{TOOLBOX}{path}tjekliste/")) for path in paths)
    check.delete()
    toolbox_version.bump()
    assert not any(number in question_codes(read(client, f"{TOOLBOX}{path}tjekliste/")) for path in paths)


# Word -----------------------------------------------------------------------------------------------


def checklist_rows(client, path: str) -> dict[str, list]:
    """The rows of all checklists in a document, by number."""
    document = read_docx(client, path)
    return {
        row.cells[0].text: row.cells
        for table in document.tables
        if table.rows[0].cells[0].text == "Nr."
        for row in table.rows[1:]
    }


@pytest.mark.parametrize("path", ["aktiviteter/A25/tjekliste", "faser/foranalyse/tjekliste", "roller/dpo/tjekliste"])
def test_the_word_file_asks_what_the_page_asks(path, content, client):
    rows = checklist_rows(client, f"{TOOLBOX}{path}.docx")
    assert list(rows) == question_codes(read(client, f"{TOOLBOX}{path}/"))
    checks = {check.code: check for activity in content.activities for check in content.checklist(activity)}
    assert any(content.parts("sources", checks[code]) for code in rows)
    for code, cells in rows.items():
        check = checks[code]
        assert prose_letters(cells[1].text) == prose_letters(check.question)
        how = f"{check.guidance}Gjort, når: {check.done_when}"
        assert without_titles(prose_letters(cells[2].text), content).startswith(prose_letters(how))
        assert all(source.name in cells[2].text for source in content.parts("sources", check))
        assert cells[4].text == (check.role or check.activity.responsible).short_name
        assert [box.tag for box in cells[3]._tc.iter("{http://schemas.microsoft.com/office/word/2010/wordml}checkbox")]
        for empty in (cells[5], cells[6]):
            assert empty.text == ""
            assert not [*empty._tc.iter(qn("w:sdt"))]  # a prompt would stand in the way of a pen


def test_the_word_file_has_room_for_who_filled_it_in_and_lies_on_its_side(content, client):
    document = docx.Document(io.BytesIO(read_bytes(client, f"{TOOLBOX}roller/dpo/tjekliste.docx")))
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["Løsning", "Udfyldt af", "Dato"]
    (section,) = document.sections
    assert section.page_width > section.page_height
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Vejledning, ikke juridisk rådgivning" in text
    assert "Kilder: " in text
