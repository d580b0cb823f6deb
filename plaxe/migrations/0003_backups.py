"""A backup every night."""

import json

from django.conf import settings
from django.db import migrations


def seed(apps, schema_editor):
    def rows(name):
        return apps.get_model("django_celery_beat", name).objects.using(schema_editor.connection.alias)

    crontab, _ = rows("CrontabSchedule").get_or_create(
        minute="45", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    rows("PeriodicTask").get_or_create(
        name="Backup",
        defaults={
            "task": "plaxe.tasks.back_up",
            "description": "Copy all that Plaxe knows into the folder backups.",
            "kwargs": json.dumps({}),
            "crontab": crontab,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("plaxe", "0002_live_and_trash")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
