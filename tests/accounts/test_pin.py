"""The PIN of a protected home user: kept encrypted, never shown, forgotten on demand."""

import pytest
from django.db import connection
from django.test import Client

from accounts.models import PlexUser
from tests import factories
from tests.pages import text_of


@pytest.fixture
def mia(db: None) -> PlexUser:
    mia = factories.viewer(1004, "Mia", on=factories.server())
    mia.is_protected = True
    mia.save()
    return mia


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pin FROM accounts_plexuser WHERE plex_id = 1004")
        value: str = cursor.fetchone()[0]
    return value


def test_a_pin_is_kept_encrypted_and_never_shown(browser: Client, mia: PlexUser) -> None:
    page = text_of(browser.get(f"/users/{mia.pk}/"))
    assert "This account asks for a PIN." in page
    kept = text_of(browser.post(f"/users/{mia.pk}/pin/", {"pin": "4711"}, follow=True))
    assert "The PIN is kept." in kept
    assert "4711" not in kept
    assert "4711" not in stored()
    assert PlexUser.objects.get(plex_id=1004).pin == "4711"
    assert "4711" not in text_of(browser.get("/admin/accounts/plexuser/"))


def test_a_pin_is_forgotten_on_demand(browser: Client, mia: PlexUser) -> None:
    mia.take_pin("4711")
    browser.post(f"/users/{mia.pk}/pin/", {"pin": ""})
    assert stored() == ""


@pytest.mark.parametrize("pin", ["12", "abcd", "12345678901", "12 34", "\u0661\u0662\u0663\u0664"])
def test_what_is_no_pin_is_refused_in_words(browser: Client, mia: PlexUser, pin: str) -> None:
    assert "Nothing was kept" in text_of(browser.post(f"/users/{mia.pk}/pin/", {"pin": pin}, follow=True))
    assert stored() == ""


def test_a_new_pin_is_tried_after_one_was_refused(browser: Client, mia: PlexUser) -> None:
    mia.take_pin("4711")
    mia.refuse_pin()
    assert "did not accept the PIN" in text_of(browser.get(f"/users/{mia.pk}/"))
    browser.post(f"/users/{mia.pk}/pin/", {"pin": "1234"})
    assert not PlexUser.objects.get(plex_id=1004).is_pin_refused


def test_a_friend_has_no_pin(browser: Client, mia: PlexUser) -> None:
    carol = factories.carol(on=mia.servers.get())
    assert browser.post(f"/users/{carol.pk}/pin/", {"pin": "1234"}).status_code == 404


def test_looking_keeps_no_pin(browser: Client, mia: PlexUser) -> None:
    assert browser.get(f"/users/{mia.pk}/pin/").status_code == 405
