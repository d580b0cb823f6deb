"""Every page, as people see it: on a wide screen in the light and on a phone in the dark."""

import pytest

from tests.browser.looking import Look

PAGES = [
    "/",
    "/media/",
    "/libraries/",
    "/users/",
    "/users/1/",
    "/now/",
    "/doctor/",
    "/trash/",
    "/brake/",
    "/settings/space/",
    "/webhooks/",
    "/deletions/",
    "/deletions/?status=past",
    "/deletions/calendar/",
    "/simulation/",
    "/activity/",
    "/settings/",
    "/servers/",
    "/servers/1/",
    "/servers/1/remove/",
    "/admin/",
    "/admin/media/mediaitem/",
    "/admin/deletions/deletion/",
    "/admin/accounts/plexserver/1/change/",
    "/admin/django_celery_beat/periodictask/1/change/",
    "/admin/django_celery_beat/intervalschedule/add/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_clean_and_readable(look: Look, path: str) -> None:
    look.everywhere(path)


def test_what_is_not_there_says_so_in_the_same_frame(look: Look) -> None:
    look.visit("/media/999999999/", status=404)
