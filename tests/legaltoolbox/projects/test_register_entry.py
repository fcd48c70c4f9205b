"""What a project hands over to the registers of a municipality's systems where there are several versions of its DPIA."""

from datetime import timedelta

import pytest
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import DocumentStatus, Opinion, Project, ProjectDocument
from legaltoolbox.projects.work.register_entry import entry_lines
from legaltoolbox.projects.work.report import project_report
from tests.legaltoolbox.projects.documents import begin

pytestmark = pytest.mark.any_database


def opinion_line(team) -> str:
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    report = project_report(project, catalogues.current(), timezone.localdate())
    return str(dict(entry_lines(report, "https://portal.example/"))["Databeskyttelsesrådgiverens udtalelse"])


@pytest.mark.parametrize(("first", "second", "expected"), [(2, 1, "Fraråder"), (1, 2, "Ingen bemærkninger")])
def test_the_entry_has_the_last_opinion_of_any_version(team, first, second, expected):
    """`first` and `second` are so many days ago."""
    for days, verdict in ((first, Opinion.Verdict.SUPPORTS), (second, Opinion.Verdict.AGAINST)):
        document = begin(team, "S11")
        at = timezone.now() - timedelta(days=days)
        Opinion.objects.create(document=document, by=team.dpo.user, verdict=verdict, state="x", at=at)
        ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.APPROVED)
    assert opinion_line(team).startswith(expected)
