"""The days and times of a file that a project is made from are those that the forms of a project could have stored."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.projects.files.project_json import written
from legaltoolbox.projects.files.project_reader import UnreadableFile, read_file
from legaltoolbox.projects.models import Evidence
from tests.legaltoolbox.projects.documents import browser
from tests.legaltoolbox.projects.whole import fill, whole_file


@pytest.fixture
def file(team) -> dict:
    fill(team)
    return whole_file(team.project)


def in_file(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def problems(file: dict, part: str, name: str, value: str) -> list[str]:
    """What is wrong with the file when the first row of the part that has it gets this value."""
    row = next(row for row in file["project"][part] if row[name] is not None)
    row[name] = value
    try:
        read_file(written(file))
    except UnreadableFile as refused:
        return [str(problem) for problem in refused.problems]
    return []


@pytest.mark.parametrize(("part", "name"), [("tasks", "due"), ("measures", "due"), ("evidence", "dated")])
def test_days_lie_between_2000_and_2099(part, name, file):
    for day in (date(2000, 1, 1), date(2099, 12, 31)):
        assert problems(file, part, name, day.isoformat()) == []
    for day in (date(1999, 12, 31), date(2100, 1, 1), date.min, date.max):
        (problem,) = problems(file, part, name, day.isoformat())
        assert f".{name}: " in problem


def test_nothing_has_happened_before_there_were_portals_or_is_still_to_come(file):
    now = timezone.now()
    for at in (datetime(2020, 1, 1, tzinfo=UTC), now):
        assert problems(file, "tasks", "saved_at", in_file(at)) == []
    for at in (datetime(2019, 12, 31, tzinfo=UTC), now + timedelta(days=1)):
        (problem,) = problems(file, "tasks", "saved_at", in_file(at))
        assert ".saved_at: " in problem


@pytest.mark.parametrize("day", ["1999-12-31", "2100-01-01"])
def test_no_form_stores_a_day_that_no_file_could_bring_back(day, team):
    url = reverse("projects:evidence_add", args=[*team.project.address, "k31"])
    typed = {"evidence-title": "Rapport", "evidence-case_number": "2026-7", "evidence-dated": day}
    assert browser(team.lead).post(url, typed).status_code == 200
    assert not Evidence.objects.exists()
