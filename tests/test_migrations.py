"""Migrations of a release stay as they were, and what they name stays where it was."""

import ast
import hashlib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from tests.checks import not_empty
from tests.environment import ROOT

RELEASED = {
    "kl_ai/migrations/0001_initial.py": "98567fc5e888d83c313f4536ae90326428587ce152212beacd9f02aeccef50b8",
    "legaltoolbox/migrations/0001_initial.py": "6a073ee1135cebb327e2d7a12d0407af8e682f20a1fdd7082d194a651856eb3e",
    "marketoverview/migrations/0001_initial.py": "a215e42e89b2678a7895a450b19c5f6371560681fe3f6963afa157c8d2b242a0",
}
"""Path to SHA-256 of each migration of a released version. A release adds its own here."""
PACKAGES = ("kl_ai", "legaltoolbox", "marketoverview")


@pytest.mark.parametrize("path", RELEASED)
def test_a_released_migration_is_not_changed(path):
    digest = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
    assert digest == RELEASED[path], (
        f"{path} was released, and databases were made with it. Undo the change (git checkout {path}) and write a new "
        "migration for what is to be different: manage.py makemigrations APP --name WHAT_IT_DOES."
    )


def project_names(path: str) -> Iterator[str]:
    """The dotted names of this project's functions and classes that a migration uses."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if name.split(".")[0] in PACKAGES:
            yield name


@pytest.mark.parametrize("name", sorted({name for path in RELEASED for name in project_names(path)}))
def test_what_a_released_migration_names_is_still_there(name):
    """Move the code if you like, and leave its name importable where it was."""
    import_string(name)


# What holds for new ones ------------------------------------------------------------------------


def later_migrations() -> dict[str, Migration]:
    """Name to each migration of ours that came after the first."""
    loader = MigrationLoader(None)
    migrations = ((app, name, loader.get_migration(app, name)) for app, name in loader.disk_migrations)
    return {
        f"{app}.{name}": migration for app, name, migration in migrations if app in PACKAGES and not migration.initial
    }


def test_later_migrations_can_be_taken_back_and_say_what_they_do():
    migrations = later_migrations()
    assert migrations
    for name, migration in migrations.items():
        assert all(operation.reversible for operation in not_empty(migration.operations)), name
        assert "auto" not in name.split("_"), name


def test_later_migrations_keep_data_apart_from_schema():
    migrations = later_migrations()
    assert migrations
    for name, migration in migrations.items():
        of_data = {isinstance(operation, RunPython | RunSQL) for operation in migration.operations}
        assert len(of_data) == 1, name


def test_a_column_with_a_default_of_the_database_has_one_in_the_code_too():
    """The content files are loaded many rows at once, and PostgreSQL takes no such default in an update of many rows."""
    models = apps.get_app_config("legaltoolbox").get_models()
    fields = [field for model in models for field in model._meta.concrete_fields if field.has_db_default()]
    assert fields
    assert [str(field) for field in fields if not field.has_default() and not field.null] == []
