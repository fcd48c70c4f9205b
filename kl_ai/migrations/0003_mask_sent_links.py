"""Masks the secret links in the stored texts of mails that were sent before links were masked when a mail is sent."""

from django.db import migrations

from ..text import mask_tokens


def mask_sent_links(apps, schema_editor) -> None:
    mails = apps.get_model("kl_ai", "OutgoingMail").objects.exclude(sent_at=None).filter(body__contains="/invitation/")
    for mail in mails.only("body").iterator():
        mail.body = mask_tokens(mail.body)
        mail.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("kl_ai", "0002_count_attempts")]
    operations = [migrations.RunPython(mask_sent_links, migrations.RunPython.noop, elidable=True)]
