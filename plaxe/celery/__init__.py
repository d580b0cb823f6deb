"""The Celery application. A message only says "look now": the work itself is a row in the database."""

import logging
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.signals import setup_logging
from kombu.exceptions import ChannelError, OperationalError
from kombu.transport import TRANSPORT_ALIASES

logger = logging.getLogger(__name__)


class Hint(DjangoTask):  # type: ignore[misc]
    """A task whose publishing never fails: what it asks for is found at the next periodic look."""

    abstract = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        try:
            return super().apply_async(*args, **options)
        except (ChannelError, OperationalError, OSError) as error:
            logger.warning("No hint for %s, the broker is away: %s", self.name, error)
            return None


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """A receiver is all it takes for Celery to leave the logging of Django alone."""


TRANSPORT_ALIASES["folder"] = "plaxe.celery.folder:Transport"

app = Celery("plaxe", task_cls=Hint)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
