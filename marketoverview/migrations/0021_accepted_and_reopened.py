from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketoverview', '0020_rounds_are_the_curators'),
    ]

    operations = [
        migrations.AlterField(
            model_name='membershipevent',
            name='what',
            field=models.CharField(choices=[('registered', 'registered'), ('accepted', 'accepted'), ('invited', 'invited'), ('cancelled', 'cancelled'), ('asked', 'asked'), ('joined', 'joined'), ('declined', 'declined'), ('referred', 'referred'), ('removed', 'removed'), ('left', 'left'), ('withdrew', 'withdrew'), ('deleted', 'deleted')], max_length=12),
        ),
        migrations.AlterField(
            model_name='moderationevent',
            name='verb',
            field=models.CharField(choices=[('submit', 'submit'), ('send_back', 'send_back'), ('reject', 'reject'), ('publish', 'publish'), ('archive', 'archive'), ('withdraw', 'withdraw'), ('confirm', 'confirm'), ('take_back', 'take_back'), ('reopen', 'reopen'), ('discard', 'discard'), ('edit', 'edit'), ('map', 'map'), ('unmap', 'unmap'), ('leave', 'leave'), ('unleave', 'unleave'), ('object', 'object'), ('reply', 'reply'), ('acknowledge', 'acknowledge')], max_length=12),
        ),
    ]
