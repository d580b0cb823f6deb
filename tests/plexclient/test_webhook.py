"""The envelope of a webhook, as Plex and relays send it."""

import json
from typing import Any

import pytest

from plexclient.webhook import parse


def envelope(**fields: Any) -> bytes:
    return json.dumps({
        "event": "media.scrobble", "user": False, "owner": True,
        "Account": {"id": 1003, "title": "carol", "thumb": "https://plex.tv/users/x/avatar"},
        "Server": {"title": "Cellar", "uuid": "machine-1"},
        "Player": {"local": True, "publicAddress": "203.0.113.7", "title": "TV", "uuid": "player-1"},
        "Metadata": {"ratingKey": "7", "type": "episode", "title": "Pilot", "grandparentTitle": "Show",
                     "librarySectionID": 2, "parentRatingKey": "6", "grandparentRatingKey": "5"},
        **fields,
    }).encode()  # fmt: skip


def test_an_envelope_says_who_did_what_where() -> None:
    event = parse(envelope())
    assert (event.event, event.account.id, event.server.uuid) == ("media.scrobble", 1003, "machine-1")
    assert (event.metadata.rating_key, event.metadata.section_id) == ("7", "2")
    assert (event.user, event.owner) == (False, True)


@pytest.mark.parametrize("account", [{}, {"title": "somebody"}, {"id": None}, {"id": ""}, None])
def test_an_account_without_an_id_is_nobody_we_know(account: Any) -> None:
    assert parse(envelope(Account=account)).account.id is None


def test_an_id_may_be_text() -> None:
    assert parse(envelope(Account={"id": "1"}, Metadata={"ratingKey": 7})).account.id == 1


def test_a_track_has_keys_that_lead_nowhere_and_is_read_all_the_same() -> None:
    event = parse(envelope(Metadata={"type": "track", "librarySectionType": "artist"}))
    assert (event.metadata.type, event.metadata.rating_key) == ("track", None)


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xd8\xff\xe0 a picture", b"{}", b'{"event": ""}',
     b'{"event": 3.5}', b'{"event": "media.play", "Metadata": []}',
     b'{"event": "x", "Account": {"id": "me"}}', b"[" * 100_000,
     b'{"event": "x", "Metadata": ' + b"[" * 900 + b"]" * 900 + b"}"],
)  # fmt: skip
def test_whatever_else_is_refused_in_words(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"The payload is not"):
        parse(payload)
