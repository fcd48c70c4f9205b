"""Takes the day of a rewording for that of both languages: until now one day stood for either."""

from django.db import migrations
from django.db.models import F


def fill_reworded_in_english(apps, schema_editor) -> None:
    for name in ("Question", "Option"):
        reworded = apps.get_model("marketoverview", name).objects.filter(reworded_en_on=None, reworded_on__isnull=False)
        reworded.update(reworded_en_on=F("reworded_on"))


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0023_reworded_in_english")]
    operations = [migrations.RunPython(fill_reworded_in_english, migrations.RunPython.noop, elidable=False)]
