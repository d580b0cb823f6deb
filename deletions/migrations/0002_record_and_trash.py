"""A record that can be searched, counted bytes, versions, the trash, space and the feed."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import accounts.fields


def fill(apps, schema_editor):
    """What stood among the details, or with the deletion, gets a column; and every entry its words."""
    entries = apps.get_model("deletions", "AuditEntry").objects.using(schema_editor.connection.alias)
    for entry in entries.select_related("deletion", "server").iterator(chunk_size=1000):
        about = entry.deletion
        entry.bytes = entry.details.pop("bytes", about and about.bytes)
        entry.answer = entry.details.pop("answer", "")
        entry.rating_key = about.rating_key if about else ""
        entry.machine_identifier = entry.server.machine_identifier if entry.server else ""
        entry.words = "\n".join((entry.title, entry.text, entry.by_name, entry.server_name)).casefold()
        entry.save()


def count_what_was_freed(apps, schema_editor):
    deletions = apps.get_model("deletions", "Deletion").objects.using(schema_editor.connection.alias)
    deletions.filter(status="DELETED").update(freed=F("bytes"), freed_at=F("finished_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_allowances_and_progress'),
        ('deletions', '0001_initial'),
        ('media', '0002_protection_and_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', accounts.fields.SealedTextField(blank=True, bound_to='pk', default='', editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Quarantined',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bytes', models.BigIntegerField(default=0)),
                ('intended_at', models.DateTimeField()),
                ('at', models.DateTimeField(blank=True, help_text='Since when all of it is in the trash.', null=True)),
                ('purge_for', models.DateTimeField(blank=True, help_text='Empty: only a person purges it.', null=True)),
                ('restored_at', models.DateTimeField(blank=True, null=True)),
                ('purged_at', models.DateTimeField(blank=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, help_text='Its files are being moved.', null=True)),
                ('trouble', models.TextField(blank=True, help_text='Why it could not be purged.')),
            ],
            options={
                'verbose_name': 'title in the trash',
                'verbose_name_plural': 'titles in the trash',
            },
        ),
        migrations.CreateModel(
            name='QuarantinedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.TextField(help_text='As Plex names it.')),
                ('size', models.BigIntegerField()),
                ('root', models.TextField(help_text='The folder whose trash it is in, as Plaxe sees it.')),
                ('place', models.TextField(help_text='Where it belongs, as Plaxe sees it.')),
                ('trashed', models.TextField(help_text='Where it is in the trash, as Plaxe sees it.')),
            ],
            options={
                'verbose_name': 'file in the trash',
                'verbose_name_plural': 'files in the trash',
            },
        ),
        migrations.CreateModel(
            name='SpaceRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.TextField(blank=True, help_text="A folder on the library's disk, as Plaxe sees it.")),
                ('mount', models.TextField(blank=True, help_text='Where that disk was mounted when the rule was made; elsewhere it is another.')),
                ('free_bytes', models.PositiveBigIntegerField(blank=True, help_text='So much is to be free.', null=True)),
                ('limit_bytes', models.PositiveBigIntegerField(blank=True, help_text='So large the library may become.', null=True)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='auditentry',
            name='audit_newest_first',
        ),
        migrations.AddField(
            model_name='auditentry',
            name='answer',
            field=models.TextField(blank=True, help_text='What Plex answered.'),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='bytes',
            field=models.BigIntegerField(blank=True, help_text="Of the title's files; once it is deleted, what that freed.", null=True),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='machine_identifier',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='rating_key',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='words',
            field=models.TextField(blank=True, editable=False, help_text='What a search looks through.'),
        ),
        migrations.AddField(
            model_name='deletion',
            name='freed',
            field=models.BigIntegerField(default=0, help_text='Bytes on the disk, counted when they were freed.'),
        ),
        migrations.AddField(
            model_name='deletion',
            name='freed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='deletion',
            name='is_overruled',
            field=models.BooleanField(default=False, help_text='Its title was put into the queue again by another row of it.'),
        ),
        migrations.AddField(
            model_name='deletion',
            name='version',
            field=models.CharField(blank=True, help_text='The id of the only version that goes; empty when all of it goes.', max_length=64),
        ),
        migrations.AddField(
            model_name='deletion',
            name='waits_anew',
            field=models.BooleanField(default=False, help_text='Plaxe itself keeps it; when that ends, its whole delay begins again.'),
        ),
        migrations.AddField(
            model_name='policy',
            name='saved_brake_bytes',
            field=models.PositiveBigIntegerField(default=200000000000, verbose_name='bytes at once'),
        ),
        migrations.AddField(
            model_name='policy',
            name='saved_brake_items',
            field=models.PositiveIntegerField(default=25, verbose_name='titles at once'),
        ),
        migrations.AddField(
            model_name='policy',
            name='saved_brake_percent',
            field=models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='share of a library'),
        ),
        migrations.AddField(
            model_name='policy',
            name='saved_playing_holds_show',
            field=models.BooleanField(default=True, verbose_name='hold the whole show'),
        ),
        migrations.AddField(
            model_name='policy',
            name='saved_quarantine',
            field=models.BooleanField(default=False, verbose_name='trash'),
        ),
        migrations.AddField(
            model_name='policy',
            name='saved_trash_days',
            field=models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='days in the trash'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='server',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='accounts.plexserver'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='verb',
            field=models.CharField(choices=[('enqueued', 'Enqueued'), ('held', 'Held'), ('resumed', 'Went on'), ('approved', 'Approved'), ('cancelled', 'Cancelled'), ('retried', 'Tried again'), ('dry_run', 'Would have been deleted'), ('sent', 'Deletion sent to Plex'), ('moving', 'On the way to the trash'), ('deleted', 'Deleted'), ('quarantined', 'Moved to the trash'), ('put_back', 'Put back'), ('purged', 'Purged from the trash'), ('gone', 'Was gone already'), ('failed', 'Failed'), ('settled', 'Settled after an interruption'), ('hastened', 'Not to wait any longer'), ('ended', 'Playback ended'), ('changed', 'Settings changed'), ('rekeyed', 'Has another key in Plex'), ('protected', 'Protected'), ('unprotected', 'No longer protected'), ('disconnected', 'Server removed')], max_length=20),
        ),
        migrations.AlterField(
            model_name='deletion',
            name='hold',
            field=models.CharField(blank=True, choices=[('playing', 'Somebody is playing it'), ('offline', 'The server does not answer'), ('unreadable', "The server's answer is of no use"), ('deletion_off', 'Deletion is switched off in Plex'), ('unwatched', 'Somebody has not seen it'), ('half_played', 'Somebody is half-way through it'), ('kept', 'It is to be kept'), ('neighbour', 'Its file is needed for another title'), ('changed', 'It is not what was queued'), ('versions', 'It has several versions'), ('brake', 'Too much at once'), ('wrong_server', 'Another server answers'), ('history', 'The watch history has become shorter'), ('doubt', 'Whether the watch history is whole is not known'), ('sections', 'The libraries of the server are others'), ('damaged', 'The database of the server is damaged'), ('state', 'Whether somebody has seen it is not known'), ('space', 'There is room enough'), ('quarantine', 'It cannot be moved to the trash'), ('rekeyed', 'Plex has given it another key')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['-at', '-id'], name='audit_newest_first'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['verb', '-at', '-id'], name='audit_by_verb'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['by_name', '-at', '-id'], name='audit_by_person'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['server', '-at', '-id'], name='audit_by_server'),
        ),
        migrations.AddIndex(
            model_name='deletion',
            index=models.Index(condition=models.Q(('freed__gt', 0)), fields=['freed_at'], name='deletion_freed'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('saved_brake_percent__lte', 100)), name='a_share_is_not_over_100'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='there_is_one_calendar_feed'),
        ),
        migrations.AddField(
            model_name='quarantined',
            name='deletion',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quarantines', to='deletions.deletion'),
        ),
        migrations.AddField(
            model_name='quarantinedfile',
            name='quarantined',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='deletions.quarantined'),
        ),
        migrations.AddField(
            model_name='spacerule',
            name='section',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='space_rule', to='media.librarysection'),
        ),
        migrations.AddIndex(
            model_name='quarantined',
            index=models.Index(condition=models.Q(('purged_at', None), ('restored_at', None)), fields=['purge_for'], name='quarantined_present'),
        ),
        migrations.AddConstraint(
            model_name='quarantined',
            constraint=models.UniqueConstraint(condition=models.Q(('purged_at', None), ('restored_at', None)), fields=('deletion',), name='one_quarantine_of_a_deletion_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='quarantined',
            constraint=models.CheckConstraint(condition=models.Q(('restored_at', None), ('purged_at', None), _connector='OR'), name='what_is_purged_is_not_put_back'),
        ),
        migrations.AddIndex(
            model_name='quarantinedfile',
            index=models.Index(fields=['path'], name='quarantined_by_path'),
        ),
        migrations.AddConstraint(
            model_name='spacerule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('path', ''), _negated=True), ('free_bytes__isnull', False), ('limit_bytes', None)), models.Q(('free_bytes', None), ('limit_bytes__isnull', False), ('path', '')), _connector='OR'), name='a_space_rule_measures_one_thing'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(count_what_was_freed, migrations.RunPython.noop),
    ]
