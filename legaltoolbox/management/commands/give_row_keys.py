"""`manage.py give_row_keys`: keys for the rows that version 1.0.0 has written while a newer version was installed."""

from django.core.management.base import BaseCommand

from legaltoolbox.content.rows import give_missing_keys


class Command(BaseCommand):
    help = "Gives a key to each row of a checklist or template that has none: version 1.0.0 writes rows without."

    def handle(self, *args, **options) -> None:
        number = give_missing_keys()
        self.stdout.write(f"Rows that have got a key: {number}." if number else "Every row has a key.")
