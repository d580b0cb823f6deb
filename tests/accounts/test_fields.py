import pytest
from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from accounts.fields import Unreadable
from accounts.models import PlexServer, User
from tests import factories

pytestmark = pytest.mark.django_db

OTHER_KEY = Fernet.generate_key().decode()


def stored(user: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT plex_token FROM accounts_user WHERE id = %s", [user.pk])
        return str(cursor.fetchone()[0])


def test_a_token_is_read_as_it_was_written() -> None:
    user = factories.alice(plex_token="a-secret")
    assert User.objects.get(pk=user.pk).plex_token == "a-secret"


def test_the_database_holds_no_plain_token() -> None:
    assert "a-secret" not in stored(factories.alice(plex_token="a-secret"))


def test_the_same_token_never_looks_the_same() -> None:
    user = factories.alice(plex_token="a-secret")
    before = stored(user)
    user.save()
    assert stored(user) != before


def test_an_old_key_still_reads_and_the_new_one_writes(settings: Settings) -> None:
    user = factories.alice(plex_token="a-secret")
    old = stored(user)
    settings.PLAXE_ENCRYPTION_KEYS = [OTHER_KEY, *settings.PLAXE_ENCRYPTION_KEYS]
    again = User.objects.get(pk=user.pk)
    assert again.plex_token == "a-secret"
    again.save()
    assert stored(user).partition(":")[0] != old.partition(":")[0]
    settings.PLAXE_ENCRYPTION_KEYS = [OTHER_KEY]
    assert User.objects.get(pk=user.pk).plex_token == "a-secret"


def test_a_lost_key_is_refused_in_words_that_name_the_setting(settings: Settings) -> None:
    user = factories.alice(plex_token="a-secret")
    settings.PLAXE_ENCRYPTION_KEYS = [OTHER_KEY]
    with pytest.raises(Unreadable, match="PLAXE_ENCRYPTION_KEYS"):
        _ = User.objects.get(pk=user.pk).plex_token


def test_a_row_whose_secret_cannot_be_read_can_be_saved_all_the_same(settings: Settings) -> None:
    user = factories.alice(plex_token="a-secret")
    before = stored(user)
    settings.PLAXE_ENCRYPTION_KEYS = [OTHER_KEY]
    again = User.objects.get(pk=user.pk)
    again.email = "alice@example.com"
    again.save()
    assert stored(user) == before


def test_a_value_moved_to_another_row_is_unreadable() -> None:
    alice = factories.alice(plex_token="a-secret")
    mallory = User.objects.create(username="mallory", plex_id=666)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET plex_token = %s WHERE id = %s", [stored(alice), mallory.pk])
    with pytest.raises(Unreadable, match="moved"):
        _ = User.objects.get(pk=mallory.pk).plex_token


@pytest.mark.parametrize("damage", ["!", "A", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_damaged_value_is_refused_in_words(damage: str) -> None:
    user = factories.alice(plex_token="a-secret")
    key_id = stored(user).partition(":")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET plex_token = %s WHERE id = %s", [f"{key_id}:{damage}", user.pk]
        )
    with pytest.raises(Unreadable, match="damaged"):
        _ = User.objects.get(pk=user.pk).plex_token


def test_an_update_that_would_store_plain_text_is_refused() -> None:
    user = factories.alice(plex_token="a-secret")
    with pytest.raises(TypeError, match="assign it to the object"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(plex_token="plain")
    assert "plain" not in stored(user)


def test_no_token_is_stored_as_nothing() -> None:
    user = factories.alice(plex_token="")
    assert stored(user) == ""
    assert User.objects.get(pk=user.pk).plex_token == ""


def test_a_token_shows_in_no_text_about_its_row() -> None:
    server = factories.server()
    again = PlexServer.objects.get(pk=server.pk)
    assert again.token == "server-token"
    assert "server-token" not in f"{again!r} {again} {again.connect()!r}"


def test_the_admin_pages_show_no_token(client: Client) -> None:
    server = factories.server()
    client.force_login(server.owner)
    for path in (f"plexserver/{server.pk}", f"user/{server.owner.pk}"):
        page = client.get(f"/admin/accounts/{path}/change/")
        assert page.status_code == 200
        assert b"server-token" not in page.content
        assert b"alice-token" not in page.content
