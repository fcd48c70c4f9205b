"""A name in what came with a file: the person's own copy says where, and nothing of it is left when the login is deleted."""

import json

import pytest
from django.urls import reverse

from kl_ai.people.login_deletion import login_deletion
from legaltoolbox.projects.files.project_reader import read_file
from legaltoolbox.projects.models import ImportedRecord, ProjectImport
from tests.legaltoolbox.projects.whole import fill, import_file, whole_file, written
from tests.mails import log_in_recently

NAME = "Åse Øst-Æblegård"


@pytest.fixture
def file(team) -> dict:
    """The file of a project in which the editor, the lead and the officer have done things."""
    for member in (team.editor, team.dpo):
        member.user.full_name = NAME if member is team.editor else "Anden Person"
        member.user.save()
    fill(team)
    return whole_file(team.project)


def names_left(project) -> str:
    rows = list(ImportedRecord.objects.filter(project=project).values_list("record", flat=True))
    return json.dumps([rows, project.imported.source], ensure_ascii=False)


def test_nothing_of_the_name_is_left_after_the_deletion_and_names_of_others_stay(file, team):
    file["exported"] |= {"imported_by": NAME}
    project = import_file(team.municipality, team.lead, file)
    assert names_left(project).count(NAME) > 10
    others = names_left(project).count("Anden Person")
    login_deletion().delete_login(team.editor.user)
    project = type(project).objects.get(pk=project.pk)
    assert NAME not in names_left(project)
    assert names_left(project).count("Anden Person") == others > 0
    read_file(written(whole_file(project)))  # it can still be imported


def test_who_has_left_the_municipality_is_erased_too(file, team):
    project = import_file(team.municipality, team.lead, file)
    team.editor.end(team.keeper.user)
    login_deletion().delete_login(team.editor.user)
    assert NAME not in names_left(ProjectImport.objects.get(project=project).project)


def test_a_namesake_elsewhere_and_words_of_a_text_stay(file, team, other_team):
    file["project"]["history"]["comments"][0]["text"] = NAME
    here, elsewhere = (import_file(each.municipality, each.lead, file) for each in (team, other_team))
    before = names_left(elsewhere)
    login_deletion().delete_login(team.editor.user)
    assert names_left(elsewhere) == before
    assert names_left(here).count(NAME) == 1


def test_the_own_copy_says_which_imported_records_name_the_person(client, file, team):
    import_file(team.municipality, team.lead, file)
    log_in_recently(client, team.editor.user)
    rows = json.loads(client.get(reverse("vendor:data")).content)["imported_records_with_the_name"]
    assert {"tasks", "events", "comments", "opinions"} <= {row["part"] for row in rows}
    assert {row["municipality"] for row in rows} == {team.municipality.name}
    log_in_recently(client, team.strange.user)
    assert json.loads(client.get(reverse("vendor:data")).content)["imported_records_with_the_name"] == []
