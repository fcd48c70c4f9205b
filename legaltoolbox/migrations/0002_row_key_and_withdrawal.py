"""Rows of checklists and templates get a key and can be withdrawn.

Safe while version 1.0.0 still serves: it writes rows without these columns, and the database fills in their defaults.
"""

from django.db import migrations, models

ROWS = (
    "checklistitem",
    "templatesection",
    "templatefield",
    "historicalchecklistitem",
    "historicaltemplatesection",
    "historicaltemplatefield",
)


class Migration(migrations.Migration):
    dependencies = [("legaltoolbox", "0001_initial")]

    operations = [
        operation
        for model in ROWS
        for operation in (
            migrations.AddField(model, "key", models.CharField(max_length=20, default="", db_default="", editable=False)),
            migrations.AddField(model, "is_withdrawn", models.BooleanField(default=False, db_default=False)),
        )
    ]
