"""Nobody who is not signed in sees anything but the way in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from tests import factories

# The way in, how it looks, and the admin's own address that leads to it.
WAY_IN = ("login", "local", "setup", "logout", "return", "wait", "check", "finish")
OPEN = {
    "admin:login",
    "theme",
    "language",
    "media:webhook",
    "deletions:feed",
    *(f"accounts:{name}" for name in WAY_IN),
}


def views(patterns: list[Any], space: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from views(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name and isinstance(pattern.pattern, RoutePattern):
            yield f"{space}{pattern.name}", dict.fromkeys(pattern.pattern.converters, 1)


VIEWS = dict(views(get_resolver().url_patterns))
GUARDED = sorted(set(VIEWS) - OPEN)


def test_the_walk_finds_the_pages() -> None:
    assert {"deletions:dashboard", "media:item", "accounts:users", "admin:media_mediaitem_changelist"} <= set(
        GUARDED
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_is_led_to_the_login(client: Client, name: str) -> None:
    url = reverse(name, kwargs=VIEWS[name])
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:login"))


@pytest.mark.django_db
def test_the_admin_signs_in_where_everybody_does(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/media/")
    assert answer.headers["Location"] == f"{reverse('accounts:login')}?next=/admin/media/"
    outside = client.get("/admin/login/?next=https://evil.example/")
    assert outside.headers["Location"] == f"{reverse('accounts:login')}?next=/"


@pytest.mark.django_db
def test_who_is_signed_in_and_no_admin_is_refused_and_not_sent_in_a_circle(client: Client) -> None:
    alice = factories.alice(is_staff=False, is_superuser=False)
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "This is not for you" in answer.content.decode()
