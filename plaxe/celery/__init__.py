"""The Celery application. A message only says "look now": the work itself is a row in the database."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu.transport import TRANSPORT_ALIASES


def keep_our_logging(**_: Any) -> None:
    """A receiver is all it takes for Celery to leave the logging of Django alone."""


setup_logging.connect(keep_our_logging)
TRANSPORT_ALIASES["folder"] = "plaxe.celery.folder:Transport"

app = Celery("plaxe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
