"""Whether a server lets itself be read, and lets titles be deleted."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import Access, PlexServer
from deletions import alarms
from deletions.doctor.findings import Finding, note, problem, unknown, warning, well
from deletions.insight import Insight
from deletions.models import Policy
from media.models import HistoryCursor, LibrarySection
from media.sync.unmatched import lost_assignments

Check = Callable[[PlexServer, Insight, datetime], Iterator[Finding]]
POLL_IS_LATE = timedelta(minutes=30)


def answers(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    if insight.problem:
        advice = _(
            "Start the server, or connect it again on the page of the servers. Nothing is deleted meanwhile."
        )
        yield problem("reachable", insight.problem, advice)
        if server.rests_until and server.rests_until > now:
            yield note("rests", _("It has not answered %s times, so it is asked rarely.") % server.failures)
        return
    version = insight.root.version if insight.root else ""
    yield well("reachable", _("It answers (version %s).") % version)
    for words in insight.unread:
        yield unknown("readable", words, _("Is the token that of the server's owner? Sign in again."))


def rehearses(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    policy = Policy.of(server)
    if server.pk in Policy.load().rehearsing:
        words = _("It has a dry run of its own: nothing is deleted on it.")
        yield note("own_dry_run", words, _("Turn it off on the page of the server when you are ready."))
    if not policy.is_open(now):
        words = _("Titles go only in these hours: %s.") % policy.hours
        yield note("hours", words, _("Change that on the page of the server."))


def deletes(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    if insight.root is None:
        return
    if not insight.root.allows_deletion:
        advice = _("In Plex: Settings, Library, Allow media deletion.")
        yield problem("deletion_allowed", _("Plex does not allow deletion."), advice)
        return
    yield well("deletion_allowed", _("Plex allows deletion."))
    lan_only = insight.preference("allowMediaDeletionLanOnly")
    if lan_only and lan_only.is_on:
        advice = _("Let Plaxe reach the server by its address in the home, or switch that off.")
        yield note("deletion_lan_only", _("Plex allows deletion from its own network only."), advice)


def empties_its_trash(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    trash = insight.preference("autoEmptyTrash")
    if trash is not None and not trash.is_on:
        advice = _("In Plex: Settings, Library, Empty trash automatically after every scan.")
        words = _("Plex keeps entries of files that are gone until somebody empties its trash.")
        yield note("trash", words, advice)


def takes_for_seen(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    threshold = insight.preference("LibraryVideoPlayedThreshold")
    behaviour = insight.preference("LibraryVideoPlayedAtBehaviour")
    if threshold is not None:
        yield well("threshold", _("Plex takes a title for seen at %s %%.") % threshold.value)
    if behaviour is not None and str(behaviour.value) not in ("0", ""):
        words = _("Plex may take a title for seen when its credits begin, well before its end.")
        advice = _("In Plex: Settings, Library, Video play completion behaviour.")
        yield note("credits", words, advice)


def tells_by_itself(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    if server.is_live(now):
        yield well("stream", _("It tells by itself what happens."))
    else:
        words = server.stream_problem or _("Nobody listens to what it tells.")
        advice = _("Plaxe asks every few minutes instead. Is `manage.py listen` running?")
        yield warning("stream", words, advice)
    webhooks = insight.preference("WebHooksEnabled")
    if insight.root is not None and not insight.root.has_plex_pass:
        yield note("webhooks", _("Without Plex Pass it sends no webhooks; the stream alone does."))
    elif webhooks is not None and not webhooks.is_on:
        advice = _("In Plex: Settings, Network, Webhooks.")
        yield note("webhooks", _("Webhooks are switched off in Plex."), advice)


def history_is_read(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    if server.last_poll_at is None:
        advice = _("It is read soon; on a large server the first reading takes minutes.")
        yield warning("history", _("The watch history was never read to its end."), advice)
    elif now - server.last_poll_at > POLL_IS_LATE:
        advice = _("Is the worker running? See below.")
        yield warning("history", _("The watch history was not read for a while."), advice)
    else:
        yield well("history", _("The watch history is read."))
    strangers = HistoryCursor.objects.filter(server=server).values_list("strangers", flat=True).first()
    if strangers:
        words = _("%s people in the watch history are none of its viewers.") % len(strangers)
        yield note("strangers", words, _("They are read anew as soon as Plex lists them again."))


def nothing_alarms(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    for words in alarms.raised(server).values():
        yield problem("alarm", words, _("Look at it on the dashboard and accept it, if it is right."))


def libraries_are_read(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    for section in LibrarySection.objects.present().filter(server=server):
        if section.last_error:
            words = _("%(library)s: %(error)s") % {"library": section, "error": section.last_error}
            yield warning("library", words, _("Sync it again on the page of the libraries."))
        elif section.synced_at is None:
            words = _("%s was never read whole.") % section
            yield warning("library", words, _("Sync it on the page of the libraries."))


def no_assignment_is_lost(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    for item in lost_assignments(server).select_related("show"):
        words = _("%s was assigned and is gone: its key in Plex stands for another title.") % item.full_title
        advice = _("Assign it anew if it is still there, and release the viewers of the one that is gone.")
        yield warning("lost_assignment", words, advice)


def viewers_can_be_asked(server: PlexServer, insight: Insight, now: datetime) -> Iterator[Finding]:
    present = Access.objects.filter(server=server, gone_at=None).select_related("viewer")
    unknown = [access for access in present if access.state_problem]
    for access in unknown:
        words = _("What %(viewer)s has seen: %(problem)s") % {
            "viewer": access.viewer,
            "problem": access.state_problem,
        }
        yield warning("viewer", words, _("Until then only the watch history counts for this person."))
    if present and not unknown:
        yield well("viewers", _("Everybody who is waited for can be asked."))


CHECKS: tuple[Check, ...] = (
    answers, rehearses, deletes, empties_its_trash, takes_for_seen, tells_by_itself, history_is_read,
    nothing_alarms, libraries_are_read, no_assignment_is_lost, viewers_can_be_asked,
)  # fmt: skip
