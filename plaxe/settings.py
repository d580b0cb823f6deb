import os
from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
PLAXE_DATA_DIR = Path(os.environ.get("PLAXE_DATA_DIR", BASE_DIR / "data"))
PLAXE_DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
SECRET_KEY = "skeleton"  # noqa: S105
PLAXE_ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
PLAXE_PLEX_TV_URL = "https://plex.tv"
PLAXE_PLEX_APP_URL = "https://app.plex.tv"
PLAXE_DELETION_DELAY: timedelta | None = None
PLAXE_DRY_RUN: bool | None = None
PLAXE_CLAIM_TIMEOUT = timedelta(minutes=10)
PLAXE_POLL_INTERVAL = timedelta(minutes=5)
PLAXE_QUEUE_INTERVAL = timedelta(minutes=10)
PLAXE_VIEWERS_INTERVAL = timedelta(hours=1)
PLAXE_SYNC_INTERVAL = timedelta(hours=6)
PLAXE_OWNER = ""
PLAXE_TOKEN = ""
PLAXE_URL = ""
DEBUG = False
ALLOWED_HOSTS = ["localhost", "testserver"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_celery_beat",
    "accounts",
    "media",
    "deletions",
    "plaxe",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
            ],
        },
    }
]
ROOT_URLCONF = "plaxe.urls"
WSGI_APPLICATION = "plaxe.wsgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": PLAXE_DATA_DIR / "plaxe.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
USE_TZ = True
STATIC_URL = "/static/"
