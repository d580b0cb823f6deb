from typing import Any

import pytest
from django.test import Client

from accounts.models import PlexServer
from deletions import stops
from deletions.models import AuditEntry, Deletion
from media.models import MediaItem
from tests import factories
from tests.factories import NOW
from tests.pages import HTMX, queries_of, text_of

URL = "/deletions/"


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server()


@pytest.fixture
def film(cellar: PlexServer) -> MediaItem:
    """Seen by everybody who must, so that the queue has nothing against it."""
    film = factories.movie(section=factories.section(on=cellar), title="Salt")
    factories.assignment(item=film, viewer=factories.bob(on=cellar))
    factories.watch(item=film, viewer=factories.bob(on=cellar))
    return film


def deletion_of(item: MediaItem, **fields: Any) -> Deletion:
    known = {"rating_key": item.rating_key, "type": item.type, "title": item.full_title, "bytes": 5 * 2**30}
    over = fields.get("status") in ("DELETED", "GONE", "FAILED", "CANCELLED")
    times = {"enqueued_at": NOW, "scheduled_for": NOW, "finished_at": NOW if over else None}
    return Deletion.objects.create(server=item.server, item=item, **{**known, **times, **fields})


def status_of(deletion: Deletion) -> str:
    return Deletion.objects.get(pk=deletion.pk).status


def test_a_row_tells_what_when_how_much_and_why(browser: Client, film: MediaItem) -> None:
    seen = {"plex_id": 1002, "name": "Bob", "viewed_at": NOW.isoformat(), "source": "history"}
    row = deletion_of(film, reasons=["Bob saw it on Friday."], viewers=[seen])
    AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, NOW, text="All have seen it.").save()
    page = text_of(browser.get(URL))
    for expected in ("Salt", "5.0\xa0GB", "Bob saw it on Friday.", "All have seen it.", NOW.isoformat()):
        assert expected in page


def test_a_row_without_an_answer_says_that_it_is_asked_after_and_not_sent_again(
    browser: Client, film: MediaItem
) -> None:
    deletion_of(
        film, status="RUNNING", leased_until=NOW, held_because="Plex did not answer. It is not sent twice."
    )
    page = text_of(browser.get(URL))
    assert "Plex did not answer." in page
    assert "It is not sent twice." in page


def test_a_held_row_says_why_and_what_to_do(browser: Client, film: MediaItem) -> None:
    deletion_of(film, status="HELD", hold="versions", held_because="It has 2 versions.")
    page = text_of(browser.get(URL))
    assert "It has 2 versions." in page
    assert "Choose the version that goes, delete all of them, or keep all." in page


def test_a_hold_from_a_later_version_does_not_break_the_page(browser: Client, film: MediaItem) -> None:
    deletion_of(film, status="HELD", hold="unheard_of", held_because="Because.")
    assert "Because." in text_of(browser.get(URL))


def test_the_queue_and_the_past_are_apart(browser: Client, film: MediaItem) -> None:
    deletion_of(film, title="Leaving")
    deletion_of(film, title="Failed", status="FAILED", failure="Plex could not delete the files.")
    deletion_of(film, title="Left", status="DELETED")

    def titles(status: str) -> list[str]:
        return [row.title for row in browser.get(URL, {"status": status}).context["page"]]

    assert titles("open") == titles("") == titles("nonsense") == ["Leaving"]
    assert set(titles("past")) == {"Failed", "Left"}
    assert titles("FAILED") == ["Failed"]
    assert "Plex could not delete the files." in text_of(browser.get(URL, {"status": "FAILED"}))


def test_a_dry_run_tells_when_it_would_have_gone(browser: Client, film: MediaItem) -> None:
    deletion_of(film, would_have_gone_at=NOW)
    assert "it would have gone" in text_of(browser.get(URL))


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("cancel", "SCHEDULED", "CANCELLED"),
        ("cancel", "HELD", "CANCELLED"),
        ("approve", "HELD", "SCHEDULED"),
        ("retry", "FAILED", "SCHEDULED"),
        ("retry", "CANCELLED", "SCHEDULED"),
    ],
)
def test_every_verb_is_a_button_that_works(
    browser: Client, film: MediaItem, verb: str, before: str, after: str
) -> None:
    row = deletion_of(film, status=before, hold="versions" if before == "HELD" else "")
    url = f"{URL}{row.pk}/{verb}/"
    assert f'formaction="{url}"' in text_of(browser.get(URL, {"status": before}))
    response = browser.post(url, {"back": "/deletions/?status=open"})
    assert response.headers["Location"] == "/deletions/?status=open"
    assert status_of(row) == after
    assert AuditEntry.objects.get(deletion=row).by == factories.alice()


def test_htmx_gets_the_changed_row_and_the_message(browser: Client, film: MediaItem) -> None:
    row = deletion_of(film)
    part = text_of(browser.post(f"{URL}{row.pk}/cancel/", headers=HTMX))
    assert part.lstrip().startswith(f'<li class="panel deletion" id="deletion-{row.pk}"')
    assert "Cancelled" in part
    assert "stays." in part
    assert "<html" not in part


def test_a_stale_button_is_refused_in_words(browser: Client, film: MediaItem) -> None:
    row = deletion_of(film, status="DELETED")
    page = text_of(browser.post(f"{URL}{row.pk}/cancel/", {"back": URL}, follow=True))
    assert "cannot be cancelled" in page
    assert status_of(row) == "DELETED"
    assert "cannot be approved" in text_of(browser.post(f"{URL}{row.pk}/approve/", headers=HTMX))


@pytest.mark.parametrize("verb", ["cancel", "approve", "retry"])
def test_looking_changes_nothing(browser: Client, film: MediaItem, verb: str) -> None:
    row = deletion_of(film, status="HELD", hold="versions")
    assert browser.get(f"{URL}{row.pk}/{verb}/").status_code == 405
    assert browser.post(f"{URL}424242/{verb}/").status_code == 404
    assert status_of(row) == "HELD"


def test_a_form_from_elsewhere_is_refused(film: MediaItem) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.alice(), "django.contrib.auth.backends.ModelBackend")
    row = deletion_of(film)
    assert strict.post(f"{URL}{row.pk}/cancel/").status_code == 403
    assert status_of(row) == "SCHEDULED"


def test_a_deletion_outlives_its_item(browser: Client, film: MediaItem) -> None:
    row = deletion_of(film, status="DELETED", title="<script>alert(1)</script>")
    film.delete()
    page = text_of(browser.get(URL, {"status": "past"}))
    assert "&lt;script&gt;alert(1)" in page
    assert f"deletion-{row.pk}" in page


def test_the_number_of_queries_does_not_grow(browser: Client, cellar: PlexServer, film: MediaItem) -> None:
    deletion_of(film)
    few = queries_of(browser, URL)
    for number in range(20):
        row = deletion_of(factories.movie(section=film.section, title=f"Film {number}"))
        AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, NOW).save()
    assert queries_of(browser, URL) == few


def test_what_the_brake_holds_is_approved_by_one_click(browser: Client, film: MediaItem) -> None:
    why = "40 titles became due at once, more than 25."
    braked = deletion_of(film, status="HELD", hold="brake", held_because=why)
    other = factories.movie(section=film.section)
    changed = deletion_of(other, status="HELD", hold="changed", held_because="Another file.")
    page = text_of(browser.get(URL))
    assert "1 title waits for your approval" in page
    assert why in page
    assert 'href="/brake/"' in page
    [stop] = stops.stops([film.server])
    browser.post(f"/brake/{film.server.pk}/brake/", {"seal": stop.seal})
    assert (status_of(braked), status_of(changed)) == ("SCHEDULED", "HELD")
    assert AuditEntry.objects.get(verb="approved").by_name == "alice"
    assert "for your approval" not in text_of(browser.get(URL))
