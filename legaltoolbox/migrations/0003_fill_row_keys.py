"""Rows that are there get their number as their key, so that A25.3 is called A25.3 from now on, wherever it moves.

A row that was deleted, or moved to another owner, gets a key in the history of its former owner that no other row
there has or had: it can be brought back, and no reference to it comes to mean another row.

Safe while version 1.0.0 still serves, which does not read the keys. Going back leaves them until the columns go.
"""

from collections import defaultdict

from django.db import migrations

ROWS = (
    ("ChecklistItem", "activity_id", "number"),
    ("TemplateSection", "template_id", "position"),
    ("TemplateField", "section_id", "position"),
)
AT_ONCE = 500


def fill_keys(apps, schema_editor):
    alias = schema_editor.connection.alias
    for name, owner, number in ROWS:
        rows = apps.get_model("legaltoolbox", name).objects.using(alias)
        history = apps.get_model("legaltoolbox", f"Historical{name}").objects.using(alias)
        keys = {}
        fill_rows(rows, keys, owner, number)
        fill_history(history, keys, owner, number)


def fill_rows(rows, keys, owner, number):
    """Give each row without a key its number; notes in `keys` the key of each row and owner."""
    without = list(rows.filter(key="").order_by("pk"))
    for row in without:
        row.key = str(getattr(row, number))
    rows.bulk_update(without, ["key"], batch_size=AT_ONCE)
    for row in rows.all():
        keys[row.pk, getattr(row, owner)] = row.key


def fill_history(history, keys, owner, number):
    """Give each line of the history the key of its row, or one of its own where the row is gone from that owner."""
    taken = defaultdict(set)
    for (_row, of_owner), key in keys.items():
        taken[of_owner].add(key)
    without = history.filter(key="").only("id", owner, number)
    lines = list(without.order_by("id", "-history_id"))  # the last number of a row first
    for line in lines:
        place = line.id, getattr(line, owner)
        if place not in keys:
            keys[place] = free_key(taken[place[1]], getattr(line, number))
            taken[place[1]].add(keys[place])
        line.key = keys[place]
    history.bulk_update(lines, ["key"], batch_size=AT_ONCE)


def free_key(taken, number):
    """The number, where no row has it as its key, or else the one after the highest."""
    return str(number) if str(number) not in taken else str(max(int(key) for key in taken if key.isdecimal()) + 1)


class Migration(migrations.Migration):
    dependencies = [("legaltoolbox", "0002_row_key_and_withdrawal")]

    operations = [migrations.RunPython(fill_keys, migrations.RunPython.noop)]
