"""Log lines in which nothing that looks like a credential is readable."""

import json
import logging
import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

REDACTED = "[redacted]"
NAMED = re.compile(
    r"(?i)((?:x-plex-token|auth_?token|access_?token|authorization|deviceJWT)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+)?)"
    r"[^\s\"'&,;)}\]]+"
)
SIGNED = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+")
# Plex's own: twenty letters and digits in both cases, which no word and no hexadecimal number is.
BARE = re.compile(r"(?<![\w/-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{20}(?![\w-])")

# Addresses whose secret is all it takes, also those that are closed by now, or not quite right.
ADDRESS = re.compile(r"(?<=/calendar/)(?:[^/\s?]+(?=\.ics)|[\w-]{20,})|(?<=/webhooks/plex/)[^/\s?]+")

MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def redacted(text: str) -> str:
    text = ADDRESS.sub(REDACTED, NAMED.sub(rf"\1{REDACTED}", text))
    return MAIL.sub(REDACTED, BARE.sub(REDACTED, SIGNED.sub(REDACTED, text)))


class RedactingFormatter(logging.Formatter):
    """Works on the finished line, so that arguments and tracebacks are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


# Who refuses requests says one line for all; who probes whether Plaxe is ready is told, and so is whoever
# meets a database that is away.
TOLD_ELSEWHERE = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class ToldElsewhere(logging.Filter):
    """Django says a line for each."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) not in TOLD_ELSEWHERE


class JsonFormatter(logging.Formatter):
    """A line is one JSON object, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request", None),
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


FORMATS = ("console", "json")


def configuration(level: str, form: str = "console") -> dict[str, Any]:
    quiet = {"level": level if level == "DEBUG" else "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": "plaxe.logs.RedactingFormatter",
                "format": "%(asctime)s %(levelname)s [%(request)s] %(name)s: %(message)s",
            },
            "json": {"()": "plaxe.logs.JsonFormatter"},
        },
        "filters": {
            "told elsewhere": {"()": "plaxe.logs.ToldElsewhere"},
            "named": {"()": "plaxe.tracing.Named"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if form == "json" else "plain",
                "filters": ["named"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django brings handlers of its own; one console is enough.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"filters": ["told elsewhere"]},
            "_granian": quiet,
            "celery": quiet,
            "kombu": quiet,
            "urllib3": quiet,
        },
    }
