"""All of the configuration, read from the environment; the README lists the variables."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from plaxe import __version__, base_path, data_folder, databases, hosts, logs, media_roots
from plaxe.environment import Environment
from plexclient.http import Timing

BASE_DIR = Path(__file__).resolve().parent.parent

# An environment of one's own wins over .env; PLAXE_ENV_FILE names another file.
env_file = Path(os.environ.get("PLAXE_ENV_FILE", BASE_DIR / ".env"))
if env_file.is_file():
    Environment.read_env(env_file)
elif os.environ.get("PLAXE_ENV_FILE"):
    raise ImproperlyConfigured("PLAXE_ENV_FILE names a file that is not there.")
env = Environment()

# --- Plaxe

PLAXE_VERSION = __version__
PLAXE_DATA_DIR = data_folder.prepare(Path(env.text("PLAXE_DATA_DIR", str(BASE_DIR / "data"))))
PLAXE_HOST = env.text("PLAXE_HOST", "0.0.0.0")  # noqa: S104  a home server is there for the home
PLAXE_PORT = env.whole("PLAXE_PORT", 8000)
ADDRESS_FILE = PLAXE_DATA_DIR / "address"  # where the running Plaxe answers; `up` writes it
EXTERNAL_URL = env.url("PLAXE_URL")
BASE_PATH = base_path.chosen(env.text("PLAXE_BASE_PATH"), EXTERNAL_URL)
PLAXE_URL = hosts.origin(EXTERNAL_URL) if EXTERNAL_URL else ""  # paths bring BASE_PATH with them
if not PLAXE_URL:
    PLAXE_URL = (
        ADDRESS_FILE.read_text().strip() if ADDRESS_FILE.is_file() else f"http://localhost:{PLAXE_PORT}"
    )

PLAXE_OWNER = env.text("PLAXE_OWNER")
PLAXE_TOKEN = env.text("PLAXE_TOKEN")
PLAXE_PLEX_TV_URL = env.url("PLAXE_PLEX_TV_URL", "https://plex.tv")
PLAXE_PLEX_APP_URL = env.url("PLAXE_PLEX_APP_URL", "https://app.plex.tv")
PLAXE_PLEX_TIMING = Timing(
    connect=env.interval("PLAXE_PLEX_CONNECT_TIMEOUT", "5s").total_seconds(),
    read=env.interval("PLAXE_PLEX_READ_TIMEOUT", "30s").total_seconds(),
    deadline=env.interval("PLAXE_PLEX_DEADLINE", "60s").total_seconds(),
    attempts=env.whole("PLAXE_PLEX_ATTEMPTS", 3, most=10),
)

PLAXE_DELETION_DELAY: timedelta | None = env.duration("PLAXE_DELETION_DELAY")
PLAXE_DRY_RUN: bool | None = env.flag("PLAXE_DRY_RUN")
PLAXE_KEEP_LABEL = env.text("PLAXE_KEEP_LABEL", "Keep")
PLAXE_BRAKE_ITEMS: int | None = env.whole("PLAXE_BRAKE_ITEMS", least=0)
PLAXE_BRAKE_PERCENT: int | None = env.whole("PLAXE_BRAKE_PERCENT", least=0, most=100)
PLAXE_BRAKE_BYTES: int | None = env.size("PLAXE_BRAKE_BYTES")
PLAXE_PLAYING_HOLDS_SHOW: bool | None = env.flag("PLAXE_PLAYING_HOLDS_SHOW")
PLAXE_QUARANTINE: bool | None = env.flag("PLAXE_QUARANTINE")
PLAXE_TRASH_DAYS: int | None = env.whole("PLAXE_TRASH_DAYS", most=3650)
PLAXE_MEDIA_ROOTS = media_roots.parse(env.words("PLAXE_MEDIA_ROOTS"))
if PLAXE_QUARANTINE and not PLAXE_MEDIA_ROOTS:
    raise ImproperlyConfigured(
        "PLAXE_QUARANTINE takes PLAXE_MEDIA_ROOTS, which says where Plaxe sees the media."
    )
PLAXE_WEBHOOK_LIMIT = env.whole("PLAXE_WEBHOOK_LIMIT", 100)  # a minute and address
PLAXE_WEBHOOK_BYTES = env.size("PLAXE_WEBHOOK_BYTES", "2MB")
PLAXE_CLAIM_TIMEOUT = env.interval("PLAXE_CLAIM_TIMEOUT", "10m")
PLAXE_POLL_INTERVAL = env.interval("PLAXE_POLL_INTERVAL", "5m")
PLAXE_SESSIONS_INTERVAL = env.interval("PLAXE_SESSIONS_INTERVAL", "30s")
PLAXE_QUEUE_INTERVAL = env.interval("PLAXE_QUEUE_INTERVAL", "10m")
PLAXE_VIEWERS_INTERVAL = env.interval("PLAXE_VIEWERS_INTERVAL", "1h")
PLAXE_BACKUPS_KEPT = env.whole("PLAXE_BACKUPS_KEPT", 7, most=1000)  # of each kind
PLAXE_SYNC_INTERVAL = env.interval("PLAXE_SYNC_INTERVAL", "6h")

# --- secrets

SECRET_KEY = env.text("PLAXE_SECRET_KEY") or data_folder.secret(
    PLAXE_DATA_DIR / "secret_key", get_random_secret_key
)
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("PLAXE_SECRET_KEY must have at least 32 characters.")

PLAXE_ENCRYPTION_KEYS = data_folder.encryption_keys(
    env.text("PLAXE_ENCRYPTION_KEYS"), source="PLAXE_ENCRYPTION_KEYS"
)
PLAXE_KEYS_FROM_ENVIRONMENT = bool(PLAXE_ENCRYPTION_KEYS)
PLAXE_ENCRYPTION_KEYS = PLAXE_ENCRYPTION_KEYS or data_folder.encryption_keys(
    data_folder.secret(PLAXE_DATA_DIR / "encryption_keys", data_folder.new_encryption_key),
    source=str(PLAXE_DATA_DIR / "encryption_keys"),
)

# --- who may call, and how

DEBUG = env.flag("PLAXE_DEBUG", default=False)
ALLOWED_HOSTS = hosts.allowed_hosts(EXTERNAL_URL, env.words("PLAXE_ALLOWED_HOSTS"))
CSRF_TRUSTED_ORIGINS = [hosts.origin(EXTERNAL_URL)] if EXTERNAL_URL else []
# Cookies do not know ports: without names of our own another Django beside us would overwrite them.
SESSION_COOKIE_NAME = "plaxe_session"
CSRF_COOKIE_NAME = "plaxe_csrf"
IS_SECURE = EXTERNAL_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
# Only whoever says that a proxy sets this header lets it be believed: anybody can send it.
SECURE_PROXY_SSL_HEADER = hosts.proxy_header(env.text("PLAXE_PROXY_SSL_HEADER"))
SECURE_SSL_REDIRECT = IS_SECURE and SECURE_PROXY_SSL_HEADER is not None
SECURE_REDIRECT_EXEMPT = [r"^webhooks/plex/"]  # Plex calls from inside the home, where nobody speaks TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL_REDIRECT else 0
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# With a neighbour under another path of the same host nothing is shared.
FORCE_SCRIPT_NAME = BASE_PATH or None
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = BASE_PATH or "/"
CSRF_FAILURE_VIEW = "plaxe.error_pages.stale"
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS and the redirect come with PLAXE_PROXY_SSL_HEADER; without it they are the
    "security.W008",  # business of the proxy that speaks TLS
    "security.W012",  # plain http inside a home is normal; with an https PLAXE_URL cookies are secure
    "security.W016",  # the same
]

# --- Django

INSTALLED_APPS = [
    "plaxe.apps.PlaxeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_celery_beat",
    "accounts",
    "media",
    "deletions",
    "plaxe",
]
MIDDLEWARE = [
    "plaxe.toasts.WholePages",  # before anybody has read the headers
    "plaxe.tracing.RequestId",
    "plaxe.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "plaxe.headers.SecurityHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "plaxe.zone.VisitorsZone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "plaxe.toasts.AfterParts",
    "plaxe.health.DatabaseAway",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "deletions.context.policy",
                "plaxe.appearance.theme",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that templates/ may stand in for widgets
ROOT_URLCONF = "plaxe.urls"
WSGI_APPLICATION = "plaxe.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PlexBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "deletions:dashboard"
LOGGING = logs.configuration(
    env.choice("PLAXE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO").upper(),
    env.choice("PLAXE_LOG_FORMAT", logs.FORMATS, "console").lower(),
)

# --- language and time

USE_TZ = True
TIME_ZONE = env.text("PLAXE_TIME_ZONE") or env.text("TZ").lstrip(":") or "UTC"
if TIME_ZONE.startswith("/"):  # TZ=:/etc/localtime and the like name no zone
    TIME_ZONE = "UTC"
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(
        f"PLAXE_TIME_ZONE (or TZ) must be a time zone such as Europe/Berlin, not {TIME_ZONE[:60]!r}."
    )
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "plaxe_language"
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- database

DATABASE_URL = env.url("DATABASE_URL", schemes=("postgres", "postgresql"))
DATABASES: dict[str, dict[str, Any]]
if DATABASE_URL:
    DATABASES = {"default": databases.postgres(DATABASE_URL)}
else:
    data_folder.refuse_network(PLAXE_DATA_DIR)
    DATABASES = {"default": databases.sqlite(data_folder.private(PLAXE_DATA_DIR / "plaxe.sqlite3"))}
    # In a file, so that tests meet the same locks as life does.
    DATABASES["default"]["TEST"] = {"NAME": PLAXE_DATA_DIR / "test.sqlite3"}

# --- static files

STATIC_URL = f"{BASE_PATH}/static/"
STATIC_ROOT = PLAXE_DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "plaxe.static_files.StaticFiles"},
}

# --- Celery: messages are hints, rows are the queue

REDIS_URL = env.url(
    "PLAXE_BROKER_URL", env.url("REDIS_URL", schemes=("redis", "rediss")), schemes=("redis", "rediss")
)
CELERY_BROKER_URL = REDIS_URL or "folder://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 900,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
    }
    if REDIS_URL
    else {"folder": str(PLAXE_DATA_DIR / "messages"), "polling_interval": 0.3}
)
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "plaxe.celery.beat:Scheduler"
