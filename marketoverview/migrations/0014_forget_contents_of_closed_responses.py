"""Deletes what is kept of responses sent back that nobody corrects any longer, and the places of the examples in the rest."""

from django.db import migrations

OPEN = ("draft", "submitted", "returned")


def contents(apps):
    return apps.get_model("marketoverview", "SentBackContent").objects.all()


def forget(apps, schema_editor):
    contents(apps).exclude(event__response__status__in=OPEN).delete()
    for kept in contents(apps).iterator():
        for offering in kept.content["offerings"]:
            offering.pop("position", None)
        kept.save(update_fields=["content"])


def give_places(apps, schema_editor):
    """The examples stand in their order: each gets its place again. What was deleted is gone."""
    for kept in contents(apps).iterator():
        for position, offering in enumerate(kept.content["offerings"], 1):
            offering["position"] = position
        kept.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0013_own_words_left_as_other")]

    operations = [migrations.RunPython(forget, give_places)]
