from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0016_claim_of_a_number_with_another_name")]
    operations = [
        migrations.AddField(
            model_name="membershipevent",
            name="by_kl",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
