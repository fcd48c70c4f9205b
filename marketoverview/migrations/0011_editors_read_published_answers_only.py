"""Takes from the group “Redaktører” the permissions to read vendors, members, responses and their log."""

from django.db import migrations

EDITORS = "Redaktører"
CODENAMES = (
    "view_vendor",
    "view_vendormember",
    "view_response",
    "view_answer",
    "view_sampleoffering",
    "view_moderationevent",
)


def permissions(apps):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="marketoverview", codename__in=CODENAMES
    )


def take(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=EDITORS):
        group.permissions.remove(*permissions(apps))


class Migration(migrations.Migration):
    dependencies = [
        ("marketoverview", "0010_vet_known_vendors"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    # Which of them the group had before is not known: taking this back gives none. `load_roles` of the earlier release does.
    operations = [migrations.RunPython(take, migrations.RunPython.noop)]
