"""`manage.py makemigrations`: Django's own, without migrations for labels, help texts and other wording."""

from django.core.management.commands import makemigrations

from ..autodetector import SchemaAutodetector


class Command(makemigrations.Command):
    autodetector = SchemaAutodetector
