"""No two rows of an owner have the same key.

Safe while version 1.0.0 still serves: its new rows have no key, and many may have none.
"""

from django.db import migrations, models
from django.db.models import Q


def key_once(model, owner, name):
    return migrations.AddConstraint(
        model, models.UniqueConstraint(fields=(owner, "key"), condition=~Q(key=""), name=name)
    )


class Migration(migrations.Migration):
    dependencies = [("legaltoolbox", "0003_fill_row_keys")]

    operations = [
        key_once("checklistitem", "activity", "checklist_key_once"),
        key_once("templatesection", "template", "section_key_once"),
        key_once("templatefield", "section", "field_key_once"),
    ]
