"""Whether Plaxe itself is set up so that something is deleted, and does its work."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.claiming import cloud
from accounts.errors import Refused
from accounts.models import Installation, Job, PlexServer
from accounts.wording import say, told
from deletions.doctor.findings import Finding, note, problem, warning, well
from deletions.models import Deletion, Policy
from media.models import Assignment, Question
from plexclient.errors import PlexError

Check = Callable[[datetime], Iterator[Finding]]
WORKER_IS_LATE = timedelta(minutes=3)
LITTLE_ROOM = 500 * 10**6


def is_armed(now: datetime) -> Iterator[Finding]:
    if Policy.load().dry_run:
        words, advice = (
            _("Dry run is on: nothing is deleted."),
            _("Turn it off in the settings when you are ready."),
        )
        yield note("dry_run", words, advice)
    else:
        yield well("dry_run", _("Deletion is on."))


def has_a_server(now: datetime) -> Iterator[Finding]:
    if not PlexServer.objects.exists():
        yield problem("servers", _("No server is connected."), _("Sign in with Plex and choose one."))


def has_something_to_wait_for(now: datetime) -> Iterator[Finding]:
    if not Assignment.objects.required().exists():
        words = _("Nobody is assigned to anything, so nothing is ever deleted.")
        yield note("assignments", words, _("Assign viewers on the page of the media."))


def works(now: datetime) -> Iterator[Finding]:
    """Clock and worker: the one sends the other a reminder twice a minute."""
    seen_at = Installation.load().worked_at
    if seen_at is None or now - seen_at > WORKER_IS_LATE:
        advice = _(
            "Start Plaxe by `manage.py up`, or its services `worker` and `beat`, and look at their logs."
        )
        yield problem("worker", _("The worker or the clock does not run."), advice)
    else:
        yield well("worker", _("Worker and clock run."))
    for job in Job.objects.exclude(error="").select_related("server").order_by("server", "kind"):
        yield warning("job", f"{job}: {job.error}", _("It is tried again by itself."))


def waits_for_you(now: datetime) -> Iterator[Finding]:
    waiting = Deletion.objects.awaiting_approval().count()
    if waiting:
        words = ngettext("%s title waits for your word.", "%s titles wait for your word.", waiting) % waiting
        yield warning("approval", words, _("Look at them on the page of the deletions."))


def asks_you(now: datetime) -> Iterator[Finding]:
    asked = Question.objects.open().count()
    if asked:
        words = ngettext(
            "Of %s title it is not known whether it is one of before.",
            "Of %s titles it is not known whether they are those of before.",
            asked,
        )
        yield warning("questions", words % asked, _("Answer that on the dashboard. They stay meanwhile."))


def reaches_plex_tv(now: datetime) -> Iterator[Finding]:
    owner = Installation.load().owner
    if owner is None:
        yield problem("plex_tv", _("Nobody has signed in yet."), _("Open Plaxe and sign in with Plex."))
        return
    try:
        cloud(owner.plex_token).user()
    except (PlexError, Refused) as trouble:
        advice = _("Without plex.tv nobody but the owner can be asked, so titles of others wait.")
        yield warning("plex_tv", say(told(trouble)), advice)
    else:
        yield well("plex_tv", _("plex.tv answers and knows the owner."))


def has_room(now: datetime) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.PLAXE_DATA_DIR).free
    if free < LITTLE_ROOM:
        words = _("The disk of Plaxe's own data is nearly full.")
        yield warning("disk", words, _("Make room there: a full disk stops everything."))


CHECKS: tuple[Check, ...] = (
    is_armed, has_a_server, has_something_to_wait_for, works, waits_for_you, asks_you, reaches_plex_tv,
    has_room,
)  # fmt: skip
