"""The Celery application. A message only says "look now": the work itself is a row in the database."""

from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_prerun
from django.conf import settings
from django.urls import set_script_prefix
from kombu.transport import TRANSPORT_ALIASES

from plaxe import tracing


def keep_our_logging(**_: Any) -> None:
    """A receiver is all it takes for Celery to leave the logging of Django alone."""


def write_whole_paths(**_: Any) -> None:
    """The threads of a worker do not know of PLAXE_BASE_PATH, and tasks write links too."""
    set_script_prefix(f"{settings.BASE_PATH}/")


def name_request(headers: dict[str, Any], **_: Any) -> None:
    headers.setdefault("plaxe_request", tracing.current.get())


def take_name_of_request(task: Any, task_id: str, **_: Any) -> None:
    """What the clock sends has no request; then the task's own name tells its lines from others."""
    sent = {**(task.request.headers or {}), **vars(task.request)}
    told = sent.get("plaxe_request") or tracing.NONE
    tracing.current.set(task_id[:12] if told == tracing.NONE else told)


setup_logging.connect(keep_our_logging)
task_prerun.connect(write_whole_paths)
before_task_publish.connect(name_request)
task_prerun.connect(take_name_of_request)
TRANSPORT_ALIASES["folder"] = "plaxe.celery.folder:Transport"

app = Celery("plaxe")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
