"""However much there is, a page asks the database as often."""

import pytest
import responses
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import PlexServer, PlexUser
from deletions.models import Deletion, Hold
from media.models import HistoryCursor, LibrarySection, MediaItem
from plaxe.places import MAIN, MORE
from tests.household import grow
from tests.pages import queries_of

# They ask the servers, each one: so much more for every server, however much is on it.
ASKING = {"accounts:servers", "deletions:doctor", "deletions:now"}
PLACES = [tab.view for place in MAIN + MORE for tab in place.within or (place,) if tab.view not in ASKING]
LISTS = sorted(
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    for model in admin.site._registry
    if model.__module__.split(".")[0] in {"accounts", "media", "deletions"}
)
WAYS = ("?view=table", "?q=titl", "?kind=episode", "?state=waiting", "?state=queued", "?sort=size")


@pytest.fixture
def pages(browser: Client) -> list[str]:
    """Once a household is there: the places, the lists of the admin, titles of each kind and a viewer."""
    grow(2)
    firsts = [MediaItem.objects.filter(type=kind)[0] for kind in ("movie", "show", "season", "episode")]
    titles = [f"/media/{item.pk}/" for item in firsts]
    viewer = PlexUser.objects.filter(assignments__isnull=False)[0]
    server = f"/servers/{PlexServer.objects.all()[0].pk}/"
    ways = [f"/media/{way}" for way in WAYS]
    return [reverse(view) for view in PLACES + LISTS] + titles + ways + [f"/users/{viewer.pk}/", server]


def test_every_page_takes_as_many_queries_of_a_large_household_as_of_a_small_one(
    browser: Client, pages: list[str]
) -> None:
    few = {page: queries_of(browser, page) for page in pages}
    grow(4)
    many = {page: queries_of(browser, page) for page in pages}
    assert {page: (few[page], many[page]) for page in pages if many[page] > few[page]} == {}
    assert max(many.values()) < 60


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("view", sorted(ASKING))
def test_a_page_that_asks_the_servers_takes_as_many_queries_for_each_however_large(
    browser: Client, wire: responses.RequestsMock, view: str
) -> None:
    wire.get("https://plex.tv/api/v2/resources", json=[])
    taken = []
    for size in (2, 2, 6):
        grow(size)
        taken.append(queries_of(browser, reverse(view)))
    one, two, three = taken
    assert three - two <= two - one
    assert one < 60


def test_the_brake_takes_as_many_queries_for_many_servers_in_alarm_as_for_few(browser: Client) -> None:
    taken = []
    for servers in (2, 3):
        for _ in range(servers):
            grow(1)
        _alarm_all()
        taken.append(queries_of(browser, reverse("deletions:brake")))
    assert taken[0] == taken[1]
    assert browser.get(reverse("deletions:brake")).content.count(b"stop-") > 5 * 4


def _alarm_all() -> None:
    """In all the ways there are."""
    now = timezone.now()
    PlexServer.objects.update(damaged_at=now, restored_from=now)
    LibrarySection.objects.update(changed_at=now, accepted_uuid="before", uuid="now")
    for server in PlexServer.objects.all():
        HistoryCursor.objects.update_or_create(
            server=server, defaults={"total": 9, "short_total": 3, "short_since": now, "shrank_at": now}
        )
    Deletion.objects.filter(hold=Hold.PLAYING).update(hold=Hold.BRAKE, held_because="Too much.")
