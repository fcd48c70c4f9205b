"""`manage.py load_roles`: groups get what this version gives them, and keep what KL has given them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from kl_ai.management.commands import load_roles
from marketoverview.models import Question

pytestmark = pytest.mark.usefixtures("bare")

GROUPS = ["Administratorer", "Kuratorer", "Redaktører"]


def permissions(group: str) -> set[str]:
    return set(Group.objects.get(name=group).permissions.values_list("codename", flat=True))


def load(capsys, **options) -> list[str]:
    """Run the command; returns the lines it prints."""
    call_command("load_roles", **options)
    return capsys.readouterr().out.splitlines()


def test_a_new_installation_gets_the_groups_and_the_command_says_so(capsys):
    lines = load(capsys)
    assert sorted(Group.objects.values_list("name", flat=True)) == GROUPS
    assert [line.split(":")[0] for line in lines] == ["Kuratorer", "Redaktører", "Administratorer"]
    assert "review_response" in permissions("Kuratorer")
    assert all("was given" in line for line in lines)


def test_the_groups_are_those_that_the_survey_comes_with(capsys):
    load(capsys)
    loaded = {group: permissions(group) for group in GROUPS}
    Group.objects.all().delete()
    call_command("load_survey", verbosity=0)
    assert {group: permissions(group) for group in GROUPS} == loaded


def test_a_second_run_changes_nothing(capsys):
    load(capsys)
    before = {group: permissions(group) for group in GROUPS}
    assert load(capsys) == [
        f"{name}: has all its permissions." for name in ("Kuratorer", "Redaktører", "Administratorer")
    ]
    assert {group: permissions(group) for group in GROUPS} == before


def test_what_is_missing_is_added_and_what_kl_has_added_stays(capsys):
    load(capsys)
    editors = Group.objects.get(name="Redaktører")
    own, missing = Permission.objects.get(codename="delete_session"), Permission.objects.get(codename="change_risk")
    editors.permissions.add(own)
    editors.permissions.remove(missing)
    colleagues = Group.objects.create(name="Kolleger")
    colleagues.permissions.add(own)
    assert load(capsys, yes=True)[1] == "Redaktører: was given change_risk."
    assert {"delete_session", "change_risk"} <= permissions("Redaktører")
    assert permissions("Kolleger") == {"delete_session"}


def take_away(capsys, codename: str) -> None:
    """Load the groups, and take a permission from the editors."""
    load(capsys)
    Group.objects.get(name="Redaktører").permissions.remove(Permission.objects.get(codename=codename))


def test_without_a_terminal_nobody_is_asked_and_what_kl_has_taken_away_stays_away(capsys, monkeypatch):
    take_away(capsys, "change_risk")
    Group.objects.get(name="Kuratorer").delete()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(CommandError, match=r"Nothing was changed\. Add --yes"):
        call_command("load_roles")
    curators, editors = capsys.readouterr().out.splitlines()
    assert "review_response" in curators
    assert editors == "Redaktører: lacks change_risk."
    assert "change_risk" not in permissions("Redaktører")
    assert not Group.objects.filter(name="Kuratorer").exists()


@pytest.mark.parametrize("answer", ["", "no", "y"])
def test_any_answer_but_yes_changes_nothing(capsys, monkeypatch, answer):
    take_away(capsys, "change_risk")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _prompt: answer)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_roles")
    assert "change_risk" not in permissions("Redaktører")


def test_after_a_yes_the_group_has_what_was_listed(capsys, monkeypatch):
    take_away(capsys, "change_risk")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _prompt: "yes")
    assert load(capsys)[0] == "Redaktører: lacks change_risk."
    assert "change_risk" in permissions("Redaktører")


def test_kls_wording_is_not_touched(capsys):
    call_command("load_survey", verbosity=0)
    Question.objects.filter(code="services").update(heading_da="KL's ord")
    load(capsys)
    assert Question.objects.get(code="services").heading_da == "KL's ord"


def test_a_dry_run_says_what_is_missing_and_gives_nothing(capsys):
    lines = load(capsys, dry_run=True)
    assert [line.split(":")[0] for line in lines] == ["Kuratorer", "Redaktører", "Administratorer"]
    assert all("lacks" in line for line in lines)
    assert not Group.objects.exists()


def test_a_permission_that_the_database_does_not_know_is_named_and_nothing_is_changed(monkeypatch, tmp_path):
    path = tmp_path / "roles.yaml"
    path.write_text(
        "- model: auth.group\n  fields: {name: A, permissions: [[add_group, auth, group]]}\n"
        "- model: auth.group\n  fields: {name: B, permissions: [[fly, moon, rocket]]}\n"
    )
    monkeypatch.setattr(load_roles, "ROLES", path)
    with pytest.raises(CommandError, match=r"B: there is no permission fly\.moon\.rocket.*migrate"):
        call_command("load_roles", verbosity=0)
    assert not Group.objects.exists()
