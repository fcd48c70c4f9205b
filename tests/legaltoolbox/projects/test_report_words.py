"""The sentences of a report say of how many something is counted."""

from django.urls import reverse
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import DocumentStatus
from legaltoolbox.projects.work.report import project_report
from tests.legaltoolbox.projects.documents import begin, browser
from tests.reading import parse


def words(team) -> str:
    address = reverse("projects:report", args=team.project.address)
    return parse(browser(team.lead).get(address).content.decode()).find("main").text


def test_the_documents_that_are_approved_are_counted_among_all_that_are_needed(team):
    document = begin(team, "S11")
    document.status = DocumentStatus.APPROVED
    document.save()
    report = project_report(team.project, catalogues.current(), timezone.localdate())
    number = len(report.not_begun)
    assert number
    assert f"Dokumenter godkendt 1 af {number + 1}, {number} er ikke begyndt" in words(team)


def test_the_phases_without_a_basis_are_counted_in_a_plain_sentence(team):
    report = project_report(team.project, catalogues.current(), timezone.localdate())
    assert f"Hjemlen er ikke på plads endnu i {len(report.bases.lacking)} faser." in words(team)
