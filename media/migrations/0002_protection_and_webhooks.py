"""Protection, webhooks, sessions, and titles found by their words: also those that were there before."""

from itertools import islice

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import accounts.fields
from media.titles import order_of, words_of

BATCH = 1000


def fill(apps, schema_editor):
    using = schema_editor.connection.alias
    items = apps.get_model("media", "MediaItem").objects.using(using)
    rows = items.only("pk", "type", "title", "index", "parent_index").order_by("pk").iterator(BATCH)
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            row.sort_title = order_of(row.title)
        items.bulk_update(batch, ["sort_title"], batch_size=200)
        word = apps.get_model("media", "TitleWord")
        word.objects.using(using).bulk_create(
            word(item_id=row.pk, word=each.encode()) for row in batch for each in _words(row)
        )


def _words(row):
    if row.type == "season":
        return set()
    return words_of(row.title, _code(row) if row.type == "episode" else "")


def _code(row):
    numbers = (("S", row.parent_index), ("E", row.index))
    return "".join(f"{letter}{number:02}" for letter, number in numbers if number is not None)


def take_what_is_known(apps, schema_editor):
    sections = apps.get_model("media", "LibrarySection").objects.using(schema_editor.connection.alias)
    sections.update(accepted_uuid=F("uuid"))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_allowances_and_progress'),
        ('media', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='librarysection',
            name='accepted_uuid',
            field=models.CharField(blank=True, help_text='As it was first known, or as the owner has accepted it.', max_length=64),
        ),
        migrations.AddField(
            model_name='librarysection',
            name='changed_at',
            field=models.DateTimeField(help_text='When it was found to be another. Nothing is deleted until the owner accepts it.', null=True),
        ),
        migrations.AddField(
            model_name='librarysection',
            name='moved',
            field=models.PositiveIntegerField(default=0, help_text='So many of its titles had other keys then; 0 where it was another for another reason.'),
        ),
        migrations.AddField(
            model_name='mediafile',
            name='resolution',
            field=models.CharField(blank=True, help_text='`1080`, `4k`, `sd`, as Plex says.', max_length=16),
        ),
        migrations.AddField(
            model_name='mediaitem',
            name='aired_on',
            field=models.DateField(blank=True, help_text='When it was first shown, as Plex says.', null=True),
        ),
        migrations.AddField(
            model_name='mediaitem',
            name='original_title',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name='mediaitem',
            name='sort_title',
            field=models.CharField(blank=True, help_text='Folded; what a shelf sorts by.', max_length=200),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='said',
            field=models.CharField(choices=[('seen', 'seen'), ('unseen', 'not seen'), ('half', 'half-way through'), ('other', 'has another title under this key; the view does not count'), ('doubt', 'had it under a key that may have meant another title; it is read again')], max_length=6),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='source',
            field=models.CharField(choices=[('history', 'Plex history'), ('state', 'Plex watched state'), ('hand', "the owner's word"), ('aside', 'Plex history, set aside')], max_length=10),
        ),
        migrations.AlterField(
            model_name='librarysection',
            name='uuid',
            field=models.CharField(blank=True, help_text='As the server last listed it.', max_length=64),
        ),
        migrations.AlterField(
            model_name='question',
            name='why',
            field=models.CharField(choices=[('several', 'More than one title could be it.'), ('dated', 'It bears another date than before, as a new copy would.'), ('file', 'It has another file than before, as a new copy would.'), ('moved', 'Its key means another title by now. A full sync may answer this.')], max_length=7),
        ),
        migrations.AlterField(
            model_name='watch',
            name='source',
            field=models.CharField(blank=True, choices=[('history', 'Plex history'), ('state', 'Plex watched state'), ('hand', "the owner's word"), ('aside', 'Plex history, set aside')], help_text='Where the latest view is known from.', max_length=10),
        ),
        migrations.AlterField(
            model_name='watch',
            name='withdrawn_by',
            field=models.CharField(blank=True, choices=[('history', 'Plex history'), ('state', 'Plex watched state'), ('hand', "the owner's word"), ('aside', 'Plex history, set aside')], max_length=10),
        ),
        migrations.CreateModel(
            name='WebhookDoor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', accounts.fields.SealedTextField(blank=True, bound_to='pk', default='', editable=False)),
                ('signing_key', accounts.fields.SealedTextField(blank=True, bound_to='pk', default='', editable=False)),
                ('is_signed', models.BooleanField(default=False, help_text='Refuse what carries no signature. Plex itself signs nothing: only a relay can.', verbose_name='signed only')),
                ('keep_days', models.PositiveSmallIntegerField(default=7, help_text='Days until the text of what was posted is forgotten; 0 keeps none.', validators=[django.core.validators.MaxValueValidator(365)], verbose_name='keep payloads for')),
                ('protects_from', models.PositiveSmallIntegerField(blank=True, help_text='Who gives a title so many of ten points protects it. Empty: a rating protects nothing.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)], verbose_name='a rating protects from')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='there_is_one_webhook_door')],
            },
        ),
        migrations.CreateModel(
            name='KeepRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('keep_newest', models.PositiveSmallIntegerField(blank=True, help_text='So many of the newest episodes stay.', null=True)),
                ('keep_first_season', models.BooleanField(blank=True, help_text='Season 1 stays; specials are season 0.', null=True)),
                ('keep_at_least', models.PositiveSmallIntegerField(blank=True, help_text='Never fewer episodes than so many stay.', null=True)),
                ('changed_at', models.DateTimeField()),
                ('by_name', models.CharField(blank=True, max_length=255)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='keep_rules', to='media.mediaitem')),
                ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='keep_rules', to='media.librarysection')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('item__isnull', False), ('section', None)), models.Q(('item', None), ('section__isnull', False)), _connector='OR'), name='a_keep_rule_is_of_a_show_or_a_section'), models.CheckConstraint(condition=models.Q(('keep_newest__isnull', False), ('keep_first_season__isnull', False), ('keep_at_least__isnull', False), _connector='OR'), name='a_keep_rule_says_something'), models.UniqueConstraint(fields=('item',), name='one_keep_rule_per_show'), models.UniqueConstraint(fields=('section',), name='one_keep_rule_per_section')],
            },
        ),
        migrations.CreateModel(
            name='PlaySession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(max_length=64)),
                ('session_id', models.CharField(blank=True, help_text='By it Plex can be told to end it.', max_length=255)),
                ('viewer_name', models.CharField(blank=True, max_length=255)),
                ('rating_key', models.CharField(blank=True, max_length=64)),
                ('title', models.CharField(blank=True, max_length=1000)),
                ('state', models.CharField(blank=True, max_length=32)),
                ('offset', models.BigIntegerField(default=0)),
                ('duration', models.BigIntegerField(null=True)),
                ('player', models.CharField(blank=True, max_length=255)),
                ('device', models.CharField(blank=True, max_length=255)),
                ('is_local', models.BooleanField(null=True)),
                ('transcode_key', models.CharField(blank=True, max_length=255)),
                ('is_transcoded', models.BooleanField(default=False)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(help_text='When the server last said so.')),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='play_sessions', to='media.mediaitem')),
                ('server', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='play_sessions', to='accounts.plexserver')),
                ('viewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='play_sessions', to='accounts.plexuser')),
            ],
            options={
                'ordering': ['began_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('server', 'session_key'), name='one_row_per_play_session')],
            },
        ),
        migrations.CreateModel(
            name='Protection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('protected_at', models.DateTimeField()),
                ('by_name', models.CharField(blank=True, help_text='Empty when no person is on record.', max_length=255)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='protections', to='media.mediaitem')),
                ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='protections', to='media.librarysection')),
                ('viewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='protections', to='accounts.plexuser')),
            ],
            options={
                'ordering': ['-protected_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('item__isnull', False), ('section', None), ('viewer', None)), models.Q(('item', None), ('section__isnull', False), ('viewer', None)), models.Q(('item', None), ('section', None), ('viewer__isnull', False)), _connector='OR'), name='a_protection_is_of_one_thing'), models.UniqueConstraint(fields=('item',), name='one_protection_per_item'), models.UniqueConstraint(fields=('section',), name='one_protection_per_section'), models.UniqueConstraint(fields=('viewer',), name='one_protection_per_viewer')],
            },
        ),
        migrations.CreateModel(
            name='TitleWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.BinaryField(help_text='Folded, in UTF-8.', max_length=160)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='words', to='media.mediaitem')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('word', 'item'), name='one_word_per_title')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('event', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('received', 'Received'), ('success', 'Done'), ('failed', 'Failed'), ('ignored', 'Ignored'), ('duplicate', 'Sent twice')], default='received', max_length=9)),
                ('outcome', models.TextField(blank=True, help_text='What it led to, or why it led to nothing.')),
                ('server_name', models.CharField(blank=True, max_length=255)),
                ('account_id', models.BigIntegerField(null=True)),
                ('account_name', models.CharField(blank=True, max_length=255)),
                ('rating_key', models.CharField(blank=True, max_length=64)),
                ('title', models.CharField(blank=True, max_length=500)),
                ('digest', models.CharField(max_length=64)),
                ('payload', models.JSONField(default=None, null=True)),
                ('is_test', models.BooleanField(default=False)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('try_at', models.DateTimeField(help_text='When it is looked at, or again.', null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='webhooks', to='media.mediaitem')),
                ('server', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='webhooks', to='accounts.plexserver')),
                ('viewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='webhooks', to='accounts.plexuser')),
            ],
            options={
                'indexes': [models.Index(fields=['digest', 'received_at'], name='webhook_by_digest'), models.Index(condition=models.Q(('status__in', ('received', 'failed'))), fields=['try_at'], name='webhook_due'), models.Index(fields=['-received_at'], name='webhook_newest_first')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(take_what_is_known, migrations.RunPython.noop),
    ]
