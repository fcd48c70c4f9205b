from django.db import migrations, models

STATUSES = [(status, status) for status in ("in_force", "adopted", "proposed", "repealed", "guidance")]


class Migration(migrations.Migration):
    dependencies = [("legaltoolbox", "0017_evidence_harm_and_basis_conditions")]

    operations = [
        migrations.AlterField(
            model_name="historicallegalsource",
            name="status",
            field=models.CharField(choices=STATUSES, max_length=10),
        ),
        migrations.AlterField(
            model_name="legalsource",
            name="status",
            field=models.CharField(choices=STATUSES, max_length=10),
        ),
    ]
