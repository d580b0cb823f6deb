"""The environment of all tests: settings.py as it is, with a data folder that vanishes."""

import os
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.test import Client

KEPT = {"PLAXE_BROKER_URL"}  # with DATABASE_URL: the same tests run on PostgreSQL and Redis

for name in [name for name in os.environ if name.startswith("PLAXE_") and name not in KEPT]:
    del os.environ[name]

folder = tempfile.TemporaryDirectory(prefix="plaxe-tests-", ignore_cleanup_errors=True)
os.environ["PLAXE_DATA_DIR"] = folder.name
os.environ["PLAXE_ENV_FILE"] = ""
(Path(folder.name) / "static").mkdir()  # else WhiteNoise warns
# Not in pyproject.toml: Django would read its settings before this file is read.
os.environ["DJANGO_SETTINGS_MODULE"] = "plaxe.settings"
django.setup()  # conftest files of folders named on the command line are read before pytest-django does it

from tests import factories  # noqa: E402 -- models want Django set up


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PLAXE_PLEX_TIMING = type(settings.PLAXE_PLEX_TIMING)(
        connect=1, read=2, deadline=4, attempts=2, first_wait=0.01, longest_wait=0.05
    )


@pytest.fixture
def browser(db: None, client: Client) -> Client:
    """alice is signed in."""
    client.force_login(factories.alice(), settings.AUTHENTICATION_BACKENDS[0])
    return client
