"""New keys for old secrets."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.errors import Refused
from accounts.models import PlexServer
from plaxe import keys
from plaxe.data_folder import only_one
from tests import factories

OLD, NEW = "an-old-key", "a-new-key"


@pytest.fixture(autouse=True)
def server(db: None, tmp_path: Path, settings: Settings) -> PlexServer:
    settings.PLAXE_DATA_DIR = tmp_path
    settings.PLAXE_ENCRYPTION_KEYS = [OLD]
    settings.PLAXE_KEYS_FROM_ENVIRONMENT = False
    return factories.server(token="secret")


def token() -> str:
    return PlexServer.objects.get().token


def test_a_key_in_the_data_folder_is_followed_by_a_new_one_which_is_enough_then(
    tmp_path: Path, settings: Settings
) -> None:
    assert keys.rotate()["made_key"]
    new, old = (tmp_path / "encryption_keys").read_text().split()
    assert old == OLD
    settings.PLAXE_ENCRYPTION_KEYS = [new]
    assert token() == "secret"


def test_keys_of_the_environment_are_the_admins(settings: Settings, tmp_path: Path) -> None:
    settings.PLAXE_KEYS_FROM_ENVIRONMENT = True
    with pytest.raises(Refused, match="Put a new key before the old one"):
        keys.rotate()
    settings.PLAXE_ENCRYPTION_KEYS = [NEW, OLD]
    assert not keys.rotate()["made_key"]
    settings.PLAXE_ENCRYPTION_KEYS = [NEW]
    assert token() == "secret"
    assert not (tmp_path / "encryption_keys").exists()


def test_a_plaxe_that_runs_would_go_on_with_the_old_keys(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(ImproperlyConfigured, match="already runs"):
        keys.rotate()
    assert token() == "secret"
