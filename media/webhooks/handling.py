"""What a webhook leads to: a look at the very place it speaks of, with our own tokens."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from accounts.connecting import reach
from accounts.errors import Refused
from accounts.models import PlexServer
from accounts.tokens import NoToken, ViewerTokens
from media import looking, playing, standing, sync
from media.models import MediaItem, Protection, Webhook, WebhookDoor
from media.protecting import protect
from media.signals import protected
from media.states import demand_same
from plexclient.errors import PlexError
from plexclient.server import PlexMediaServer

logger = logging.getLogger(__name__)

# Returns what came of it, in words.
Act = Callable[[Webhook, PlexServer, PlexMediaServer, datetime], str]


class Nothing(Exception):  # noqa: N818 -- an answer, not a defect
    """It leads to nothing, and why."""


def handle(webhook: Webhook, now: datetime) -> None:
    """Act on it, once: whoever claims it first. What fails is tried again later."""
    if not webhook.claim(now):
        return
    try:
        outcome = _act(webhook, now)
    except Nothing as reason:
        webhook.conclude(Webhook.Status.IGNORED, str(reason), timezone.now())
    except (PlexError, Refused) as problem:
        webhook.fail(str(problem), timezone.now())
    except Exception as problem:
        logger.exception("%s", webhook)
        webhook.fail(f"Plaxe stumbled over it ({type(problem).__name__}).", timezone.now())
    else:
        webhook.conclude(Webhook.Status.SUCCESS, outcome, timezone.now())


def _act(webhook: Webhook, now: datetime) -> str:
    server, act = webhook.server, ACTS.get(webhook.event)
    if webhook.is_test:
        return "The test has come the whole way."
    if server is None:
        raise Nothing("Its server was removed.")
    if act is None:
        raise Nothing("Plaxe does nothing upon this event.")
    return act(webhook, server, reach(server, now), now)


def _look(webhook: Webhook, server: PlexServer, client: PlexMediaServer, now: datetime) -> str:
    """Somebody has seen something, or stopped: he is asked himself, and nobody else is believed."""
    playing.refresh(server, client, now)
    if not webhook.rating_key:
        raise Nothing("It names no title.")
    if webhook.viewer is None:  # who it was is in the history
        looking.read_history(server, client, now)
        return "It names nobody whom Plaxe knows; the watch history was read."
    return looking.look_at(server, client, webhook.viewer, webhook.rating_key, now)


def _refresh(webhook: Webhook, server: PlexServer, client: PlexMediaServer, now: datetime) -> str:
    count = playing.refresh(server, client, now)
    return f"What is playing was read: {count}."


def _take_in(webhook: Webhook, server: PlexServer, client: PlexMediaServer, now: datetime) -> str:
    if not webhook.rating_key:
        raise Nothing("It names no title.")
    new = sync.sync_items(server, client, [webhook.rating_key], now)
    standing.fulfil(server, now)
    return "The title was read." if new else "The title was known already."


def _protect(webhook: Webhook, server: PlexServer, client: PlexMediaServer, now: datetime) -> str:
    """Only if the server itself says that this person has rated it so."""
    least = WebhookDoor.load().protects_from
    if least is None:
        raise Nothing("A rating protects nothing, by your settings.")
    item = MediaItem.objects.present().filter(server=server, rating_key=webhook.rating_key).first()
    if item is None or webhook.viewer is None:
        raise Nothing("It names nobody, or nothing, that Plaxe knows.")
    try:
        metadata = ViewerTokens(server).client_for(webhook.viewer).metadata(webhook.rating_key)
    except NoToken as reason:
        raise Nothing(str(reason)) from None
    demand_same(item, metadata)
    rating = metadata.user_rating
    if rating is None or rating < least:
        raise Nothing(f"{webhook.viewer} gives it {rating or 0:g} of 10, which protects nothing.")
    protect([item], now, by_name=str(webhook.viewer))
    protected.send(sender=Protection, server=server)
    return f"{webhook.viewer} gives it {rating:g} of 10: it is protected."


def _raise_alarm(webhook: Webhook, server: PlexServer, client: PlexMediaServer, now: datetime) -> str:
    server.distrust(now)
    return "Plex says that its database is damaged: nothing is deleted until you accept it."


ACTS: dict[str, Act] = {
    "media.scrobble": _look,
    "media.stop": _look,
    "media.play": _refresh,
    "media.pause": _refresh,
    "media.resume": _refresh,
    "playback.started": _refresh,
    "library.new": _take_in,
    "media.rate": _protect,
    "admin.database.corrupted": _raise_alarm,
}
