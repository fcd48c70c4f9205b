"""Stores the names of all vendors and invitations as they are compared now: folded letters, without spaces.

Of every row, since `normalized_from` does not tell which comparison has made the stored name. In blocks with a
transaction of their own; it can be broken off and run again.
"""

from typing import Any

from django.db import migrations

from marketoverview.company_names import stored_name

BLOCK = 500


def store_names(apps, schema_editor) -> None:
    for model_name, column in (("Vendor", "name"), ("Invitation", "company_name")):
        model = apps.get_model("marketoverview", model_name)
        _store(model.objects.using(schema_editor.connection.alias).order_by("pk"), column)


def _store(rows: Any, column: str) -> None:
    last = 0
    while block := list(rows.filter(pk__gt=last)[:BLOCK]):
        changed = []
        for row in block:
            values = stored_name(getattr(row, column))
            if values != {name: getattr(row, name) for name in values}:
                for name, value in values.items():
                    setattr(row, name, value)
                changed.append(row)
        rows.bulk_update(changed, ["normalized_name", "normalized_from"])
        last = block[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("marketoverview", "0029_cancel_invitations_of_former_members")]
    operations = [migrations.RunPython(store_names, migrations.RunPython.noop, elidable=False)]
