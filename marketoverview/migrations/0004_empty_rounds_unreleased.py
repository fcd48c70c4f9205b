"""Rounds without questions and responses are not released: stored rounds count as released, and these ask nothing.

Safe while the previous version still serves, which does not read the field.
"""

from django.db import migrations
from django.db.models import Exists, OuterRef


def take_back_empty_rounds(apps, schema_editor):
    SurveyRound = apps.get_model("marketoverview", "SurveyRound")
    Response = apps.get_model("marketoverview", "Response")
    asked = apps.get_model("marketoverview", "Question").rounds.through.objects.filter(surveyround=OuterRef("pk"))
    empty = SurveyRound.objects.exclude(Exists(asked)).exclude(Exists(Response.objects.filter(round=OuterRef("pk"))))
    empty.update(released_at=None)


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0003_round_released_at")]
    operations = [migrations.RunPython(take_back_empty_rounds, migrations.RunPython.noop, elidable=False)]
