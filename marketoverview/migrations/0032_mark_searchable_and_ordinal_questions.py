"""Marks, of the questions that the portal came with, those that free text searches and those whose options are a scale."""

from django.db import migrations

SEARCHABLE = ("services", "technologies", "business-areas")
ORDINAL = ("company-size", "municipal-experience")


def mark_questions(apps, schema_editor) -> None:
    questions = apps.get_model("marketoverview", "Question").objects.using(schema_editor.connection.alias)
    questions.filter(code__in=SEARCHABLE).update(is_searchable=True)
    questions.filter(code__in=ORDINAL).update(is_ordinal=True)


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0031_searchable_ordinal_synonyms")]
    operations = [migrations.RunPython(mark_questions, migrations.RunPython.noop, elidable=False)]
