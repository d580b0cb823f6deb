"""A webhook comes in: it becomes a row at once, and what it is about is decided later, by a task."""

import hashlib
import hmac
from datetime import datetime
from typing import Any

import msgspec
from django.db import models

from accounts.models import PlexServer, PlexUser
from media.models import MediaItem, Webhook, WebhookDoor
from plexclient.types.events import WebhookEvent
from plexclient.webhook import parse

IGNORED, DUPLICATE = Webhook.Status.IGNORED, Webhook.Status.DUPLICATE
SCHEME = "sha256="


def is_signed_by(key: str, body: bytes, signature: str) -> bool:
    """`sha256=` and the HMAC of the whole body in hexadecimal digits."""
    expected = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"{SCHEME}{expected}".encode(), signature.encode())


def receive(payload: bytes, now: datetime, *, is_test: bool = False) -> Webhook:
    """The row of what came in. Raises ValueError, in words, for what is no webhook."""
    event = parse(payload)
    server = PlexServer.objects.selected(None).filter(machine_identifier=event.server.uuid).first()
    webhook = Webhook(
        received_at=now,
        event=event.event[:64],
        digest=_digest(payload),
        payload=_kept(payload),
        is_test=is_test,
        try_at=now,
        account_id=_account(event.account.id),
        account_name=event.account.title[:255],
        rating_key=(event.metadata.rating_key or "")[:64],
        title=_title(event)[:500],
        server_name=event.server.title[:255],
    )
    if server:
        _place(webhook, server)
    webhook.save()
    _sort_out(webhook, now)
    return webhook


def test_payload(server: PlexServer, now: datetime) -> bytes:
    """As Plex would write it, about nobody and nothing; no two are the same."""
    about = {"uuid": server.machine_identifier, "title": server.name}
    return msgspec.json.encode({"event": "media.play", "Server": about, "Account": {}, "sent": now})


def note_nonsense(words: str, now: datetime) -> None:
    """Somebody knows the address and posts what is no webhook: it is kept as a row, without what it said."""
    row = Webhook(received_at=now, event="", digest="", attempts=1)
    row.save()
    row.conclude(IGNORED, words, now)


def _account(number: int | None) -> int | None:
    return number if number is not None and 0 < number <= models.BigIntegerField.MAX_BIGINT else None


def _digest(payload: bytes) -> str:
    """Of what it says, however it is written."""
    return hashlib.sha256(msgspec.json.encode(msgspec.json.decode(payload), order="sorted")).hexdigest()


def _kept(payload: bytes) -> Any:
    return msgspec.json.decode(payload) if WebhookDoor.load().keep_days else None


def _title(event: WebhookEvent) -> str:
    return " · ".join(filter(None, (event.metadata.grandparent_title, event.metadata.title)))


def _place(webhook: Webhook, server: PlexServer) -> None:
    """Whom and what of ours it is about, as far as we know them."""
    webhook.server, webhook.server_name = server, server.name
    webhook.viewer = viewer_of(server, webhook.account_id)
    known = MediaItem.objects.filter(server=server, rating_key=webhook.rating_key)
    webhook.item = known.first() if webhook.rating_key else None


def viewer_of(server: PlexServer, account_id: int | None) -> PlexUser | None:
    """The owner comes as account 1 or under his number at plex.tv; 0 and nothing are nobody we know."""
    plex_id = server.plex_id_of(account_id)
    return PlexUser.objects.on(server).filter(plex_id=plex_id).first() if plex_id else None


def _sort_out(webhook: Webhook, now: datetime) -> None:
    if webhook.server is None:
        webhook.conclude(IGNORED, "It is about a server that is not one of ours.", now)
    elif Webhook.objects.same_as(webhook).exists():
        webhook.conclude(DUPLICATE, "The same came in a moment ago.", now)
