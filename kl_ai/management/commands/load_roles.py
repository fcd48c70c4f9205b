"""`manage.py load_roles`: the groups of KL's staff and their permissions, as this version of the portal needs them."""

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
        "Takes no permission away and touches no text, so it can be run after every upgrade, and again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what is missing")

    @transaction.atomic
    def handle(self, *args, dry_run: bool, verbosity: int, **options) -> None:
        permissions = Permission.objects.select_related("content_type")
        known = {permission.natural_key(): permission for permission in permissions}
        for record in _records(ROLES):
            name, keys = record["name"], [tuple(key) for key in record["permissions"]]
            if unknown := [".".join(key) for key in keys if key not in known]:
                raise CommandError(
                    f"{name}: there is no permission {', '.join(unknown)}. Has `manage.py migrate` been run?"
                )
            line = self._complete(name, [known[key] for key in keys], dry_run)
            if verbosity:
                self.stdout.write(line)

    def _complete(self, name: str, permissions: list[Permission], dry_run: bool) -> str:
        """Give a group what it lacks. Returns the line that says so."""
        group = Group.objects.filter(name=name).first()
        own = set(group.permissions.values_list("pk", flat=True)) if group else set()
        missing = [permission for permission in permissions if permission.pk not in own]
        if not dry_run:
            group = group or Group.objects.create(name=name)
            group.permissions.add(*missing)
        if not missing:
            return f"{name}: has all its permissions."
        verb = "lacks" if dry_run else "was given"
        return f"{name}: {verb} {', '.join(sorted(permission.codename for permission in missing))}."


def _records(path: Path) -> list[dict[str, Any]]:
    """Name and permissions of each group of a fixture."""
    return [record["fields"] for record in yaml.safe_load(path.read_text(encoding="utf-8"))]
