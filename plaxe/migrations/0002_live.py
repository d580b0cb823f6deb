"""What came with listening: a look at the sessions where nothing else tells of them, and what is long past."""

import json

from django.db import migrations

from django.conf import settings


def seed(apps, schema_editor):
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule")
    seconds = max(1, int(settings.PLAXE_SESSIONS_INTERVAL.total_seconds()))
    for name, task, every, period, what in (
        ("Sessions", "media.tasks.refresh_sessions", seconds, "seconds",
         "Ask what is playing, where neither stream nor webhook tells."),
        ("Forget", "media.tasks.forget", 1, "hours", "Let go of webhooks that are older than the settings keep."),
    ):
        interval = intervals.objects.get_or_create(every=every, period=period)[0]
        tasks.objects.get_or_create(
            name=name, defaults={"task": task, "description": what, "kwargs": json.dumps({}), "interval": interval}
        )


class Migration(migrations.Migration):
    dependencies = [("plaxe", "0001_schedule")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
