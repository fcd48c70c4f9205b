"""The list of a project's documents: what is under way, what is approved, and the versions of one document together."""

import re

import pytest
from django.urls import reverse

from legaltoolbox.projects.models import DocumentStatus, ProjectDocument
from tests.legaltoolbox.projects.documents import begin, browser

pytestmark = pytest.mark.any_database


def entries(team) -> list[tuple[str, str, str]]:
    """Heading, code of the template and badge of each document of the list."""
    page = browser(team.lead).get(reverse("projects:documents", args=team.project.address)).content.decode()
    found = []
    for part in re.split(r"<h2 id=", page)[1:]:
        heading = re.search(r">([^<]+)</h2>", part)[1]
        for code, badge in re.findall(
            r'class="task-title"><a [^>]*><span lang="da">(S\d+).*?badge-\w+">([^<]+)<', part, re.S
        ):
            found.append((heading, code, badge))
    return found


def approve(document) -> None:
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.APPROVED)


def test_an_approved_document_is_not_under_way(team):
    approve(begin(team, "S05"))
    begin(team, "S11")
    assert entries(team) == [("I gang", "S11", "Kladde, version 1"), ("Godkendt", "S05", "Godkendt, version 1")]


def test_the_versions_of_a_document_stand_together_the_newest_first(team):
    approve(begin(team, "S11"))
    begin(team, "S05")
    begin(team, "S11")
    assert entries(team) == [
        ("I gang", "S11", "Kladde, version 2"),
        ("I gang", "S11", "Godkendt, version 1"),
        ("I gang", "S05", "Kladde, version 1"),
    ]
