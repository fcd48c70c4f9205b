"""`manage.py load_roles`: the groups of KL's staff and their permissions, as this version of the portal needs them."""

import sys
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

ROLES = settings.BASE_DIR / "fixtures" / "roles.yaml"


class Command(BaseCommand):
    help = (
        "Gives the groups of KL's staff the permissions that they lack, and makes the groups that are missing. "
        "Takes no permission away and touches no text, so it can be run after every upgrade, and again. "
        "Where any of the groups exists, lists what is missing and asks first: it may have been taken away on purpose."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what is missing")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args, dry_run: bool, yes: bool, verbosity: int, **options) -> None:
        missing = _missing_permissions()
        groups = {group.name: group for group in Group.objects.filter(name__in=missing)}
        if not dry_run:
            lacking = {name: permissions for name, permissions in missing.items() if permissions}
            if groups and lacking and not yes:
                self._confirm(lacking)
            with transaction.atomic():
                for name, permissions in missing.items():
                    group = groups.get(name) or Group.objects.create(name=name)
                    group.permissions.add(*permissions)
        if verbosity:
            for name, permissions in missing.items():
                self.stdout.write(_line(name, "lacks" if dry_run else "was given", permissions))

    def _confirm(self, lacking: dict[str, list[Permission]]) -> None:
        """List what these groups lack. Raises `CommandError` where nobody has said yes to giving it."""
        for name, permissions in lacking.items():
            self.stdout.write(_line(name, "lacks", permissions))
        if not sys.stdin.isatty():
            raise CommandError("Nothing was changed. Add --yes to give the groups what is listed.")
        if input('Type "yes" to give it to them: ').strip().lower() != "yes":
            raise CommandError("Nothing was changed.")


def _missing_permissions() -> dict[str, list[Permission]]:
    """Name of each group of the fixture to the permissions that it lacks; all of them where there is no such group.

    Raises `CommandError` for a permission that the database does not have. One query, and one for each group.
    """
    known = {permission.natural_key(): permission for permission in Permission.objects.select_related("content_type")}
    missing = {}
    for record in _records(ROLES):
        name, keys = record["name"], [tuple(key) for key in record["permissions"]]
        if unknown := [".".join(key) for key in keys if key not in known]:
            raise CommandError(
                f"{name}: there is no permission {', '.join(unknown)}. Has `manage.py migrate` been run?"
            )
        own = set(Permission.objects.filter(group__name=name).values_list("pk", flat=True))
        missing[name] = [known[key] for key in keys if known[key].pk not in own]
    return missing


def _line(name: str, verb: str, permissions: list[Permission]) -> str:
    """The line about one group."""
    if not permissions:
        return f"{name}: has all its permissions."
    return f"{name}: {verb} {', '.join(sorted(permission.codename for permission in permissions))}."


def _records(path: Path) -> list[dict[str, Any]]:
    """Name and permissions of each group of a fixture."""
    return [record["fields"] for record in yaml.safe_load(path.read_text(encoding="utf-8"))]
