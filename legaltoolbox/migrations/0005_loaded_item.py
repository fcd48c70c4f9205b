"""The table in which `load_content` remembers how it left each item.

Safe while version 1.0.0 still serves, which does not know the table.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("legaltoolbox", "0004_row_key_unique")]

    operations = [
        migrations.CreateModel(
            name="LoadedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(max_length=64)),
                ("is_withdrawn", models.BooleanField(default=False)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("kind", "key"), name="item_loaded_once")]},
        ),
    ]
