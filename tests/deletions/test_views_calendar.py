import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation
from icalendar import Calendar
from pytest_django import Settings

from accounts.models import PlexServer
from deletions.models import AuditEntry, CalendarFeed, Deletion, Policy
from deletions.month import SHOWN, Month
from plaxe.logs import RedactingFormatter, redacted
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of

URL = "/deletions/calendar/"
NOVEMBER = {"month": "2026-11"}
OVER = ("DELETED", "GONE", "CANCELLED", "FAILED")
NOWHERE = f"/calendar/{'A1b2C3' * 7}.ics"


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server()


def deletion(on: PlexServer, title: str = "Salt", at: datetime = NOW, **fields: Any) -> Deletion:
    item = factories.movie(section=factories.section(on=on), title=title)
    known = {"scheduled_for": at, "finished_at": at if fields.get("status") in OVER else None, "bytes": 10**9}
    return Deletion.objects.create(
        server=on, item=item, rating_key=item.rating_key, type="movie", title=title, enqueued_at=NOW,
        **{**known, **fields},
    )  # fmt: skip


def shown(month: str = "2026-11") -> dict[str, list[str]]:
    days = (day for week in Month.of(month, date(2026, 1, 1)).weeks() for day in week)
    return {str(day.date): [title.title for title in day.titles] for day in days if day.titles}


def test_a_title_is_on_the_day_it_goes_or_went(cellar: PlexServer) -> None:
    deletion(cellar, "Goes")
    deletion(cellar, "Went", at=NOW - timedelta(days=7), status="DELETED")
    deletion(cellar, "Was gone", at=NOW - timedelta(days=7), status="GONE", bytes=1)
    assert shown() == {"2026-11-14": ["Went", "Was gone"], "2026-11-21": ["Goes"]}


@pytest.mark.parametrize("status", ["HELD", "CANCELLED", "FAILED"])
def test_what_does_not_go_is_on_no_day(cellar: PlexServer, status: str) -> None:
    deletion(cellar, status=status, hold="versions" if status == "HELD" else "")
    assert shown() == {}


def test_what_only_the_dry_run_kept_is_on_the_day_it_would_have_gone(
    browser: Client, cellar: PlexServer
) -> None:
    deletion(cellar, "Salt", at=NOW - timedelta(days=3), would_have_gone_at=NOW)
    assert shown() == {"2026-11-18": ["Salt"]}
    assert "Would have gone:" in text_of(browser.get(URL, NOVEMBER))


def test_what_was_put_off_since_goes_again(browser: Client, cellar: PlexServer) -> None:
    deletion(cellar, "Salt", at=NOW + timedelta(days=3), would_have_gone_at=NOW - timedelta(days=3))
    page = text_of(browser.get(URL, NOVEMBER))
    assert "Goes:" in page
    assert "Would have gone:" not in page


def test_the_day_is_the_visitors(cellar: PlexServer) -> None:
    deletion(cellar, at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    assert shown() == {"2026-11-21": ["Salt"]}
    with timezone.override("Europe/Berlin"):
        assert shown() == {"2026-11-22": ["Salt"]}


def test_of_many_on_a_day_the_largest_are_shown_and_the_way_to_the_rest(
    browser: Client, cellar: PlexServer
) -> None:
    for number in range(SHOWN + 5):
        deletion(cellar, f"Film {number}", bytes=number)
    assert shown()["2026-11-21"] == [f"Film {SHOWN + 4 - number}" for number in range(SHOWN)]
    page = text_of(browser.get(URL, NOVEMBER))
    assert "+5 more" in page
    assert 'href="/deletions/?day=2026-11-21"' in page
    rest = text_of(browser.get("/deletions/?day=2026-11-21"))
    assert all(f"Film {number}" in rest for number in range(SHOWN + 5))


def test_the_queue_of_a_day_has_nothing_of_another(browser: Client, cellar: PlexServer) -> None:
    deletion(cellar, "That day")
    deletion(cellar, "The next", at=NOW + timedelta(days=1))
    page = text_of(browser.get("/deletions/?day=2026-11-21"))
    assert "That day" in page
    assert "The next" not in page


@pytest.mark.parametrize("day", ["x", "2026-02-30", "9999-12-31", "0001-01-01", ""])
def test_a_day_that_is_none_is_the_whole_queue(browser: Client, cellar: PlexServer, day: str) -> None:
    deletion(cellar)
    assert "Salt" in text_of(browser.get("/deletions/", {"day": day}))


@pytest.mark.parametrize(("language", "first"), [("en", date(2026, 11, 1)), ("de", date(2026, 10, 26))])
def test_weeks_begin_as_they_do_there(db: None, language: str, first: date) -> None:
    with translation.override(language):
        weeks = Month.of("2026-11", NOW.date()).weeks()
    assert weeks[0][0].date == first
    assert all(len(week) == 7 for week in weeks)


@time_machine.travel(NOW, tick=False)
def test_today_is_marked_and_is_where_one_begins(browser: Client, cellar: PlexServer) -> None:
    page = text_of(browser.get(URL))
    assert "<h1>November 2026</h1>" in page
    assert page.count('aria-current="date"') == 1
    assert 'href="?month=2026-10"' in page
    assert 'href="?month=2026-12"' in page


@pytest.mark.parametrize(
    "month", ["x", "2026-13", "2026-00", "0000-01", "0001-01", "9999-12", "2026-11-21", ""]
)
@time_machine.travel(NOW, tick=False)
def test_a_month_that_is_none_is_this_one(browser: Client, cellar: PlexServer, month: str) -> None:
    assert "<h1>November 2026</h1>" in text_of(browser.get(URL, {"month": month}))


@pytest.mark.parametrize(
    ("month", "before", "after"),
    [("1970-01", False, True), ("9000-01", True, False), ("2026-12", True, True)],
)
def test_the_first_and_the_last_month_lead_no_further(
    browser: Client, cellar: PlexServer, month: str, before: bool, after: bool
) -> None:
    page = text_of(browser.get(URL, {"month": month}))
    assert ('rel="prev"' in page, 'rel="next"' in page) == (before, after)


def test_a_title_is_text(browser: Client, cellar: PlexServer) -> None:
    deletion(cellar, "<script>alert(1)</script>")
    assert "<script>alert" not in text_of(browser.get(URL, NOVEMBER))


def test_the_month_takes_a_constant_number_of_queries(browser: Client, cellar: PlexServer) -> None:
    deletion(cellar)
    few = queries_of(browser, f"{URL}?month=2026-11")
    for number in range(40):
        deletion(
            cellar, at=NOW - timedelta(days=number % 20), status="DELETED" if number % 2 else "SCHEDULED"
        )
    assert queries_of(browser, f"{URL}?month=2026-11") == few


# --- the calendar that others subscribe to


def address() -> str:
    return f"/calendar/{CalendarFeed.load().secret}.ics"


def read(client: Client) -> list[Any]:
    answer = client.get(address())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_whoever_knows_the_address_reads_what_is_scheduled(client: Client, cellar: PlexServer) -> None:
    row = deletion(cellar, "Salt", reasons=["Bob watched it."])
    (event,) = read(client)
    assert (event["DTSTART"].dt, str(event["SUMMARY"])) == (NOW, "Would leave: Salt")
    assert str(event["DESCRIPTION"]) == "953.7 MB · Cellar\nBob watched it."
    assert str(event["URL"]) == f"http://testserver/media/{row.item_id}/"


def test_in_earnest_it_says_so(client: Client, cellar: PlexServer, settings: Settings) -> None:
    settings.PLAXE_DRY_RUN = False
    deletion(cellar)
    assert [str(event["SUMMARY"]) for event in read(client)] == ["Leaving: Salt"]


@pytest.mark.parametrize("status", ["HELD", "RUNNING", "DELETED", "GONE", "FAILED", "CANCELLED"])
def test_only_what_is_scheduled_is_in_it(client: Client, cellar: PlexServer, status: str) -> None:
    deletion(cellar, status=status, hold="versions" if status == "HELD" else "", leased_until=NOW)
    assert read(client) == []


def test_an_event_stays_the_same_one_when_it_is_put_off(client: Client, cellar: PlexServer) -> None:
    row = deletion(cellar)
    (before,) = read(client)
    Deletion.objects.filter(pk=row.pk).update(scheduled_for=NOW + timedelta(days=1))
    (after,) = read(client)
    assert before["UID"] == after["UID"]
    assert after["DTSTART"].dt == NOW + timedelta(days=1)


def test_of_a_title_that_is_no_longer_known_it_leads_to_the_queue(client: Client, cellar: PlexServer) -> None:
    row = deletion(cellar)
    Deletion.objects.filter(pk=row.pk).update(item=None)
    (event,) = read(client)
    assert str(event["URL"]) == f"http://testserver/deletions/?id={row.pk}"


def test_any_other_address_is_not_there(client: Client, cellar: PlexServer) -> None:
    assert client.get(NOWHERE).status_code == 404
    secret = CalendarFeed.load().secret
    for wrong in (
        NOWHERE,
        f"/calendar/{secret[:-1]}.ics",
        f"/calendar/{secret.swapcase()}.ics",
        "/calendar/é.ics",
    ):
        assert client.get(wrong).status_code == 404
    assert client.post(address()).status_code == 405


def test_it_is_shown_to_whoever_is_signed_in_and_changed_by_one_click(
    browser: Client, cellar: PlexServer
) -> None:
    old = address()
    assert old in text_of(browser.get(URL))
    assert len(old) > 40
    page = text_of(browser.post(f"{URL}rotate/", follow=True))
    new = address()
    assert new != old
    assert new in page
    assert (browser.get(old).status_code, browser.get(new).status_code) == (404, 200)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by_name, entry.title) == ("changed", "alice", "Calendar")
    assert old.split("/")[2][:-4] not in f"{entry.text}{entry.details}"


def test_a_secret_is_not_readable_in_the_database(db: None) -> None:
    secret = CalendarFeed.load().secret
    assert CalendarFeed.load().secret == secret
    stored = CalendarFeed.objects.values_list("secret", flat=True).get()
    assert secret not in str(stored)


def test_no_address_is_in_the_log(
    client: Client, cellar: PlexServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Django tells of every request that goes wrong."""
    secret = CalendarFeed.load().secret
    CalendarFeed.load().rotate()
    with caplog.at_level(logging.DEBUG):
        client.get(f"/calendar/{secret}.ics")
        client.post(address())
    written = "\n".join(RedactingFormatter().format(record) for record in caplog.records)
    assert "/calendar/[redacted].ics" in written
    assert secret not in written
    assert CalendarFeed.load().secret not in written


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("Not Found: /calendar/abc.ics", "Not Found: /calendar/[redacted].ics"),
        ("at /plaxe/calendar/a-b_c.ics?x=1", "at /plaxe/calendar/[redacted].ics?x=1"),
        (f"Not Found: /calendar/{'a' * 43}", "Not Found: /calendar/[redacted]"),
        ("POST /webhooks/plex/abc-_1/ 404", "POST /webhooks/plex/[redacted]/ 404"),
        ("GET /deletions/calendar/?month=2026-11", "GET /deletions/calendar/?month=2026-11"),
    ],
)
def test_secret_addresses_are_struck_out(line: str, written: str) -> None:
    assert redacted(line) == written


def test_the_calendar_takes_a_constant_number_of_queries(client: Client, cellar: PlexServer) -> None:
    Policy.load()
    deletion(cellar)
    few = queries_of(client, address())
    for _ in range(30):
        deletion(cellar)
    assert queries_of(client, address()) == few
