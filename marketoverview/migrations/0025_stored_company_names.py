from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketoverview', '0024_fill_reworded_in_english'),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='normalized_from',
            field=models.CharField(db_default='', default='', editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='invitation',
            name='normalized_name',
            field=models.CharField(db_default='', default='', editable=False, max_length=250),
        ),
        migrations.AddField(
            model_name='vendor',
            name='normalized_from',
            field=models.CharField(db_default='', default='', editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='vendor',
            name='normalized_name',
            field=models.CharField(db_default='', default='', editable=False, max_length=250),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['normalized_name'], name='invitation_normalized_name'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['cvr_number'], name='invitation_cvr_number'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('normalized_from', models.F('company_name')), _negated=True), fields=['id'], name='invitation_name_not_stored'),
        ),
        migrations.AddIndex(
            model_name='vendor',
            index=models.Index(fields=['normalized_name'], name='vendor_normalized_name'),
        ),
        migrations.AddIndex(
            model_name='vendor',
            index=models.Index(condition=models.Q(('normalized_from', models.F('name')), _negated=True), fields=['id'], name='vendor_name_not_stored'),
        ),
    ]
