"""The environment of all tests: settings.py as it is, with a data folder that vanishes."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
import responses
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker, Settings

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

from deletions import append_only  # noqa: E402 -- models want Django set up
from tests import factories, prepared, sharing, unseen  # noqa: E402
from tests.figures import pytest_terminal_summary, tell  # noqa: E402

__all__ = ["pytest_terminal_summary", "tell"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak", action="store_true", help="let the campaigns try everything, however long it takes"
    )
    parser.addoption("--soak-minutes", type=float, default=30, help="for how long the property campaign does")
    parser.addoption("--property-steps", type=int, default=480, help="how many steps it takes at least")
    parser.addoption("--soak-seed", type=int, help="one round of it again")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(unseen)
    config.pluginmanager.register(sharing)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PLAXE_PLEX_TIMING = type(settings.PLAXE_PLEX_TIMING)(
        connect=1,
        read=2,
        deadline=4,
        attempts=2,
        first_wait=0.01,
        longest_wait=0.05,
        proof_waits=(0, 0.01, 0.02),
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        prepared.keep_tables()


@pytest.fixture
def soaking(request: pytest.FixtureRequest) -> bool:
    """There is time to try everything."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture
def browser(db: None, client: Client) -> Client:
    """alice is signed in."""
    client.force_login(factories.alice(), settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def scratch(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where pictures are kept: there are none yet, and nobody is known not to answer."""
    settings.PLAXE_DATA_DIR = tmp_path
    cache.clear()
    yield tmp_path
    cache.clear()


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """Answers only what a test says, and remembers what was asked."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture(autouse=True)
def record_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with transactions of its own all tables are emptied, also the one that only grows."""
    marker = request.node.get_closest_marker("django_db")
    has_own = {"transactional_db", "live_server"} & set(request.fixturenames)
    if has_own or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("_django_db_helper")
        yield
        append_only.release()
    else:
        yield


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """A request leaves the visitor's language and zone behind in its thread; the next one chooses anew."""
    yield
    translation.deactivate()
    timezone.deactivate()
