"""`manage.py migrate`: Django's own; it does not ask for a migration where only wording has changed."""

from django.core.management.commands import migrate

from ..autodetector import SchemaAutodetector


class Command(migrate.Command):
    autodetector = SchemaAutodetector
