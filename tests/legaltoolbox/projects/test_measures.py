"""What a project does about its risks and requirements: pages of measures, the action plan, mails, and the workbooks."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from openpyxl import load_workbook

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Evidence, Measure, ProjectMember, RequirementState, RiskAssessment
from tests.admin_pages import form_data
from tests.days import days
from tests.legaltoolbox.projects.builders import Team
from tests.legaltoolbox.projects.planned import MONDAY, add, browser, take, url, write_mails
from tests.reading import parse


def add_measure(team: Team, text: str, places: Any = ("R09",), **values: Any) -> Measure:
    return Measure.add_measure(team.project, text, list(places), team.lead.user, **values)


def change(measure: Measure, team: Team, **values: Any) -> None:
    measure.change({**measure.content, **values}, fingerprint(measure.content), team.lead.user)


def assess(team: Team, code: str, **values: Any) -> None:
    row = RiskAssessment(project=team.project, code=code)
    RiskAssessment.assess(team.project, code, {**row.content, **values}, fingerprint(row.content), team.lead.user)


def page(team: Team, name: str, *args: Any, member: Any = None, **query: str) -> str:
    return browser(member or team.lead).get(url(name, team.project, *args), query).content.decode()


# A measure ----------------------------------------------------------------------------------------


def test_a_measure_is_added_from_a_risk_shown_there_and_at_all_that_it_serves(team):
    client, risk = browser(team.editor), url("risk", team.project, "r09")
    new = f"{url('measure_new', team.project)}?til=R09"
    data = form_data(client.get(new).content.decode())
    assert data["places"] == ["R09"]
    data |= {"text": "Slet efter 30 dage", "owner": team.lead.pk, "due": "2027-01-15", "places": ["R09", "K31"]}
    for _click in range(2):
        response = client.post(new, data)
        assert (response.status_code, response.url) == (302, f"{risk}#measures")
    row = team.project.measures.get()
    assert (row.places, row.owner, str(row.due)) == (["R09", "K31"], team.lead, "2027-01-15")
    for name, code in (("risk", "r09"), ("requirement", "k31")):
        text = page(team, name, code)
        assert "Slet efter 30 dage" in text
        assert str(team.lead.user) in text
    assert "Slet efter 30 dage" not in page(team, "risk", "r10")
    assert "15. januar 2027" in page(team, "measure", row.pk, member=team.reader)


def test_two_measures_that_differ_in_anything_are_two(team):
    first = add_measure(team, "Slet", due=days(1))
    assert add_measure(team, "Slet", due=days(1)) == first
    assert add_measure(team, "Slet", due=days(2)) != first
    assert add_measure(team, "Slet", owner=team.editor.pk) != first


def test_a_usual_measure_of_a_risk_is_taken_up_with_its_text(team):
    usual = catalogues.current().find("risk", "R09").measures[0]
    assert usual in form_data(page(team, "measure_new", til="R09", forslag="1"))["text"]
    links = [link.attrs["href"] for link in parse(page(team, "risk", "r09")).find("main").find_all("a")]
    assert "?forslag=1#measures" in links
    assert parse(page(team, "risk", "r09", forslag="1")).find("textarea", name="measure-text").text == usual
    assert not team.project.measures.exists()
    for number in ("0", "99", "-1", "x", "²"):
        assert form_data(page(team, "measure_new", til="R09", forslag=number)).get("text", "").strip() == ""


def test_the_second_of_two_people_sees_both_versions_and_keeps_what_was_typed(team):
    row = add_measure(team, "Slet efter 30 dage", ["R09"])
    address = url("measure", team.project, row.pk)
    first, second = browser(team.editor), browser(team.lead)
    data = form_data(second.get(address).content.decode())
    first.post(address, data | {"text": "Slet efter 10 dage", "places": ["K31"]})
    text = second.post(address, data | {"text": "Slet efter 90 dage", "places": ["R09"]}).content.decode()
    title = catalogues.current().find("requirement", "K31").title
    assert {"Slet efter 10 dage", "Slet efter 90 dage", f"K31 {title}"} <= {
        part for part in ("Slet efter 10 dage", "Slet efter 90 dage", f"K31 {title}") if part in text
    }
    assert second.post(address, form_data(text)).status_code == 302
    row.refresh_from_db()
    assert (row.text, row.places) == ("Slet efter 90 dage", ["R09"])


def test_a_measure_is_not_written_over_by_who_has_not_seen_what_is_stored(team):
    row = add_measure(team, "Slet efter 30 dage")
    content, seen = row.content, fingerprint(row.content)
    row.change({**content, "text": "Slet efter 10 dage"}, seen, team.editor.user)
    with pytest.raises(ChangedMeanwhile) as conflict:
        row.change({**content, "text": "Slet efter 90 dage"}, seen, team.lead.user)
    assert conflict.value.stored["text"] == "Slet efter 10 dage"
    assert Measure.objects.get().text == "Slet efter 10 dage"


def test_an_owner_who_has_left_the_project_stays_until_somebody_chooses_another(team):
    row = add_measure(team, "Slet", owner=team.editor.pk)
    team.project.remove_member(team.lead.user, team.editor)
    client, address = browser(team.lead), url("measure", team.project, row.pk)
    client.post(address, form_data(client.get(address).content.decode()) | {"text": "Slet alt"})
    row.refresh_from_db()
    assert (row.owner, row.text) == (team.editor, "Slet alt")


def test_a_measure_keeps_a_risk_that_is_deleted_and_its_code_never_names_another(team):
    own = RiskAssessment.add_own(team.project, "Nedbrud", team.lead.user)
    row = add_measure(team, "Plan B", [own.code])
    own.withdraw(team.lead.user)
    assert RiskAssessment.add_own(team.project, "Noget andet", team.lead.user).code != own.code
    client, address = browser(team.lead), url("measure", team.project, row.pk)
    client.post(address, form_data(client.get(address).content.decode()) | {"text": "Plan C"})
    row.refresh_from_db()
    assert (row.text, row.places) == ("Plan C", [own.code])


def test_only_who_can_write_in_the_project_owns_a_measure(team, other_team):
    for stranger in (team.strange, team.reader, team.management, other_team.lead):
        with pytest.raises(Exception, match="owner"):
            add_measure(team, "Slet", owner=stranger.pk)
    assert not Measure.objects.exists()


def test_a_measure_is_deleted_once_and_found_in_its_own_project_alone(team, other_team):
    row, other = add_measure(team, "Slet"), add_measure(other_team, "Andres")
    client, seen = browser(team.lead), {"seen": fingerprint(row.content)}
    for _click in range(2):
        assert client.post(url("measure_delete", team.project, row.pk), seen).status_code == 302
    assert client.get(url("measure", team.project, other.pk)).status_code == 404
    client.post(url("measure_delete", team.project, other.pk), {"seen": fingerprint(other.content)})
    assert list(Measure.objects.all()) == [other]


def test_the_history_names_the_measure_and_the_field(team):
    row = add_measure(team, "Slet efter\n30 dage")
    change(row, team, due=MONDAY, owner=team.editor.pk)
    text = page(team, "history")
    assert "Slet efter 30 dage, frist" in text
    assert "30. november 2026" in text
    assert str(team.editor.user) in text


# The action plan ----------------------------------------------------------------------------------


def test_the_action_plan_has_what_is_taken_up_by_day(team):
    take(team, "A01", owner=team.lead.pk, due=days(3))
    take(team, "A02", state="under-way")
    take(team, "A03", note="Kun en note")
    take(team, "A04", state="not-relevant", reason="Findes", owner=team.lead.pk)
    add(team, "Egen opgave", due=days(1))
    add_measure(team, "Slet efter 30 dage", due=days(2))
    text = page(team, "plan")
    titles = {code: catalogues.current().find("activity", code).title for code in ("A01", "A02", "A03", "A04")}
    shown = ["Egen opgave", "Slet efter 30 dage", titles["A01"], titles["A02"]]
    assert sorted(shown, key=text.index) == shown
    assert not {code for code in ("A03", "A04") if titles[code] in text}


@pytest.mark.parametrize(
    ("choice", "shown"),
    [
        ("", {"Mit", "Forsinket", "Gjort"}),
        ("mine", {"Mit"}),
        ("aabne", {"Mit", "Forsinket"}),
        ("overskredne", {"Forsinket"}),
    ],
)
def test_the_action_plan_shows_what_is_chosen(team, choice, shown):
    add_measure(team, "Mit", owner=team.lead.pk, due=days(1))
    add_measure(team, "Forsinket", due=days(-1))
    add_measure(team, "Gjort", due=days(-1), is_done=True)
    text = page(team, "plan", vis=choice)
    assert {word for word in ("Mit", "Forsinket", "Gjort") if f"<span>{word}</span>" in text} == shown


@pytest.mark.parametrize(
    ("name", "args"), [("plan", []), ("risk", ["r09"]), ("requirement", ["k31"]), ("measure_new", []), ("measure", [1])]
)
def test_a_page_costs_the_same_for_one_measure_and_for_two_hundred(team, name, args):
    row = add_measure(team, "Første", owner=team.lead.pk, due=days(1))
    address, client, numbers = (
        url(name, team.project, *(args and [row.pk] if name == "measure" else args)),
        browser(team.lead),
        [],
    )
    client.get(address)
    for _size in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        numbers.append(len(captured))
        Measure.objects.bulk_create(
            Measure(project=team.project, text=f"Nr. {n}", places=["R09", "K31"], owner=team.editor) for n in range(199)
        )
    assert numbers[0] == numbers[1]


# Files --------------------------------------------------------------------------------------------


def sheets(team: Team, name: str) -> list[list[tuple[Any, ...]]]:
    """The rows of each sheet, without headings. Fails where a cell is a formula."""
    response = browser(team.reader).get(url(name, team.project))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
        "inlineStr",
    }
    return [list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book.worksheets]


def test_the_plan_s_workbook_has_the_measures(team):
    add_measure(team, "=1+1", owner=team.lead.pk, due=MONDAY)
    line = sheets(team, "plan_xlsx")[0][-1]
    title = catalogues.current().find("risk", "R09").title
    assert (line[2], line[3], line[-1]) == ("=1+1", str(team.lead.user), f"R09 {title}")


def test_the_calendar_moves_a_measure_and_drops_it_when_it_is_done(team):
    def events() -> dict[str, Any]:
        content = browser(team.reader).get(url("plan_ics", team.project)).content
        return {str(event["uid"]): event["dtstart"].dt for event in Calendar.from_ical(content).walk("VEVENT")}

    take(team, "A01", due=days(3))
    row = add_measure(team, "Slet", due=days(5))
    before = events()
    change(row, team, due=days(9))
    after = events()
    assert before.keys() == after.keys()
    assert [after[key] for key in after if key.startswith(f"9901-1-foranstaltning-{row.pk}@")] == [days(9)]
    change(row, team, is_done=True)
    assert len(events()) == 1


def test_the_risks_workbook_says_all_of_a_risk_and_takes_nothing_for_a_formula(team):
    values = {"event": "=1+1", "consequence": 3, "likelihood": 3, "reason": "@sum", "treatment": "reduce"}
    assess(team, "R09", **values, consequence_after=3, likelihood_after=1, reason_after="-1", owner=team.lead.pk)
    RiskAssessment.add_own(team.project, "=HYPERLINK()", team.lead.user)
    add_measure(team, "Slet efter 30 dage", due=MONDAY)
    risks, before, after, _about = sheets(team, "risks_xlsx")
    line = next(line for line in risks if line[0] == "R09")
    title = catalogues.current().find("risk", "R09").title
    assert (line[1], line[3], line[6], line[7], line[12], line[13]) == (title, "=1+1", "Høj", "@sum", "Mellem", "-1")
    assert (line[4].split()[0], line[5].split()[0], line[14]) == ("3", "3", str(team.lead.user))
    assert "Slet efter 30 dage" in line[9]
    assert "30. november 2026" in line[9]
    assert [line[1] for line in risks][-1] == "=HYPERLINK()"
    placed = [[(row[0][0], cell) for row in sheet for cell in row[1:] if "R09" in cell] for sheet in (before, after)]
    assert placed == [[("3", f"Høj\nR09 {title}")], [("1", f"Mellem\nR09 {title}")]]


def test_the_requirements_workbook_has_state_evidence_and_measures(team):
    row = RequirementState(project=team.project, code="K31")
    values = {**row.content, "state": "partly", "how": "=1+1", "owner": team.editor.pk}
    RequirementState.assess(team.project, "K31", values, fingerprint(row.content), team.lead.user)
    for title, link in (("+Rapport", "https://sag.example/1"), ("Notat", "")):
        Evidence.add_piece(team.project, team.lead.user, place="K31", title=title, link=link, case_number="26/7")
    add_measure(team, "Slet", ["K31"])
    requirements, evidence, _about = sheets(team, "requirements_xlsx")
    line = next(line for line in requirements if line[0] == "K31")
    assert (line[2], line[3], line[5]) == ("Delvist opfyldt", "=1+1", str(team.editor.user))
    assert line[4] == "+Rapport · 26/7 · https://sag.example/1\nNotat · 26/7"
    assert "Slet" in line[6]
    assert [piece[2] for piece in evidence] == ["+Rapport", "Notat"]


# Mine, the weekly mail, and who takes over --------------------------------------------------------


def test_my_page_and_the_mail_have_my_measures_among_my_tasks_by_day(team):
    take(team, "A01", owner=team.lead.pk, due=MONDAY)
    add_measure(team, "Slet efter 30 dage", owner=team.lead.pk, due=MONDAY - (days(1) - days(0)))
    add_measure(team, "Andres", owner=team.editor.pk)
    add_measure(team, "Gjort", owner=team.lead.pk, due=MONDAY, is_done=True)
    title = catalogues.current().find("activity", "A01").title
    text = browser(team.lead).get(reverse("projects:mine")).content.decode()
    assert text.index("Slet efter 30 dage") < text.index(title)
    assert not {word for word in ("Andres", "Gjort") if word in text}
    (mail,) = write_mails()
    assert mail.body.index("Slet efter 30 dage") < mail.body.index(title)
    assert "Gjort" not in mail.body


def test_nobody_is_asked_for_a_measure_of_a_project_that_is_closed_or_left(team):
    add_measure(team, "Slet", owner=team.editor.pk, due=MONDAY)
    team.project.remove_member(team.lead.user, team.editor)
    assert write_mails() == []
    add_measure(team, "Slet", owner=team.lead.pk, due=MONDAY)
    team.project.close(team.lead.user)
    assert write_mails() == []
    assert not Measure.objects.of_person(team.lead.user)


def test_who_takes_over_gets_measures_risks_and_requirements(team):
    waiting, done = (
        add_measure(team, "Slet", owner=team.editor.pk),
        add_measure(team, "Gjort", owner=team.editor.pk, is_done=True),
    )
    assess(team, "R09", owner=team.editor.pk)
    state = RequirementState(project=team.project, code="K31")
    RequirementState.assess(
        team.project, "K31", {**state.content, "owner": team.editor.pk}, fingerprint(state.content), team.lead.user
    )
    assert ProjectMember.hand_over(team.municipality, team.keeper.user, team.editor, team.strange).tasks == 1
    owners = [Measure.objects.get(pk=row.pk).owner for row in (waiting, done)]
    assert owners == [team.strange, team.editor]
    assert team.project.risk_assessments.get().owner == team.strange
    assert team.project.requirement_states.get().owner == team.strange


def test_a_measure_outlives_the_login_of_its_owner(team):
    row = add_measure(team, "Slet", owner=team.editor.pk)
    name = str(team.editor.user)
    team.editor.leave()
    team.editor.user.delete()
    row.refresh_from_db()
    assert row.owner is None
    assert name not in page(team, "plan") + page(team, "history")
