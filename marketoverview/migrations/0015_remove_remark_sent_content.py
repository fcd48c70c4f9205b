from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0014_forget_contents_of_closed_responses")]

    operations = [migrations.RemoveField(model_name="remark", name="sent_content")]
