"""Seeds the schedule on the first start. From then on it belongs to the admin, whatever the environment says."""

import json
from datetime import timedelta

from django.conf import settings
from django.db import migrations

UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))


def seed(apps, schema_editor):
    def rows(name):
        return apps.get_model("django_celery_beat", name).objects.using(schema_editor.connection.alias)

    for name, task, interval, what in (
        ("Poll", "media.tasks.poll", settings.PLAXE_POLL_INTERVAL, "Ask every server what was watched."),
        ("Enqueue", "deletions.tasks.enqueue", settings.PLAXE_QUEUE_INTERVAL, "Queue what everyone assigned has seen."),
        ("Execute", "deletions.tasks.execute", settings.PLAXE_QUEUE_INTERVAL, "Delete what is due."),
        ("Sync viewers", "accounts.tasks.sync_viewers", settings.PLAXE_VIEWERS_INTERVAL, "Copy who may watch."),
        ("Sync libraries", "media.tasks.sync_libraries", settings.PLAXE_SYNC_INTERVAL, "Copy what is new or changed."),
        ("Reconcile", "plaxe.tasks.reconcile", timedelta(seconds=30), "Remind the worker of what was asked for."),
    ):
        _task(rows, name, task, what, interval=_interval(rows, interval))
    crontab, _ = rows("CrontabSchedule").get_or_create(
        minute="30", hour="4", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    what = "Read the libraries wholly; only this may find that titles are gone."
    _task(rows, "Sync libraries wholly", "media.tasks.sync_libraries", what, crontab=crontab, kwargs={"full": True})


def _task(rows, name, task, what, kwargs=None, **schedule):
    rows("PeriodicTask").get_or_create(
        name=name, defaults={"task": task, "description": what, "kwargs": json.dumps(kwargs or {}), **schedule}
    )


def _interval(rows, duration):
    """In the largest unit that divides it, as an admin would write it."""
    unit, length = next(
        ((unit, length) for unit, length in UNITS if not duration % length), ("seconds", timedelta(seconds=1))
    )
    return rows("IntervalSchedule").get_or_create(every=max(1, duration // length), period=unit)[0]


class Migration(migrations.Migration):
    dependencies = [("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
