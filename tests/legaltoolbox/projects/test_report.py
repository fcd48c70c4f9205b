"""The report of a project: what it warns of, what it holds of opinions and decisions, what it leaves out, and what it costs."""

import csv
import io
from datetime import timedelta
from urllib.parse import unquote

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from docx.oxml.ns import qn

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.files.report import report_document, report_state
from legaltoolbox.projects.models import (
    Comment,
    Decision,
    Evidence,
    FieldAnswer,
    Measure,
    Project,
    ProjectDocument,
    ProjectLegalBasis,
    RequirementState,
    RiskAssessment,
    ScreeningAnswer,
    Task,
)
from legaltoolbox.projects.work.decision_points import read_project
from legaltoolbox.projects.work.register_entry import entry_lines, entry_text
from legaltoolbox.projects.work.report import project_report
from tests.legaltoolbox.projects.documents import begin, browser, keep
from tests.pdf import metadata, needs_poppler, pdf_text
from tests.spreadsheets import response_bytes

pytestmark = pytest.mark.any_database

HIGH = {"likelihood": 4, "consequence": 4, "likelihood_after": 3, "consequence_after": 3}
SOON = timezone.localdate() + timedelta(days=14)
LINK = "https://portal.example/projekter/9901/1/"
HOSTILE = '<script>alert("1")</script> & =cmd|1! [x](javascript:1) \u202egnp.docx'


def write(document, by, text="Vi vil svare hurtigere") -> None:
    empty = {"1": ""}
    document.save_section("4", empty, {"1": text}, fingerprint(document.stored("4", empty)), by.user)


def held(team):
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    return project_report(project, catalogues.current(), timezone.localdate())


def report_path(team, name="report", *args):
    return reverse(f"projects:{name}", args=[*team.project.address, *args])


def words(team, ending="docx", member=None) -> str:
    """The text of the report as somebody fetches it."""
    response = browser(member or team.lead).get(report_path(team, "report_file", ending))
    assert response.status_code == 200
    if ending == "pdf":
        return " ".join(pdf_text(response.content).split())
    body = docx.Document(io.BytesIO(response.content)).element.body
    return " ".join("\n".join(body.xpath(".//w:t/text()")).split())


def page(team, member=None) -> str:
    return browser(member or team.lead).get(report_path(team)).content.decode()


def assess(team, code="R09", **values):
    row = team.project.risk_assessments.filter(code=code).first() or RiskAssessment(project=team.project, code=code)
    return RiskAssessment.assess(
        team.project, code, {**row.content, **values}, fingerprint(row.content), team.lead.user
    )


def describe_use(team, judgement="sufficient"):
    """A basis for the processing of each phase in which the solution is in use."""
    for phase in ("idriftsaettelse", "drift-og-overvaagning"):
        row = ProjectLegalBasis.add_processing(team.project, team.lead.user, phase=phase, processing="Brug", code="H05")
        typed = {
            **row.content,
            "basis": "Artikel 6, stk. 1, litra e",
            "why": "Loven siger det.",
            "judgement": judgement,
        }
        row.change(typed, fingerprint(row.content), team.lead.user)


def approved_dpia(team) -> ProjectDocument:
    """An impact assessment with an opinion in two points, answered, approved on conditions."""
    document = begin(team, "S11")
    write(document, team.lead)
    write(document, team.editor, "Vi vil svare rigtigere")
    document.ask_dpo(team.lead.user, SOON)
    points = ["Slet efter 30 dage.", "Test på egne data."]
    document.give_opinion(team.dpo.user, "advice", "Jeg har to råd.", points, document.state_hash())
    document.answer_advice(team.lead.user, {1: ("followed", ""), 2: ("not-followed", "Der er ingen egne data.")})
    document.ask_management(team.lead.user)
    record = {"opinion": "advice", "high_risks": ["R09"], "not_followed": [2]}
    state = document.state_hash()
    document.decide(
        team.management.user,
        "conditions",
        seen=state,
        conditions="Genbesøg om et år.",
        read=lambda: record,
        approve=keep,
    )
    return document


# Warnings -----------------------------------------------------------------------------------------


def test_a_use_without_a_basis_warns_before_everything_else_and_one_with_does_not(team):
    warning = "Der er ikke beskrevet en tilstrækkelig hjemmel til brugen"
    text = words(team)
    assert text.index(warning) < text.index("Indhold")
    assert warning in page(team)
    describe_use(team, "doubtful")
    assert "Hjemlen til brugen er tvivlsom" in words(team)
    describe_use(team)
    assert warning not in words(team)
    assert warning not in page(team)


def test_a_risk_that_stays_high_warns_with_its_title(team):
    title = catalogues.current().find("risk", "R09").title
    assert "En høj risiko er tilbage" not in words(team)
    assess(team, **HIGH)
    text = words(team)
    assert f"En høj risiko er tilbage efter foranstaltningerne: R09 {title}." in text
    assess(team, likelihood_after=1, consequence_after=1)
    assert "En høj risiko er tilbage" not in words(team)


# Documents ----------------------------------------------------------------------------------------


def test_opinion_answers_and_decision_stand_in_the_report(team):
    approved_dpia(team)
    text = words(team)
    for expected in (
        "S11 Konsekvensanalyse",
        "Jeg har to råd.",
        "Slet efter 30 dage.",
        "Følges ikke",
        "Der er ingen egne data.",
        "Ja, på vilkår",
        "Genbesøg om et år.",
        "Råd, som ikke er fulgt helt: 2.",
        "Risici, som forblev høje: R09 ",
    ):
        assert expected in text, expected


def test_what_was_said_of_another_state_says_that_the_document_has_changed(team):
    document = approved_dpia(team)
    assert "ændret siden" not in words(team)
    FieldAnswer.objects.filter(document=document).update(value="Noget andet")
    text = words(team)
    assert text.count("Dokumentet er ændret siden.") == 2
    assert "for en AI-løsning er ændret, siden det blev besluttet." in text
    assert "er ændret siden databeskyttelsesrådgiverens udtalelse." in page(team)


def test_the_state_of_each_document_is_the_one_that_a_decision_would_be_about(team):
    approved_dpia(team)
    write(begin(team, "S11"), team.lead, "Anden version")
    begin(team, "S08")
    states = {(row.document.template, row.document.version): row.state for row in held(team).documents}
    stored = {(row.template, row.version): row.state_hash() for row in team.project.documents.all()}
    assert states == stored
    text = words(team).replace(" ", "")
    assert all(state in text for state in states.values())


def test_decisions_at_decision_points_stand_in_the_report_and_open_ones_are_missing(team):
    Decision.objects.create(
        project=team.project, point="P1", by=team.management.user, answer="no", reason="For dyrt.", state="b" * 64
    )
    text = words(team)
    assert "P1 Beslut, om idéen skal fortsætte" in text
    assert "For dyrt." in text
    assert "Der er ikke truffet en beslutning ved P2" in text
    assert "Der er ikke truffet en beslutning ved P1" not in text
    assert "Det, som beslutningen hviler på, er ændret siden." in text


def test_a_decision_at_a_point_says_what_it_rested_on_and_no_change_where_there_is_none(team):
    assess(team, **HIGH)
    point = read_project(held(team).project, catalogues.current(), timezone.localdate()).point("P1")
    Decision.objects.create(
        project=team.project,
        point="P1",
        by=team.management.user,
        answer="yes",
        state=point.state,
        rested_on=point.record,
    )
    text = words(team)
    assert "Risici, som forblev høje: R09 " in text
    assert "Det, som beslutningen hviler på, er ændret siden." not in text


def test_a_record_of_another_shape_does_no_harm(team):
    record = {"documents": [{"code": []}, 3], "high_risks": [{}, None], "open_risks": "R09", "opinion": {}}
    Decision.objects.create(project=team.project, point="P1", answer="yes", state="b" * 64, rested_on=record)
    assert "Ingen udtalelse." in words(team)


# The rest -----------------------------------------------------------------------------------------


def test_risks_measures_requirements_and_people_stand_in_the_report(team):
    assess(team, **HIGH, reason="Mange sager", reason_after="Der er tilsyn.", treatment="reduce", owner=team.editor.pk)
    Measure.add_measure(team.project, "Stikprøver hver uge", ["R09", "K31"], team.lead.user)
    row = RequirementState(project=team.project, code="K31")
    typed = {**row.content, "state": "partly", "how": "Logfiler findes."}
    RequirementState.assess(team.project, "K31", typed, fingerprint(row.content), team.lead.user)
    Evidence.add_piece(team.project, team.lead.user, place="K31", title="Lograpport", link="", case_number="2026-7")
    text = words(team)
    for expected in (
        "Høj: sandsynlighed 4, konsekvens for borgeren 4",
        "Mange sager",
        "Der er tilsyn.",
        "Stikprøver hver uge (ingen ansvarlig endnu, åben)",
        "Delvist opfyldt",
        "Logfiler findes.",
        "Lograpport, sag 2026-7",
        "Dpo 9901",
        "Databeskyttelsesrådgiver",
        "Projektleder",
    ):
        assert expected in text, expected


def test_the_report_lists_the_activities_that_somebody_has_taken_up_and_counts_the_others(team):
    Task.objects.create(project=team.project, activity="A10", state="done", done_at=timezone.now())
    Task.objects.create(project=team.project, activity="A11", note="Kun en note")
    report = held(team)
    text = words(team)
    first = next(phase for phase in report.plan.phases if any(row.code == "A10" for row in phase.rows))
    titles = {row.code: f"{row.code} {row.title}" for row in first.rows}
    plan = text.split("Nedenfor står de aktiviteter", 1)[1].split("Tjeklister", 1)[0]
    assert titles["A10"] in plan
    assert titles["A11"] not in plan
    assert f"{first.phase} 1 af {first.total} færdige" in text


def test_comments_stand_nowhere_in_the_report(team):
    document = approved_dpia(team)
    for place in ("risk:R09", f"document:{document.number}:4", "S11"):
        Comment.objects.create(project=team.project, place=place, text="Hemmelig snak", by=team.lead.user)
    report = held(team)
    assert "Hemmelig" not in words(team)
    assert "Hemmelig" not in str(report_document(report, "Nogen"))
    assert "Hemmelig" not in page(team)


def test_the_hash_is_the_same_for_the_same_content_in_both_languages_and_another_after_a_change(team):
    before = report_state(held(team))
    with override("en"):
        assert report_state(held(team)) == before
    assert before in page(team)
    assert before in words(team).replace(" ", "")
    ScreeningAnswer.objects.create(project=team.project, question=catalogues.current().questions[0].code, value="no")
    assert report_state(held(team)) != before


@needs_poppler
def test_the_pdf_is_fit_for_archives_and_says_who_fetched_it_from_which_case(team):
    team.project.edit(team.lead.user, case_number="2026-004417", kitos_id="812")
    response = browser(team.dpo).get(report_path(team, "report_file", "pdf"))
    facts = metadata(response.content)
    assert (facts["pdfaid:part"], facts["pdfaid:conformance"], facts["pdfuaid:part"]) == ("2", "A", "1")
    text = " ".join(pdf_text(response.content).split())
    for expected in (team.municipality.name, team.project.title, "2026-004417", "812", "af Dpo 9901", "Versioner og"):
        assert expected in text, expected
    assert response["Cache-Control"].count("no-store")


@needs_poppler
@pytest.mark.parametrize("ending", ["docx", "pdf"])
def test_a_hostile_title_stands_as_it_was_written(team, ending):
    Project.objects.filter(pk=team.project.pk).update(title=HOSTILE[:60])
    text = words(team, ending)
    assert '<script>alert("1")</script>' in text
    assert "<script>alert" not in page(team)
    response = browser(team.lead).get(report_path(team, "report_file", ending))
    assert "\n" not in response["Content-Disposition"]
    assert "/" not in response["Content-Disposition"].partition("filename")[2]


def test_the_file_is_named_by_the_project_and_what_it_is(team):
    named = unquote(browser(team.lead).get(report_path(team, "report_file", "docx"))["Content-Disposition"])
    assert named.endswith(f"{team.project.title} – rapport.docx")


def test_the_list_of_contents_of_the_word_file_leads_to_each_part(team):
    response = browser(team.lead).get(report_path(team, "report_file", "docx"))
    body = docx.Document(io.BytesIO(response.content)).element.body
    listed = {link.get(qn("w:anchor")): link.xpath("string(.)") for link in body.xpath(".//w:hyperlink[@w:anchor]")}
    headings = {
        mark.get(qn("w:name")): mark.getparent().xpath("string(.)") for mark in body.xpath(".//w:bookmarkStart")
    }
    assert list(listed) == list(headings)
    assert all(listed[name].endswith(heading) for name, heading in headings.items())
    assert len(headings) == 12


def test_no_other_ending_is_a_report(team):
    assert browser(team.lead).get(report_path(team, "report_file", "xlsx")).status_code == 404


def test_the_report_costs_the_same_queries_at_ten_and_at_two_thousand_answers(team):
    document = begin(team, "S11")

    def queries(number) -> int:
        FieldAnswer.objects.filter(document=document).delete()
        FieldAnswer.objects.bulk_create(
            FieldAnswer(document=document, section="4", field=f"f{place}", value="Svar") for place in range(number)
        )
        catalogues.current()
        with CaptureQueriesContext(connection) as captured:
            held(team)
        return len(captured)

    assert queries(10) == queries(2_000) <= 39


# The registers ------------------------------------------------------------------------------------


def entry(team) -> dict[str, object]:
    return dict(entry_lines(held(team), LINK))


def test_the_entry_says_whether_and_when_the_dpia_is_done_and_what_the_risks_are(team):
    before = entry(team)
    assert before["Gennemført DPIA / Konsekvensanalyse"] == "Nej"
    assert before["Dato for den seneste DPIA"] == ""
    assert before["Foretaget risikovurdering"] == "Nej"
    assert before["Tilstrækkelig hjemmel til brugen"] == "Nej"
    approved_dpia(team)
    for row in held(team).risks:
        assess(team, row.code, **HIGH | {"likelihood_after": 1})
    describe_use(team)
    after = entry(team)
    assert after["Gennemført DPIA / Konsekvensanalyse"] == "Ja"
    assert after["Dato for den seneste DPIA"] == timezone.localdate()
    assert str(after["Databeskyttelsesrådgiverens udtalelse"]).startswith("Råd til projektet, ")
    assert after["Foretaget risikovurdering"] == "Ja"
    assert after["Hvad viste den seneste risikovurdering?"] == "Mellem risiko"
    assert after["Tilstrækkelig hjemmel til brugen"] == "Ja"
    assert after["Link til dokumentation"] == LINK
    assess(team, **HIGH)
    assert entry(team)["Hvad viste den seneste risikovurdering?"] == "Høj risiko"


def test_a_new_draft_leaves_the_approved_dpia_done_and_a_changed_one_says_so(team):
    document = approved_dpia(team)
    write(begin(team, "S11"), team.lead, "Anden version")
    assert entry(team)["Gennemført DPIA / Konsekvensanalyse"] == "Ja"
    assert "ændret" not in str(entry(team)["Bemærkninger"])
    FieldAnswer.objects.filter(document=document).update(value="Noget andet")
    assert "DPIA’en er ændret, siden den blev besluttet." in str(entry(team)["Bemærkninger"])
    ProjectDocument.objects.filter(version=2).update(status="approved")
    newest, at = ProjectDocument.objects.get(version=2), timezone.now() + timedelta(days=40)
    Decision.objects.create(project=team.project, document=newest, answer="yes", state="x", at=at)
    assert entry(team)["Dato for den seneste DPIA"] == timezone.localdate(at)


def test_the_file_has_the_lines_of_the_page_in_one_row_and_nothing_a_spreadsheet_runs(team):
    Project.objects.filter(pk=team.project.pk).update(title="=cmd|1!A1", kitos_id="812")
    content = response_bytes(browser(team.reader).get(report_path(team, "register_csv"))).decode("utf-8-sig")
    headings, values = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    row = dict(zip(headings, values, strict=True))
    assert row["Navn"] == "'=cmd|1!A1"
    assert row["Nummer i KITOS"] == "812"
    assert (
        row["Link til dokumentation"] == f"http://testserver{reverse('projects:overview', args=team.project.address)}"
    )
    assert "Nummer i KITOS: 812" in page(team)


def test_each_value_to_copy_stands_on_a_line_of_its_own(team):
    team.project.facts.create(key="solution", value="Brevhjælp\nGennemført DPIA: Ja")
    text = entry_text(entry_lines(held(team), LINK))
    assert text.splitlines()[0] == "Navn: Brevhjælp Gennemført DPIA: Ja"
    assert len(text.splitlines()) == len(entry_lines(held(team), LINK))
