"""Takes from the group “Redaktører” the permissions to make, change and delete rounds; they keep reading them."""

from django.db import migrations

EDITORS = "Redaktører"
CODENAMES = ("add_surveyround", "change_surveyround", "delete_surveyround")
GIVEN_BACK = ("add_surveyround", "change_surveyround")
"""What the group had before; deleting was never among its permissions."""


def permissions(apps, codenames):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="marketoverview", codename__in=codenames
    )


def take(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=EDITORS):
        group.permissions.remove(*permissions(apps, CODENAMES))


def give_back(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=EDITORS):
        group.permissions.add(*permissions(apps, GIVEN_BACK))


class Migration(migrations.Migration):
    dependencies = [
        ("marketoverview", "0019_join_request_left_to_kl"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(take, give_back)]
