"""How much a project can hold: a document is no longer than a process can make a file of, and says so where it would be."""

import copy
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from kl_ai.pages import places
from kl_ai.people.limits import LIMITS
from legaltoolbox.projects.files import document_bytes as document_files
from legaltoolbox.projects.files import lengths, project_reader
from legaltoolbox.projects.files.project_reader import UnreadableFile, read_file
from legaltoolbox.projects.models import (
    Comment,
    Evidence,
    Measure,
    ProjectDocument,
    ProjectFact,
    ProjectImport,
    ProjectLegalBasis,
    RiskAssessment,
    comments,
    documents,
    legal_bases,
    measures,
    projects,
    requirements,
    tasks,
)
from legaltoolbox.projects.models.document_steps import STEPS
from legaltoolbox.projects.models.opinions import MOST_POINT_LETTERS, MOST_POINTS
from legaltoolbox.projects.models.values import (
    MOST_CELL_LETTERS,
    MOST_DOCUMENT_LETTERS,
    new_row,
    refuse_too_long,
    value_letters,
)
from legaltoolbox.projects.work import section_form, sections
from legaltoolbox.projects.work.section_edits import latest_edits
from tests.legaltoolbox.projects.builders import make_project
from tests.legaltoolbox.projects.documents import begin, browser, find_field, shown_to_decide
from tests.legaltoolbox.projects.whole import import_file, whole_file, written
from tests.reading import parse

pytestmark = pytest.mark.any_database


def rows(number):
    return [new_row(["x" * MOST_CELL_LETTERS], 1) for _row in range(number)]


def too_long():
    with override("da"):
        return str(lengths.TOO_LONG)


def save(document, by, value, section="4", field="1"):
    empty = {field: [] if isinstance(value, list) else ""}
    document.save_section(section, empty, {field: value}, fingerprint(document.stored(section, empty)), by.user)


def test_a_document_takes_no_more_than_a_file_can_be_made_of(team):
    document = begin(team)
    save(document, team.lead, rows(70))
    with pytest.raises(ValidationError, match=r"300\.000"):
        save(document, team.lead, rows(70), field="2")
    save(document, team.editor, "Et kort svar", field="3")
    assert {field for _section, field in document.all_stored()} == {"1", "3"}


def test_a_document_that_is_too_long_already_can_be_made_shorter(team):
    document = begin(team, values={("4", "1"): rows(70), ("4", "2"): rows(70)})
    save(document, team.lead, rows(60), field="2")
    assert len(document.all_stored()["4", "2"]) == 60
    with pytest.raises(ValidationError):
        save(document, team.lead, rows(61), field="2")


def test_many_short_lines_and_cells_count_for_what_they_take(team):
    letters = [["x"] * 20] * 200
    assert value_letters([new_row(cells, 20) for cells in letters]) > 200_000
    assert value_letters("a\n" * 5_000) > 250_000
    assert value_letters("") == value_letters([]) == 0


def test_every_template_leaves_most_of_the_room_to_who_fills_it_in(content):
    for template in content.templates:
        values = sections.first_values(template, content, sections.Situation())
        assert sum(map(value_letters, values.values())) < MOST_DOCUMENT_LETTERS / 3, template
        refuse_too_long(values.values())


def test_an_import_takes_no_document_that_is_too_long(team):
    begin(team, values={("4", "1"): rows(70)})
    file = whole_file(team.project)
    [document] = file["project"]["documents"]
    document["answers"].append({**copy.deepcopy(document["answers"][0]), "field": "2"})
    with pytest.raises(ValidationError, match=r"project\.documents\[0\]\.answers: .*300\.000"):
        import_file(team.municipality, team.lead, file)
    assert not ProjectImport.objects.exists()


@pytest.mark.parametrize("ending", ["docx", "pdf"])
def test_no_file_is_made_of_what_is_too_long(team, monkeypatch, ending):
    document = begin(team)
    monkeypatch.setattr(lengths, "MOST_FILE_LETTERS", 100)
    for name in ("docx_bytes", "pdf_bytes"):
        monkeypatch.setattr(document_files, name, lambda *_args, **_kw: pytest.fail("made"))
    for path in (
        reverse("projects:document_file", args=[*team.project.address, document.number, ending]),
        reverse("projects:report_file", args=[*team.project.address, ending]),
    ):
        response = browser(team.reader).get(path, follow=True)
        assert response.redirect_chain
        assert too_long() in parse(response.content.decode()).text


def test_the_management_reads_why_a_document_that_is_too_long_is_not_approved(team, monkeypatch):
    document = begin(team)
    document.ask_management(team.lead.user)
    monkeypatch.setattr(lengths, "MOST_FILE_LETTERS", 100)
    data = {"answer": "yes", **shown_to_decide(document)}
    path = reverse("projects:document_decide", args=[*team.project.address, 1])
    page = parse(browser(team.management).post(path, data).content.decode())
    assert too_long() in page.text
    document.refresh_from_db()
    assert document.status == "at-management"
    assert not document.decisions.exists()


def many_answers(team, number):
    """The file of a project whose two documents have so many answers in all, half of them of an earlier version."""
    begin(team)
    file = whole_file(team.project)
    [document] = file["project"]["documents"]
    answers = [{"section": "4", "field": f"f{place}", "value": ""} for place in range(number // 2)]
    older = {**document, "number": 2, "version": 2, "answers": answers, "imported": {}}
    document["answers"] = answers
    document["version"] = 3
    file["project"]["imported"]["documents"] = [older]
    return file


def test_a_file_with_too_many_answers_is_refused_before_anything_is_compared(team, monkeypatch, content):
    fields = sum(len(content.fields(each)) for template in content.templates for each in content.sections(template))
    assert fields * 5 < project_reader.MOST_ANSWERS, "five versions of everything"
    monkeypatch.setattr(project_reader, "MOST_ANSWERS", 20)
    with pytest.raises(UnreadableFile) as accepted:
        read_file(written(many_answers(team, 22)))
    assert "20" in accepted.value.problems[0].text
    monkeypatch.setattr(project_reader, "differing", lambda *_args: pytest.fail("compared"))
    for project in (None, [], {"documents": 3, "imported": {"documents": [3, {"answers": 3}]}}):
        file = {**whole_file(team.project), "project": project}
        with pytest.raises(pytest.fail.Exception):
            read_file(written(file))


def test_an_import_waits_for_its_turn_as_files_do_and_its_form_does_not(team, monkeypatch):
    full = places.Places(2)
    assert full.take_for_file()
    monkeypatch.setattr(places, "places", full)
    path = reverse("projects:import", args=[team.municipality.code])
    assert browser(team.lead).get(path).status_code == 200
    file = SimpleUploadedFile("projekt.json", written(whole_file(team.project)), "application/json")
    assert browser(team.lead).post(path, {"file": file}).status_code == 503
    assert not ProjectImport.objects.exists()


def test_a_point_of_advice_that_is_too_long_is_named(team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    with pytest.raises(ValidationError) as refused:
        document.give_opinion(
            team.dpo.user, "advice", "", ["Kort", "x" * (MOST_POINT_LETTERS + 1)], document.state_hash()
        )
    assert "2" in refused.value.message_dict["points"][0]
    assert not document.opinions.exists()
    document.give_opinion(team.dpo.user, "advice", "", ["x" * MOST_POINT_LETTERS], document.state_hash())


def test_a_project_takes_no_more_own_tasks_than_its_file_can_hold(team, monkeypatch):
    assert tasks.MOST_OWN_TASKS == 500
    monkeypatch.setattr(tasks, "MOST_OWN_TASKS", 2)
    first = tasks.Task.add_own(team.project, team.lead.user, {**tasks.EMPTY, "title": "Ring"}, "a")
    tasks.Task.add_own(team.project, team.lead.user, {**tasks.EMPTY, "title": "Skriv"}, "b")
    with pytest.raises(ValidationError, match="2"):
        tasks.Task.add_own(team.project, team.lead.user, {**tasks.EMPTY, "title": "Mødes"}, "c")
    assert tasks.Task.add_own(team.project, team.lead.user, {**tasks.EMPTY, "title": "Ring"}, "a") == first


@pytest.mark.parametrize(
    ("module", "name", "most", "add"),
    [
        (
            requirements,
            "MOST_EVIDENCE",
            500,
            lambda team, n: Evidence.add_piece(
                team.project, team.lead.user, place="K31", title=f"Rapport {n}", case_number="7"
            ),
        ),
        (
            comments,
            "MOST_COMMENTS",
            5_000,
            lambda team, n: Comment.write(team.project, team.lead.user, "R09", f"Spørgsmål {n}"),
        ),
        (
            measures,
            "MOST_MEASURES",
            500,
            lambda team, n: Measure.add_measure(team.project, f"Slet efter {n} dage", ["R09"], team.lead.user),
        ),
        (
            legal_bases,
            "MOST_BASES",
            200,
            lambda team, n: ProjectLegalBasis.add_processing(
                team.project, team.lead.user, phase="idriftsaettelse", processing=f"Brev {n}"
            ),
        ),
        (documents, "MOST_DOCUMENTS", 200, lambda team, n: begin(team, f"S0{n}")),
    ],
    ids=["evidence", "comments", "measures", "bases", "documents"],
)
def test_a_project_takes_so_many_of_each_and_no_more(team, monkeypatch, module, name, most, add):
    assert getattr(module, name) == most
    monkeypatch.setattr(module, name, 2)
    rows = [add(team, number) for number in (5, 6)]
    with pytest.raises(ValidationError, match="2"):
        add(team, 7)
    assert type(rows[0]).objects.count() == 2


def test_an_opinion_has_so_many_points_and_no_more(team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    points = [f"Råd {number}" for number in range(MOST_POINTS + 1)]
    with pytest.raises(ValidationError) as refused:
        document.give_opinion(team.dpo.user, "advice", "", points, document.state_hash())
    assert list(refused.value.message_dict) == ["points"]
    opinion = document.give_opinion(team.dpo.user, "advice", "", points[1:], document.state_hash())
    assert opinion.points.count() == 50


def test_the_tables_of_a_section_have_no_more_cells_than_a_form_can_have_fields(team, content, monkeypatch, settings):
    beside = max(len(content.fields(each)) for template in content.templates for each in content.sections(template))
    assert section_form.MOST_CELLS + 2 * beside < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    template, section, field = find_field(sections.Kind.TABLE, lambda field: not field.row_labels)
    document = begin(team, template.code)
    path = reverse("projects:section", args=[*team.project.address, document.number, section.key])
    name = f"f-{field.key}"
    typed = {f"{name}.rows": ["0a1b2c3d"], f"{name}.0a1b2c3d.0": "Første celle"}
    monkeypatch.setattr(section_form, "MOST_CELLS", 1)
    page = browser(team.lead).post(path, typed).content.decode()
    assert "for lange tilsammen" in page
    assert "Første celle" in page
    assert "Første celle" not in str(document.all_stored())


def test_a_fact_is_no_longer_than_the_line_that_it_stands_in(team):
    stored = ProjectFact.stored(team.project)
    for letters in (501, 500):
        values = stored | {"solution": "x" * letters}
        try:
            ProjectFact.save_all(team.project, values, fingerprint(stored), team.lead.user)
        except ValidationError:
            assert letters == 501
    assert [len(fact.value) for fact in team.project.facts.all()] == [500]


def test_the_officer_gets_five_days_at_least(team):
    document, today = begin(team, "S11"), timezone.localdate()
    with pytest.raises(ValidationError) as refused:
        document.ask_dpo(team.lead.user, today + timedelta(days=4))
    assert list(refused.value.message_dict) == ["until"]
    document.ask_dpo(team.lead.user, today + timedelta(days=5))
    assert document.opinion_until == today + timedelta(days=5)


def test_a_second_click_on_a_step_is_no_error_and_no_second_step(team):
    document, until = begin(team), timezone.localdate() + timedelta(days=14)
    for verb in (lambda: document.ask_dpo(team.lead.user, until), lambda: document.take_back(team.lead.user)):
        for _click in range(2):
            verb()
    document.ask_management(team.lead.user)
    document.ask_management(team.lead.user)
    steps = team.project.events.filter(place="S05", what__in=STEPS)
    assert steps.count() == 3
    with pytest.raises(ValidationError):
        document.ask_management(team.editor.user)


def test_a_person_makes_so_many_projects_a_day_and_a_colleague_as_many(team):
    path = reverse("projects:new", args=[team.municipality.code])
    [limit] = LIMITS["make_project"]
    made = [browser(team.lead).post(path, {"title": f"Projekt {number}"}).status_code for number in range(limit.most)]
    assert set(made) == {302}
    refused = browser(team.lead).post(path, {"title": "Et til"})
    assert refused.status_code == 200
    assert "for mange gange" in refused.content.decode()
    assert browser(team.editor).post(path, {"title": "Et til"}).status_code == 302


def test_a_municipality_has_so_many_projects_whether_made_or_imported(team, monkeypatch):
    assert projects.MOST_PROJECTS == 500
    monkeypatch.setattr(projects, "MOST_PROJECTS", 2)
    file = whole_file(team.project)
    make_project(team.municipality, team.lead)
    for make in (
        lambda: make_project(team.municipality, team.lead),
        lambda: import_file(team.municipality, team.lead, file),
    ):
        with pytest.raises(ValidationError, match="2"):
            make()
    assert team.municipality.projects.count() == 2


def test_a_file_with_the_highest_numbers_closes_neither_risks_nor_documents(team):
    team.project.risk_assessments.create(code="E999", title="Sidste")
    begin(team)
    team.project.documents.update(number=10_000)
    project = import_file(team.municipality, team.lead, whole_file(team.project))
    codes = [RiskAssessment.add_own(project, title, team.lead.user).code for title in ("Ny", "Endnu en")]
    assert codes == ["E01", "E02"]
    document = ProjectDocument.begin(project, team.lead.user, template="S06", template_version="1.1", values={})
    assert document.number == 1
    project.risk_assessments.get(code="E02").withdraw(team.lead.user)
    assert RiskAssessment.add_own(project, "Tredje", team.lead.user).code == "E03"


def test_the_page_of_a_section_shows_the_latest_changes_of_a_field_and_how_many_there_are_before(team):
    document = begin(team)
    for number in range(13):
        save(document, (team.lead, team.editor)[number % 2], f"Svar nr. {number}.")
    save(document, team.lead, "Noget andet", field="2")
    path = reverse("projects:section", args=[*team.project.address, 1, "4"])
    words = parse(browser(team.reader).get(path).content.decode()).text
    assert "Svar nr. 3." in words
    assert "Svar nr. 1." not in words
    assert "Noget andet" in words
    latest = latest_edits(document, "4")
    assert [edit.earlier for edit in latest if edit.earlier] == [3]
    assert len(latest) == 11


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_file_is_made_for_who_reads_it_and_for_no_other_method(team, method):
    begin(team)
    for name, *args in (
        ("document_file", 1, "pdf"),
        ("report",),
        ("report_file", "pdf"),
        ("register_csv",),
        ("project_json",),
    ):
        path = reverse(f"projects:{name}", args=[*team.project.address, *args])
        assert getattr(browser(team.lead), method)(path).status_code == 405, path


def test_a_second_click_on_letting_somebody_in_is_no_error(team):
    path = reverse("projects:members", args=team.project.address)
    data = {"person": team.strange.pk, "role": "reader"}
    for _click in range(2):
        assert browser(team.lead).post(path, data).status_code == 302
        team.project.add_member(team.lead.user, team.strange, "reader")
    assert team.project.events.filter(what="member-added", person=team.strange.user).count() == 1
    assert browser(team.lead).post(path, {**data, "role": "editor"}).status_code == 200
