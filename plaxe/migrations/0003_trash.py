"""What came with the trash: it is looked through every hour."""

import json

from django.db import migrations


def seed(apps, schema_editor):
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule")
    interval = intervals.objects.filter(every=1, period="hours").first()
    tasks.objects.get_or_create(
        name="Trash",
        defaults={
            "task": "deletions.tasks.purge_trash",
            "description": "Purge what has been in the trash long enough.",
            "kwargs": json.dumps({}),
            "interval": interval or intervals.objects.create(every=1, period="hours"),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("plaxe", "0002_live")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
