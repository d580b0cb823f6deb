import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from deletions.models import AuditEntry, Deletion, Policy
from tests import factories
from tests.pages import queries_of, text_of

URL = "/settings/"


KNOWN = {
    "brake_items": "25", "brake_percent": "10", "brake_bytes": "200GB", "playing_holds_show": "on",
    "trash_days": "30",
}  # fmt: skip


def save(browser: Client, **fields: str) -> str:
    return text_of(browser.post(URL, {**KNOWN, **fields}, follow=True))


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
    assert "1 title goes on the next pass, 0\xa0bytes." in page
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


# --- the brake


@pytest.mark.parametrize(
    ("field", "text", "value", "told"),
    [
        ("brake_items", "40", 40, "The brake is pulled by more than 40 titles at once."),
        ("brake_items", "0", 0, "No number of titles pulls the brake."),
        ("brake_percent", "100", 100, "The brake is pulled by more than 100 percent of a library at once."),
        ("brake_percent", "0", 0, "No share of a library pulls the brake."),
        ("brake_bytes", "1.5TB", 1_500_000_000_000, "The brake is pulled by more than 1500GB at once."),
        ("brake_bytes", "0", 0, "No size pulls the brake."),
    ],
)
def test_a_limit_of_the_brake_is_changed_and_written_down(
    browser: Client, field: str, text: str, value: int, told: str
) -> None:
    page = save(browser, dry_run="on", delay="24h", **{field: text})
    assert told in page
    assert getattr(Policy.load(), field) == value
    assert AuditEntry.objects.get().text == told


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("brake_items", "-1"),
        ("brake_items", "many"),
        ("brake_items", "1.5"),
        ("brake_items", "9" * 30),
        ("brake_items", ""),
        ("brake_percent", "101"),
        ("brake_percent", "-5"),
        ("brake_bytes", "-1GB"),
        ("brake_bytes", "huge"),
        ("brake_bytes", ""),
    ],
)
def test_a_limit_without_sense_is_refused_in_words(browser: Client, field: str, text: str) -> None:
    page = save(browser, dry_run="on", delay="24h", **{field: text})
    assert "Write a " in page.partition('class="problem"')[2].partition("</p>")[0]
    policy = Policy.load()
    assert (policy.brake_items, policy.brake_percent, policy.brake_bytes) == (25, 10, 200 * 10**9)


def test_more_bytes_than_can_be_counted_are_refused_in_words(browser: Client) -> None:
    assert "That is too large." in save(browser, dry_run="on", delay="24h", brake_bytes="999999999999TB")
    assert Policy.load().brake_bytes == 200 * 10**9


def test_limits_of_the_environment_are_locked_and_win(browser: Client, settings: Settings) -> None:
    settings.PLAXE_BRAKE_ITEMS, settings.PLAXE_BRAKE_PERCENT, settings.PLAXE_BRAKE_BYTES = 0, 50, 10**9
    page = text_of(browser.get(URL))
    for variable in ("PLAXE_BRAKE_ITEMS", "PLAXE_BRAKE_PERCENT", "PLAXE_BRAKE_BYTES"):
        assert variable in page
    save(browser, dry_run="on", delay="24h", brake_items="7", brake_percent="7", brake_bytes="7GB")
    policy = Policy.load()
    assert (policy.brake_items, policy.brake_percent, policy.brake_bytes) == (0, 50, 10**9)
    assert policy.saved_brake_items == 25


# --- a delay of zero and of ten years


@pytest.mark.parametrize(("text", "delay"), [("0", timedelta(0)), ("3650d", timedelta(days=3650))])
def test_the_shortest_and_the_longest_delay_are_taken(browser: Client, text: str, delay: timedelta) -> None:
    save(browser, dry_run="on", delay=text)
    assert Policy.load().delay == delay


def test_a_delay_of_more_than_ten_years_is_refused_in_words(browser: Client) -> None:
    assert "Ten years are the longest" in save(browser, dry_run="on", delay="3651d")
    assert Policy.load().delay == timedelta(hours=24)


# --- somebody else was quicker


def test_a_form_that_was_opened_before_another_change_changes_nothing(browser: Client) -> None:
    seal = Policy.load().seal
    save(browser, dry_run="on", delay="7d", seal=seal)
    page = save(browser, dry_run="on", delay="24h", brake_items="99", seal=seal)
    assert "The settings were changed since you opened the page." in page
    assert (Policy.load().delay, Policy.load().brake_items) == (timedelta(days=7), 25)


def test_a_confirmation_of_what_has_changed_meanwhile_does_not_arm(browser: Client) -> None:
    seal = Policy.load().seal
    Policy.objects.update(saved_delay=timedelta(0))
    save(browser, delay="24h", confirmed="yes", seal=seal)
    assert Policy.load().dry_run


def test_the_second_of_two_confirmations_changes_nothing(browser: Client) -> None:
    assert "Dry run is off." in save(browser, delay="24h", confirmed="yes")
    assert "Nothing was changed." in save(browser, delay="24h", confirmed="yes")
    assert AuditEntry.objects.filter(verb="changed").count() == 1


# --- before the dry run ends


def test_what_goes_first_is_told_with_number_and_size_and_sorted_by_time(browser: Client) -> None:
    section, now = factories.section(on=factories.server()), timezone.now()
    for title, hours in (("Later", 5), ("Sooner", -3), ("Soon", -1)):
        item = factories.movie(section=section, title=title)
        Deletion.objects.create(
            server=item.server, item=item, rating_key="1", type="movie", title=title, enqueued_at=now,
            scheduled_for=now + timedelta(hours=hours), bytes=2**30,
        )  # fmt: skip
    page = save(browser, delay="24h")
    assert "2 titles go on the next pass, 2.0\xa0GB." in page
    assert "3 are scheduled in all, 3.0\xa0GB." in page
    assert page.index("Sooner") < page.index("Soon<") < page.index("Later")


def test_what_is_held_and_what_the_brake_would_stop_is_told(browser: Client) -> None:
    section, now = factories.section(on=factories.server()), timezone.now()
    for number in range(26):
        item = factories.movie(section=section)
        held = {"status": "HELD", "hold": "playing"} if number < 2 else {}
        Deletion.objects.create(
            server=item.server, item=item, rating_key="1", type="movie", title="A", enqueued_at=now,
            scheduled_for=now, **held,
        )  # fmt: skip
    page = save(browser, delay="24h", brake_items="20")
    assert "Somebody is playing it: 2" in page
    assert "24 of the 26 titles in Section" in page
    assert "So nothing of it goes before you have approved it." in page


def test_what_was_typed_beside_the_dry_run_is_saved_with_the_confirmation(browser: Client) -> None:
    page = save(browser, delay="7d", brake_items="40")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', page))
    assert (fields["delay"], fields["brake_items"], fields["brake_bytes"]) == ("7d", "40", "200GB")
    del fields["csrfmiddlewaretoken"]
    save(browser, **fields, confirmed="yes")
    policy = Policy.load()
    assert (policy.dry_run, policy.delay, policy.brake_items) == (False, timedelta(days=7), 40)


def test_the_trash_is_switched_on_and_off_and_written_down(
    browser: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.PLAXE_MEDIA_ROOTS = (("/data/films", tmp_path),)
    page = save(browser, dry_run="on", delay="24h", quarantine="on", trash_days="7")
    assert "Files go to the trash. The trash keeps files for 7 days." in page
    assert (Policy.load().quarantine, Policy.load().trash_days) == (True, 7)
    assert "deleted and not moved to the trash" in save(browser, dry_run="on", delay="24h", trash_days="7")
    assert not Policy.load().quarantine


def test_without_a_folder_for_it_there_is_no_trash(browser: Client) -> None:
    page = save(browser, dry_run="on", delay="24h", quarantine="on")
    assert "Set PLAXE_MEDIA_ROOTS first" in page
    assert not Policy.load().quarantine


@pytest.mark.parametrize("days", ["0", "-1", "3651", "", "many"])
def test_days_in_the_trash_that_make_no_sense_are_refused(browser: Client, days: str) -> None:
    assert "Write a whole number from 1 to 3,650." in save(
        browser, dry_run="on", delay="24h", trash_days=days
    )
    assert Policy.load().trash_days == 30


def test_the_trash_of_the_environment_is_locked(browser: Client, settings: Settings, tmp_path: Path) -> None:
    settings.PLAXE_MEDIA_ROOTS = (("/data/films", tmp_path),)
    settings.PLAXE_QUARANTINE, settings.PLAXE_TRASH_DAYS = True, 7
    page = save(browser, dry_run="on", delay="24h", trash_days="9")
    assert "PLAXE_QUARANTINE" in page
    assert "PLAXE_TRASH_DAYS" in page
    assert (Policy.load().quarantine, Policy.load().trash_days) == (True, 7)
    assert not Policy.load().saved_quarantine


def test_who_arms_it_with_a_trash_is_told_that_nothing_is_lost(
    browser: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.PLAXE_MEDIA_ROOTS = (("/data/films", tmp_path),)
    page = save(browser, delay="24h", quarantine="on")
    assert "from where you can put them back" in page
    assert "nobody can bring them back" in save(browser, delay="24h")


def test_that_only_what_is_playing_waits_is_chosen_and_written_down(browser: Client) -> None:
    page = save(browser, dry_run="on", delay="24h", playing_holds_show="")
    assert "While an episode plays, only that episode waits." in page
    assert not Policy.load().playing_holds_show
    assert AuditEntry.objects.get().text == "While an episode plays, only that episode waits."
    assert "its whole show waits" in save(browser, dry_run="on", delay="24h")
    assert Policy.load().playing_holds_show


def test_what_waits_while_something_plays_may_be_the_environments_choice(
    browser: Client, settings: Settings
) -> None:
    settings.PLAXE_PLAYING_HOLDS_SHOW = False
    assert "PLAXE_PLAYING_HOLDS_SHOW" in text_of(browser.get(URL))
    save(browser, dry_run="on", delay="24h")
    assert not Policy.load().playing_holds_show
    assert not AuditEntry.objects.exists()
