"""A backup from the settings: whole, consistent, and with its secrets closed."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests import factories

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own tools for it")


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_it_is_a_whole_database_in_which_tokens_stay_encrypted(client: Client, tmp_path: Path) -> None:
    client.force_login(factories.alice(), "django.contrib.auth.backends.ModelBackend")
    factories.server(token="a-secret-of-the-server")
    answer = client.get("/backup/")
    assert 'attachment; filename="plaxe-' in answer.headers["Content-Disposition"]
    file = tmp_path / "backup.sqlite3"
    file.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    with sqlite3.connect(file) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT name FROM accounts_plexserver").fetchall() == [("Cellar",)]
    copy.close()
    assert b"a-secret-of-the-server" not in file.read_bytes()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite it is possible")
@pytest.mark.django_db
def test_where_it_is_not_possible_it_says_what_to_do(browser: Client) -> None:
    assert "pg_dump" in browser.get("/backup/", follow=True).content.decode()


@pytest.mark.django_db
def test_only_an_admin_may_take_it(client: Client) -> None:
    client.force_login(
        factories.alice(is_staff=False, is_superuser=False), "django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/backup/").status_code == 403


def test_the_settings_lead_to_it_and_to_whatever_else_can_be_set(browser: Client) -> None:
    page = browser.get("/settings/").content.decode()
    assert all(f'href="{path}"' in page for path in ("/backup/", "/webhooks/", "/libraries/", "/doctor/"))
