"""The Celery application. A message only says "look now": the work itself is a row in the database."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun
from django.conf import settings
from django.urls import set_script_prefix
from kombu.transport import TRANSPORT_ALIASES


def keep_our_logging(**_: Any) -> None:
    """A receiver is all it takes for Celery to leave the logging of Django alone."""


def write_whole_paths(**_: Any) -> None:
    """The threads of a worker do not know of PLAXE_BASE_PATH, and tasks write links too."""
    set_script_prefix(f"{settings.BASE_PATH}/")


setup_logging.connect(keep_our_logging)
task_prerun.connect(write_whole_paths)
TRANSPORT_ALIASES["folder"] = "plaxe.celery.folder:Transport"

app = Celery("plaxe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
