from typing import Any

import pytest
from django.test import Client

from deletions.models import AuditEntry, Deletion, Policy
from tests import factories
from tests.factories import NOW
from tests.pages import queries_of, text_of

LISTS = ["deletion", "auditentry", "policy"]


def deletion(**fields: Any) -> Deletion:
    server = factories.server()
    bob = factories.bob(on=server)
    item = factories.movie(section=factories.section(on=server), title="Salt")
    factories.assignment(item=item, viewer=bob)
    factories.watch(item=item, viewer=bob)
    row = Deletion.objects.create(
        server=server, item=item, rating_key=item.rating_key, type="movie", title="Salt", enqueued_at=NOW,
        scheduled_for=NOW, **fields,
    )  # fmt: skip
    AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, NOW, text="Bob saw it.").save()
    return row


@pytest.fixture(autouse=True)
def policy(db: None) -> None:
    Policy.load()


@pytest.mark.parametrize("model", LISTS)
def test_a_list_takes_a_constant_number_of_queries(browser: Client, model: str) -> None:
    rows = [deletion()]
    url = f"/admin/deletions/{model}/"
    few = queries_of(browser, url)
    for number in range(12):
        item = factories.movie(section=factories.section(on=rows[0].server))
        row = Deletion.objects.create(
            server=item.server, item=item, rating_key=str(number), type="movie", title="T", enqueued_at=NOW,
            scheduled_for=NOW,
        )  # fmt: skip
        AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, NOW, by=factories.alice()).save()
    assert queries_of(browser, url) == few


def test_a_deletion_shows_its_record(browser: Client) -> None:
    row = deletion()
    page = text_of(browser.get(f"/admin/deletions/deletion/{row.pk}/change/"))
    assert "Bob saw it." in page


@pytest.mark.parametrize("row", [Deletion, AuditEntry, Policy])
def test_rows_are_shown_and_neither_made_nor_changed_nor_deleted(browser: Client, row: type) -> None:
    deletion()
    first = row.objects.first()  # type: ignore[attr-defined]
    base = f"/admin/deletions/{row.__name__.lower()}/"
    assert browser.get(f"{base}{first.pk}/change/").status_code == 200
    assert browser.get(f"{base}add/").status_code == 403
    assert browser.post(f"{base}{first.pk}/change/", {}).status_code == 403
    assert browser.post(f"{base}{first.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("cancel", "SCHEDULED", "CANCELLED"),
        ("approve", "HELD", "SCHEDULED"),
        ("retry", "FAILED", "SCHEDULED"),
    ],
)
def test_the_verbs_are_actions(browser: Client, verb: str, before: str, after: str) -> None:
    row = deletion(status=before, hold="versions" if before == "HELD" else "")
    form = {"action": verb, "_selected_action": [row.pk]}
    answer = browser.post("/admin/deletions/deletion/", form, follow=True)
    assert "1 deletion changed." in text_of(answer)
    row.refresh_from_db()
    assert row.status == after
    assert AuditEntry.objects.filter(deletion=row, by=factories.alice()).exists()


def test_a_refused_action_says_why(browser: Client) -> None:
    row = deletion(status="DELETED", finished_at=NOW)
    form = {"action": "cancel", "_selected_action": [row.pk]}
    answer = browser.post("/admin/deletions/deletion/", form, follow=True)
    assert "cannot be cancelled" in text_of(answer)
    row.refresh_from_db()
    assert row.status == "DELETED"
