"""Theme, language and times as the visitor wants them."""

from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from pytest_django import Settings

from plaxe.zone import VisitorsZone
from tests.pages import text_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_theme_is_in_the_page_from_the_server(browser: Client) -> None:
    assert "data-theme" not in text_of(browser.get("/"))
    answer = browser.post("/appearance/theme/", {"theme": "dark", "next": "/media/?q=heron"})
    assert answer.headers["Location"] == "/media/?q=heron"
    for page in ("/", "/admin/"):
        assert '<html lang="en" data-theme="dark">' in text_of(browser.get(page))


@pytest.mark.parametrize("theme", ["system", "", 'dark"><script>'])
def test_any_other_theme_is_the_systems_business(browser: Client, theme: str) -> None:
    browser.post("/appearance/theme/", {"theme": "dark"})
    browser.post("/appearance/theme/", {"theme": theme})
    assert "data-theme" not in text_of(browser.get("/"))
    browser.cookies["plaxe_theme"] = theme
    assert "data-theme" not in text_of(browser.get("/"))


def test_a_language_is_kept_and_wins_over_what_the_browser_prefers(client: Client) -> None:
    assert '<html lang="de"' in text_of(client.get("/login/", headers={"Accept-Language": "de"}))
    client.post("/appearance/language/", {"language": "en", "next": "/login/"})
    assert '<html lang="en"' in text_of(client.get("/login/", headers={"Accept-Language": "de"}))
    client.post("/appearance/language/", {"language": "xx"})
    assert '<html lang="de"' in text_of(client.get("/login/", headers={"Accept-Language": "de"}))


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_the_way_back_never_leads_out(client: Client, place: str) -> None:
    for choice in ("theme", "language"):
        answer = client.post(f"/appearance/{choice}/", {choice: "de", "next": place})
        assert answer.headers["Location"] == "/"


def told_in(zone: str | None) -> str:
    """A moment as a visitor with this cookie reads it."""
    page = Template("{% load plaxe %}{% when moment %}")

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(page.render(Context({"moment": NOON})))

    request = RequestFactory().get("/")
    if zone is not None:
        request.COOKIES["plaxe_zone"] = zone
    with translation.override("en"):
        return text_of(VisitorsZone(view)(request))


def test_times_are_told_in_the_visitors_zone() -> None:
    assert 'title="Nov. 21, 2026, 1 p.m. CET"' in told_in("Europe/Berlin")
    assert 'title="Nov. 21, 2026, 5:30 p.m. IST"' in told_in("Asia/Kolkata")
    assert 'datetime="2026-11-21T12:00:00+00:00"' in told_in("Asia/Kolkata")


@pytest.mark.parametrize("zone", [None, "", "Mars/Base", "../../etc/passwd", "Europe/Berlin\x00", "x" * 5000])
def test_an_unknown_zone_means_the_one_of_the_server(zone: str | None, settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    assert 'title="Nov. 21, 2026, 7 a.m. EST"' in told_in(zone)


def test_the_zone_of_one_visitor_is_not_the_next_ones() -> None:
    told_in("Asia/Kolkata")
    assert timezone.get_current_timezone_name() == timezone.get_default_timezone_name()


def test_a_moment_is_told_as_a_distance_in_the_language_of_the_page() -> None:
    tell = Template("{% load plaxe %}{{ moment|when }}").render
    with translation.override("en"):
        assert "never" in tell(Context({"moment": None}))
        assert ">now<" in tell(Context({"moment": timezone.now()}))
        assert " ago<" in tell(Context({"moment": "2026-01-01T00:00:00+00:00"}))
