"""Texts that are stored already are cleaned as every form cleans them: line ends, invisible characters, spaces.

Otherwise an item that an editor has written under version 1.0.0 would lose a lawyer's confirmation when it is saved as
it is. Safe while that version still serves.
"""

from django.db import migrations

from kl_ai.stored_texts import clean_rows

MODELS = (
    "LegalSource", "Role", "Phase", "ScreeningQuestion", "DocumentTemplate", "TemplateSection", "TemplateField", "Activity",
    "Involvement", "ActivityCondition", "ChecklistItem", "Risk", "RiskCondition", "Requirement", "RequirementCondition",
    "Guidance", "ScaleLevel",
)


def clean(apps, schema_editor):
    for name in MODELS:
        clean_rows(apps.get_model("legaltoolbox", name), schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("legaltoolbox", "0005_loaded_item")]
    operations = [migrations.RunPython(clean, migrations.RunPython.noop, elidable=False)]
