"""What came with listening and with the trash: looks at the sessions and the trash, and what is long past."""

import json

from django.conf import settings
from django.db import migrations

HOUR = 3600


def seed(apps, schema_editor):
    seconds = max(1, int(settings.PLAXE_SESSIONS_INTERVAL.total_seconds()))
    for name, task, every, what in (
        ("Sessions", "media.tasks.refresh_sessions", seconds,
         "Ask what is playing, where neither stream nor webhook tells."),
        ("Forget", "media.tasks.forget", HOUR, "Let go of webhooks that are older than the settings keep."),
        ("Trash", "deletions.tasks.purge_trash", HOUR, "Purge what has been in the trash long enough."),
    ):
        interval = _interval(apps, every)
        tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
        tasks.get_or_create(
            name=name, defaults={"task": task, "description": what, "kwargs": json.dumps({}), "interval": interval}
        )


def _interval(apps, seconds):
    every, period = (seconds // HOUR, "hours") if seconds % HOUR == 0 else (seconds, "seconds")
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    return intervals.filter(every=every, period=period).first() or intervals.create(every=every, period=period)


class Migration(migrations.Migration):
    dependencies = [("plaxe", "0001_schedule")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
