"""Are the libraries that a server lists those that Plaxe knows?

A library keeps its uuid for life. Another uuid under a known key, or only unknown libraries where known ones
were, is what a server shows after its database was built anew or an old backup restored. So are other keys
for most titles of a library, which only reading it tells. Plaxe goes on
reading such a server, and deletes nothing on it until the owner has said that these are his libraries.

What an answer does not say is unknown and no change. That the listing is as before again takes the alarm
back no more than a history that has grown again does: for a while this was another world.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from accounts.models import PlexServer
from accounts.wording import sentence as _
from accounts.wording import together
from media.models import LibrarySection
from media.models.sections import UUID
from plexclient.types import Section

SHOWN = 3


@dataclass(frozen=True)
class Change:
    """Of one library: what was known of it, and what the server lists in its place."""

    library: str
    before: str
    after: str

    @property
    def words(self) -> str:
        return _(
            "%(library)s was %(before)s and is %(after)s",
            library=self.library,
            before=self.before,
            after=self.after,
        )


def recognise(server: PlexServer, rows: Iterable[Section], now: datetime) -> None:
    """Compare a listing with what is known, and raise the alarm where it is another one."""
    listed = {row.key: row for row in rows}
    known = list(LibrarySection.objects.filter(server=server))
    others = [row for row in known if row.key in listed and row.is_another(uuid_of(listed[row.key]))]
    replaced = _replaced(known, listed)
    if others or replaced:
        with transaction.atomic():
            server.lock()  # who is about to accept the libraries sees this first, or accepts what he has seen
            for section in others:
                section.changed(uuid_of(listed[section.key]), now)
            for section in replaced:
                section.vanished(now)


def _replaced(known: list[LibrarySection], listed: dict[str, Section]) -> list[LibrarySection]:
    """All that were there, when none of them is listed and others are."""
    there = [section for section in known if section.gone_at is None]
    ever = {section.key for section in known}
    others = {key for key, row in listed.items() if row.type in LibrarySection.Type.values} - ever
    return there if others and not any(section.key in listed for section in there) else []


def uuid_of(row: Section) -> str:
    """Empty when the server does not say."""
    return row.uuid.replace("\0", "")[:UUID]


def with_changes(servers: QuerySet[PlexServer]) -> QuerySet[PlexServer]:
    """Read together with what `changes` and `alarm` look at."""
    changed = LibrarySection.objects.exclude(changed_at=None).order_by("key")
    return servers.prefetch_related(Prefetch("sections", changed, to_attr="changed_sections"))


def changes(server: PlexServer) -> list[Change]:
    """What the owner has not accepted yet."""
    known: list[LibrarySection] | None = getattr(server, "changed_sections", None)
    if known is None:
        known = with_changes(PlexServer.objects.filter(pk=server.pk)).get().changed_sections  # type: ignore[attr-defined]
    return [_change(section) for section in known or []]


def _change(section: LibrarySection) -> Change:
    name = f"{section} ({section.key})"
    if section.missing_since:
        return Change(name, section.accepted_uuid, _("not listed any more"))
    if section.moved and section.uuid == section.accepted_uuid:
        words = _("numbered anew: %(n)s titles have other keys", n=section.moved)
        return Change(name, _("known by other keys"), words)
    if section.uuid == section.accepted_uuid:
        return Change(name, section.accepted_uuid, _("the same again, and was not for a while"))
    return Change(name, section.accepted_uuid, section.uuid)


def alarm(server: PlexServer) -> str:
    """What the owner should know of a server whose libraries are others; empty when all is well."""
    found = changes(server)
    if not found:
        return ""
    told = [change.words for change in found[:SHOWN]]
    if len(found) > SHOWN:
        told.append(_("and %(n)s more", n=len(found) - SHOWN))
    return _(
        "The libraries of %(server)s are not those that Plaxe knew: %(changes)s. Was its database built "
        "anew, or a backup restored? Nothing is deleted until you accept them.",
        server=server,
        changes=together(told, between="; "),
    )


def accept(server: PlexServer, now: datetime) -> bool:
    """The owner knows why: from now on these are its libraries. False when there was nothing to accept."""
    changed = LibrarySection.objects.filter(server=server).exclude(changed_at=None)
    return sum(section.accept(now) for section in changed) > 0
