"""However much there is, a page asks the database as often."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import PlexServer, PlexUser
from media.models import MediaItem
from plaxe.places import MAIN, MORE
from tests.household import grow
from tests.pages import queries_of

# They ask the servers, each one.
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
