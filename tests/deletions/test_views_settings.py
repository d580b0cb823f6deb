from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from deletions.models import AuditEntry, Deletion, Policy
from tests import factories
from tests.pages import queries_of, text_of

URL = "/settings/"


def save(browser: Client, **fields: str) -> str:
    return text_of(browser.post(URL, fields, follow=True))


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("36h", timedelta(hours=36)),
        (" 7d ", timedelta(days=7)),
        ("3600", timedelta(hours=1)),
        ("0", timedelta(0)),
    ],
)
def test_the_delay_is_written_as_people_write_it(browser: Client, text: str, delay: timedelta) -> None:
    save(browser, dry_run="on", delay=text)
    assert Policy.load().delay == delay
    assert Policy.load().dry_run


def test_a_change_is_written_down_with_who_made_it(browser: Client) -> None:
    save(browser, dry_run="on", delay="7d")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.text) == ("changed", factories.alice(), "The delay is 7d.")


def test_saving_what_is_already_so_changes_nothing(browser: Client) -> None:
    assert "Nothing was changed." in save(browser, dry_run="on", delay="24h")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("text", ["", "soon", "-1h", "1y", "9" * 40, "<script>"])
def test_a_delay_without_sense_is_refused_in_words(browser: Client, text: str) -> None:
    page = save(browser, dry_run="on", delay=text)
    assert 'class="problem"' in page
    assert "<script>" not in page
    assert Policy.load().delay == timedelta(hours=24)


def test_switching_dry_run_off_asks_first_and_shows_what_would_go(browser: Client) -> None:
    section = factories.section(on=factories.server())
    item = factories.movie(section=section, title="Salt")
    past = timezone.now() - timedelta(hours=1)
    Deletion.objects.create(
        server=item.server, item=item, rating_key="1", type="movie", title="Salt", enqueued_at=past,
        scheduled_for=past,
    )  # fmt: skip
    page = save(browser, delay="7d")
    assert "Delete in earnest?" in page
    assert "Salt" in page
    assert "1 title goes on the next pass." in page
    assert Policy.load().dry_run
    assert not AuditEntry.objects.exists()


def test_dry_run_goes_off_once_that_is_confirmed(browser: Client) -> None:
    page = save(browser, delay="7d", confirmed="yes")
    assert "Dry run is off. The delay is 7d." in page
    assert not Policy.load().dry_run
    assert Policy.load().delay == timedelta(days=7)


def test_switching_dry_run_on_asks_nothing(browser: Client) -> None:
    Policy.objects.update_or_create(pk=1, defaults={"saved_dry_run": False})
    save(browser, dry_run="on", delay="24h")
    assert Policy.load().dry_run


def test_what_the_environment_says_is_locked(browser: Client, settings: Settings) -> None:
    settings.PLAXE_DRY_RUN, settings.PLAXE_DELETION_DELAY = True, timedelta(hours=2)
    page = text_of(browser.get(URL))
    assert "PLAXE_DRY_RUN" in page
    assert "PLAXE_DELETION_DELAY" in page
    save(browser, delay="7d", confirmed="yes")
    saved = Policy.load()
    assert (saved.saved_dry_run, saved.saved_delay) == (True, timedelta(hours=24))
    assert saved.delay == timedelta(hours=2)


def test_servers_and_schedule_are_shown(browser: Client) -> None:
    factories.server(name="Cellar", last_error="It does not answer.")
    every, _ = IntervalSchedule.objects.get_or_create(every=7, period="minutes")
    PeriodicTask.objects.create(name="Look around", task="x", interval=every)
    page = text_of(browser.get(URL))
    for expected in ("Cellar", "It does not answer.", "Look around", "every 7 minutes"):
        assert expected in page


def test_the_number_of_queries_does_not_grow(browser: Client) -> None:
    few = queries_of(browser, URL)
    every, _ = IntervalSchedule.objects.get_or_create(every=7, period="minutes")
    for number in range(6):
        factories.server(machine_identifier=f"m{number}")
        PeriodicTask.objects.create(name=f"Task {number}", task="x", interval=every)
    assert queries_of(browser, URL) == few
