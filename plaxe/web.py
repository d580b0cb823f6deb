"""The web server, to be run in a process of its own."""

import os
import socket
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from plaxe.base_path import under
from plaxe.supervisor import die_with

THREADS = 4
# Granian would bring a console of its own; its lines shall take ours, which hides credentials.
LOGGING = {"incremental": True, "handlers": {}, "loggers": {"_granian": {}}}


def serve(host: str, port: int) -> None:
    server = Server(
        "plaxe.wsgi:application", address=host, port=port, interface=Interfaces.WSGI,
        workers=1, blocking_threads=THREADS, respawn_failed_workers=True, workers_kill_timeout=2,
        log_level=LogLevels.warning, log_dictconfig=LOGGING,
    )  # fmt: skip
    main = os.getpid()

    def load(_target: str) -> Callable[..., Any]:
        """Runs in granian's worker, which has a parent of its own to die with."""
        die_with(main)
        return under(settings.BASE_PATH, get_wsgi_application())

    server.serve(target_loader=load)


def refuse_taken(host: str, port: int) -> None:
    """In one line, instead of a server that starts and dies again and again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ImproperlyConfigured(
                f"Plaxe cannot listen at {host}, port {port}: {error.strerror}. "
                "Choose another with --host and --port, or PLAXE_HOST and PLAXE_PORT."
            ) from None
