"""A title is remembered by its picture."""

import pytest
from django.core.management import call_command
from django.test import Client

from deletions.models import Deletion, Status
from plexclient.demo.faults import Fault
from plexclient.demo.world import World

pytestmark = pytest.mark.usefixtures("scratch")


def test_the_poster_of_what_was_deleted_is_still_there(due: Deletion, browser: Client) -> None:
    call_command("execute")
    due.refresh_from_db()
    assert due.status == Status.DELETED
    assert browser.get(f"/media/{due.item_id}/poster/").headers["Content-Type"] == "image/png"


def test_a_title_without_a_poster_goes_all_the_same(due: Deletion, world: World) -> None:
    world.faults.add(Fault("reset", "GET", r"^/photo/"))
    call_command("execute")
    due.refresh_from_db()
    assert due.status == Status.DELETED
