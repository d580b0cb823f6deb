"""Webhooks, from the address to what they lead to. Every one of them could be forged."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PlexServer
from deletions.models import Deletion
from media.models import Assignment, Evidence, MediaItem, PlaySession, Protection, Webhook, WebhookDoor
from media.webhooks.handling import handle
from media.webhooks.refusing import Refusals
from plexclient.demo import Fault, Item, World
from tests import factories, neighbourhood
from tests.neighbourhood import LAST_WEEK, assign, calls, has_seen

pytestmark = pytest.mark.django_db

JPEG = SimpleUploadedFile("thumb.jpg", b"\xff\xd8\xff\xe0" + b"x" * 100_000, content_type="image/jpeg")


@pytest.fixture
def world() -> World:
    return neighbourhood.inhabited()


@pytest.fixture
def film(world: World) -> Item:
    return world.add_movie("Heron Lake", added_at=LAST_WEEK)


@pytest.fixture
def server(world: World, film: Item) -> Iterator[PlexServer]:
    with neighbourhood.connected(world) as (server, _):
        yield server


def envelope(item: Item | None = None, account: int | None = factories.BOB, **fields: Any) -> str:
    about = {"ratingKey": item.rating_key, "type": item.type, "title": item.title} if item else {}
    return json.dumps({
        "event": "media.scrobble", "user": False, "owner": True,
        "Account": {"id": account, "title": "bob"} if account is not None else {"title": "bob"},
        "Server": {"title": "Cellar", "uuid": "machine-1"},
        "Player": {"local": True, "publicAddress": "203.0.113.7", "title": "TV", "uuid": "player-1"},
        "Metadata": about, **fields,
    })  # fmt: skip


def address(secret: str = "") -> str:
    return reverse("media:webhook", args=[secret or WebhookDoor.load().secret])


def post(client: Client, payload: str, **more: Any) -> Any:
    return client.post(address(), {"payload": payload, **more})


def received(payload: str) -> Webhook:
    """It came in, and the worker has done its work."""
    post(Client(), payload)
    webhook = Webhook.objects.latest("pk")
    handle(webhook, timezone.now())
    webhook.refresh_from_db()
    return webhook


def test_a_form_with_a_picture_is_answered_at_once_without_asking_plex(
    client: Client, server: PlexServer, world: World, film: Item
) -> None:
    before = len(world.requests)
    answer = post(client, envelope(film), thumb=JPEG)
    assert (answer.status_code, answer.json()) == (200, {"status": "received"})
    assert len(world.requests) == before
    webhook = Webhook.objects.get()
    assert (webhook.event, webhook.title, webhook.server) == ("media.scrobble", "Heron Lake", server)
    assert webhook.viewer == neighbourhood.viewer("bob")


def test_a_relay_may_send_plain_json(client: Client, server: PlexServer, film: Item) -> None:
    answer = client.post(address(), envelope(film), content_type="application/json")
    assert answer.json() == {"status": "received"}


def test_it_needs_no_session_and_no_token_of_a_form(server: PlexServer, film: Item) -> None:
    assert post(Client(enforce_csrf_checks=True), envelope(film)).status_code == 200


@pytest.mark.parametrize("secret", ["x", "a" * 43, "\u00e9t\u00e9"])
def test_a_wrong_secret_is_not_found_and_leaves_nothing(client: Client, secret: str) -> None:
    assert client.post(address(secret), {"payload": envelope()}).status_code == 404
    assert client.get(address(secret)).status_code == 404
    assert not Webhook.objects.exists()


def test_after_a_rotation_only_the_new_address_is_open(client: Client, server: PlexServer) -> None:
    old = address()
    WebhookDoor.load().rotate()
    assert client.post(old, {"payload": envelope()}).status_code == 404
    assert client.post(address(), {"payload": envelope()}).status_code == 200


def test_it_is_posted_to_and_not_looked_at(client: Client) -> None:
    assert client.get(address()).status_code == 405


def test_what_is_too_long_is_refused_before_it_is_read(client: Client, settings: Settings) -> None:
    settings.PLAXE_WEBHOOK_BYTES = 1000
    assert client.post(address(), {"payload": "x" * 2000}).status_code == 413


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("{", "application/json", "not JSON"),
        ("[]", "application/json", "not an object"),
        ("hello", "text/plain", "no part that is called payload"),
        ("hello", "multipart/form-data; boundary=x", "no part that is called payload"),
        ("hello", "multipart/form-data", "cannot be read"),
    ],
)
def test_nonsense_is_refused_in_words_and_kept_as_a_row(
    client: Client, body: str, kind: str, words: str
) -> None:
    answer = client.post(address(), body, content_type=kind)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert Webhook.objects.get().status == "ignored"


def test_a_picture_alone_is_no_webhook(client: Client) -> None:
    assert client.post(address(), {"thumb": JPEG}).status_code == 400


def test_of_a_flood_no_more_is_let_in_than_the_limit(
    client: Client, server: PlexServer, settings: Settings
) -> None:
    settings.PLAXE_WEBHOOK_LIMIT = 5
    answers = [post(client, envelope(event=f"event.{number}")) for number in range(20)]
    assert [answer.status_code for answer in answers].count(200) == 5
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
    assert client.post(address(), {"payload": "{}"}, REMOTE_ADDR="192.0.2.9").status_code == 400


def test_those_refused_are_told_of_in_one_line_for_each_address(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(gather=0.05)
    for address, number in (("192.0.2.9", 900), ("192.0.2.10", 3)):
        for _ in range(number):
            refusals.count(address)
    assert caplog.messages == []
    _until(lambda: len(caplog.messages) == 2)
    told = [message.split(" webhooks")[0] for message in caplog.messages]
    assert told == ["192.0.2.9: 900", "192.0.2.10: 3"]
    refusals.count("192.0.2.9")
    _until(lambda: len(caplog.messages) == 3)


def test_no_line_is_said_of_each_that_is_refused(
    client: Client, server: PlexServer, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PLAXE_WEBHOOK_LIMIT = 1
    answers = [post(client, envelope(event=f"event.{number}")).status_code for number in range(5)]
    assert answers == [200, 429, 429, 429, 429]
    assert caplog.messages == []


def _until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 5
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.01)
    assert is_so()


def test_the_same_within_five_minutes_is_recognised(client: Client, server: PlexServer, film: Item) -> None:
    body = json.loads(envelope(film))
    turned = json.dumps(dict(reversed(body.items())))
    statuses = [post(client, text).json()["status"] for text in (envelope(film), envelope(film), turned)]
    assert statuses == ["received", "duplicate", "duplicate"]
    Webhook.objects.update(received_at=timezone.now() - timedelta(minutes=6))
    assert post(client, envelope(film)).json()["status"] == "received"


def test_what_is_about_another_server_is_ignored(client: Client, server: PlexServer, film: Item) -> None:
    answer = post(client, envelope(film, Server={"uuid": "somebody-elses", "title": "Loft"}))
    assert answer.json() == {"status": "ignored"}
    assert Webhook.objects.get().server_name == "Loft"


def test_a_signature_is_checked_where_a_key_is_set(client: Client, server: PlexServer, film: Item) -> None:
    door = WebhookDoor.load()
    door.signing_key, door.is_signed = "a key of the relay", True
    door.save()
    body = envelope(film).encode()
    signed = "sha256=" + hmac.new(b"a key of the relay", body, hashlib.sha256).hexdigest()
    for signature, status in ((signed, 200), (signed[:-1] + "x", 403), ("", 403), ("\u00e9", 403)):
        headers = {"X-Plaxe-Signature": signature} if signature else {}
        answer = client.post(address(), body, content_type="application/json", headers=headers)
        assert answer.status_code == status


def test_the_payload_is_kept_only_if_the_owner_wants_it(
    client: Client, server: PlexServer, film: Item
) -> None:
    post(client, envelope(film))
    WebhookDoor.objects.update(keep_days=0)
    post(client, envelope(film, event="media.stop"))
    assert [row.payload is None for row in Webhook.objects.order_by("pk")] == [False, True]


def test_a_scrobble_has_this_persons_view_read_at_once(server: PlexServer, world: World, film: Item) -> None:
    assign(film, "bob")
    world.play(world.person("bob"), film)
    webhook = received(envelope(film))
    assert (webhook.status, webhook.attempts) == ("success", 1)
    assert "read anew" in webhook.outcome
    assert has_seen(film, "bob")
    assert Evidence.objects.get().source == "state"


@pytest.mark.parametrize("account", [1, factories.ALICE])
def test_the_owner_comes_as_account_1_or_under_his_number(
    server: PlexServer, world: World, film: Item, account: int
) -> None:
    world.play(world.person("alice"), film)
    webhook = received(envelope(film, account))
    assert webhook.viewer == neighbourhood.viewer("alice")
    assert has_seen(film, "alice")


@pytest.mark.parametrize("account", [0, None, 999_999, 2**70, -5])
def test_of_nobody_we_know_the_history_tells(
    server: PlexServer, world: World, film: Item, account: int | None
) -> None:
    world.play(world.person("bob"), film)
    webhook = received(envelope(film, account))
    assert (webhook.viewer, webhook.status) == (None, "success")
    assert has_seen(film, "bob")  # as the history says


def test_whose_state_cannot_be_asked_for_is_read_from_the_history(
    server: PlexServer, world: World, film: Item
) -> None:
    world.play(world.person("frank"), film)
    webhook = received(envelope(film, 1007))
    assert "watch history" in webhook.outcome
    assert has_seen(film, "frank")


def test_a_forged_scrobble_deletes_nothing_and_protects_nothing(
    server: PlexServer, world: World, film: Item
) -> None:
    assign(film, "bob")
    for event in ("media.scrobble", "media.stop", "media.rate", "library.new"):
        received(envelope(film, event=event))
    assert not has_seen(film, "bob")
    assert not Deletion.objects.exists()
    assert not world.deletes


def test_a_title_that_is_not_known_yet_is_read_with_it(server: PlexServer, world: World) -> None:
    new = world.add_movie("Fresh", added_at=timezone.now() - timedelta(minutes=5))
    world.play(world.person("bob"), new)
    received(envelope(new))
    assert has_seen(new, "bob")


@pytest.mark.parametrize("fields", [{"type": "track"}, {"type": "track", "ratingKey": "99999"}, {}])
def test_what_plaxe_does_not_watch_over_leads_to_nothing(server: PlexServer, fields: dict[str, str]) -> None:
    webhook = received(envelope(Metadata=fields))
    assert webhook.status in {"ignored", "success"}
    assert webhook.outcome
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("event", ["device.new", "library.on.deck", "admin.database.backup", "unheard.of"])
def test_events_that_say_nothing_to_plaxe_are_ignored(server: PlexServer, event: str) -> None:
    assert received(envelope(event=event)).status == "ignored"


def test_play_pause_and_resume_say_what_is_playing(server: PlexServer, world: World, film: Item) -> None:
    session = world.start_session(world.person("bob"), film, view_offset=4000)
    received(envelope(film, event="media.play"))
    row = PlaySession.objects.get()
    assert (row.viewer_name, row.item, row.offset) == ("bob", MediaItem.objects.get(), 4000)
    session.view_offset, session.state = 9000, "paused"
    received(envelope(film, event="media.pause"))
    row.refresh_from_db()
    assert (row.offset, row.state) == (9000, "paused")


def test_who_has_stopped_by_the_time_of_the_next_look_is_asked(
    server: PlexServer, world: World, film: Item
) -> None:
    session = world.start_session(world.person("bob"), film)
    received(envelope(film, event="media.play"))
    world.stop_session(session)
    world.play(world.person("bob"), film)
    received(envelope(event="playback.started", account=factories.CAROL))
    assert not PlaySession.objects.exists()
    assert has_seen(film, "bob")


def test_what_is_new_is_read_and_gets_its_viewers(server: PlexServer, world: World) -> None:
    section = MediaItem.objects.get().section
    section.orders.create(server=server, viewer=neighbourhood.viewer("bob"), since=timezone.now())
    new = world.add_movie("Fresh", added_at=timezone.now())
    received(envelope(new, event="library.new"))
    assert Assignment.objects.get().item.title == "Fresh"


@pytest.mark.parametrize(
    ("least", "rating", "is_protected"), [(8, 9, True), (8, 8, True), (8, 7, False), (None, 10, False)]
)
def test_a_rating_protects_if_the_owner_wants_it_and_the_server_says_the_same(
    server: PlexServer, world: World, film: Item, *, least: int | None, rating: float, is_protected: bool
) -> None:
    WebhookDoor.load()
    WebhookDoor.objects.update(protects_from=least)
    world.rate(world.person("bob"), film, rating)
    received(envelope(film, event="media.rate", rating=10))
    assert MediaItem.objects.protected().exists() == is_protected
    assert list(Protection.objects.values_list("by_name", flat=True)) == ["bob"] * is_protected


def test_a_rating_that_only_the_webhook_knows_protects_nothing(server: PlexServer, film: Item) -> None:
    WebhookDoor.load()
    WebhookDoor.objects.update(protects_from=1)
    webhook = received(envelope(film, event="media.rate", rating=10))
    assert webhook.status == "ignored"
    assert not MediaItem.objects.protected().exists()


def test_a_damaged_database_makes_plaxe_distrust_the_server(server: PlexServer) -> None:
    received(envelope(event="admin.database.corrupted", Metadata={}))
    server.refresh_from_db()
    assert server.damaged_at


def test_a_server_that_is_off_is_asked_again_later_and_not_for_ever(
    server: PlexServer, world: World, film: Item
) -> None:
    world.faults.add(Fault("reset", "GET", site="machine-1", times=None))
    webhook = received(envelope(film))
    assert webhook.status == "failed"
    pauses = []
    while webhook.try_at:
        pauses.append(webhook.try_at - timezone.now())
        handle(webhook, webhook.try_at)
        webhook.refresh_from_db()
    assert webhook.attempts == 5
    assert all(later > 1.5 * earlier for earlier, later in pairwise(pauses))
    world.faults.clear()
    handle(webhook, timezone.now() + timedelta(days=1))
    webhook.refresh_from_db()
    assert webhook.status == "failed"


def test_it_is_handled_once_however_often_the_worker_is_told(
    server: PlexServer, world: World, film: Item
) -> None:
    webhook = received(envelope(film))
    asked = calls(world, "/library/metadata/")
    handle(Webhook.objects.get(), timezone.now())
    assert calls(world, "/library/metadata/") == asked
    assert webhook.attempts == 1
