from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='installation',
            name='worked_at',
            field=models.DateTimeField(editable=False, help_text='When clock and worker last did something together.', null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='rows',
            field=models.PositiveIntegerField(help_text='How many rows of it have been read.', null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='share',
            field=models.PositiveSmallIntegerField(help_text='How much of the run is done, in per mille.', null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='total',
            field=models.PositiveIntegerField(help_text='How many it has.', null=True),
        ),
        migrations.AddField(
            model_name='plexserver',
            name='damaged_at',
            field=models.DateTimeField(editable=False, help_text='When Plex said that its database is damaged.', null=True),
        ),
        migrations.AddField(
            model_name='plexserver',
            name='failures',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='How often in a row it did not answer.'),
        ),
        migrations.AddField(
            model_name='plexserver',
            name='heard_at',
            field=models.DateTimeField(editable=False, help_text='Last sign of life on its stream of events.', null=True),
        ),
        migrations.AddField(
            model_name='plexserver',
            name='rests_until',
            field=models.DateTimeField(editable=False, help_text='Until then the clock does not ask it; whoever names it does.', null=True),
        ),
        migrations.AddField(
            model_name='plexserver',
            name='sessions_at',
            field=models.DateTimeField(editable=False, help_text='When its sessions were last read.', null=True),
        ),
        migrations.AddField(
            model_name='plexserver',
            name='stream_problem',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AlterField(
            model_name='job',
            name='progress',
            field=models.CharField(blank=True, help_text='What is being read.', max_length=255),
        ),
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('minute', models.BigIntegerField(help_text='Since 1970.')),
                ('used', models.PositiveIntegerField(default=0)),
                ('before', models.PositiveIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['minute'], name='allowance_by_minute')],
            },
        ),
    ]
