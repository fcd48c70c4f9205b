"""Export, import and export of a whole project give the same bytes, and nothing that was decided elsewhere counts here."""

import json
from datetime import timedelta

import jsonschema
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.drafts.parts import fingerprint
from kl_ai.text import clean_text
from legaltoolbox.projects.models import DocumentStatus, Project, ProjectEvent, ProjectImport
from legaltoolbox.projects.models.portable import DETAILS, HISTORY, WORK
from tests.legaltoolbox.projects.documents import begin, browser, looked_at, shown_to_decide
from tests.legaltoolbox.projects.project_rows import say_all
from tests.legaltoolbox.projects.whole import as_imported, fill, import_file, project_record, vary, whole_file, written
from tests.reading import read_json

pytestmark = pytest.mark.database
SCHEMA = "/juridisk-vaerktoejskasse/projekt.schema.json"

letters = st.text(min_size=1, max_size=40) | st.sampled_from(
    [
        "Blåbærgrød på Ærø",
        "👩‍👩‍👧 og 🇩🇰",
        "<script>alert(1)</script>",
        "{{ 1 }} {% x %}",
        "ord " * 240,
        "a\n\nb\tc",
        "\\u0000 \"'",
    ]
)
texts = st.lists(letters.map(lambda text: clean_text(text).strip()).filter(len), min_size=1, max_size=8)


# There and back -------------------------------------------------------------------------------------


class Undone(Exception):
    pass


@hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=texts, random=st.randoms(use_true_random=False))
def test_export_import_export_gives_the_same_bytes(words, random, team):
    try:
        with transaction.atomic():
            project = fill(team, words)
            vary(random)
            first = whole_file(project)
            second_project = import_file(team.municipality, team.editor, first)
            second = whole_file(second_project)
            third = whole_file(import_file(team.municipality, team.strange, second))
            assert written(second["project"]) == written(as_imported(first["project"]))
            assert written(third) == written(second)
            raise Undone
    except Undone:
        team.project.refresh_from_db()


def test_importing_twice_gives_what_importing_once_gives(team):
    record = as_imported(project_record(fill(team)))
    assert as_imported(record) == record


def test_the_file_of_the_page_is_the_project_and_follows_its_schema(team, client):
    project = fill(team)
    response = browser(team.lead).get(reverse("projects:project_json", args=project.address))
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith("attachment")
    file = json.loads(response.content)
    assert file["project"] == json.loads(written(project_record(project)))
    schema = read_json(client, SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"http://testserver{SCHEMA}"
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(file)
    validator.validate(whole_file(import_file(team.municipality, team.editor, file)))


def test_an_empty_project_follows_the_schema_and_comes_back(team):
    first = whole_file(team.project)
    second = whole_file(import_file(team.municipality, team.lead, first))
    assert second["project"] == as_imported(first["project"])


def test_what_the_portal_approves_comes_back(team):
    """An impact assessment with the tables that the project's own rows fill, approved on its page as people do it."""
    say_all(team)
    document = begin(team, "S11")
    url = lambda step: reverse(f"projects:{step}", args=[*team.project.address, document.number])  # noqa: E731
    lead, dpo, management = (browser(each) for each in (team.lead, team.dpo, team.management))
    document.save_section("4", {"1": ""}, {"1": "Vi svarer hurtigere"}, fingerprint({"1": ""}), team.editor.user)
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    lead.post(url("document_ask_dpo"), {"until": until, "unfinished": "on"})
    dpo.post(url("document_opinion"), looked_at({"verdict": "supports", "state": document.state_hash()}))
    lead.post(url("document_ask_management"))
    management.post(url("document_decide"), {"answer": "yes", "reason": "Det haster."} | shown_to_decide(document))
    document.refresh_from_db()
    assert document.status == DocumentStatus.APPROVED
    assert any(table["rows"] for *_place, table in document.approved_content["tables"])
    first = whole_file(team.project)
    second = whole_file(import_file(team.municipality, team.lead, first))
    assert second["project"] == as_imported(first["project"])


LEFT_OUT = {
    "letters",
    "based_on",
    "catalogue_version",
    "texts_version",
    "id",
    "project",
    "document",
    "opinion",
    "decision",
    "parent",
    "page",
    "page_save",
    "municipality",
    "number",
    "changed_at",
    "announced",
    "sent_state",
    "delete_after",
    "docx",
    "pdf",
    "annex",
    "recipient",
    "link_number",
}
"""Fields that no file has: keys, what is of this municipality, and the bytes of approved files."""
NO_PART = {"ImportedRecord", "ProjectImport", "AnnexAnswer", "AnnexPart", "SharedCopy"}
"""Models without a part: what came with a file stands there by itself, and what a vendor has not handed in is the vendor's alone.

A shared copy is what others have; the project's events say when it was given.
"""


def test_no_field_of_a_project_is_forgotten():
    """A new field, or a new model with rows of a project, stands in the file or is named here."""
    parts = {}
    waiting = [DETAILS, *WORK, *HISTORY]
    while waiting:
        part = waiting.pop()
        waiting += part.parts
        parts.setdefault(part.model, set()).update(part.fields, part.people)
    of_project = {
        model
        for model in apps.get_app_config("projects").get_models()
        if any(
            field.name in ("project", "document", "opinion", "annex", "recipient")
            for field in model._meta.concrete_fields
        )
    }
    assert {model.__name__ for model in of_project - parts.keys()} == NO_PART
    forgotten = {
        f"{model.__name__}.{field.name}"
        for model, named in parts.items()
        for field in model._meta.concrete_fields
        if field.name not in named | LEFT_OUT
    }
    assert forgotten == set()


def test_the_number_of_queries_is_constant(team, django_assert_max_num_queries, django_assert_num_queries):
    def count() -> int:
        with django_assert_max_num_queries(60) as queries:
            project_record(Project.objects.get(pk=team.project.pk))
        return len(queries)

    fill(team)
    few = count()
    for number in range(10):
        team.project.measures.create(text=f"Mål {number}", owner=team.lead)
        team.project.comments.create(place="R09", text=f"{number}", by=team.lead.user)
        document = team.project.documents.create(
            number=20 + number, template=f"S{20 + number}", created_by=team.lead.user
        )
        document.answers.create(section="1", field="1", value="x")
    assert count() == few


# What an import means -------------------------------------------------------------------------------


def test_nobody_of_the_file_is_let_in_and_the_importer_leads(team, other_team):
    project = import_file(other_team.municipality, other_team.strange, whole_file(fill(team)))
    assert [(row.member, row.role) for row in project.members.all()] == [(other_team.strange, "lead")]
    assert [(event.what, event.actor) for event in project.events.all()] == [("imported", other_team.strange.user)]
    assert all(row.owner is None and row.saved_by is None for row in project.tasks.all())
    assert project.number == 2
    assert project.municipality == other_team.municipality


def test_what_was_approved_elsewhere_is_a_draft_without_opinion_or_decision(team):
    project = import_file(team.municipality, team.lead, whole_file(fill(team)))
    assert {(each.template, each.version, each.status) for each in project.documents.all()} == {
        ("S05", 2, DocumentStatus.DRAFT),
        ("S11", 1, DocumentStatus.DRAFT),
        ("S99", 1, DocumentStatus.DRAFT),
    }
    assert not project.decisions.exists()
    impact_assessment = project.documents.get(template="S11")
    assert impact_assessment.last_opinion() is None
    with pytest.raises(ValidationError, match=r"databeskyttelsesrådgiver|protection officer"):
        impact_assessment.ask_management(team.lead.user)


def test_annexes_of_a_file_are_history_and_a_file_from_before_there_were_any_is_read(team):
    file = whole_file(fill(team))
    project = import_file(team.municipality, team.lead, file)
    assert not project.annexes.exists()
    [sent, draft] = [row.record for row in project.imported_records.filter(part="annexes")]
    assert [each["company"] for each in sent["recipients"]] == ["Alfa Prøve", "På papir"]
    assert sent["chosen"] == "På papir"
    assert draft["recipients"] == []
    page = browser(team.lead).get(reverse("projects:imported", args=project.address), {"del": "annexes"})
    assert "Alfa Prøve" in page.text
    for name in ("history", "imported"):
        del file["project"][name]["annexes"]
    assert not import_file(team.municipality, team.lead, file).imported_records.filter(part="annexes").exists()


def test_work_goes_on_in_an_imported_project_and_comes_along(team):
    project = import_file(team.municipality, team.lead, whole_file(fill(team)))
    project.edit(team.lead.user, title="Et nyt navn")
    project.close(team.lead.user, "Slut")
    again = import_file(team.municipality, team.lead, whole_file(project))
    record = project_record(again)
    assert record["details"]["title"] == "Et nyt navn"
    assert (record["details"]["status"], record["details"]["imported"]["status"]) == ("active", "closed")
    assert [event["what"] for event in record["imported"]["events"]][-2:] == ["edited", "closed"]


def test_a_deleted_project_leaves_nothing_of_what_was_imported(team):
    project = import_file(team.municipality, team.lead, whole_file(fill(team)))
    assert project.imported_records.exists()
    project.delete()
    assert not ProjectImport.objects.exists()
    assert not ProjectEvent.objects.filter(what="imported").exists()
