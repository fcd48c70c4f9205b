"""The demonstration's project has answered texts that have changed since: some wait for a decision, one is kept."""

import pytest
from django.core.management import call_command

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Project, ProjectItem
from legaltoolbox.projects.work.project_catalogue import project_catalogue
from legaltoolbox.projects.work.updates import updates


@pytest.fixture
def project(content_rows, settings):
    settings.DEBUG = True
    call_command("load_demo_projects", verbosity=0)
    return Project.objects.get(municipality__code="9900")


def test_two_changes_wait_and_one_text_is_kept_with_its_reason(project):
    waiting = {update.code: update for update in updates(project, catalogues.current()) if update.to_decide}
    assert waiting.keys() == {"A11", "K35"}
    assert waiting["K35"].needs_new_assessment
    kept = project.items.get(state=ProjectItem.State.KEPT)
    assert (kept.code, bool(kept.reason)) == ("R09", True)


def test_its_pages_show_the_texts_that_it_has_answered(project):
    catalogue = project_catalogue(project, catalogues.current())
    assert catalogue.find("requirement", "K35").level == "should"
    assert catalogues.current().find("requirement", "K35").level == "must"


def test_what_was_decided_stays_when_the_command_runs_again(project):
    call_command("load_demo_projects", verbosity=0)
    call_command("update_projects")
    assert project.item_decisions.count() == 1
    assert {update.code for update in updates(project, catalogues.current()) if update.to_decide} == {"A11", "K35"}
