"""`makemigrations`: a change of the schema is found, a change of wording is none."""

import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.validators import MinLengthValidator
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from kl_ai.management.autodetector import SchemaAutodetector
from legaltoolbox.models import Risk, ScaleLevel
from tests.environment import ROOT, clean


def migrations_needed() -> bool:
    """Whether `makemigrations --check` finds a change."""
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
    except SystemExit:
        return True
    return False


def risk_field(name: str):
    return Risk._meta.get_field(name)


def change_wording(monkeypatch) -> None:
    """Another text wherever a model of the toolbox has one."""
    title, kind = risk_field("title"), risk_field("kind")
    monkeypatch.setattr(title, "help_text", "Another help text.")
    monkeypatch.setattr(title, "verbose_name", "another title")
    monkeypatch.setattr(title, "_validators", [MinLengthValidator(3)])
    monkeypatch.setattr(title, "_error_messages", {"blank": "Another message."})
    monkeypatch.setattr(kind, "choices", [(value, f"{label} anew") for value, label in kind.choices])
    monkeypatch.setitem(Risk._meta.original_attrs, "verbose_name", "another risk")
    monkeypatch.setitem(Risk._meta.original_attrs, "verbose_name_plural", "other risks")
    monkeypatch.setattr(ScaleLevel._meta.constraints[0], "violation_error_message", "Another sentence.")


@pytest.mark.django_db
def test_a_changed_text_is_no_migration(monkeypatch):
    change_wording(monkeypatch)
    assert not migrations_needed()


def test_django_itself_would_make_one_of_it(monkeypatch):
    change_wording(monkeypatch)
    states = MigrationLoader(None).project_state(), ProjectState.from_apps(risk_field("title").model._meta.apps)
    assert "legaltoolbox" in MigrationAutodetector(*states).changes(MigrationLoader(None).graph)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "attribute", "value"),
    [("title", "max_length", 151), ("signs", "null", True), ("kind", "choices", [("legality", "a"), ("weather", "b")])],
)
def test_a_changed_column_is_a_migration(field, attribute, value, monkeypatch):
    monkeypatch.setattr(risk_field(field), attribute, value)
    assert migrations_needed()


def test_a_migration_that_is_written_holds_no_wording(monkeypatch):
    change_wording(monkeypatch)
    monkeypatch.setattr(risk_field("title"), "max_length", 151)
    loader = MigrationLoader(None)
    changes = SchemaAutodetector(loader.project_state(), ProjectState.from_apps(Risk._meta.apps)).changes(loader.graph)
    (operation,) = changes["legaltoolbox"][0].operations
    _name, _path, _args, arguments = operation.field.deconstruct()
    assert arguments == {"max_length": 151}


@pytest.mark.django_db
def test_migrate_asks_for_no_migration_of_a_text_either(monkeypatch, capsys):
    change_wording(monkeypatch)
    call_command("migrate")
    assert "No migrations to apply." in capsys.readouterr().out
    monkeypatch.setattr(risk_field("title"), "max_length", 151)
    call_command("migrate")
    assert "not yet reflected in a migration" in capsys.readouterr().out


def test_without_settings_a_sentence_says_what_to_set():
    command = [sys.executable, "manage.py", "makemigrations", "--check"]
    outcome = subprocess.run(command, cwd=ROOT, env=clean(), capture_output=True, text=True)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("manage.py: SECRET_KEY is not set.")
    assert "DEBUG=true" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
