"""What runs by itself, in the words of the interface. Tasks somebody has added keep the name he gave them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

MEANS = {
    "Poll": _("Ask every server what was watched"),
    "Enqueue": _("Queue what everybody has seen"),
    "Execute": _("Delete what is due"),
    "Sync viewers": _("Read who may watch"),
    "Sync libraries": _("Read what is new or changed"),
    "Sync libraries wholly": _("Read all libraries anew"),
    "Reconcile": _("Remind the worker of what was asked for"),
    "Sessions": _("Ask what is playing"),
    "Forget": _("Forget old webhooks"),
    "Trash": _("Empty the trash of what is old"),
}


def meaning_of(task: PeriodicTask) -> str | Promise:
    return MEANS.get(task.name) or str(task.name)
