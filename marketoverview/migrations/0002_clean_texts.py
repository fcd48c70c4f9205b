"""Texts that are stored already are cleaned as every form cleans them: line ends, invisible characters, spaces.

Otherwise a draft of version 1.0.0 would seem changed when it is saved as it is. Safe while that version still serves.
"""

from django.db import migrations

from kl_ai.stored_texts import clean_rows

MODELS = (
    "SurveyRound", "QuestionGroup", "Question", "Option", "FigureComment", "Vendor", "Response", "Answer",
    "SampleOffering", "Invitation", "JoinRequest",
)


def clean(apps, schema_editor):
    for name in MODELS:
        clean_rows(apps.get_model("marketoverview", name), schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0001_initial")]
    operations = [migrations.RunPython(clean, migrations.RunPython.noop, elidable=False)]
