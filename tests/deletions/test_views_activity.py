import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PlexServer, User
from deletions.activity import PAGE
from deletions.models import AuditEntry, Deletion
from deletions.sentences import PICTURES, SENTENCES
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of

URL = "/activity/"


@pytest.fixture
def cellar(db: None) -> PlexServer:
    return factories.server()


def deletion(on: PlexServer, title: str = "Salt") -> Deletion:
    item = factories.movie(section=factories.section(on=on), title=title)
    return Deletion.objects.create(
        server=on, item=item, rating_key=item.rating_key, type="movie", title=title, bytes=7_000_000,
        enqueued_at=NOW, scheduled_for=NOW,
    )  # fmt: skip


def note(title: str = "Salt", verb: str = "deleted", **fields: Any) -> AuditEntry:
    entry = AuditEntry(**{"at": NOW, "verb": verb, "title": title, **fields})
    entry.save()
    return entry


def shown(browser: Client, **filters: Any) -> str:
    return text_of(browser.get(URL, filters))


def test_an_empty_record_says_what_will_be_there(browser: Client) -> None:
    assert "Nothing has happened yet" in shown(browser)


def test_an_entry_is_a_sentence_that_leads_to_the_title_and_its_deletion(
    browser: Client, cellar: PlexServer
) -> None:
    row = deletion(cellar)
    AuditEntry.about(row, AuditEntry.Verb.CANCELLED, NOW, by=factories.alice(), text="Not yet.").save()
    page = shown(browser)
    assert f'<bdi>alice</bdi> cancelled <a href="/media/{row.item_id}/"><bdi>Salt</bdi></a>.' in page
    assert "Not yet." in page
    assert f"?id={row.pk}" in page
    assert "6.7" in page
    assert "Salt" in text_of(browser.get(f"/deletions/?id={row.pk}"))


@pytest.mark.parametrize("verb", AuditEntry.Verb.values)
def test_every_verb_has_a_sentence_and_a_picture(browser: Client, verb: str) -> None:
    note("Heron Lake", verb)
    assert verb in SENTENCES
    assert verb in PICTURES
    assert "Heron Lake" in shown(browser)


def test_a_title_is_text_and_nothing_else(browser: Client) -> None:
    note("<script>alert(1)</script> {who} %s", text="<b>why</b>")
    page = shown(browser)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {who} %s" in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page


def test_what_plex_answered_is_there_when_it_was_no_success(browser: Client) -> None:
    note(verb="failed", answer="Plex answered 403.")
    assert "Plex answered 403." in shown(browser)


def test_the_newest_comes_first_and_no_entry_is_lost_between_pages(browser: Client, db: None) -> None:
    """Many are written at the very same moment: a pass writes thousands."""
    AuditEntry.objects.bulk_create(
        AuditEntry(at=NOW - timedelta(hours=number // 40), verb="held", title=f"No {number:03}.")
        for number in range(2 * PAGE + 20)
    )
    found: list[str] = []
    url: str | None = URL
    while url:
        answer = browser.get(url)
        found += [entry.title for _, entries in answer.context["days"] for entry in entries]
        last = answer.context["last"]
        url = f"{URL}?before={last.pk}" if last else None
    expected = AuditEntry.objects.order_by("-at", "-pk").values_list("title", flat=True)
    assert found == list(expected)
    assert len(found) == 2 * PAGE + 20


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30, "1e3", "\u0663"])
def test_a_place_that_is_none_is_the_first_page(browser: Client, before: str) -> None:
    note()
    assert "Salt" in shown(browser, before=before)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"q": "SALT"}, {"Salt"}),
        ({"q": "bob"}, {"Salt"}),
        ({"q": "dora"}, {"Über uns"}),
        ({"q": "ÜBER"}, {"Über uns"}),
        ({"q": "uns über"}, {"Über uns"}),
        ({"q": "nothing like it"}, set()),
        ({"q": "%"}, set()),
        ({"verb": "held"}, {"Über uns"}),
        ({"who": "dora"}, {"Über uns"}),
        ({"who": "Plaxe"}, {"Salt", "Ancient"}),
        ({"since": "2026-11-21"}, {"Salt", "Über uns"}),
        ({"until": "2026-11-20"}, {"Ancient"}),
        ({"since": "2026-11-11", "until": "2026-11-11"}, {"Ancient"}),
        ({"since": "2026-11-12", "until": "2026-11-20"}, set()),
        ({"verb": "deleted", "q": "salt", "who": "Plaxe", "since": "2026-11-21"}, {"Salt"}),
        ({"verb": "nonsense", "who": "nobody", "server": "x"}, {"Salt", "Über uns", "Ancient"}),
    ],
)
def test_the_address_chooses_what_is_shown(
    browser: Client, db: None, filters: dict[str, str], found: set[str]
) -> None:
    note("Salt", "deleted", text="Bob watched it.")
    note("Über uns", "held", by=User.objects.create_user("dora"), by_name="dora")
    note("Ancient", "deleted", at=NOW - timedelta(days=10))
    answer = browser.get(URL, filters)
    assert {entry.title for _, entries in answer.context["days"] for entry in entries} == found
    rows = browser.get(f"{URL}audit.json", filters)
    if rows.status_code == 200:
        told = json.loads(rows.getvalue())
        assert {row["title"] for row in told["entries"]} == found


def test_of_several_servers_one_can_be_chosen(browser: Client, cellar: PlexServer) -> None:
    attic = factories.server(machine_identifier="machine-2", name="Attic")
    for server in (cellar, attic):
        AuditEntry.about(deletion(server, f"On {server}"), AuditEntry.Verb.DELETED, NOW).save()
    page = shown(browser, server=attic.pk)
    assert "On Attic" in page
    assert "On Cellar" not in page


def test_who_has_been_removed_is_still_found(browser: Client) -> None:
    dora = User.objects.create_user("dora")
    note(by=dora, by_name="dora")
    dora.delete()
    assert "Salt" in shown(browser, who="dora")


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "0001-01-01"}, "greater than or equal to"),
        ({"until": "9999-12-31"}, "less than or equal to"),
        ({"since": "2026-11-21", "until": "2026-11-20"}, "This day is before the first one."),
    ],
)
def test_a_day_that_makes_no_sense_is_said_and_not_downloaded(
    browser: Client, filters: dict[str, str], words: str
) -> None:
    note()
    assert words in shown(browser, **filters)
    answer = browser.get(f"{URL}audit.csv", filters)
    assert answer.status_code == 302
    assert words in text_of(browser.get(answer["Location"]))


def test_the_file_has_what_the_page_shows_and_the_rest(browser: Client, db: None) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(at=NOW, verb="held", title=f"Title {n}") for n in range(PAGE + 5)
    )
    note("Another")
    answer = browser.get(f"{URL}audit.csv", {"verb": "held", "before": "1"})
    text = answer.getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == PAGE + 5
    assert {row["verb"] for row in rows} == {"held"}
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = f'filename="plaxe-audit-{timezone.localdate()}.csv"'
    assert answer["Content-Disposition"] == f"attachment; {name}"
    assert answer["Cache-Control"] == "no-store"


def test_the_page_takes_a_constant_number_of_queries(browser: Client, cellar: PlexServer) -> None:
    AuditEntry.about(deletion(cellar), AuditEntry.Verb.DELETED, NOW, by=factories.alice()).save()
    few = queries_of(browser, URL)
    for number in range(30):
        row = deletion(cellar, f"Title {number}")
        AuditEntry.about(row, AuditEntry.Verb.DELETED, NOW, by=factories.alice()).save()
    AuditEntry.objects.bulk_create(AuditEntry(at=NOW, verb="held", title="Salt") for _ in range(3 * PAGE))
    assert queries_of(browser, URL) == few
    assert queries_of(browser, f"{URL}?q=title&verb=deleted&who=alice") <= few + 1
