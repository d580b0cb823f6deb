"""What came with listening and with the trash: looks at the sessions and the trash, and what is long past."""

import json

from django.conf import settings
from django.db import migrations

HOUR = 3600


def seed(apps, schema_editor):
    def rows(name):
        return apps.get_model("django_celery_beat", name).objects.using(schema_editor.connection.alias)

    seconds = max(1, int(settings.PLAXE_SESSIONS_INTERVAL.total_seconds()))
    for name, task, every, what in (
        ("Sessions", "media.tasks.refresh_sessions", seconds,
         "Ask what is playing, where neither stream nor webhook tells."),
        ("Forget", "media.tasks.forget", HOUR, "Let go of webhooks that are older than the settings keep."),
        ("Trash", "deletions.tasks.purge_trash", HOUR, "Purge what has been in the trash long enough."),
    ):
        interval = _interval(rows, every)
        rows("PeriodicTask").get_or_create(
            name=name, defaults={"task": task, "description": what, "kwargs": json.dumps({}), "interval": interval}
        )


def _interval(rows, seconds):
    every, period = (seconds // HOUR, "hours") if seconds % HOUR == 0 else (seconds, "seconds")
    intervals = rows("IntervalSchedule")
    return intervals.filter(every=every, period=period).first() or intervals.create(every=every, period=period)


class Migration(migrations.Migration):
    dependencies = [("plaxe", "0001_schedule")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
