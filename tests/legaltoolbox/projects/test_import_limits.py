"""A file brings no more than the pages let a team make, and is measured before anything in it is compared or locked."""

from copy import deepcopy

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from legaltoolbox.projects.files import project_reader
from legaltoolbox.projects.files.project_json import as_imported, written
from legaltoolbox.projects.files.project_reader import UnreadableFile, is_too_much, read_file
from legaltoolbox.projects.models import Project, ProjectImport
from legaltoolbox.projects.models.comments import MOST_COMMENTS
from legaltoolbox.projects.models.legal_bases import MOST_BASES
from legaltoolbox.projects.models.measures import MOST_MEASURES
from legaltoolbox.projects.models.portable import HISTORY, WORK
from legaltoolbox.projects.models.requirements import MOST_EVIDENCE
from legaltoolbox.projects.models.risks import MOST_OWN_RISKS
from legaltoolbox.projects.models.tasks import MOST_OWN_TASKS
from tests.legaltoolbox.projects.whole import fill, whole_file


@pytest.fixture
def file(team):
    return whole_file(fill(team))


def problems(file):
    with pytest.raises(UnreadableFile) as refused:
        read_file(written(file))
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(("part", "most"), [("tasks", MOST_OWN_TASKS), ("risks", MOST_OWN_RISKS)])
def test_a_file_has_as_many_own_rows_as_a_project_can_add(part, most, file):
    rows = file["project"][part]
    field, own = ("activity", "") if part == "tasks" else ("code", "E01")
    model = next(each for each in rows if each[field].startswith("E" if part == "risks" else "") and each["title"])
    rows[:] = [{**model, field: own if part == "tasks" else f"E{number + 1:02}"} for number in range(most)]
    read_file(written(file))
    rows.append({**model, field: own if part == "tasks" else "E900"})
    [problem] = problems(file)
    assert problem.startswith(f"project.{part}:")
    assert str(most) in problem


def test_the_lists_of_a_file_have_the_limits_of_the_pages():
    limits = {part.name: part.most for part in (*WORK, *HISTORY)}
    expected = {
        "measures": MOST_MEASURES,
        "evidence": MOST_EVIDENCE,
        "legal_bases": MOST_BASES,
        "comments": MOST_COMMENTS,
    }
    assert {name: limits[name] for name in expected} == expected


@pytest.mark.parametrize("group", ["work", "history", "imported"])
def test_the_rows_of_a_file_are_counted_before_they_are_compared(group, file, monkeypatch):
    rows = project_reader._rows(file["project"])
    monkeypatch.setattr(project_reader, "MOST_FILE_ROWS", rows)
    read_file(written(file))
    assert not is_too_much(written(file), file["project"])
    project = file["project"]
    lists = {
        "work": project["documents"][0]["sections"],
        **{name: project[name]["events"] for name in ("history", "imported")},
    }
    lists[group].append({})
    monkeypatch.setattr(project_reader, "differing", lambda *_args: pytest.fail("compared"))
    [problem] = problems(file)
    assert f"{rows}" in problem.replace(".", "")
    assert is_too_much(written(file), project)


@pytest.mark.parametrize(
    "project", [None, [], {"documents": 3, "history": [], "imported": {"events": [3, {"replies": 3}]}}]
)
def test_what_has_not_the_form_of_a_project_is_no_error(project, file):
    assert problems({**file, "project": project})


def test_nobody_waits_while_the_rows_of_a_file_are_held_against_the_models(file, team):
    record = as_imported(deepcopy(file["project"]))
    record["documents"][0]["answers"][0]["value"] = "x" * 1_000_000
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(ValidationError),
    ):
        ProjectImport.take(team.municipality, team.lead.user, record, file["exported"], "page")
    assert not queries.captured_queries
    assert Project.objects.count() == 1
